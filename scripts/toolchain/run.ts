import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { createInterface } from "node:readline";

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Told each line of standard error while the program runs. */
  onErrorLine?: (line: string) => void;
}

/** Runs a program to its end. @returns its standard output. @throws with the end of its standard error when it fails. */
export async function runTool(program: string, args: string[], options: RunOptions = {}): Promise<string> {
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const complaints: string[] = [];
  child.stdout.on("data", (data: Buffer) => (output += data.toString()));
  createInterface({ input: child.stderr }).on("line", (line) => {
    complaints.push(line);
    if (complaints.length > 12) complaints.shift();
    options.onErrorLine?.(line);
  });
  const ended = await new Promise<string | undefined>((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code, signal) => {
      resolve(code === 0 ? undefined : `it ended with ${signal ?? `code ${code}`}`);
    });
  });
  if (ended === undefined) return output;
  const said = complaints.filter((line) => line.trim() !== "");
  throw new Error([`${path.basename(program)} ${args[0] ?? ""} failed: ${ended}`, ...said].join("\n  "));
}

/** The absolute path of a program on the given PATH, if it is there and may be run. */
export function findOnPath(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const folders = (env.PATH ?? "").split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  return folders.map((folder) => path.join(folder, name)).find(isProgram);
}

export function isProgram(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}
