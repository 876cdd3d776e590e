import { randomBytes } from "node:crypto";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import type { Log } from "../../../postgres/proof";
import type { Label } from "../../platform";
import { ensurePrivateFolder, writeJsonAtomic } from "../files";
import type { LocalHome } from "../home";
import { backUp } from "./backup";
import { explainFullDisk, megabytes } from "./files";
import {
  assertSnapshotId,
  dataFolder,
  listPartials,
  manifestFile,
  partialSuffix,
  removeSnapshotFolder,
  snapshotFolder,
  type SnapshotManifest,
} from "./manifest";
import { describeProduction, productionServer, withProduction } from "./production";

export type Wanted = Pick<SnapshotManifest, "id" | "source" | "purpose" | "kind"> & {
  label: Label | undefined;
};

/**
 * Takes a snapshot of the running server. It is labelled before its first file is written, and has its name only when it is
 * complete: whatever is killed, a snapshot that can be listed can be used.
 */
export async function take(home: LocalHome, wanted: Wanted, log: Log): Promise<SnapshotManifest> {
  assertSnapshotId(wanted.id);
  const server = await productionServer(home, wanted.source);
  await ensurePrivateFolder(home.snapshots);
  await removeOwnPartials(home, wanted, log);
  const partial = `${snapshotFolder(home, wanted.id)}.${randomBytes(4).toString("hex")}${partialSuffix}`;
  try {
    return await withProduction(server, async (session) => {
      const begun = { ...wanted, ...(await describeProduction(server, session)) };
      await fs.mkdir(partial, { mode: 0o700 });
      await writeJsonAtomic(manifestFile(partial), begun);
      await fs.mkdir(dataFolder(partial), { mode: 0o700 });
      const backup = await backUp(server, session, dataFolder(partial), log);
      const sizeBytes = backup.files.reduce((sum, file) => sum + file.size, 0);
      const manifest: SnapshotManifest = { ...begun, ...backup, sizeBytes, complete: true };
      await writeJsonAtomic(manifestFile(partial), manifest);
      await fs.rename(partial, snapshotFolder(home, wanted.id));
      log(`snapshot ${wanted.id}: ${backup.files.length} files, ${megabytes(sizeBytes)} MB`);
      return manifest;
    });
  } catch (error) {
    await removeSnapshotFolder(partial);
    throw explainFullDisk(error, home.snapshots, `The snapshot ${wanted.id} was given up and removed.`);
  }
}

async function removeOwnPartials(home: LocalHome, wanted: Wanted, log: Log): Promise<void> {
  for (const { folder, manifest } of await listPartials(home)) {
    if (manifest?.id !== wanted.id || manifest.label?.stack !== wanted.label?.stack) continue;
    log(`removing ${path.basename(folder)}, which an earlier run left unfinished`);
    await removeSnapshotFolder(folder);
  }
}
