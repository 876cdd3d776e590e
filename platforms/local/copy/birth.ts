import { row, rows } from "../../../postgres/connection";
import { proof, type Proof } from "../../../postgres/proof";
import { proveSettings } from "../../../postgres/serverSettings";
import type { Copy } from "../copy";
import { megabytes } from "../snapshot/files";
import type { SnapshotManifest } from "../snapshot/manifest";
import { activeLines } from "./admission";
import { withCopyServer } from "./session";
import { quarantineProofs } from "./settings";

/** Proves of a new copy that it is available, holds its snapshot's data, cannot call out and admits nobody. @throws when it is not so. */
export async function proveBirth(copy: Copy, manifest: SnapshotManifest): Promise<Proof[]> {
  return withCopyServer(copy, "postgres", async (session) => {
    const { recovering, version, system, bytes } = await row<{
      recovering: boolean;
      version: string;
      system: string;
      bytes: string;
    }>(
      session,
      "ask the copy whether it is available",
      `select pg_catalog.pg_is_in_recovery() as recovering, pg_catalog.current_setting('server_version') as version,
              (select system_identifier::text from pg_catalog.pg_control_system()) as system,
              (select sum(pg_catalog.pg_database_size(oid))::text from pg_catalog.pg_database) as bytes`,
    );
    if (recovering) {
      throw new Error(
        `the copy ${copy.id} is still in recovery; it should have ended before it took connections`,
      );
    }
    if (system !== manifest.systemIdentifier) {
      throw new Error(
        `the copy ${copy.id} has the system identifier ${system}, its snapshot ${manifest.systemIdentifier}: these are other data`,
      );
    }
    const workers = await rows(
      session,
      "look for subscription workers",
      "select subname from pg_catalog.pg_stat_subscription where pid is not null",
    );
    if (workers.length > 0) {
      throw new Error(`the copy ${copy.id} runs ${workers.length} subscription workers; it must run none`);
    }
    const { host, port } = copy.server;
    return [
      proof(
        "The copy is a server of its own, available, and holds the snapshot's data.",
        `${copy.server.clusterName} on ${host}:${port}, PostgreSQL ${version}, recovered, ${megabytes(Number(bytes))} MB, system identifier ${system}`,
      ),
      await proveSettings(
        session,
        "The copy was born unable to call out, and logs no values.",
        quarantineProofs,
      ),
      proof("No subscription works on the copy.", "pg_stat_subscription shows no worker"),
      proof("Nobody but the platform may connect to the copy.", await activeLines(session, [])),
    ];
  });
}
