import * as fs from "node:fs";
import * as path from "node:path";
import { buildPulumi } from "./build";
import { cacheFolder, fillOnce } from "./cache";
import { downloadPulumi } from "./download";
import type { Log } from "./progress";
import { findOnPath, isProgram, runTool } from "./run";
import { isRecentEnough, versions } from "./versions";

export { backendFolder, passphraseFileOf, pulumiEnvironment } from "./environment";

/** A Pulumi CLI that can run this project's program, with its language host and hand-over scripts beside it. */
export interface PulumiToolchain {
  /** Absolute path of the program `pulumi`. */
  command: string;
  /** Its folder; it has to be on PATH while the CLI runs. */
  binFolder: string;
  /** Such as `3.220.0`. */
  version: string;
  source: "PATH" | "cache" | "download" | "built";
}

const programs = [
  "pulumi",
  "pulumi-language-nodejs",
  "pulumi-resource-pulumi-nodejs",
  "pulumi-analyzer-policy",
];

/**
 * Finds the Pulumi CLI, or makes it: a recent one on PATH, else the one that an earlier call put into the user's cache,
 * else the official download, else a build from the Go module proxy (minutes, once a machine). `log` is told what is
 * going on. May be killed and called again, and called by several processes at once.
 *
 * @throws when none of these ways is open; the message names what to install.
 */
export async function ensurePulumi(log: Log, env: NodeJS.ProcessEnv = process.env): Promise<PulumiToolchain> {
  const onPath = await pulumiOnPath(log, env);
  if (onPath !== undefined) return onPath;

  const cache = cacheFolder(env);
  const folder = path.join(cache, `pulumi-${versions.pulumi}-${process.platform}-${process.arch}`);
  const isWhole = (place: string) => programs.every((name) => isProgram(path.join(place, "bin", name)));
  const result = (source: PulumiToolchain["source"]): PulumiToolchain => {
    const binFolder = path.join(folder, "bin");
    return { command: path.join(binFolder, "pulumi"), binFolder, version: versions.pulumi, source };
  };
  if (isWhole(folder)) return result("cache");

  let source: PulumiToolchain["source"] = "cache";
  const fill = async (place: string) => {
    source = await make(place, isWhole, cache, env, log);
  };
  await fillOnce(folder, isWhole, fill, log);
  log(`Pulumi ${versions.pulumi} is ready in ${folder}`);
  return result(source);
}

async function make(
  place: string,
  isWhole: (place: string) => boolean,
  cache: string,
  env: NodeJS.ProcessEnv,
  log: Log,
): Promise<"download" | "built"> {
  log(`The Pulumi CLI (${versions.oldestPulumi} or later) is not on PATH: downloading ${versions.pulumi}`);
  const failed = await downloadPulumi(place).then(
    () => undefined,
    (error: Error) => error.message,
  );
  if (failed === undefined && isWhole(place)) return "download";
  const noDownload = failed ?? "the archive lacks some of its programs";
  log(`The download is out of reach (${noDownload}): building it from source instead, once for this user`);
  fs.rmSync(place, { recursive: true, force: true });
  try {
    await buildPulumi(path.join(place, "bin"), cache, env, log);
  } catch (error) {
    throw new Error(cannotBeHad(noDownload, (error as Error).message), { cause: error });
  }
  return "built";
}

/** A `pulumi` of the machine's own, when it is recent enough and brings what runs Node.js programs. */
async function pulumiOnPath(log: Log, env: NodeJS.ProcessEnv): Promise<PulumiToolchain | undefined> {
  const command = findOnPath("pulumi", env);
  if (command === undefined) return undefined;
  const asked = { env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" } };
  const said = (await runTool(command, ["version"], asked).catch((error: Error) => error.message)).trim();
  if (!isRecentEnough(said, versions.oldestPulumi)) {
    log(
      `${command} is passed over: ${versions.oldestPulumi} or later is needed, it says "${said.split("\n")[0]}"`,
    );
    return undefined;
  }
  const binFolder = path.dirname(fs.realpathSync(command));
  const missing = programs.filter(
    (name) => !isProgram(path.join(binFolder, name)) && findOnPath(name, env) === undefined,
  );
  if (missing.length > 0) {
    log(`${command} is passed over: ${missing.join(", ")} is not beside it, nor on PATH`);
    return undefined;
  }
  return { command, binFolder, version: said.replace(/^v/, ""), source: "PATH" };
}

function cannotBeHad(download: string, build: string): string {
  return [
    "The Pulumi CLI is not on this machine and cannot be had:",
    `  - the official download: ${download}`,
    `  - building it from source: ${build}`,
    `Install one of these and try again: the Pulumi CLI ${versions.oldestPulumi} or later (https://www.pulumi.com/docs/install/), ` +
      `or Go ${versions.oldestGo} or later, or Python 3 with pip. Nothing was changed.`,
  ].join("\n");
}
