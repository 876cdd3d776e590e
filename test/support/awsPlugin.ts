import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { ensurePulumi } from "../../scripts/toolchain/pulumi";

/** How Pulumi's resources of AWS are made: by what the engine finds on PATH besides, and with which settings. */
export interface AwsPlugin {
  /** Folders for PATH; none where the engine has a plugin of its own. */
  path: string[];
  /** In a test's name. */
  words: string;
}

const run = promisify(execFile);

/**
 * Pulumi's own plugin where one is installed, else a stand-in that drives Terraform's provider: PRODCOPY_AWS_BRIDGE names its folder.
 * @returns why there is none, as a text.
 */
export async function awsPlugin(env: NodeJS.ProcessEnv = process.env): Promise<AwsPlugin | string> {
  const { command } = await ensurePulumi(() => undefined);
  const { stdout } = await run(command, ["plugin", "ls", "--json"], { env });
  const installed = JSON.parse(stdout) as { name: string; kind: string; version?: string }[];
  const own = installed.find(({ name, kind }) => name === "aws" && kind === "resource");
  if (own !== undefined) return { path: [], words: `Pulumi's plugin for AWS ${own.version ?? ""}` };
  const bridge = env.PRODCOPY_AWS_BRIDGE;
  if (bridge === undefined) {
    return "Pulumi's plugin for AWS is not installed, and PRODCOPY_AWS_BRIDGE names no stand-in";
  }
  return {
    path: [path.join(await readyBridge(bridge, env), "bin")],
    words: "a stand-in with Terraform's provider",
  };
}

/** A copy of the bridge with its dependencies, made once: the folder itself may be read-only. */
async function readyBridge(folder: string, env: NodeJS.ProcessEnv): Promise<string> {
  const lock = fs.readFileSync(path.join(folder, "package-lock.json"));
  const digest = createHash("sha256").update(lock).digest("hex").slice(0, 12);
  const cache = path.join(env.XDG_CACHE_HOME ?? path.join(os.homedir(), ".cache"), "prodcopy");
  const ready = path.join(cache, `aws-bridge-${digest}`);
  if (fs.existsSync(ready)) return ready;
  fs.mkdirSync(cache, { recursive: true });
  const making = fs.mkdtempSync(path.join(cache, "making-"));
  fs.cpSync(folder, making, { recursive: true });
  await run("chmod", ["-R", "u+w", making]);
  await run("npm", ["ci", "--no-audit", "--no-fund"], { cwd: making, env });
  fs.renameSync(making, ready);
  return ready;
}
