import { spawn } from "node:child_process";
import * as os from "node:os";
import { withoutDatabases } from "../../postgres/libpqEnvironment";
import type { Tunnel } from "../../platforms/aws/tunnel/tunnel";
import { NeedsLookError } from "../outcome";

/** What a terminal or a supervisor sends to end something. */
const endings = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs a command with the database in its environment, and nothing of the caller's that leads to another one. Ctrl-C is the command's to
 * handle (psql cancels a query by it); the other signals are passed on.
 * @returns the command's exit code, 128 and the signal's number when a signal ended it.
 * @throws NeedsLookError when the tunnel was given up meanwhile.
 */
export async function runWrapped(
  words: string[],
  database: Record<string, string>,
  tunnel: Tunnel,
): Promise<number> {
  const [command = "", ...args] = words;
  const child = spawn(command, args, {
    stdio: "inherit",
    env: { ...withoutDatabases(process.env), ...database },
  });
  let lost: Error | undefined;
  void tunnel.failed.then((error) => {
    lost = error;
    child.kill("SIGTERM");
  });
  const pass = (signal: NodeJS.Signals) => {
    // The terminal has sent it to the command already.
    if (signal !== "SIGINT") child.kill(signal);
  };
  for (const signal of endings) process.on(signal, pass);
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.on("error", (error: NodeJS.ErrnoException) =>
        reject(
          new Error(
            `the command ${command} cannot be started (${error.code ?? error.message}); the tunnel is closed again`,
          ),
        ),
      );
      child.on("exit", (exit, signal) =>
        resolve(exit ?? 128 + (signal === null ? 0 : (os.constants.signals[signal] ?? 0))),
      );
    });
    if (lost !== undefined) throw new NeedsLookError(`${lost.message} ${command} was ended.`);
    return code;
  } finally {
    for (const signal of endings) process.off(signal, pass);
  }
}

/**
 * Waits until somebody ends the tunnel: by Ctrl-C or another signal, or by the end of the process that started it.
 * @throws NeedsLookError when the tunnel was given up.
 */
export async function untilEnded(tunnel: Tunnel): Promise<void> {
  const parent = process.ppid;
  let orphaned: NodeJS.Timeout | undefined;
  let end: () => void = () => undefined;
  const ended = new Promise<undefined>((resolve) => {
    end = () => resolve(undefined);
    // No signal tells a process that its parent is gone.
    orphaned = setInterval(() => {
      if (process.ppid !== parent) end();
    }, 500);
  });
  for (const signal of endings) process.on(signal, end);
  const lost = await Promise.race([ended, tunnel.failed]);
  clearInterval(orphaned);
  for (const signal of endings) process.off(signal, end);
  if (lost !== undefined) throw new NeedsLookError(lost.message);
}
