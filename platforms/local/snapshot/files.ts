import { createHash } from "node:crypto";
import * as fs from "node:fs/promises";
import { createReadStream } from "node:fs";
import * as path from "node:path";
import type { Log } from "../../../postgres/proof";
import { errorCode } from "../files";
import { dataFolder, type SnapshotFile } from "./manifest";

/** Reports long copies: at most one line in this time. */
const progressEveryMs = 2_000;
const mebibyte = 1024 * 1024;

export async function sha256Of(file: string, size: number): Promise<string> {
  const hash = createHash("sha256");
  // A data folder has a thousand small files; a stream for each costs more than the hashing.
  if (size <= 8 * mebibyte) return hash.update(await fs.readFile(file)).digest("hex");
  for await (const chunk of createReadStream(file, { highWaterMark: mebibyte })) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/**
 * Proves that each file is there as it was written. @throws with the name of the first one that is not.
 */
export async function verifyFiles(
  folder: string,
  id: string,
  files: SnapshotFile[],
  log: Log,
): Promise<void> {
  const progress = progressOf(`reading snapshot ${id}`, files, log);
  for (const file of files) {
    const full = path.join(dataFolder(folder), file.path);
    const fault = await faultOf(full, file);
    if (fault !== undefined) {
      throw new Error(
        `the snapshot ${id} is damaged: ${full} ${fault}. Nothing was changed. Name another snapshot ` +
          `(prodcopy:snapshot, or "latest" after removing the folder ${folder}), or take a new one`,
      );
    }
    progress(file.size);
  }
}

async function faultOf(full: string, file: SnapshotFile): Promise<string | undefined> {
  try {
    const { size } = await fs.stat(full);
    if (size !== file.size) return `is ${size} bytes long instead of ${file.size}`;
    return (await sha256Of(full, size)) === file.sha256
      ? undefined
      : "has other contents than when it was taken";
  } catch (error) {
    return errorCode(error) === "ENOENT" ? "is missing" : `cannot be read (${errorCode(error) ?? "unknown"})`;
  }
}

/** A function that is told of each file and now and then says how far the work is. */
export function progressOf(doing: string, files: { size: number }[], log: Log): (bytes: number) => void {
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const begin = Date.now();
  let last = begin;
  let count = 0;
  let done = 0;
  return (bytes) => {
    count += 1;
    done += bytes;
    const now = Date.now();
    const finished = count === files.length;
    if (!finished && now - last < progressEveryMs) return;
    last = now;
    const rate = done / mebibyte / Math.max((now - begin) / 1000, 0.001);
    log(
      `${doing}: ${count} of ${files.length} files, ${megabytes(done)} of ${megabytes(total)} MB, ${Math.round(rate)} MB/s`,
    );
  };
}

export function megabytes(bytes: number): string {
  return (bytes / mebibyte).toFixed(bytes < 10 * mebibyte ? 1 : 0);
}

/** Bytes that may still be written on the disk that holds the folder. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await fs.statfs(folder);
  return bavail * bsize;
}

/** Refuses early what would fill the disk; `margin` is what the server itself needs to work. */
export async function assertSpace(folder: string, needed: number, doing: string): Promise<void> {
  const margin = 64 * mebibyte;
  const free = await freeBytes(folder);
  if (free >= needed + margin) return;
  throw new Error(
    `${doing} needs ${megabytes(needed + margin)} MB below ${folder}, and ${megabytes(free)} MB are free. Nothing was written there. ` +
      "Free some space (`npx prodcopy status` names the copies), or set PRODCOPY_HOME to a larger disk",
  );
}

/**
 * A server whose disk is full loses its connections as often as it names the reason: it ends when it cannot write its log.
 * @returns the reason in words when little is free where it stands.
 */
export async function fullDisk(folder: string): Promise<string | undefined> {
  const free = await freeBytes(folder);
  if (free >= 64 * mebibyte) return undefined;
  return (
    `Only ${megabytes(free)} MB are free on the disk that holds ${folder}, and a server needs more to work (no space left on device). ` +
    "Free some space (`npx prodcopy status` names the copies) and run it again."
  );
}

/** The same error in words, when the disk fills up in the middle of the work all the same. */
export function explainFullDisk(error: unknown, folder: string, left: string): unknown {
  if (errorCode(error) !== "ENOSPC" && errorCode(error) !== "EDQUOT") return error;
  return new Error(
    `the disk that holds ${folder} is full. ${left} Free some space (npx prodcopy status names the copies) and run it again`,
    { cause: error },
  );
}
