import { spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isRunning } from "../processes";
import { giveToServers } from "./place";
import { programPath, spawnOptions } from "./program";
import type { ServerRecord } from "./record";

const pollMs = 25;

export const logFile = (dir: string) => path.join(dir, "log", "server.log");

/**
 * The processes that work in a data folder. On Linux by their working folder, which finds a postmaster whose pid file is
 * gone and backends that outlived theirs, and is not fooled by a process number that was given out again. Elsewhere the pid
 * file is all there is.
 */
export async function serverProcesses(dataDirectory: string): Promise<number[]> {
  const pids = (await fs.readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  if (pids.length === 0) {
    const pid = await recordedPid(dataDirectory);
    return pid !== undefined && isRunning(pid) ? [pid] : [];
  }
  const real = await fs.realpath(dataDirectory).catch(() => dataDirectory);
  const folders = await Promise.all(pids.map((pid) => fs.readlink(`/proc/${pid}/cwd`).catch(() => "")));
  return pids.filter((_, index) => folders[index] === real || folders[index] === `${real} (deleted)`);
}

/** The postmaster's process number as its pid file says, only when that process really works in this data folder. */
export async function runningPostmaster(dataDirectory: string): Promise<number | undefined> {
  const pid = await recordedPid(dataDirectory);
  if (pid === undefined) return undefined;
  return (await serverProcesses(dataDirectory)).includes(pid) ? pid : undefined;
}

/** Starts the postmaster, detached from us and from any terminal, unless it runs, and waits until it takes connections. */
export async function launch(record: ServerRecord, timeoutMs: number): Promise<void> {
  await removeLeftovers(record.dataDirectory);
  const log = logFile(record.dir);
  const handle = await fs.open(log, "a", 0o600);
  await giveToServers(log);
  const logStart = (await handle.stat()).size;
  try {
    const runs = (await runningPostmaster(record.dataDirectory)) !== undefined;
    const child = runs ? undefined : await spawnPostmaster(record.dataDirectory, handle.fd);
    await untilReady(record, child, log, logStart, timeoutMs);
  } finally {
    await handle.close();
  }
}

async function spawnPostmaster(dataDirectory: string, logFd: number): Promise<ChildProcess> {
  const child = spawn(await programPath("postgres"), ["-D", dataDirectory], {
    ...(await spawnOptions()),
    detached: true,
    stdio: ["ignore", logFd, logFd],
  });
  child.unref();
  return child;
}

async function untilReady(
  record: ServerRecord,
  child: ChildProcess | undefined,
  log: string,
  logStart: number,
  timeoutMs: number,
): Promise<void> {
  let spawnError: Error | undefined;
  child?.once("error", (error) => (spawnError = error));
  const end = Date.now() + timeoutMs;
  while (Date.now() < end) {
    const lines = await pidFile(record.dataDirectory);
    // Line 8 is the postmaster's own word on its state. Another starter may have been faster: its server is as good.
    if (lines?.[7]?.trim() === "ready" && (await runningPostmaster(record.dataDirectory)) !== undefined) {
      return;
    }
    if (spawnError !== undefined) throw new Error(`PostgreSQL could not be started: ${spawnError.message}`);
    const gone = child === undefined || child.exitCode !== null || child.signalCode !== null;
    if (gone && (await runningPostmaster(record.dataDirectory)) === undefined) {
      throw new Error(
        `the server "${record.name}" in ${record.dir} did not start. The end of ${log}:\n${await tail(log, logStart)}`,
      );
    }
    await delay(pollMs);
  }
  throw new Error(
    `the server "${record.name}" in ${record.dir} was started but takes no connections after ${timeoutMs / 1000} s; it still runs. ` +
      `The end of ${log}:\n${await tail(log, logStart)}`,
  );
}

/** Ends every process of a data folder. `fast` lets the server write its checkpoint, `immediate` does not. */
export async function shutDown(dataDirectory: string, mode: "fast" | "immediate"): Promise<void> {
  const postmaster = await runningPostmaster(dataDirectory);
  if (postmaster !== undefined) {
    signal(postmaster, mode === "fast" ? "SIGINT" : "SIGQUIT");
    if (await untilGone(dataDirectory, 60_000)) return;
  }
  // A postmaster that does not obey (an archive_command that hangs), or backends that outlived theirs; the next start
  // recovers from the write-ahead log.
  for (const pid of await serverProcesses(dataDirectory)) signal(pid, "SIGKILL");
  if (await untilGone(dataDirectory, 20_000)) return;
  const left = await serverProcesses(dataDirectory);
  throw new Error(
    `processes ${left.join(", ")} of the server in ${dataDirectory} did not end, not even by SIGKILL`,
  );
}

async function untilGone(dataDirectory: string, timeoutMs: number): Promise<boolean> {
  const end = Date.now() + timeoutMs;
  while ((await serverProcesses(dataDirectory)).length > 0) {
    if (Date.now() > end) return false;
    await delay(pollMs);
  }
  return true;
}

/** What a kill left: backends without a postmaster, and a pid file whose number another process has now. */
async function removeLeftovers(dataDirectory: string): Promise<void> {
  if ((await runningPostmaster(dataDirectory)) !== undefined) return;
  const orphans = await serverProcesses(dataDirectory);
  if (orphans.length > 0) {
    for (const pid of orphans) signal(pid, "SIGKILL");
    await untilGone(dataDirectory, 20_000);
  }
  const pid = await recordedPid(dataDirectory);
  // PostgreSQL removes the file itself when the number is free; it refuses to start when anything at all has it.
  if (pid !== undefined && isRunning(pid)) {
    await fs.rm(path.join(dataDirectory, "postmaster.pid"), { force: true });
  }
}

async function pidFile(dataDirectory: string): Promise<string[] | undefined> {
  const text = await fs.readFile(path.join(dataDirectory, "postmaster.pid"), "utf8").catch(() => undefined);
  return text?.split("\n");
}

async function recordedPid(dataDirectory: string): Promise<number | undefined> {
  const pid = Math.abs(Number((await pidFile(dataDirectory))?.[0]));
  return Number.isInteger(pid) && pid > 0 ? pid : undefined;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

async function tail(file: string, from: number): Promise<string> {
  const text = (await fs.readFile(file)).subarray(from).toString("utf8");
  return text.trimEnd().split("\n").slice(-15).join("\n");
}
