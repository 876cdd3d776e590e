import { execFile } from "node:child_process";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { promisify } from "node:util";
import { row, rows, type Session } from "../../postgres/connection";
import type { CopySession } from "../../postgres/guard";
import {
  readServer,
  removeServer,
  stopServer,
  withSocketSession,
  type ServerHandle,
} from "../../platforms/local/server";
import { asCopy, copyServer, database } from "./source";

const execute = promisify(execFile);

/** Who runs against the others, on a fresh copy of the source each time. */
export interface Contestant {
  name: string;
  /** Why it cannot run here; undefined when it can. */
  absent?: string;
  run: (ground: Ground) => Promise<Phase[]>;
}

/** What a contestant works on. */
export interface Ground {
  handle: ServerHandle;
  copy: CopySession;
  openSession: <T>(use: (session: CopySession) => Promise<T>) => Promise<T>;
  /** Runs something that is not counted, such as reading the catalogue for the contestant. */
  untimed: <T>(work: () => Promise<T>) => Promise<T>;
}

/** A part of a run with its seconds. */
export interface Phase {
  phase: string;
  seconds: number;
}

export interface Measured {
  contestant: string;
  seconds: number;
  /** Processor seconds of the server's processes: what is left when the machine is busy with other things. */
  cpu: number;
  walBytes: number;
  sizeAfter: number;
  /** How many of the planted values stand in the files, the write-ahead log apart. */
  left: number;
  phases: Phase[];
}

/** One contestant on one fresh copy. The copy is removed afterwards. */
export async function measure(
  source: string,
  folder: string,
  contestant: Contestant,
  needles: string[],
): Promise<Measured> {
  const { dataDirectory, adminUser } = await readServer(source);
  const dir = path.join(folder, "ground");
  await removeServer(dir);
  const handle = await copyServer(dataDirectory, dir, adminUser);
  try {
    const session = <T>(use: (s: Session) => Promise<T>) => withSocketSession(handle, database, use);
    const before = await session(walPosition);
    const cpuBefore = await cpuOf(handle);
    let untimed = 0;
    const started = performance.now();
    const phases = await session(async (s) => {
      const copy = await asCopy(s, handle);
      return contestant.run({
        handle,
        copy,
        openSession: (use) => session(async (own) => use(await asCopy(own, handle))),
        untimed: async (work) => {
          const from = performance.now();
          const value = await work();
          untimed += performance.now() - from;
          return value;
        },
      });
    });
    const seconds = (performance.now() - started - untimed) / 1000;
    const cpu = (await cpuOf(handle)) - cpuBefore;
    const walBytes = (await session(walPosition)) - before;
    const sizeAfter = await session(sizeOf);
    await stopServer(dir);
    const left = await leftIn(handle.dataDirectory, needles);
    return { contestant: contestant.name, seconds, cpu, walBytes, sizeAfter, left, phases };
  } finally {
    await removeServer(dir);
  }
}

async function walPosition(session: Session): Promise<number> {
  const { at } = await row<{ at: string }>(
    session,
    "reading the log's position",
    "select (pg_current_wal_insert_lsn() - '0/0')::text as at",
  );
  return Number(at);
}

async function sizeOf(session: Session): Promise<number> {
  const { size } = await row<{ size: string }>(
    session,
    "reading the size",
    "select pg_database_size(current_database())::text as size",
  );
  return Number(size);
}

/** Processor seconds of the postmaster, its ended children and those that run. Zero where there is no /proc. */
async function cpuOf(handle: ServerHandle): Promise<number> {
  const pid = (await fs.readFile(path.join(handle.dataDirectory, "postmaster.pid"), "utf8")).split("\n")[0];
  const all = await fs.readdir("/proc").catch(() => []);
  let ticks = 0;
  for (const one of all.filter((name) => /^\d+$/.test(name))) {
    const stat = await fs.readFile(`/proc/${one}/stat`, "utf8").catch(() => "");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (one !== pid && fields[1] !== pid) continue;
    // utime, stime; of the postmaster also those of its children that have ended.
    const wanted = one === pid ? [11, 12, 13, 14] : [11, 12];
    ticks += wanted.reduce((sum, at) => sum + Number(fields[at] ?? 0), 0);
  }
  return ticks / 100;
}

/** Planted values: they stand in plain columns, so that grep finds what is left of them. */
export async function plantedValues(session: Session, sql: string): Promise<string[]> {
  const found = await rows<{ v: string }>(session, "choosing planted values", sql);
  return found.map((one) => one.v);
}

async function leftIn(dataDirectory: string, needles: string[]): Promise<number> {
  const list = path.join(path.dirname(dataDirectory), "needles");
  await fs.writeFile(list, needles.join("\n"));
  const args = ["-r", "-a", "-o", "-h", "-F", "-f", list, "--exclude-dir=pg_wal", dataDirectory];
  const { stdout } = await execute("grep", args, {
    maxBuffer: 2 ** 31,
    env: { ...process.env, LC_ALL: "C" },
  }).catch((error: { code?: number; stdout?: string }) => {
    // 1 says that nothing was found.
    if (error.code === 1) return { stdout: "" };
    throw error as Error;
  });
  await fs.rm(list);
  return new Set(stdout.split("\n").filter((line) => line !== "")).size;
}
