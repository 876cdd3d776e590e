import { row, run, type Session } from "./connection";
import { DatabaseError } from "./errors";
import type { CopySession } from "./guard";
import { expressions, materialisedViews, views } from "./isolate/expressions";
import { extensions } from "./isolate/extensions";
import { foreignServers, foreignWrappers, programTables, userMappings } from "./isolate/foreign";
import { functions } from "./isolate/functions";
import { preparedTransactions, publications, replicationSlots, subscriptions } from "./isolate/replication";
import { jobHistory, scheduledJobs } from "./isolate/schedules";
import { storedSettings } from "./isolate/settings";
import { eventTriggers, triggerArguments, triggers } from "./isolate/triggers";
import type { Found, Kind } from "./isolate/way";
import { proof, type Log, type Proof } from "./proof";

/**
 * Every kind, in the order in which they are cut. Prepared transactions first, for they hold locks; then event triggers,
 * for they fire on what follows; triggers before the functions by which they are known; extensions when nothing needs them.
 */
const kinds: Kind[] = [
  preparedTransactions,
  eventTriggers,
  subscriptions,
  triggers,
  triggerArguments,
  functions,
  views,
  materialisedViews,
  expressions,
  replicationSlots,
  publications,
  userMappings,
  foreignServers,
  foreignWrappers,
  programTables,
  scheduledJobs,
  jobHistory,
  storedSettings,
  extensions,
];

/** Something in the copy that can reach out, by name only: options, addresses and bodies may hold secrets. */
export interface WayOut {
  kind: string;
  database: string;
  name: string;
}

export interface Cut extends WayOut {
  action: string;
}

/** What is found for the server as a whole, from whichever database. */
const allDatabases = "all databases";

/** What in this database, and in the server as a whole, can reach out. Reads only; also good for production. */
export function findOutbound(session: Session): Promise<WayOut[]> {
  return onCatalogue(session, async (database) => {
    const ways: WayOut[] = [];
    for (const kind of kinds) {
      for (const { name } of await kind.find(session)) {
        ways.push({ kind: kind.kind, database: kind.shared ? allDatabases : database, name });
      }
    }
    return ways;
  });
}

/**
 * Cuts everything in the database of this session, and in the server as a whole, that can reach out, and proves for each
 * kind that nothing is left, by the query that found it. Run it in every database that lets anyone connect. What is cut
 * stays cut; killed at any moment it may be run again.
 * @throws naming everything that could not be cut, after cutting the rest.
 */
export function cutOutbound(copy: CopySession, log: Log): Promise<{ cut: Cut[]; proofs: Proof[] }> {
  return onCatalogue(copy, async (database) => {
    const cut: Cut[] = [];
    const proofs: Proof[] = [];
    const faults: string[] = [];
    for (const kind of kinds) {
      const where = kind.shared ? allDatabases : database;
      const found = await look(copy, kind, faults);
      for (const way of found) {
        const { action, fault } = await cutOne(copy, kind, way);
        if (fault !== undefined) {
          faults.push(fault);
          continue;
        }
        cut.push({ kind: kind.kind, database: where, name: way.name, action });
        log(`${where}: ${kind.kind} ${way.name}: ${action}`);
      }
      const left = found.length === 0 ? [] : await look(copy, kind, faults);
      if (left.length > 0 && faults.length === 0) {
        faults.push(...left.map((way) => `${kind.kind} ${way.name}: it was cut and is still there`));
      }
      const counted = found.length === 0 ? "none had come along" : `${found.length} cut, none left`;
      proofs.push(proof(`${kind.claim} in ${describe(where)}.`, `${counted}; asked of ${kind.evidence}`));
    }
    if (faults.length > 0) throw notCut(database, faults);
    await forgetCatalogues(copy);
    return { cut, proofs };
  });
}

function describe(where: string): string {
  return where === allDatabases ? "any database" : `database ${where}`;
}

/** What there is of a kind. A catalogue that may not be read is a fault: what cannot be seen is not proven to be gone. */
async function look(copy: CopySession, kind: Kind, faults: string[]): Promise<Found[]> {
  try {
    return await kind.find(copy);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    faults.push(`${kind.kind}: ${error.message}`);
    return [];
  }
}

/** What was done to it, or what stands in the way. */
async function cutOne(
  copy: CopySession,
  kind: Kind,
  way: Found,
): Promise<{ action: string; fault: string | undefined }> {
  const { action, instead } = way;
  if (way.cannot !== undefined) return { action, fault: `${kind.kind} ${way.name}: ${way.cannot}` };
  const refused = await attempt(copy, kind, way, way.statements);
  // 42501: not ours to drop. 2BP01: something needs it.
  if (!refused || !instead || !["42501", "2BP01"].includes(refused.code)) {
    return { action, fault: refused?.message };
  }
  const fault = (await attempt(copy, kind, way, instead.statements))?.message;
  return { action: instead.action, fault };
}

async function attempt(
  copy: CopySession,
  kind: Kind,
  way: Found,
  statements: string[],
): Promise<DatabaseError | undefined> {
  try {
    for (const statement of statements) await run(copy, `cut ${kind.kind} ${way.name}`, statement);
    return undefined;
  } catch (error) {
    if (error instanceof DatabaseError) return error;
    throw error;
  }
}

function notCut(database: string, faults: string[]): Error {
  return new Error(
    `these could still reach out of database ${database}:\n${faults.map((fault) => `  - ${fault}`).join("\n")}\n` +
      "What else there was is cut; the copy stays in quarantine. Change them in production, or give the administrator the " +
      "right to alter them there, and take a new snapshot; or cut them by hand in the copy and run the stage again",
  );
}

/** Catalogues whose old rows hold what was cut, or the verifiers of before: rewritten, so that no file keeps them. */
const rewritten = [
  "pg_proc",
  "pg_trigger",
  "pg_rewrite",
  "pg_attrdef",
  "pg_constraint",
  "pg_foreign_server",
  "pg_foreign_table",
  "pg_user_mapping",
  "pg_subscription",
  "pg_db_role_setting",
  "pg_authid",
];

/** Who may not rewrite one is told so by a warning, and nothing happens: then nobody but the platform can read the files. */
async function forgetCatalogues(copy: CopySession): Promise<void> {
  for (const catalogue of rewritten) {
    await run(copy, `rewrite pg_catalog.${catalogue}`, `vacuum (full) pg_catalog.${catalogue}`);
  }
}

/**
 * Runs `use` with the catalogue as the only search path: names come out qualified, and nothing that came along answers in
 * PostgreSQL's place. No statement waits longer than a minute for a lock: in quarantine nobody else should hold one.
 */
async function onCatalogue<T>(session: Session, use: (database: string) => Promise<T>): Promise<T> {
  const before = await row<{ path: string; patience: string; database: string }>(
    session,
    "read the session's settings",
    `select pg_catalog.current_setting('search_path') as path, pg_catalog.current_setting('lock_timeout') as patience,
            pg_catalog.current_database() as database`,
  );
  const set = (path: string, patience: string) =>
    session.query(
      "select pg_catalog.set_config('search_path', $1, false), pg_catalog.set_config('lock_timeout', $2, false)",
      [path, patience],
    );
  await set("pg_catalog", "60s");
  try {
    return await use(before.database);
  } finally {
    // A session that broke has no settings to put back.
    await set(before.path, before.patience).catch(() => undefined);
  }
}
