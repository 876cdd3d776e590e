import { rows, type Session } from "./connection";
import type { CopySession } from "./guard";
import type { Log } from "./proof";

/** How long ended sessions may take to be gone, in milliseconds. */
const patienceMs = 30_000;

/**
 * Ends every other session of a client: people, applications and replication alike, but not those of the `spared` roles.
 * Signals all of them, then looks until they are gone: `pg_terminate_backend` with a time-out would take them one after
 * the other, 100 ms each. Answers how many there were.
 * @throws when one may not be ended, naming its role, or does not go.
 */
export async function endOtherSessions(copy: CopySession, spared: string[], log: Log): Promise<number> {
  const first = await others(copy, spared);
  if (first.length > 0) log(`ending ${first.length} other sessions`);
  const since = Date.now();
  for (let left = first; left.length > 0; left = await others(copy, spared)) {
    if (Date.now() - since > patienceMs) {
      const who = left.map(({ role, pid }) => `${role} (server process ${pid})`).join(", ");
      throw new Error(
        `sessions of these roles were told to end and are still there: ${who}. They were opened with what production ` +
          "knows, so the copy cannot be trusted; run the stage again, or restart the copy's server first",
      );
    }
    await rows(
      copy,
      `ending the sessions of ${[...new Set(left.map(({ role }) => role))].join(", ")}`,
      "select pg_catalog.pg_terminate_backend(pid) from pg_catalog.unnest($1::int[]) as pid",
      [left.map(({ pid }) => pid)],
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return first.length;
}

function others(session: Session, spared: string[]): Promise<{ pid: number; role: string }[]> {
  // A user without privileges sees no backend_type of other roles; the server's own workers have no role.
  return rows(
    session,
    "look for other sessions",
    `select pid, usename as role from pg_catalog.pg_stat_activity
      where pid <> pg_catalog.pg_backend_pid() and usename is not null and usename <> all ($1)
        and coalesce(backend_type, 'client backend') in ('client backend', 'walsender')
      order by pid`,
    [spared],
  );
}
