import * as fs from "node:fs";
import * as os from "node:os";

/** The process that wrote a section, told apart from a later process with the same number. */
export interface Writer {
  host: string;
  pid: number;
  /** When the process began, in the kernel's own clock; undefined where the system does not say. */
  began: string | undefined;
}

/** This process. */
export function thisWriter(): Writer {
  return { host: os.hostname(), pid: process.pid, began: beganOf(process.pid) };
}

/** Whether a process of this machine has this number now. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, under another account.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * Whether the writer still runs. On another machine nobody can know, so the answer is yes: a report that was copied
 * there must not call a running stage dead.
 */
export function isAlive(writer: Writer): boolean {
  if (writer.host !== os.hostname()) return true;
  return isRunning(writer.pid) && beganOf(writer.pid) === writer.began;
}

/** Field 22 of /proc/PID/stat. The name in field 2 may hold anything, so counting starts after its closing bracket. */
function beganOf(pid: number): string | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // A zombie has ended; only its parent has not noticed yet.
    return fields[0] === "Z" ? "ended" : fields[19];
  } catch {
    return "ended";
  }
}
