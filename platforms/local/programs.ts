import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { serverAccount, type ServerAccount } from "./account";
import { embeddedPostgres } from "./programs-embedded";
import { serverVersion } from "./server-version";

/** PostgreSQL server programs of one version, ready to be started by whoever `account` names. */
export interface PostgresPrograms {
  /** Absolute folder with `initdb`, `postgres` and `pg_ctl`. */
  binFolder: string;
  /** As the server reports it, e.g. `15.10` or `17.9`. */
  version: string;
  major: number;
  source: "PRODCOPY_POSTGRES_BIN" | "system" | "embedded";
  /** Folder of the programs' own shared libraries; `programsEnvironment` puts it on the loader's path. */
  libFolder?: string;
  /** Present when this process is root: PostgreSQL refuses to run as root, so spawn with this uid and gid. */
  account?: ServerAccount;
}

/** `pg_backup_start`, on which the physical snapshot rests, came with PostgreSQL 15. */
const oldestMajor = 15;
const serverPrograms = ["initdb", "postgres", "pg_ctl"];
/** The sample production calls out through these; an installation without contrib cannot hold it. */
const neededExtensions = ["postgres_fdw", "dblink"];

/**
 * The PostgreSQL server programs that this machine's servers run on: the folder named by `PRODCOPY_POSTGRES_BIN`, else
 * the newest complete system installation, else the embedded npm package, copied once to where the servers may read it.
 * `log` is told which one was taken and what was passed over.
 *
 * @throws when `PRODCOPY_POSTGRES_BIN` names an unusable folder, or nothing usable is found; the message says what to install.
 */
export async function findPostgres(
  env: NodeJS.ProcessEnv = process.env,
  log: (line: string) => void = () => undefined,
): Promise<PostgresPrograms> {
  const account = serverAccount();
  const named = env.PRODCOPY_POSTGRES_BIN;
  if (named !== undefined && named !== "") return override(path.resolve(named), account);

  const passedOver: string[] = [];
  for (const found of systemInstallations(env, account, passedOver)) {
    log(`PostgreSQL ${found.version} of this system, in ${found.binFolder}`);
    return found;
  }
  for (const reason of passedOver) log(`passed over: ${reason}`);
  try {
    const embedded = await embeddedPostgres(env, account);
    log(`PostgreSQL ${embedded.version}, embedded, in ${embedded.binFolder}`);
    return { ...embedded, source: "embedded", ...(account && { account }) };
  } catch (error) {
    throw new Error(nothingFound(passedOver, (error as Error).message), { cause: error });
  }
}

/** The environment in which these programs are spawned: the given one, with their libraries on the loader's path. */
export function programsEnvironment(
  programs: PostgresPrograms,
  env: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  if (programs.libFolder === undefined) return { ...env };
  const name = process.platform === "darwin" ? "DYLD_LIBRARY_PATH" : "LD_LIBRARY_PATH";
  const before = env[name];
  return { ...env, [name]: before ? `${programs.libFolder}${path.delimiter}${before}` : programs.libFolder };
}

function override(binFolder: string, account: ServerAccount | undefined): PostgresPrograms {
  try {
    return inspect(binFolder, "PRODCOPY_POSTGRES_BIN", account);
  } catch (error) {
    throw new Error(
      `PRODCOPY_POSTGRES_BIN names ${binFolder}, which cannot be used: ${(error as Error).message}. ` +
        `Name the folder that holds ${serverPrograms.join(", ")} of PostgreSQL ${oldestMajor} or later, or unset the variable.`,
      { cause: error },
    );
  }
}

function systemInstallations(
  env: NodeJS.ProcessEnv,
  account: ServerAccount | undefined,
  passedOver: string[],
): PostgresPrograms[] {
  const usable: PostgresPrograms[] = [];
  for (const folder of systemFolders(env)) {
    try {
      usable.push(inspect(folder, "system", account));
    } catch (error) {
      passedOver.push((error as Error).message);
    }
  }
  return usable.sort((a, b) => b.version.localeCompare(a.version, "en", { numeric: true }));
}

/** Folders that hold a `postgres`: on PATH, and where Debian, RHEL, Homebrew, MacPorts and Postgres.app put it. */
function systemFolders(env: NodeJS.ProcessEnv): string[] {
  const homebrew = ["/opt/homebrew/opt", "/usr/local/opt", "/home/linuxbrew/.linuxbrew/opt"];
  const folders = [
    ...(env.PATH ?? "").split(path.delimiter).filter((folder) => path.isAbsolute(folder)),
    ...children("/usr/lib/postgresql", /^\d+$/, "bin"),
    ...children("/usr", /^pgsql-\d+$/, "bin"),
    ...homebrew.flatMap((root) => children(root, /^postgresql(@\d+)?$/, "bin")),
    ...children("/opt/local/lib", /^postgresql\d+$/, "bin"),
    ...children("/Applications/Postgres.app/Contents/Versions", /^\d+$/, "bin"),
    "/usr/local/pgsql/bin",
  ];
  const real = folders
    .map((folder) => path.join(folder, "postgres"))
    .filter((program) => fs.existsSync(program));
  return [...new Set(real.map((program) => path.dirname(fs.realpathSync(program))))];
}

function children(root: string, name: RegExp, then: string): string[] {
  const entries = fs.existsSync(root) ? fs.readdirSync(root) : [];
  return entries.filter((entry) => name.test(entry)).map((entry) => path.join(root, entry, then));
}

function inspect(
  binFolder: string,
  source: PostgresPrograms["source"],
  account: ServerAccount | undefined,
): PostgresPrograms {
  const missing = serverPrograms.filter((name) => !fs.existsSync(path.join(binFolder, name)));
  if (missing.length > 0) throw new Error(`${binFolder} has no ${missing.join(", ")}`);
  const { version, major } = serverVersion(binFolder, account);
  if (major < oldestMajor) {
    throw new Error(`${binFolder} is PostgreSQL ${version}, older than ${oldestMajor}`);
  }
  const shares = shareFolders(binFolder, major);
  const absent = neededExtensions.filter(
    (name) => !shares.some((share) => fs.existsSync(path.join(share, "extension", `${name}.control`))),
  );
  if (absent.length > 0) {
    throw new Error(
      `${binFolder} is PostgreSQL ${version} without the contrib extensions ${absent.join(", ")}`,
    );
  }
  return { binFolder, version, major, source, ...(account && { account }) };
}

/** Where this installation may keep its extensions: what its own pg_config says, else the usual places beside it. */
function shareFolders(binFolder: string, major: number): string[] {
  const told = spawnSync(path.join(binFolder, "pg_config"), ["--sharedir"], {
    encoding: "utf8",
    timeout: 30_000,
  });
  if (told.status === 0) return [told.stdout.trim()];
  const root = path.dirname(binFolder);
  const beside = ["share", "share/postgresql", `share/postgresql@${major}`, "share/pgsql"];
  return [...beside.map((folder) => path.join(root, folder)), `/usr/share/postgresql/${major}`];
}

function nothingFound(passedOver: string[], embedded: string): string {
  return [
    "No PostgreSQL server programs can be used on this machine.",
    ...passedOver.map((reason) => `  - ${reason}`),
    `  - the embedded programs: ${embedded}`,
    `Install PostgreSQL ${oldestMajor} or later with its contrib extensions (Debian, Ubuntu: apt install postgresql; ` +
      "Fedora: dnf install postgresql-server postgresql-contrib; macOS: brew install postgresql@17), " +
      "or name the folder of its programs in PRODCOPY_POSTGRES_BIN.",
  ].join("\n");
}
