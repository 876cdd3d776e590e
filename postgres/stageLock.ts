import { createHash } from "node:crypto";
import { row, rows, run, type Session } from "./connection";
import type { Log } from "./proof";

/** PostgreSQL keeps 63 bytes of an application_name. */
const nameLimit = 63;

export interface LockPatience {
  /** How often it looks, in milliseconds. Default 500. */
  everyMs?: number;
  /** How often it says that it waits, in milliseconds. Default 10000. */
  sayEveryMs?: number;
  /** After how long it gives up, in milliseconds. Default six hours. */
  giveUpMs?: number;
  /** A predecessor that runs no statement for this long has lost its client and is ended. Default 600000. */
  idleMs?: number;
}

/**
 * Runs `use` once no earlier self is at work: the statement of a killed stage runs on in the server, is found by its
 * application_name and waited for, never started a second time. Take it on the first session of a stage, before others of
 * the same name are opened.
 * @throws when the server shows another application_name (it keeps 63 bytes), or when the predecessor does not end in time.
 */
export async function withStageLock<T>(
  session: Session,
  applicationName: string,
  log: Log,
  use: () => Promise<T>,
  patience: LockPatience = {},
): Promise<T> {
  const { name } = await row<{ name: string }>(
    session,
    "read the session's name",
    "select pg_catalog.current_setting('application_name') as name",
  );
  if (name !== applicationName || applicationName === "") {
    throw new Error(
      `the session is called "${name}" in the server and not "${applicationName}", so a killed predecessor could not be ` +
        `found; use at most ${nameLimit} printable ASCII characters for both`,
    );
  }
  const lock = lockId(applicationName);
  await waitForPredecessor(session, lock, log, patience);
  try {
    return await use();
  } finally {
    // A session that broke has given its locks up already.
    await session.query("select pg_catalog.pg_advisory_unlock($1)", [lock]).catch(() => undefined);
  }
}

/**
 * The first eight bytes of the SHA-256 of "prodcopy stage: " and the application_name, as PostgreSQL's signed 64-bit
 * number: no other program's advisory locks meet it but by a chance of 1 in 2^64.
 */
export function lockId(applicationName: string): string {
  return createHash("sha256")
    .update(`prodcopy stage: ${applicationName}`)
    .digest()
    .readBigInt64BE()
    .toString();
}

async function waitForPredecessor(
  session: Session,
  lock: string,
  log: Log,
  { everyMs = 500, sayEveryMs = 10_000, giveUpMs = 6 * 3_600_000, idleMs = 600_000 }: LockPatience,
): Promise<void> {
  const since = Date.now();
  let said = -Infinity;
  for (;;) {
    const earlier = await predecessors(session);
    if (earlier.length === 0) {
      const { taken } = await row<{ taken: boolean }>(
        session,
        "take the stage's lock",
        "select pg_catalog.pg_try_advisory_lock($1) as taken",
        [lock],
      );
      if (taken) return;
    }
    const waited = Date.now() - since;
    const pids = earlier.map((one) => one.pid).join(", ");
    if (waited > giveUpMs) {
      throw new Error(
        `an earlier session of this stage (server process ${pids || "unknown"}) is still at work after ` +
          `${Math.round(waited / 1000)} s; nothing was started. Look at it in pg_stat_activity, or end it with ` +
          "pg_terminate_backend, and run the stage again",
      );
    }
    for (const stale of earlier.filter((one) => one.idle_ms !== null && one.idle_ms > idleMs)) {
      log(`ending an earlier session of this stage that lost its client (server process ${stale.pid})`);
      await run(session, "end a session without client", "select pg_catalog.pg_terminate_backend($1)", [
        stale.pid,
      ]);
    }
    if (Date.now() - said > sayEveryMs) {
      said = Date.now();
      const [first] = earlier;
      log(
        first
          ? `waiting for the statement of an earlier, killed run (server process ${first.pid}, ${first.seconds} s so far)`
          : "waiting for another session of this stage",
      );
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

/** Other sessions of this name that were there first; a parallel worker is no session. */
function predecessors(session: Session): Promise<{ pid: number; seconds: number; idle_ms: number | null }[]> {
  return rows(
    session,
    "look for an earlier self",
    `select other.pid,
            pg_catalog.round(extract(epoch from pg_catalog.clock_timestamp() - other.query_start))::int as seconds,
            case when other.state like 'idle%'
                 then extract(epoch from pg_catalog.clock_timestamp() - other.state_change)::float8 * 1000 end as idle_ms
       from pg_catalog.pg_stat_activity as other,
            (select backend_start, pid from pg_catalog.pg_stat_activity
              where pid = pg_catalog.pg_backend_pid()) as own
      where other.application_name = pg_catalog.current_setting('application_name')
        and other.pid <> own.pid
        and coalesce(other.backend_type, 'client backend') = 'client backend'
        and (other.backend_start, other.pid) < (own.backend_start, own.pid)
      order by other.pid`,
  );
}
