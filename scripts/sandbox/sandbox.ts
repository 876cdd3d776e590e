import { spawn, type ChildProcess } from "node:child_process";
import * as os from "node:os";
import * as path from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import "../../platforms/aws/nodeVersion";
import { findPostgres } from "../../platforms/local/programs";
import { ensureSandboxPython, sandboxFolder } from "./python";

export interface SandboxOptions {
  /** Where the APIs listen on 127.0.0.1; a free port by default. */
  port?: number;
  /** How long states last, in seconds by their names (`creating`, `modifying`, ...), or "hold"; `default` is for all others. */
  states?: Record<string, number | "hold">;
  env?: NodeJS.ProcessEnv;
  /** Told what is going on while Python and PostgreSQL are looked for. */
  log?: (line: string) => void;
  /** Told each line that the sandbox complains with. */
  onComplaint?: (line: string) => void;
}

/** A running sandbox. It ends with this process, however that ends. */
export interface Sandbox {
  /** For AWS_ENDPOINT_URL. */
  endpoint: string;
  /** The certificate of the authority that issued the certificates of its databases, PEM. */
  caFile: string;
  /** Where it keeps its data while it runs. */
  folder: string;
  pid: number;
  /** Asks the sandbox itself, see `test/sandbox/control.py`. @throws with its answer when it refuses. */
  control: <T = unknown>(name: string, asked?: object) => Promise<T>;
  /** Ends it with every server that it started, and removes its data. */
  stop: () => Promise<void>;
  /** Resolves when it has ended, by whatever cause. */
  ended: Promise<void>;
}

const startedSchema = z.object({ endpoint: z.string(), caFile: z.string(), folder: z.string() });
const stopMs = 60_000;

/**
 * Starts the AWS sandbox of `test/sandbox`: moto's APIs with real PostgreSQL servers behind the RDS instances. What killed
 * sandboxes of this user left is removed first.
 *
 * @throws when Python, its packages or PostgreSQL's programs cannot be had, or it does not start; the message says why.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const env = options.env ?? process.env;
  const log = options.log ?? (() => undefined);
  const python = await ensureSandboxPython(log, env);
  const programs = await findPostgres(env, log);
  const child = spawn(python, ["-m", path.basename(sandboxFolder)], {
    cwd: path.dirname(sandboxFolder),
    // Python's own variables of whoever calls us (PYTHONPATH, PYTHONHOME) would bring other packages in.
    env: { PATH: env.PATH, HOME: env.HOME, TMPDIR: env.TMPDIR, PYTHONDONTWRITEBYTECODE: "1" },
    stdio: ["pipe", "pipe", "pipe"],
    // Ctrl-C goes to us, and we end it in order.
    detached: true,
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const complaints: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => {
    complaints.push(line);
    if (complaints.length > 30) complaints.shift();
    options.onComplaint?.(line);
  });
  child.stdin.on("error", () => undefined);
  child.stdin.write(
    `${JSON.stringify({
      parent: path.join(os.tmpdir(), `prodcopy-sandbox-${os.userInfo().uid}`),
      postgresBin: programs.binFolder,
      postgresLib: programs.libFolder,
      account: programs.account,
      node: process.execPath,
      checkout: path.resolve(sandboxFolder, "../.."),
      port: options.port ?? 0,
      states: options.states ?? {},
    })}\n`,
  );
  const started = await firstLine(child);
  if (started === undefined) {
    throw new Error(`The AWS sandbox did not start:\n  ${complaints.join("\n  ") || "it said nothing"}`);
  }
  const { endpoint, caFile, folder } = startedSchema.parse(JSON.parse(started));
  return {
    endpoint,
    caFile,
    folder,
    pid: child.pid ?? 0,
    control: (name, asked = {}) => control(endpoint, name, asked),
    stop: () => stop(child, ended),
    ended,
  };
}

function firstLine(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    child.once("error", (error) => reject(new Error(`Python could not be started: ${error.message}`)));
    child.once("close", () => resolve(undefined));
    if (child.stdout) createInterface({ input: child.stdout }).once("line", resolve);
  });
}

async function control<T>(endpoint: string, name: string, asked: object): Promise<T> {
  const response = await fetch(`${endpoint}/sandbox/${name}`, {
    method: "POST",
    body: JSON.stringify(asked),
  });
  const answer = (await response.json()) as T & { error?: string };
  if (!response.ok) throw new Error(`the sandbox refused "${name}": ${answer.error}`);
  return answer;
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.stdin?.end();
  const insist = setTimeout(() => child.kill("SIGKILL"), stopMs);
  await ended;
  clearTimeout(insist);
}
