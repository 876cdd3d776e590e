import * as path from "node:path";
import { row, rows, type Session } from "../../../postgres/connection";
import { listFolder } from "../files";
import type { LocalHome } from "../home";
import { readServer, serverStatus, withSocketSession, type ServerHandle } from "../server";
import type { SnapshotManifest } from "./manifest";

/**
 * What a copy takes over from production: what its files need to be opened, and how it reads and writes values. Nothing
 * that names a place, a command or another server.
 */
const takenSettings = [
  "max_connections",
  "max_prepared_transactions",
  "max_worker_processes",
  "max_locks_per_transaction",
  "max_replication_slots",
  "max_active_replication_origins",
  "track_commit_timestamp",
  "shared_preload_libraries",
  "cron.database_name",
  "lc_monetary",
  "lc_numeric",
  "lc_time",
  "default_text_search_config",
  "TimeZone",
  "DateStyle",
  "IntervalStyle",
  "bytea_output",
  "extra_float_digits",
  "standard_conforming_strings",
];

/** Production's server folder; on `local` the source's name is the folder's. @throws when there is none, naming those there are. */
export async function productionServer(home: LocalHome, source: string): Promise<ServerHandle> {
  const known = await listFolder(home.servers);
  if (known.includes(source)) return readServer(path.join(home.servers, source));
  throw new Error(
    `there is no production server ${JSON.stringify(source)} below ${home.servers}` +
      `${known.length > 0 ? ` (there are: ${known.join(", ")})` : ""}. Start the sample production with "npm start", or correct prodcopy:production`,
  );
}

/** A session on production by the platform's own way in, opened read-only. @throws when production does not run. */
export async function withProduction<T>(
  server: ServerHandle,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  if ((await serverStatus(server.dir)) !== "running") {
    throw new Error(
      `the production server "${server.name}" does not run, so nothing can be read from it. ` +
        `Start it ("prodcopy start" for the sample), or name a snapshot that is there already (prodcopy:snapshot)`,
    );
  }
  return withSocketSession(server, "postgres", use, { applicationName: "prodcopy snapshot", readOnly: true });
}

/** What a snapshot notes of the server it is taken from, so that a copy can be made while that is down. */
export async function describeProduction(
  server: ServerHandle,
  session: Session,
): Promise<Omit<SnapshotManifest, "id" | "source" | "kind" | "purpose" | "label">> {
  const { version, system } = await row<{ version: string; system: string }>(
    session,
    "ask production who it is",
    "select current_setting('server_version') as version, system_identifier::text as system from pg_control_system()",
  );
  const settings = await rows<{ name: string; value: string }>(
    session,
    "read production's settings",
    "select name, current_setting(name) as value from pg_settings where name = any($1)",
    [takenSettings],
  );
  return {
    createdAt: new Date().toISOString(),
    complete: false,
    sizeBytes: 0,
    serverVersion: version,
    adminUser: server.adminUser,
    database: server.database ?? "postgres",
    systemIdentifier: system,
    settings: Object.fromEntries(settings.map(({ name, value }) => [name, value])),
    folders: [],
    files: [],
  };
}
