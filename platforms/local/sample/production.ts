import * as path from "node:path";
import { ident, run, withTransaction, type Session } from "../../../postgres/connection";
import type { Log } from "../../../postgres/proof";
import type { LocalHome } from "../home";
import {
  initServer,
  setServerDatabase,
  startServer,
  stopServer,
  withSocketSession,
  type ServerHandle,
} from "../server";
import { makePrivateFolder } from "../server/place";
import { storeCredentials, verifierSettings, type SamplePasswords } from "./credentials";
import { sampleNames } from "./names";
import { reachOut } from "./reach";
import { runSql, setForSession } from "./sqlFiles";

/** Where production archives its write-ahead log; a copy must never write there. */
export function archiveFolder(home: LocalHome): string {
  return path.join(home.servers, "production", "archive");
}

/**
 * While the rows are loaded into tables of the same transaction, `wal_level = minimal` writes them once and not twice, and
 * nothing is archived.
 */
const whileLoading = { wal_level: "minimal", max_wal_senders: "0", max_wal_size: "512MB" };

function inProduction(archive: string): Record<string, string> {
  return {
    wal_level: "logical",
    max_prepared_transactions: "4",
    archive_mode: "on",
    archive_command: archiveCommand(archive),
  };
}

/** Ends well when the segment is there already: the archiver repeats itself after a kill. The name appears whole or not at all. */
function archiveCommand(folder: string): string {
  const quoted = (name: string) => `'${folder.replace(/'/g, "'\\''").replace(/%/g, "%%")}'/${name}`;
  const [done, part] = [quoted("%f"), quoted("%f.part")];
  return `test -f ${done} || (cp %p ${part} && mv ${part} ${done})`;
}

/** Production as it stands at the end: loaded, connected to the publisher, archiving, with a transaction left prepared. */
export async function buildProduction(
  home: LocalHome,
  members: number,
  passwords: SamplePasswords,
  publisher: ServerHandle,
  log: Log,
): Promise<ServerHandle> {
  const dir = path.join(home.servers, "production");
  const spec = {
    dir,
    name: "production",
    adminUser: sampleNames.admin,
    adminPassword: passwords.productionAdmin,
  };
  await initServer({ ...spec, settings: whileLoading });
  await makePrivateFolder(archiveFolder(home));
  const loading = await startServer(dir);
  const within: Within = (database, use) => withSocketSession(loading, database, use);
  await makeDatabase(within, passwords);
  await within(sampleNames.database, (session) => load(session, members, log));
  await stopServer(dir);

  await initServer({ ...spec, settings: inProduction(archiveFolder(home)) });
  const handle = await startServer(dir);
  log("sample: production's subscription, foreign server, triggers and replication slot");
  await reachOut(handle, publisher, passwords);
  await storeCredentials(home, "production", handle, passwords);
  return setServerDatabase(dir, sampleNames.database);
}

/** How a superuser's session in one of a server's databases is had. */
export type Within = <T>(database: string, use: (session: Session) => Promise<T>) => Promise<T>;

/** The logins of production and its database, still empty. */
export async function makeDatabase(within: Within, passwords: SamplePasswords): Promise<void> {
  await within("postgres", async (session) => {
    const verifiers = verifierSettings(passwords, {
      app: "productionApp",
      reporting: "reporting",
      person: "person",
      legacy_import: "legacyImport",
    });
    await setForSession(session, verifiers);
    await runSql(session, "roles.sql");
    const { database, app } = sampleNames;
    await run(
      session,
      "create production's database",
      `create database ${ident(database)} owner ${ident(app)}`,
    );
  });
  await within(sampleNames.database, (session) => runSql(session, "database.sql"));
}

/** Tables, rows and keys, in a session of a superuser in production's database. */
export async function load(session: Session, members: number, log: Log): Promise<void> {
  const began = Date.now();
  await setForSession(session, {
    "sample.members": String(members),
    // Dates and texts of the rows must not depend on the machine.
    timezone: "UTC",
    work_mem: "64MB",
    maintenance_work_mem: "128MB",
  });
  await withTransaction(session, async () => {
    await run(session, "become the application", `set local role ${ident(sampleNames.app)}`);
    await runSql(session, "schema");
    log(`sample: ${members} members and all that belongs to them`);
    await runSql(session, "data");
    log("sample: keys and indexes");
    await runSql(session, "keys");
    await run(session, "fill the contact list", "refresh materialized view club_contact_list");
  });
  // Statistics hold personal values too; an idle production has them.
  await run(session, "analyse production", "vacuum (analyze)");
  log(`sample: production loaded in ${((Date.now() - began) / 1000).toFixed(1)} s`);
}
