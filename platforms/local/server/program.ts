import { execFile } from "node:child_process";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { promisify } from "node:util";
import { findPostgres, programsEnvironment, type PostgresPrograms } from "../programs";
import type { ServerRecord } from "./record";

let found: Promise<PostgresPrograms> | undefined;

/** PostgreSQL's programs, looked for once a process: finding them runs several programs. */
export function postgresPrograms(): Promise<PostgresPrograms> {
  found ??= findPostgres();
  return found;
}

/** How PostgreSQL's programs are spawned: their account, a folder they may stand in, and none of our variables (PGPORT, PGDATA, a locale). */
export async function spawnOptions(): Promise<{
  cwd: string;
  env: NodeJS.ProcessEnv;
  uid?: number;
  gid?: number;
}> {
  const programs = await postgresPrograms();
  const env = programsEnvironment(programs, { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" });
  const { account } = programs;
  return { cwd: "/", env, ...(account && { uid: account.uid, gid: account.gid }) };
}

export async function programPath(name: "initdb" | "postgres"): Promise<string> {
  return path.join((await postgresPrograms()).binFolder, name);
}

/** Runs one of PostgreSQL's programs to its end. @throws with what it printed. */
export async function runProgram(name: "initdb" | "postgres", args: string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(await programPath(name), args, await spawnOptions());
    return stdout;
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    // The statement in which it failed may hold a password's verifier.
    const lines = (stderr ?? "").split("\n").filter((line) => !line.includes("STATEMENT:"));
    throw new Error(`PostgreSQL's ${name} failed: ${lines.join("\n").trim() || message.split("\n")[0]}`);
  }
}

/** @throws when the data belong to another major version than the programs of this machine. */
export async function assertSameMajor(record: Pick<ServerRecord, "name" | "dataDirectory">): Promise<void> {
  const programs = await postgresPrograms();
  const data = (await fs.readFile(path.join(record.dataDirectory, "PG_VERSION"), "utf8")).trim();
  if (data !== String(programs.major)) {
    throw new Error(
      `the server "${record.name}" holds data of PostgreSQL ${data}, and the programs in ${programs.binFolder} are of ` +
        `PostgreSQL ${programs.major}. Install PostgreSQL ${data} and name its folder of programs in PRODCOPY_POSTGRES_BIN, or make the server again`,
    );
  }
}
