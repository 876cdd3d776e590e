import { row, type Session } from "../connection";

/** What the run may use of the server, found from the server. */
export interface Budget {
  /** Sessions side by side, one to a processor. */
  workers: number;
  /** Memory of one session for building indexes, in megabytes. */
  maintenanceMb: number;
  /** Memory of one session for one sort or hash, in megabytes. */
  workMb: number;
}

/** Sixty-four tables that are rewritten at once fill the widest volume there is. */
const mostWorkers = 64;

/**
 * Nobody but the run works on a quarantined copy, so it takes all processors and, beside the server's shared memory, as much again
 * as half of that (RDS and most installations give shared memory a quarter of the machine).
 * @param wanted how many sessions, instead of what is found.
 */
export async function findBudget(session: Session, wanted?: number): Promise<Budget> {
  const found = await row<{ shared_mb: number; processes: number; connections: number; files: boolean }>(
    session,
    "reading the server's memory and processes",
    `select (select setting::bigint * 8192 / 1048576 from pg_catalog.pg_settings where name = 'shared_buffers')::int as shared_mb,
            current_setting('max_worker_processes')::int as processes,
            greatest(1, (current_setting('max_connections')::int - (select count(*)::int from pg_catalog.pg_stat_activity)) / 2) as connections,
            pg_catalog.has_function_privilege('pg_catalog.pg_read_file(text, bigint, bigint, boolean)', 'execute') as files`,
  );
  const processors =
    (found.files ? await countProcessors(session) : undefined) ?? guessed(found.shared_mb, found.processes);
  const workers = Math.max(1, Math.min(wanted ?? processors, mostWorkers, found.connections));
  const each = found.shared_mb / 2 / workers;
  return {
    workers,
    maintenanceMb: Math.round(Math.min(2048, Math.max(64, each))),
    workMb: Math.round(Math.min(256, Math.max(32, each / 2))),
  };
}

/**
 * Where the machine cannot be looked at, as on RDS: shared memory is a quarter of the machine's there, and its memory-optimised
 * classes have 8 GB a processor (others fewer, so this is rather too low). Whoever raised max_worker_processes had processors for them.
 */
function guessed(sharedMb: number, processes: number): number {
  return Math.max(2, Math.floor(sharedMb / 2048), processes > 8 ? Math.floor(processes / 2) : 0);
}

/** Processors that the server may use, on Linux; undefined where there is no such file. */
async function countProcessors(session: Session): Promise<number | undefined> {
  const found = await row<{ processors: number | null; share: number | null }>(
    session,
    "counting the server's processors",
    `select (select count(*)::int from regexp_matches(pg_read_file('/proc/cpuinfo', 0, 4194304, true), '^processor', 'gn')) as processors,
            (select ceil(m[1]::numeric / m[2]::numeric)::int
               from regexp_matches(pg_read_file('/sys/fs/cgroup/cpu.max', 0, 1024, true), '^([0-9]+) ([0-9]+)') m) as share`,
  ).catch(() => undefined);
  if (found === undefined || found.processors === null || found.processors === 0) return undefined;
  return Math.min(found.processors, found.share ?? found.processors);
}
