import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { cacheFolder, fillOnce } from "../toolchain/cache";
import { startProgress, type Log } from "../toolchain/progress";
import { findOnPath, isProgram, runTool } from "../toolchain/run";
import { isRecentEnough } from "../toolchain/versions";

/** Of moto 5.2.1. */
const oldestPython = "3.10";
const names = ["python3", "python3.13", "python3.12", "python3.11", "python3.10", "python"];

export const sandboxFolder = path.resolve(__dirname, "../../test/sandbox");
const requirements = path.join(sandboxFolder, "requirements.txt");

/** There is no Python that could run the sandbox, or its packages cannot be had. */
export class NoSandboxPython extends Error {}

/**
 * A Python with everything that the sandbox runs on: a virtual environment in the user's cache, made once for each list of
 * requirements (a minute, from PyPI). May be killed and called again, and called by several processes at once.
 *
 * @returns the absolute path of its `python`.
 * @throws NoSandboxPython when there is no Python, or PyPI is out of reach; the message says what to install.
 */
export async function ensureSandboxPython(log: Log, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const base = await basePython(env);
  const wanted = createHash("sha256").update(fs.readFileSync(requirements)).digest("hex").slice(0, 12);
  const place = path.join(
    cacheFolder(env),
    `sandbox-${wanted}-python${base.version}-${process.platform}-${process.arch}`,
  );
  const python = path.join(place, "bin", "python");
  const isWhole = (folder: string) => isProgram(path.join(folder, "bin", "python"));
  if (!isWhole(place)) {
    log(`The sandbox's Python packages (moto and what it needs) are fetched from PyPI, once for this user`);
    await fillOnce(place, isWhole, (folder) => install(base.command, folder, env, log), log);
  }
  return python;
}

async function basePython(env: NodeJS.ProcessEnv): Promise<{ command: string; version: string }> {
  const passedOver: string[] = [];
  for (const name of names) {
    const command = findOnPath(name, env);
    if (command === undefined) continue;
    const said = await runTool(command, ["--version"], { env }).catch((error: Error) => error.message);
    const version = /^Python (\d+\.\d+)/.exec(said)?.[1];
    if (version !== undefined && isRecentEnough(version, oldestPython)) return { command, version };
    passedOver.push(`${command} says "${said.trim().split("\n")[0]}"`);
  }
  const found = passedOver.length > 0 ? passedOver.join("; ") : "there is no python3 on PATH";
  throw new NoSandboxPython(
    `The AWS sandbox needs Python ${oldestPython} or later: ${found}. Install it (Debian, Ubuntu: apt install python3 python3-venv; ` +
      "macOS: brew install python) and try again. Nothing was changed.",
  );
}

async function install(base: string, folder: string, env: NodeJS.ProcessEnv, log: Log): Promise<void> {
  const progress = startProgress("installing the sandbox's Python packages", log);
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"];
  try {
    await runTool(base, ["-m", "venv", folder], { env });
    await runTool(path.join(folder, "bin", "python"), [...pip, "-r", requirements], { env });
  } catch (error) {
    throw new NoSandboxPython(
      `The AWS sandbox's Python packages could not be installed by ${base}: ${(error as Error).message}\n` +
        "Check that this machine reaches PyPI (pip's settings apply) and that Python's module venv is there " +
        "(Debian, Ubuntu: apt install python3-venv). Nothing was changed.",
      { cause: error },
    );
  } finally {
    progress.end();
  }
}
