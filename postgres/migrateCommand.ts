import { spawn } from "node:child_process";
import { mkdir, mkdtemp, open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { type ConnectionTarget, withSession } from "./connection";
import { libpqEnvironment, passwordFileIn, withoutDatabases } from "./libpqEnvironment";
import { proof, type Log, type Proof } from "./proof";
import { withStageLock } from "./stageLock";

export interface MigrationCommand {
  /** The program and its arguments, as words; no shell. */
  command: string[];
  /** The copy. The program gets it as PGHOST, PGPORT, PGDATABASE, PGUSER and PGPASSFILE, never as an argument or a URL. */
  target: ConnectionTarget;
  log: Log;
  /** Further variables, without secrets. */
  env?: Record<string, string>;
  /** Default: the current folder. */
  cwd?: string;
  /** Default half an hour. A program that takes longer is ended, and has failed. */
  timeoutMs?: number;
  /** A private folder for its whole output; default one of its own below the temporary folder, removed after success. */
  outputFolder?: string;
}

/** How long a program that was told to end may take before it is killed, in milliseconds. */
const graceMs = 10_000;
/** How many of the last lines of a failed program are shown. */
const shownLines = 20;
/** The sessions of the program, where it does not name them itself, and ours beside them. */
const applicationName = "prodcopy migrate";

/**
 * Runs the application's own migration command on the copy and checks its exit code. Its output goes to a file that only
 * this user may read; of it, only the last lines of a failure are shown, redacted, for they may hold rows. A program of a
 * killed run goes on by itself: as long as it has a session on the copy it is waited for.
 * @throws when it cannot be started, ends with another code than 0, by a signal, or not in time.
 */
export async function runMigrationCommand(options: MigrationCommand): Promise<Proof[]> {
  const [program, ...args] = options.command;
  if (program === undefined) throw new Error("the migration command is empty");
  const folder = options.outputFolder ?? (await mkdtemp(path.join(tmpdir(), "prodcopy-migrate-")));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const output = path.join(folder, "migrate.log");
  options.log(`running ${program}`);
  const started = Date.now();
  let how: string;
  try {
    const env = {
      ...withoutDatabases(process.env),
      ...options.env,
      ...(await libpqEnvironment(options.target, folder)),
      PGAPPNAME: applicationName,
    };
    how = await withSession(options.target, { applicationName }, (session) =>
      withStageLock(session, applicationName, options.log, () =>
        runToFile(program, args, env, output, options),
      ),
    );
  } finally {
    await rm(passwordFileIn(folder), { force: true });
  }
  if (how !== "exit code 0") {
    const shown = redactOutput(await readFile(output, "utf8"), options.target.password);
    throw new Error(
      `the migration command ${program} failed: ${how}. Its last lines, without values:\n${shown}\n` +
        `All of it is in ${output}, readable by you alone; it may hold personal data of before the sanitising, so remove ` +
        "it when you have read it. What it had applied before stays; mend it and run the stage again",
    );
  }
  if (options.outputFolder === undefined) await rm(folder, { recursive: true, force: true });
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  return [
    proof("The application's own migration command succeeded.", `${program}: ${how} after ${seconds} s`),
  ];
}

/** Runs it to its end and answers how it ended. */
async function runToFile(
  program: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  output: string,
  { cwd, timeoutMs = 1_800_000 }: MigrationCommand,
): Promise<string> {
  await rm(output, { force: true });
  const file = await open(output, "wx", 0o600);
  try {
    // A group of its own, so that what it starts can be ended with it.
    const child = spawn(program, args, { env, cwd, detached: true, stdio: ["ignore", file.fd, file.fd] });
    const signal = (name: NodeJS.Signals) => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, name);
      } catch {
        // It has ended already.
      }
    };
    let late = false;
    let kill: NodeJS.Timeout | undefined;
    const timer = setTimeout(() => {
      late = true;
      signal("SIGTERM");
      kill = setTimeout(() => signal("SIGKILL"), graceMs);
    }, timeoutMs);
    const how = await new Promise<string>((resolve) => {
      child.once("error", (error: NodeJS.ErrnoException) =>
        resolve(`it could not be started (${error.code ?? "unknown"})`),
      );
      child.once("exit", (code, by) => resolve(by ? `it was ended by ${by}` : `exit code ${code}`));
    });
    clearTimeout(timer);
    clearTimeout(kill);
    return late ? `it was not done after ${Math.round(timeoutMs / 1000)} s and was ended` : how;
  } finally {
    await file.close();
  }
}

/**
 * The last lines of a program's output without what may be a value: PostgreSQL's DETAIL, CONTEXT and STATEMENT, whatever
 * is quoted or in parentheses after `=`, addresses, and long numbers.
 */
export function redactOutput(text: string, password: string): string {
  const lines = text
    .split("\n")
    .filter((line) => !/\b(DETAIL|CONTEXT|STATEMENT|HINT|QUERY)\b\s*:/.test(line) && line.trim() !== "")
    .slice(-shownLines);
  return lines
    .map((line) =>
      line
        .replaceAll(password, "[redacted]")
        .replace(/(contains|=)\s*\(.*\)/g, "$1 (...)")
        .replace(/'[^']*'/g, "'...'")
        .replace(/[^\s"'<>(),;]+@[^\s"'<>(),;]+/g, "[address]")
        .replace(/\d[\d .-]{5,}\d/g, "[number]"),
    )
    .map((line) => `    ${line}`)
    .join("\n");
}
