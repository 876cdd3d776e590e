import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { randomBytes } from "node:crypto";
import type { Log } from "./progress";

/** Where programs that were fetched or built are kept, once a user: outside every checkout, safe to delete at any time. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  const named = env.XDG_CACHE_HOME;
  const base = named && path.isAbsolute(named) ? named : path.join(os.homedir(), ".cache");
  return path.join(base, "prodcopy");
}

/**
 * Fills a folder of the cache. `fill` works in a temporary folder beside it, which is renamed into place when it is whole:
 * a killed run leaves nothing that looks finished. Of several processes one works while the others wait for its result.
 */
export async function fillOnce(
  target: string,
  isWhole: (folder: string) => boolean,
  fill: (folder: string) => Promise<void>,
  log: Log,
): Promise<void> {
  fs.mkdirSync(path.dirname(target), { recursive: true, mode: 0o700 });
  const release = await lock(`${target}.lock`, () => isWhole(target), log);
  if (release === undefined) return;
  const unfinished = `${target}.unfinished-${randomBytes(4).toString("hex")}`;
  try {
    if (isWhole(target)) return;
    sweep(target);
    fs.mkdirSync(unfinished);
    await fill(unfinished);
    fs.rmSync(target, { recursive: true, force: true });
    fs.renameSync(unfinished, target);
  } finally {
    fs.rmSync(unfinished, { recursive: true, force: true });
    release();
  }
}

/** What killed runs left beside the target; the lock says that nobody works on it now. */
function sweep(target: string): void {
  const folder = path.dirname(target);
  for (const name of fs.readdirSync(folder)) {
    if (!name.startsWith(`${path.basename(target)}.unfinished-`)) continue;
    fs.rmSync(path.join(folder, name), { recursive: true, force: true });
  }
}

/** The holder touches its lock; one that was not touched for so long belongs to a process that was killed. */
const heartbeatMs = 2_000;
const abandonedMs = 15_000;

/** Takes the lock, or waits until it is free. @returns what gives it back, or nothing when `done` came true while waiting. */
async function lock(file: string, done: () => boolean, log: Log): Promise<(() => void) | undefined> {
  for (let waited = 0; ; waited += 1) {
    if (done()) return undefined;
    if (tryLock(file)) break;
    if (waited % 10 === 1) log(`waiting for another process that is at the same work (${file})`);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  const timer = setInterval(() => touch(file), heartbeatMs);
  return () => {
    clearInterval(timer);
    fs.rmSync(file, { force: true });
  };
}

function tryLock(file: string): boolean {
  const age = Date.now() - (fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
  // Renamed first, so that of several who find it abandoned only one can take it away.
  if (age > abandonedMs) {
    const abandoned = `${file}.${randomBytes(4).toString("hex")}`;
    try {
      fs.renameSync(file, abandoned);
      fs.rmSync(abandoned, { force: true });
    } catch {
      return false;
    }
  }
  try {
    fs.writeFileSync(file, `${process.pid}\n`, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function touch(file: string): void {
  try {
    fs.utimesSync(file, new Date(), new Date());
  } catch {
    // Taken away by a person: the rename at the end is still safe.
  }
}
