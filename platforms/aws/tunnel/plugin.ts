import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { TunnelRefused } from "./carrier";

const run = promisify(execFile);

/**
 * Later versions take the session's token from the environment; earlier ones want it as an argument, which every user of the machine
 * can read. The bound is that of the AWS CLI (`awscli/customizations/sessionmanager.py`).
 */
const lastWithTokenAsArgument = [1, 2, 497, 0];

const install =
  'Install AWS\'s session-manager-plugin (AWS Systems Manager User Guide, "Install the Session Manager plugin for the AWS CLI"): ' +
  "`brew install --cask session-manager-plugin` on macOS, AWS's .deb or .rpm package on Linux";

/**
 * The plugin of AWS that carries a session's traffic: `session-manager-plugin` on PATH, or what PRODCOPY_SESSION_MANAGER_PLUGIN names.
 * @throws TunnelRefused when there is none, or one so old that it takes the session's token as an argument.
 */
export async function findPlugin(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const plugin = env.PRODCOPY_SESSION_MANAGER_PLUGIN ?? "session-manager-plugin";
  let said: string;
  try {
    said = (await run(plugin, ["--version"], { timeout: 10_000 })).stdout.trim();
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new TunnelRefused(
      `${missing ? `${plugin} was not found` : `${plugin} --version failed: ${(error as Error).message.split("\n")[0]}`}. ${install}; or use --ssh.`,
    );
  }
  const version = said.split(".").map(Number);
  if (version.some((part) => !Number.isInteger(part)) || !isLater(version, lastWithTokenAsArgument)) {
    throw new TunnelRefused(
      `${plugin} is version ${said}; one after ${lastWithTokenAsArgument.join(".")} is needed, since earlier ones show the session's token to every user of this machine. ${install}.`,
    );
  }
  return plugin;
}

function isLater(version: number[], bound: number[]): boolean {
  const length = Math.max(version.length, bound.length);
  for (let i = 0; i < length; i++) {
    const difference = (version[i] ?? 0) - (bound[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}
