import * as fs from "node:fs/promises";
import * as path from "node:path";
import { copyFolder, findCopyRecord, holdsNothing } from "../copy";
import { listFolder } from "../files";
import type { LocalHome } from "../home";
import { shutDown } from "../server/process";
import { socketDirectoryOf } from "../server/place";

/**
 * Stops a copy and removes it, finished or not; one that is gone is fine.
 * @throws when it carries another stack's label, or none.
 */
export async function removeCopy(home: LocalHome, copyId: string, stack: string): Promise<void> {
  const dir = copyFolder(home, copyId);
  const record = await findCopyRecord(dir);
  if (record === undefined) {
    if (await holdsNothing(dir)) {
      await fs.rm(dir, { recursive: true, force: true });
      return;
    }
    throw new Error(
      `${dir} carries no label of ours, so it is not removed. Look into it, and remove it yourself`,
    );
  }
  if (record.label.stack !== stack) {
    throw new Error(
      `the copy ${copyId} belongs to stack "${record.label.stack}", so stack "${stack}" does not remove it`,
    );
  }
  await eraseCopy(dir);
}

/** The label goes last: when this is killed, the next call finds what is left and whose it is. */
export async function eraseCopy(dir: string): Promise<void> {
  await shutDown(path.join(dir, "data"), "immediate");
  await fs.rm(socketDirectoryOf(dir), { recursive: true, force: true });
  for (const name of await listFolder(dir)) {
    if (name !== "copy.json") await fs.rm(path.join(dir, name), { recursive: true, force: true });
  }
  await fs.rm(dir, { recursive: true, force: true });
}

/** Removes every copy that carries the stack's label, and folders in which a killed restore had written nothing yet. */
export async function sweepCopies(home: LocalHome, stack: string): Promise<string[]> {
  const removed: string[] = [];
  for (const copyId of await listFolder(home.copies)) {
    const dir = path.join(home.copies, copyId);
    const record = await findCopyRecord(dir);
    const nothing = record === undefined && (await holdsNothing(dir));
    if (!nothing && record?.label.stack !== stack) continue;
    await eraseCopy(dir);
    removed.push(`copy ${copyId}`);
  }
  return removed;
}
