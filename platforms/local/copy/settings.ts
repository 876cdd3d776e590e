import { harmlessLibraries, silence } from "../../quarantine";

/**
 * The copy's own configuration (decision 18 of the project): nothing of production's files is used but a list of harmless
 * settings, so there is no archive_command, no standby, no slot, and logs and sockets are the copy's own.
 */

/** `shared_preload_libraries` of production, parted into what the copy loads and what it does not. */
export function partLibraries(production: Record<string, string>): { kept: string[]; left: string[] } {
  const all = (production.shared_preload_libraries ?? "")
    .split(",")
    .map((name) => name.trim().replace(/^"|"$/g, ""))
    .filter((name) => name !== "");
  const isHarmless = (name: string) => harmlessLibraries.includes(name);
  return { kept: all.filter(isHarmless), left: all.filter((name) => !isHarmless(name)) };
}

/** From the first moment of a copy until `open`: it cannot call out, and it writes no row's value into a log. */
export function quarantineSettings(
  production: Record<string, string>,
  serverMajor: number,
): Record<string, string> {
  return {
    ...takenOver(production),
    ...silence,
    ...cannotCallOut(production, serverMajor),
    // It would write statistics, which hold real values, while those are being removed.
    autovacuum: "off",
    // Old segments are deleted, not renamed and used again with their old contents behind the new ones.
    wal_recycle: "off",
    // No client may leave a statement behind that runs on when it was killed.
    client_connection_check_interval: "10s",
    ...(partLibraries(production).kept.includes("pg_stat_statements") && {
      "pg_stat_statements.track": "none",
      "pg_stat_statements.save": "off",
    }),
  };
}

/** After the quarantine: an ordinary server, which still replicates nothing and archives nothing. */
export function workingSettings(production: Record<string, string>): Record<string, string> {
  return { ...takenOver(production), ...silence, ...cannotCallOut(production, 0), autovacuum: "on" };
}

function takenOver(production: Record<string, string>): Record<string, string> {
  const { shared_preload_libraries: _own, "cron.database_name": cronDatabase, ...plain } = production;
  const { kept } = partLibraries(production);
  return {
    ...plain,
    shared_preload_libraries: kept.join(","),
    ...(kept.includes("pg_cron") && cronDatabase !== undefined && { "cron.database_name": cronDatabase }),
  };
}

function cannotCallOut(production: Record<string, string>, serverMajor: number): Record<string, string> {
  return {
    // An enabled subscription starts with the server and would take production's place at its publisher.
    max_logical_replication_workers: "0",
    archive_mode: "off",
    wal_level: "replica",
    ...(partLibraries(production).kept.includes("pg_cron") && { "cron.launch_active_jobs": "off" }),
    // A trigger on login or DDL may call out; until they are cut, none fires. PostgreSQL 16 and older cannot switch them off.
    ...(serverMajor >= 17 && { event_triggers: "off" }),
  };
}

/** Settings whose values prove the quarantine, as SHOW prints them. */
export const quarantineProofs: Record<string, string> = {
  max_logical_replication_workers: "0",
  archive_mode: "off",
  autovacuum: "off",
  wal_recycle: "off",
  log_statement: "none",
  log_min_duration_statement: "-1",
  log_min_error_statement: "panic",
  log_error_verbosity: "terse",
};

export const workingProofs: Record<string, string> = {
  max_logical_replication_workers: "0",
  archive_mode: "off",
  autovacuum: "on",
  wal_recycle: "on",
  log_statement: "none",
};
