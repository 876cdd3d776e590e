import { spawn, type ChildProcessByStdio } from "node:child_process";
import * as path from "node:path";
import type { Readable, Writable } from "node:stream";

export type Kept = ChildProcessByStdio<Writable, Readable, Readable>;

/**
 * Starts a command that ends with this process, however this process ends, and removes a folder then. To end it earlier, end its
 * standard input. In a session of its own, so that Ctrl-C in a wrapped command does not cut the tunnel under it.
 * @param keep.folder removed at the end; @param keep.command nothing when only the folder matters.
 */
export function startKeeper(keep: {
  folder?: string;
  command?: string[];
  env?: Record<string, string>;
}): Kept {
  return spawn(
    process.execPath,
    [path.join(__dirname, "untilParentEnds.js"), keep.folder ?? "-", ...(keep.command ?? [])],
    {
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, ...keep.env },
    },
  );
}

/** Ends what it keeps, and returns when all of it is gone. */
export async function endKeeper(kept: Kept): Promise<void> {
  const gone = new Promise<void>((resolve) => {
    if (kept.exitCode !== null || kept.signalCode !== null) resolve();
    else kept.on("exit", () => resolve());
  });
  kept.stdin.on("error", () => undefined).end();
  await gone;
}
