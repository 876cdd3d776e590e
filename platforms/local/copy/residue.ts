import * as fs from "node:fs/promises";
import * as path from "node:path";
import { rows, run, type Session } from "../../../postgres/connection";
import { proof, type Log, type Proof } from "../../../postgres/proof";
import { removeOtherDatabases } from "../../../postgres/otherDatabases";
import { proveSettings } from "../../../postgres/serverSettings";
import { requireCopy, type Copy } from "../copy";
import { listFolder } from "../files";
import type { LocalHome } from "../home";
import { logFile } from "../server/process";
import { removeOrphans } from "./orphans";
import { withCopyServer } from "./session";
import { clearWriteAheadLog } from "./walResidue";

/**
 * Clears what still holds earlier contents where no SQL shows it: relation files that no table owns, the write-ahead log,
 * temporary files, statement texts, the server's log, files that a restore leaves. Called when nothing works on the copy.
 * @throws when something cannot be proven gone.
 */
export async function clearStorageResidue(home: LocalHome, copyId: string, log: Log): Promise<Proof[]> {
  const copy = await requireCopy(home, copyId);
  const data = copy.server.dataDirectory;
  return withCopyServer(copy, "postgres", async (session) => {
    await assertNothingWorks(session, copyId);
    const which = {
      copyId,
      database: copy.record.database,
      spared: [],
      inside: <T>(database: string, use: (inside: Session) => Promise<T>) =>
        withCopyServer(copy, database, use),
    };
    const others = await removeOtherDatabases(session, which, log);
    log("writing a checkpoint and starting a new log segment, so that old ones can go");
    // The first frees the files of dropped tables and moves the start of recovery behind everything that was raw.
    await run(session, "write a checkpoint", "checkpoint");
    const orphans = await removeOrphans(copy, session, log);
    await fs.rm(path.join(data, "backup_label.old"), { force: true });
    await fs.truncate(logFile(copy.dir), 0);
    return [
      others,
      orphans,
      await clearWriteAheadLog(copy, session),
      await noTemporaryFiles(copy),
      await noStatementTexts(session, data),
      await noStrangeFiles(data),
      proof("The server's log of the quarantine is gone.", `${path.basename(logFile(copy.dir))} was emptied`),
    ];
  });
}

/** A transaction that still runs would own files that nobody else sees, and write log behind our back. */
async function assertNothingWorks(session: Session, copyId: string): Promise<void> {
  const working = await rows<{ name: string }>(
    session,
    "look for transactions on the copy",
    `select application_name as name from pg_catalog.pg_stat_activity
      where pid <> pg_catalog.pg_backend_pid() and (backend_xid is not null or backend_type like 'autovacuum worker')
     union all select 'prepared transaction' from pg_catalog.pg_prepared_xacts`,
  );
  if (working.length === 0) return;
  const names = [...new Set(working.map(({ name }) => JSON.stringify(name)))].join(", ");
  throw new Error(
    `the residue of the copy ${copyId} cannot be cleared while ${working.length} transactions run on it (${names}); ` +
      "end them (pg_terminate_backend, ROLLBACK PREPARED) and run it again",
  );
}

async function noTemporaryFiles({ id, server }: Copy): Promise<Proof> {
  const folder = path.join(server.dataDirectory, "base", "pgsql_tmp");
  const left = await listFolder(folder);
  if (left.length === 0) return proof("No temporary file is left.", "base/pgsql_tmp is empty");
  throw new Error(
    `${left.length} temporary files are left in ${folder} of the copy ${id}: a session still sorts or hashes. End it and run this again`,
  );
}

/** Nothing was ever recorded in quarantine; this shows that it is so. */
async function noStatementTexts(session: Session, data: string): Promise<Proof> {
  const libraries = await rows<{ loaded: boolean }>(
    session,
    "ask whether statements are recorded",
    "select pg_catalog.current_setting('shared_preload_libraries') ~ 'pg_stat_statements' as loaded",
  );
  if (!libraries[0]?.loaded) return proof("No statement's text is kept.", "pg_stat_statements is not loaded");
  await proveSettings(session, "Statements are not recorded in quarantine.", {
    "pg_stat_statements.track": "none",
  });
  const kept = path.join(data, "pg_stat_tmp", "pgss_query_texts.stat");
  const bytes = await fs.stat(kept).then(
    ({ size }) => size,
    () => 0,
  );
  const saved = (await listFolder(path.join(data, "pg_stat"))).filter((name) =>
    name.startsWith("pg_stat_statements"),
  );
  if (bytes > 0 || saved.length > 0) {
    throw new Error(`statement texts are left: ${kept} holds ${bytes} bytes`);
  }
  return proof("No statement's text is kept.", "pg_stat_statements.track = none, its file of texts is empty");
}

/** What PostgreSQL itself and we put into the top of a data folder; anything else came from somewhere. */
const known =
  /^(PG_VERSION|base|global|pg_\w+|postgresql(\.auto)?\.conf|postmaster\.(pid|opts)|current_logfiles)$|^pg_(hba|ident)\.conf$/;

async function noStrangeFiles(data: string): Promise<Proof> {
  for (const name of (await listFolder(data)).filter((one) => /\.[0-9a-f]{8}\.new$/.test(one))) {
    await fs.rm(path.join(data, name), { force: true });
  }
  const strange = (await listFolder(data)).filter((name) => !known.test(name));
  if (strange.length > 0) {
    throw new Error(
      `the data folder ${data} holds files that are not the server's: ${strange.join(", ")}. Look into them and remove them`,
    );
  }
  const emptied = ["pg_replslot", "pg_logical/snapshots", "pg_logical/mappings"];
  for (const folder of emptied) {
    const left = await listFolder(path.join(data, folder));
    if (left.length > 0) {
      throw new Error(
        `${folder} of ${data} should be empty and holds ${left.length} files of replication slots`,
      );
    }
  }
  return proof(
    "Nothing else of production stands in the data folder.",
    `no configuration, label or log of production; ${emptied.join(", ")} are empty`,
  );
}
