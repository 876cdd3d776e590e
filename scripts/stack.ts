import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { localHome, type LocalHome } from "../platforms/local/home";
import { hint } from "../postgres/sanitise/rules/names";
import { backendFolder, ensurePulumi, pulumiEnvironment, type PulumiToolchain } from "./toolchain/pulumi";

/** The folder of Pulumi.yaml: where the CLI has to run, whatever folder the person stands in. */
export const projectFolder = path.resolve(__dirname, "..");

/** A stack on this machine, ready to be driven. */
export interface Stack {
  name: string;
  home: LocalHome;
  toolchain: PulumiToolchain;
  /** Folder of the file backend. */
  backend: string;
  environment: Record<string, string>;
}

/** The files of the checkout that describe stacks. */
export function stackFiles(folder: string = projectFolder): { name: string; file: string }[] {
  return fs
    .readdirSync(folder)
    .sort()
    .flatMap((file) => {
      const name = /^Pulumi\.(.+)\.ya?ml$/.exec(file)?.[1];
      return name === undefined ? [] : [{ name, file }];
    });
}

/**
 * Before anything is written for a stack: a mistyped name would make a stack, a passphrase and a file of its own.
 * @throws when no file of the checkout describes it, with the nearest name.
 */
export function assertStack(name: string, folder: string = projectFolder): void {
  const known = stackFiles(folder).map((one) => one.name);
  if (known.includes(name)) return;
  throw new Error(
    `There is no stack ${JSON.stringify(name)}: ${folder} has no file Pulumi.${name}.yaml.${hint(name, known)} ` +
      `There are: ${known.join(", ") || "none"}. Nothing was changed.`,
  );
}

/** @throws when there is no such stack, before anything is made for it. */
export async function prepareStack(name: string, log: (line: string) => void): Promise<Stack> {
  assertStack(name);
  const home = localHome();
  const toolchain = await ensurePulumi(log);
  return {
    name,
    home,
    toolchain,
    backend: backendFolder(home),
    environment: pulumiEnvironment(toolchain, name, home),
  };
}

/** Runs the CLI in the project's folder and shows everything that it says. @returns its exit code. */
export function pulumi(stack: Stack, args: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(stack.toolchain.command, [...args, "--stack", stack.name], {
      cwd: projectFolder,
      env: { ...process.env, ...stack.environment },
      stdio: "inherit",
    });
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(signal === null ? (code ?? 1) : 1));
  });
}

/** Runs the CLI and returns what it printed; for questions. @throws with what it said when it fails. */
export function askPulumi(stack: Stack, args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(stack.toolchain.command, args, {
      cwd: projectFolder,
      env: { ...process.env, ...stack.environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let out = "";
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0
        ? resolve(out)
        : reject(new Error(`\`pulumi ${args.join(" ")}\` failed with exit code ${code}:\n${said || out}`)),
    );
  });
}

/** Makes the stack in its backend when it is not there yet. Its configuration is the committed file. */
export async function ensureStack(stack: Stack): Promise<void> {
  const listed = JSON.parse(await askPulumi(stack, ["stack", "ls", "--json"])) as { name: string }[];
  if (listed.some((found) => found.name === stack.name || found.name.endsWith(`/${stack.name}`))) return;
  await askPulumi(stack, ["stack", "init", stack.name]);
}
