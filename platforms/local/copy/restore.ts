import * as fs from "node:fs/promises";
import * as path from "node:path";
import type { Log, Proven } from "../../../postgres/proof";
import { resetStoredSettings } from "../../../postgres/serverSettings";
import type { CopyRef, RestoreRequest } from "../../platform";
import {
  assertLabel,
  copyFolder,
  findCopyRecord,
  holdsNothing,
  refOfCopy,
  requireCopy,
  saveCopyRecord,
  type Copy,
  type CopyRecord,
} from "../copy";
import type { LocalHome } from "../home";
import { PortTakenError, prepareFolders, startRecorded } from "../server";
import { pgHba } from "../server/configuration";
import { assertReachable, giveToServers, makePrivateFolder, writeWhole } from "../server/place";
import { choosePort } from "../server/port";
import { postgresPrograms } from "../server/program";
import { newRecord, newResourceId, saveRecord, type ServerRecord } from "../server/record";
import { completeManifest } from "../snapshot";
import { assertSpace, explainFullDisk, megabytes, progressOf, verifyFiles } from "../snapshot/files";
import { dataFolder, snapshotFolder, type SnapshotManifest } from "../snapshot/manifest";
import { proveBirth } from "./birth";
import { eraseCopy } from "./remove";
import { partLibraries, quarantineSettings } from "./settings";
import { withCopyServer } from "./session";

/**
 * A new server from a snapshot, in quarantine from its first moment: nobody may connect but the platform by its private
 * socket, and it cannot call out. The snapshot is proven before anything changes. What a killed restore left is made again;
 * a finished copy of the same snapshot that nobody was admitted to yet is taken over.
 */
export async function restoreCopy(
  home: LocalHome,
  request: RestoreRequest,
  log: Log,
): Promise<Proven<CopyRef>> {
  const { copyId, snapshotId, source } = request;
  const dir = copyFolder(home, copyId);
  const manifest = await completeManifest(home, source, snapshotId);
  const serverMajor = await assertSameMajor(manifest);
  await verifyFiles(snapshotFolder(home, snapshotId), snapshotId, manifest.files, log);
  const copy =
    (await takeOver(home, request, log)) ?? (await make(home, dir, request, manifest, serverMajor, log));
  return { value: refOfCopy(copy), proofs: await proveBirth(copy, manifest) };
}

async function assertSameMajor(manifest: SnapshotManifest): Promise<number> {
  const { major, binFolder } = await postgresPrograms();
  if (parseInt(manifest.serverVersion, 10) === major) return major;
  throw new Error(
    `the snapshot ${manifest.id} is of PostgreSQL ${manifest.serverVersion}, and the programs in ${binFolder} are of PostgreSQL ${major}; ` +
      "a physical copy opens only with its own major version. Nothing was changed. Name its programs in PRODCOPY_POSTGRES_BIN",
  );
}

/** What stands under this name already: answered when it is this very copy and still sealed, removed when it is ours and not. */
async function takeOver(home: LocalHome, request: RestoreRequest, log: Log): Promise<Copy | undefined> {
  const { copyId, label, snapshotId, source } = request;
  const dir = copyFolder(home, copyId);
  const record = await findCopyRecord(dir);
  if (record === undefined) {
    if (await holdsNothing(dir)) return undefined;
    throw new Error(
      `${dir} holds something that carries no label of ours. It is left alone. Move it away, or use another name for the stack`,
    );
  }
  assertLabel(copyId, record, label);
  if (record.admission === "open") {
    throw new Error(
      `the copy ${copyId} was opened to the application before and may be in use; it is not made again under it. ` +
        'Configure what the run before wanted, mend what stopped it and run "pulumi up"; or "pulumi destroy", which removes it with ' +
        "everything of the stack, and begin again",
    );
  }
  const same = record.snapshotId === snapshotId && record.source === source && record.state === "ready";
  if (same && record.admission === "sealed") {
    log(`taking over ${copyId}, which an earlier run finished`);
    await saveCopyRecord(dir, { ...record, label });
    return requireCopy(home, copyId);
  }
  log(
    `removing ${copyId}, which an earlier run left ${record.state === "ready" ? "half prepared" : "unfinished"}`,
  );
  await eraseCopy(dir);
  return undefined;
}

