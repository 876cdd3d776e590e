import { rows, run, type Session } from "../../../postgres/connection";
import { removeOtherDatabases } from "../../../postgres/otherDatabases";
import { proof, type Log, type Proof } from "../../../postgres/proof";
import { proveSettings } from "../../../postgres/serverSettings";
import type { Aws } from "../clients";
import { requireCopy, type Copy } from "../copy";
import { databaseOf } from "../production";
import { proveNoBackups } from "./proofs";
import { ownDatabases, ownRoles } from "./rdsOwn";
import { withCopyServer, type Way } from "./session";

/**
 * Clears what still holds earlier contents, as far as a customer of RDS gets: other databases, slots, prepared transactions, statement texts, backups. The
 * files themselves (write-ahead log, freed blocks) are read by nobody there: RDS gives no file access, and the volume is encrypted.
 * @throws when something cannot be proven gone.
 */
export async function clearStorageResidue(aws: Aws, way: Way, copyId: string, log: Log): Promise<Proof[]> {
  const copy = await requireCopy(aws, copyId);
  const inDatabase = await withCopyServer(aws, way, copy, async (session) => {
    await assertNothingWorks(session, copyId);
    const which = {
      copyId,
      database: databaseOf(aws, copy),
      spared: ownDatabases,
      inside: <T>(database: string, use: (session: Session) => Promise<T>) =>
        withCopyServer(aws, way, copy, use, database),
    };
    const others = await removeOtherDatabases(session, which, log);
    const slots = await noSlots(session, copyId);
    const statements = await noStatementTexts(session);
    return [others, slots, statements];
  });
  return [...inDatabase, ...(await proveNoBackups(aws, copy)), unreadable(copy)];
}

function unreadable({ encrypted, kmsKey, resourceId }: Copy): Proof {
  if (!encrypted) {
    throw new Error(
      `The storage of ${resourceId} is not encrypted, so what it keeps of deleted files is not out of reach.`,
    );
  }
  return proof(
    "What the storage keeps of deleted files is out of everybody's reach.",
    `RDS gives no access to files, and the storage of ${resourceId} is encrypted (${kmsKey ?? "key of the account"})`,
  );
}

async function assertNothingWorks(session: Session, copyId: string): Promise<void> {
  const working = await rows<{ name: string }>(
    session,
    "look for transactions on the copy",
    `select application_name as name from pg_catalog.pg_stat_activity
      where pid <> pg_catalog.pg_backend_pid() and backend_xid is not null and usename <> all ($1)
     union all select 'prepared transaction' from pg_catalog.pg_prepared_xacts`,
    [ownRoles],
  );
  if (working.length === 0) return;
  const names = [...new Set(working.map(({ name }) => JSON.stringify(name)))].join(", ");
  throw new Error(
    `The residue of the copy ${copyId} cannot be cleared while ${working.length} transactions run on it (${names}); ` +
      "end them (pg_terminate_backend, ROLLBACK PREPARED) and run it again.",
  );
}

/** A slot would keep the write-ahead log of before, and let it be read. */
async function noSlots(session: Session, copyId: string): Promise<Proof> {
  const slots = await rows<{ slot_name: string }>(
    session,
    "look for replication slots",
    "select slot_name from pg_catalog.pg_replication_slots",
  );
  if (slots.length === 0) {
    return proof("Nobody can read the write-ahead log of before.", "pg_replication_slots is empty");
  }
  throw new Error(
    `The copy ${copyId} has the replication slots ${slots.map((one) => one.slot_name).join(", ")}, by which the write-ahead log of before can be read. ` +
      "Drop them (pg_drop_replication_slot) and run it again.",
  );
}

/** Nothing was recorded in quarantine; what came along in the snapshot is reset. */
async function noStatementTexts(session: Session): Promise<Proof> {
  const [loaded] = await rows<{ loaded: boolean; schema: string | null }>(
    session,
    "ask whether statements are recorded",
    `select pg_catalog.current_setting('shared_preload_libraries') ~ 'pg_stat_statements' as loaded,
            (select n.nspname from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace
              where e.extname = 'pg_stat_statements') as schema`,
  );
  if (loaded?.loaded !== true) {
    return proof("No statement's text is kept.", "pg_stat_statements is not loaded");
  }
  const off = await proveSettings(session, "Statements are not recorded in quarantine.", {
    "pg_stat_statements.track": "none",
  });
  if (loaded.schema === null) return proof("No statement's text is kept.", off.evidence);
  const schema = `"${loaded.schema.replaceAll('"', '""')}"`;
  await run(session, "forget recorded statements", `select ${schema}.pg_stat_statements_reset()`);
  const kept = await rows(
    session,
    "look for recorded statements",
    `select from ${schema}.pg_stat_statements`,
  );
  if (kept.length > 0) {
    throw new Error(`pg_stat_statements keeps ${kept.length} statements after it was reset.`);
  }
  return proof("No statement's text is kept.", `pg_stat_statements is empty; ${off.evidence}`);
}
