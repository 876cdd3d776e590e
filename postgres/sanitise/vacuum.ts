import { setTimeout as delay } from "node:timers/promises";
import { row, run } from "../connection";
import type { CopySession } from "../guard";

/** How long older transactions may keep deleted rows alive. Nobody but us and autovacuum works on a quarantined copy. */
const patienceMs = 600_000;

/**
 * Writes a table or catalogue anew, without any deleted row. VACUUM FULL copies deleted rows that some other transaction could
 * still see, so it waits until there is none. Not inside a transaction; done twice it does no harm.
 * @throws when another transaction stays open for ten minutes.
 */
export async function writeAnew(copy: CopySession, table: string, analyze: boolean): Promise<void> {
  await untilAlone(copy, table);
  await run(copy, `writing ${table} anew`, `vacuum (full${analyze ? ", analyze" : ""}) ${table}`);
}

async function untilAlone(copy: CopySession, table: string): Promise<void> {
  const since = Date.now();
  for (;;) {
    const { others } = await row<{ others: string | null }>(
      copy,
      "looking for other transactions",
      `select string_agg(who, ', ') as others from (
         select format('process %s (%s)', pid, coalesce(nullif(application_name, ''), backend_type)) as who
           from pg_stat_activity where pid <> pg_backend_pid() and backend_xmin is not null
         union all select 'replication slot ' || slot_name from pg_replication_slots where xmin is not null) o`,
    );
    if (others === null) return;
    if (Date.now() - since > patienceMs) {
      throw new Error(
        `other transactions keep deleted rows of ${table} alive: ${others}. Their values would stay in its file. End them and run again`,
      );
    }
    await delay(100);
  }
}
