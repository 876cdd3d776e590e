import { spawn, type ChildProcess } from "node:child_process";
import * as path from "node:path";

const program = path.resolve(__dirname, "../../scripts/prodcopy.js");

export interface Finished {
  code: number | null;
  signal: NodeJS.Signals | null;
  out: string;
  err: string;
}

export interface Running {
  child: ChildProcess;
  /** Everything that it has said so far, on both ways. */
  said: () => string;
  finished: Promise<Finished>;
}

/** The real command-line tool in a process of its own, with nothing of PG* or DATABASE_URL but what is given. */
export function startCli(args: string[], env: Record<string, string>): Running {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(PG|DATABASE_URL|SOURCE_DATABASE_URL|PRODCOPY_)/.test(name),
    ),
  );
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...inherited, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, out, err }));
  });
  return { child, said: () => out + err, finished };
}

export function runCli(args: string[], env: Record<string, string>): Promise<Finished> {
  return startCli(args, env).finished;
}
