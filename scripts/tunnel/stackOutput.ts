import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { localHome } from "../../platforms/local/home";
import { progress } from "../say";
import { projectFolder } from "../stack";
import { ensurePulumi, passphraseFileOf, pulumiEnvironment } from "../toolchain/pulumi";
import { tunnelOutput, type TunnelOutput } from "./order";

const run = promisify(execFile);

/** One backend in which the stack may be. */
export interface Backend {
  /** What a person calls it. */
  name: string;
  /** All outputs of the stack. @throws when it is not there, or cannot be read. */
  outputs: (stack: string) => Promise<Record<string, unknown>>;
}

/**
 * What the stack's output `tunnel` says. The person's own backend is asked first, as `pulumi` by itself would ask it (`pulumi login`, PULUMI_BACKEND_URL,
 * and where it keeps its secrets), then the one that this tool keeps on this machine.
 * @throws when neither has it, or it says nothing of a tunnel: each with what to do
 */
export async function tunnelOf(stack: string, backends: Backend[]): Promise<TunnelOutput> {
  const failures: string[] = [];
  for (const { name, outputs } of backends) {
    let found: Record<string, unknown>;
    try {
      found = await outputs(stack);
    } catch (error) {
      failures.push(`${name}: ${reasonOf(error as Error)}`);
      continue;
    }
    return read(stack, found.tunnel);
  }
  throw new Error(
    `The tunnel is not opened: no stack ${JSON.stringify(stack)} could be read.\n${failures.map((one) => `- ${one}`).join("\n")}\n` +
      "Log in to the backend that has it (`pulumi login`, or PULUMI_BACKEND_URL), with the passphrase of its secrets where it has one " +
      "(PULUMI_CONFIG_PASSPHRASE_FILE); `pulumi stack ls --all` names the stacks there. Or name bastion and database by options.",
  );
}

function read(stack: string, output: unknown): TunnelOutput {
  if (output === undefined) {
    throw new Error(
      `The tunnel is not opened: the stack ${stack} has no output \`tunnel\`, so it declares no bastion, or was never brought up. ` +
        "Run `pulumi up` on it, or name bastion and database by options.",
    );
  }
  const parsed = tunnelOutput.safeParse(output);
  if (parsed.success) return parsed.data;
  const wrong = [...new Set(parsed.error.issues.map((issue) => issue.path.join(".") || "all of it"))].join(
    ", ",
  );
  throw new Error(
    `The tunnel is not opened: the output \`tunnel\` of the stack ${stack} is not as expected: ${wrong}. ` +
      "It holds names alone, and none of it may be a secret. Name bastion and database by options.",
  );
}

/** The backends of a person at this machine. */
export async function backendsHere(stack: string): Promise<Backend[]> {
  const toolchain = await ensurePulumi(progress);
  const home = localHome();
  const ask = async (env: NodeJS.ProcessEnv) => {
    const args = ["stack", "output", "--json", "--non-interactive", "--stack", stack];
    const { stdout } = await run(toolchain.command, args, {
      cwd: projectFolder,
      env,
      maxBuffer: 64 * 2 ** 20,
    });
    return JSON.parse(stdout) as Record<string, unknown>;
  };
  const PATH = [toolchain.binFolder, process.env.PATH ?? ""].join(path.delimiter);
  const own: Backend = {
    name: `your own backend (${process.env.PULUMI_BACKEND_URL ?? "`pulumi login`"})`,
    outputs: () => ask({ ...process.env, PATH, PULUMI_SKIP_UPDATE_CHECK: "true" }),
  };
  // A question makes nothing: where no passphrase was made for it, this tool keeps no such stack.
  if (!fs.existsSync(passphraseFileOf(stack, home))) return [own];
  const kept: Backend = {
    name: "the backend on this machine",
    outputs: () => ask({ ...process.env, ...pulumiEnvironment(toolchain, stack, home) }),
  };
  return [own, kept];
}

/** The CLI's own words, one line of them. */
function reasonOf(error: Error & { stderr?: string }): string {
  const said =
    (error.stderr ?? "").split("\n").find((line) => /error/i.test(line)) ??
    error.message.split("\n")[0] ??
    "";
  return said.replace(/^error:\s*/, "").trim();
}
