"use strict";
/**
 * Stands between this tool and what must not outlive it: `node untilParentEnds.js FOLDER [COMMAND ...]`. Starts the command, and when its own
 * standard input ends, which the system sees to even after a kill -9 of whoever holds the other end, it ends the command and removes
 * the folder (`-` for none). Plain JavaScript: it has to be there in a moment and needs nothing.
 */
const { spawn } = require("node:child_process");
const { rmSync } = require("node:fs");

const [folder, command, ...args] = process.argv.slice(2);
/** How long a command that was asked to end may take, in milliseconds. */
const graceMs = 3_000;

const child =
  command === undefined ? undefined : spawn(command, args, { stdio: ["ignore", "inherit", "inherit"] });

function finish(code) {
  if (folder !== "-") rmSync(folder, { recursive: true, force: true });
  process.exit(code);
}

function stop() {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) finish(0);
  child.kill("SIGINT");
  setTimeout(() => child.kill("SIGKILL"), graceMs);
}

child?.on("error", (error) => {
  process.stderr.write(`${error.message}\n`);
  finish(127);
});
child?.on("exit", (code) => finish(code ?? 1));
process.stdin.on("end", stop).on("error", stop).resume();
// It ends with its parent, not with a terminal's keys.
for (const signal of ["SIGINT", "SIGHUP", "SIGTERM"]) process.on(signal, () => undefined);
