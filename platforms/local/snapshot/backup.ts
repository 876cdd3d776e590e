import * as fs from "node:fs/promises";
import * as path from "node:path";
import { row, rows, run, type Session } from "../../../postgres/connection";
import type { Log } from "../../../postgres/proof";
import type { ServerHandle } from "../server";
import { assertSpace, progressOf, sha256Of } from "./files";
import { foldersOf, ignoreGone, listData, type Listed } from "./list";
import type { SnapshotFile } from "./manifest";
import { walSegments } from "./wal";

export interface Backup {
  files: SnapshotFile[];
  folders: string[];
  /** The server's time at which the copy is consistent, ISO 8601. */
  createdAt: string;
}

/**
 * Copies the files of a running server into `target`, with the write-ahead log that makes them consistent. All that it
 * asks of the server works in a read-only session: a backup and a temporary slot that keeps the log until it is copied;
 * both end with the session, however it ends.
 */
export async function backUp(
  server: ServerHandle,
  session: Session,
  target: string,
  log: Log,
): Promise<Backup> {
  // A long copy must not lose its session to a limit that production sets for idle or slow ones.
  for (const limit of ["statement_timeout", "idle_session_timeout", "lock_timeout"]) {
    await run(session, `lift ${limit} for the snapshot`, `set ${limit} = 0`);
  }
  await assertCanBeCopied(session);
  await run(
    session,
    "keep the write-ahead log for the snapshot (a temporary replication slot; raise max_replication_slots when none is free)",
    "select pg_create_physical_replication_slot('prodcopy_' || pg_backend_pid(), true, true)",
  );
  log("waiting for a checkpoint of production");
  await run(session, "begin the snapshot", "select pg_backup_start('prodcopy', true)");
  const listed = await listData(server.dataDirectory);
  // A database may appear between the two listings; the files decide.
  const folders = [
    ...new Set([
      ...(await foldersOf(server.dataDirectory)),
      ...listed.map((file) => path.posix.dirname(file.path)).filter((folder) => folder !== "."),
    ]),
  ];
  await assertSpace(
    path.dirname(target),
    listed.reduce((sum, file) => sum + file.size, 0),
    "the snapshot",
  );
  for (const folder of folders) await fs.mkdir(path.join(target, folder), { recursive: true, mode: 0o700 });
  const files = await copyAll("copying the files of production", server.dataDirectory, target, listed, log);
  const stop = await row<{ stop_file: string; labelfile: string; at: Date }>(
    session,
    "end the snapshot",
    "select pg_walfile_name(lsn) as stop_file, labelfile, clock_timestamp() as at from pg_backup_stop(false)",
  );
  const segments = await walSegments(server.dataDirectory, session, stop.labelfile, stop.stop_file);
  files.push(
    ...(await copyAll(
      "copying the write-ahead log of meanwhile",
      server.dataDirectory,
      target,
      segments,
      log,
    )),
  );
  const label = path.join(target, "backup_label");
  await fs.writeFile(label, stop.labelfile, { mode: 0o600 });
  const size = Buffer.byteLength(stop.labelfile);
  files.push({ path: "backup_label", size, sha256: await sha256Of(label, size) });
  return { files, folders, createdAt: stop.at.toISOString() };
}

async function assertCanBeCopied(session: Session): Promise<void> {
  const tablespaces = await rows<{ spcname: string }>(
    session,
    "look for tablespaces",
    "select spcname from pg_tablespace where spcname not in ('pg_default', 'pg_global') order by 1",
  );
  if (tablespaces.length > 0) {
    const names = tablespaces.map(({ spcname }) => JSON.stringify(spcname)).join(", ");
    throw new Error(
      `production keeps data in tablespaces (${names}), and a copy of those would be written into production's own folders. ` +
        "Nothing was taken. Move the tables to the default tablespace, or use RDS, which has none",
    );
  }
  const { standby } = await row<{ standby: boolean }>(
    session,
    "ask whether production is a standby",
    "select pg_is_in_recovery() as standby",
  );
  if (standby) {
    throw new Error("this server is a standby; snapshots are taken from the primary. Nothing was taken");
  }
}

async function copyAll(
  doing: string,
  data: string,
  target: string,
  listed: Listed[],
  log: Log,
): Promise<SnapshotFile[]> {
  const progress = progressOf(doing, listed, log);
  const copied: SnapshotFile[] = [];
  for (const { path: relative } of listed) {
    const to = path.join(target, relative);
    const there = await copyFile(path.join(data, relative), to);
    // What was copied counts, not what stands at the source a moment later.
    const size = there ? (await fs.stat(to)).size : 0;
    if (there) copied.push({ path: relative, size, sha256: await sha256Of(to, size) });
    progress(size);
  }
  return copied;
}

async function copyFile(from: string, to: string): Promise<boolean> {
  try {
    await fs.copyFile(from, to, fs.constants.COPYFILE_FICLONE);
    await fs.chmod(to, 0o600);
    return true;
  } catch (error) {
    // Gone at the source is fine; a target that is gone (somebody removed our folder) is not.
    const stillThere = await fs.stat(from).then(() => true, ignoreGone(false));
    if (stillThere) throw error;
    return false;
  }
}
