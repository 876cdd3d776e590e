/** Processes by their identity: a number alone may belong to somebody else by the time that it is used. */
import { execFile } from "node:child_process";
import * as fs from "node:fs/promises";
import { promisify } from "node:util";
import { errorCode } from "./files";

const run = promisify(execFile);

export interface ProcessIdentity {
  pid: number;
  /** When it started, as the system tells it: no two processes of one number share it. */
  startedAt: string;
}

/** The process of this number, or undefined when there is none or it has ended and only waits to be collected. */
export async function identityOf(pid: number): Promise<ProcessIdentity | undefined> {
  const startedAt = process.platform === "linux" ? await startOnLinux(pid) : await startElsewhere(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

export async function isSameProcess(recorded: ProcessIdentity): Promise<boolean> {
  return (await identityOf(recorded.pid))?.startedAt === recorded.startedAt;
}

/** Whether any process has this number now, ours or another account's. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
}

/** Every living process whose arguments fit. Elsewhere than on Linux, an argument with a blank in it arrives as two. */
export async function findProcesses(fits: (args: string[]) => boolean): Promise<ProcessIdentity[]> {
  const pids = process.platform === "linux" ? await findOnLinux(fits) : await findElsewhere(fits);
  const found = await Promise.all(pids.map(identityOf));
  return found.filter((identity) => identity !== undefined);
}

/** Asks a process to end, insists after `graceMs`, and returns when it is gone. One that is not the recorded one is left alone. */
export async function endProcess(recorded: ProcessIdentity, graceMs = 5_000): Promise<void> {
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    if (!(await isSameProcess(recorded))) return;
    send(recorded.pid, signal);
    const deadline = Date.now() + graceMs;
    while (Date.now() < deadline) {
      if (!(await isSameProcess(recorded))) return;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
  throw new Error(
    `Process ${recorded.pid} does not end, not even by SIGKILL. End it by hand and run the same command again.`,
  );
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (errorCode(error) !== "ESRCH") throw error;
  }
}

async function startOnLinux(pid: number): Promise<string | undefined> {
  const stat = await readQuietly(`/proc/${pid}/stat`);
  // The command's name stands in brackets and may itself hold brackets and blanks.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, ticks] = [fields?.[0], fields?.[19]];
  if (state === undefined || ticks === undefined || state === "Z" || state === "X") return undefined;
  // Ticks count from the start of the machine, so they mean something together with it only.
  const boot = (await readQuietly("/proc/sys/kernel/random/boot_id"))?.trim() ?? "";
  return `${boot}:${ticks}`;
}

async function startElsewhere(pid: number): Promise<string | undefined> {
  try {
    const { stdout } = await run("ps", ["-o", "stat=,lstart=", "-p", String(pid)], { env: { LC_ALL: "C" } });
    const [, state, start] = /^\s*(\S+)\s+(.+?)\s*$/.exec(stdout) ?? [];
    return state?.startsWith("Z") ? undefined : start;
  } catch {
    // `ps` says "no such process" by its exit code.
    return undefined;
  }
}

async function findOnLinux(fits: (args: string[]) => boolean): Promise<number[]> {
  const pids = (await fs.readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = [];
  for (const pid of pids) {
    const args = (await readQuietly(`/proc/${pid}/cmdline`))?.split("\0") ?? [];
    if (fits(args)) found.push(Number(pid));
  }
  return found;
}

async function findElsewhere(fits: (args: string[]) => boolean): Promise<number[]> {
  const { stdout } = await run("ps", ["-axww", "-o", "pid=,args="], { maxBuffer: 64 * 1024 * 1024 });
  return stdout
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter((words) => fits(words.slice(1)))
    .map((words) => Number(words[0]));
}

/** A process may end between two looks at it. */
async function readQuietly(file: string): Promise<string | undefined> {
  try {
    return await fs.readFile(file, "utf8");
  } catch {
    return undefined;
  }
}
