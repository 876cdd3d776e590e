import * as fs from "node:fs";
import * as path from "node:path";
import { isRunning } from "./writer";

/** Readers find the old file or the new one. The draft's name holds the writer's number, so that a killed one's can be told. */
export function replaceFile(file: string, text: string): void {
  const draft = `${file}.${process.pid}.draft`;
  const handle = fs.openSync(draft, "w", 0o600);
  try {
    fs.writeFileSync(handle, text);
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
  fs.renameSync(draft, file);
}

/** Removes what killed writers left in a folder in the middle of a write. */
export function removeDrafts(folder: string): void {
  for (const name of fs.readdirSync(folder)) {
    const pid = /\.(\d+)\.draft$/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) fs.rmSync(path.join(folder, name), { force: true });
  }
}

/** A file's text, or undefined when it is not there. */
export function readIfThere(file: string): string | undefined {
  try {
    return fs.readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Milliseconds since a file was written; endless when it is not there. */
export function ageOf(file: string): number {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? Infinity : Date.now() - stat.mtimeMs;
}