async function make(
  home: LocalHome,
  dir: string,
  request: RestoreRequest,
  manifest: SnapshotManifest,
  serverMajor: number,
  log: Log,
): Promise<Copy> {
  const { copyId, label, source, snapshotId } = request;
  const { adminUser, database, settings } = manifest;
  await makePrivateFolder(home.copies);
  if (process.getuid?.() === 0) await fs.chmod(home.copies, 0o711);
  await assertSpace(home.copies, manifest.sizeBytes, `the copy ${copyId}`);
  log(
    `restoring ${snapshotId} to ${copyId}: ${manifest.files.length} files, ${megabytes(manifest.sizeBytes)} MB`,
  );
  await makePrivateFolder(dir);
  const resourceId = newResourceId();
  const common = { label, source, snapshotId, resourceId, adminUser, database, settings };
  const record: CopyRecord = { ...common, state: "restoring", admission: "sealed" };
  await saveCopyRecord(dir, record);
  await assertReachable(dir);
  const server: ServerRecord = {
    ...newRecord({
      dir,
      name: copyId,
      adminUser,
      port: await choosePort(dir),
      settings: quarantineSettings(settings, serverMajor),
      resourceId,
    }),
    database,
  };
  try {
    await prepareFolders(server);
    await copyFiles(home, manifest, server, log);
    log("starting the copy; it recovers from the write-ahead log of its snapshot");
    const started = await startOnFreePort(server, log);
    await finish({ id: copyId, dir, record, server: started }, manifest, log);
    return await requireCopy(home, copyId);
  } catch (error) {
    await eraseCopy(dir);
    throw explainFullDisk(error, home.copies, `The copy ${copyId} was given up and removed.`);
  }
}

async function copyFiles(
  home: LocalHome,
  manifest: SnapshotManifest,
  server: ServerRecord,
  log: Log,
): Promise<void> {
  const from = dataFolder(snapshotFolder(home, manifest.id));
  const data = server.dataDirectory;
  for (const folder of [...manifest.folders].sort()) {
    await fs.mkdir(path.join(data, folder), { recursive: true, mode: 0o700 });
    await giveToServers(path.join(data, folder));
  }
  const progress = progressOf(`writing ${server.name}`, manifest.files, log);
  for (const file of manifest.files) {
    const to = path.join(data, file.path);
    await fs.copyFile(path.join(from, file.path), to, fs.constants.COPYFILE_FICLONE);
    await giveToServers(to);
    progress(file.size);
  }
  await writeWhole(path.join(data, "postgresql.auto.conf"), "");
  await writeWhole(path.join(data, "pg_hba.conf"), pgHba(server.adminUser, []));
}

/** Until it was handed over, nobody knows the port: when somebody takes it, another one does as well. */
async function startOnFreePort(server: ServerRecord, log: Log): Promise<ServerRecord> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await startRecorded(server);
      return server;
    } catch (error) {
      if (!(error instanceof PortTakenError) || attempt === 5) throw error;
      log(`port ${server.port} was taken by another program in the meantime; choosing another one`);
      server = { ...server, port: await choosePort(server.dir) };
      await saveRecord(server);
    }
  }
}

/** Only what is started and proven is marked as finished. */
async function finish(copy: Copy, manifest: SnapshotManifest, log: Log): Promise<void> {
  const { left } = partLibraries(manifest.settings);
  if (left.length > 0) {
    log(`not loaded on the copy, because they could call out or log values: ${left.join(", ")}`);
  }
  const reset = await withCopyServer(copy, "postgres", (session) => resetStoredSettings(session, []));
  for (const line of reset) log(line);
  await proveBirth(copy, manifest);
  await saveRecord({ ...copy.server, state: "ready" });
  await saveCopyRecord(copy.dir, { ...copy.record, state: "ready" });
}
