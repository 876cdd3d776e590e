import { harmlessLibraries, silence } from "../../quarantine";

/**
 * What the parameter groups of a copy say (decision 19 of the project): production's own parameters as far as its files and values
 * need them, and over them what makes the copy mute.
 */

/** What a copy takes over: what the files need to be opened, and how values are read and written. Nothing that names a place. */
const takenOver = [
  "max_connections",
  "max_prepared_transactions",
  "max_worker_processes",
  "max_locks_per_transaction",
  "max_replication_slots",
  "track_commit_timestamp",
  "cron.database_name",
  "lc_monetary",
  "lc_numeric",
  "lc_time",
  "default_text_search_config",
  "timezone",
  "datestyle",
  "intervalstyle",
  "bytea_output",
  "extra_float_digits",
  "standard_conforming_strings",
];

/** One parameter of a family, as far as its group may say something about it. */
export interface Parameter {
  name: string;
  /** What somebody set; undefined where the engine's default holds. */
  value: string | undefined;
  modifiable: boolean;
}

/** Parameters that the quarantine cannot do without, with what SHOW prints of them. */
export const quarantineProofs: Record<string, string> = {
  max_logical_replication_workers: "0",
  log_statement: "none",
  log_min_duration_statement: "-1",
  log_min_error_statement: "panic",
  log_error_verbosity: "terse",
};

export const workingProofs: Record<string, string> = {
  max_logical_replication_workers: "0",
  log_statement: "none",
  autovacuum: "on",
};

/** `shared_preload_libraries` of production, parted into what the copy loads and what it does not. */
export function partLibraries(
  production: ReadonlyMap<string, string>,
  family: readonly Parameter[],
): { kept: string[]; left: string[] } {
  const all = (production.get("shared_preload_libraries") ?? "")
    .split(",")
    .map((name) => name.trim().replace(/^"|"$/g, ""))
    // RDS puts its own in whatever the group says.
    .filter((name) => name !== "" && name !== "rdsutils");
  // Where it cannot be told not to run its jobs, pg_cron is not loaded at all.
  const tamable = family.some(({ name, modifiable }) => name === "cron.launch_active_jobs" && modifiable);
  const isHarmless = (name: string) => harmlessLibraries.includes(name) && (name !== "pg_cron" || tamable);
  return { kept: all.filter(isHarmless), left: all.filter((name) => !isHarmless(name)) };
}

/** From the first moment of a copy until `open`: it cannot call out, and it writes no row's value into a log. */
export function quarantineParameters(
  production: ReadonlyMap<string, string>,
  family: readonly Parameter[],
): Record<string, string> {
  return settable(family, {
    ...common(production, family),
    // It would write statistics, which hold real values, while those are being removed.
    autovacuum: "0",
    wal_recycle: "0",
    // A trigger on login or DDL may call out; until they are cut, none fires. PostgreSQL 16 and older cannot switch them off.
    event_triggers: "0",
    client_connection_check_interval: "10000",
    "pg_stat_statements.track": "none",
    "pg_stat_statements.save": "0",
    // Slots that came along need it; the stage isolate drops them.
    ...taken(production, ["rds.logical_replication"]),
  });
}

/** After the quarantine: an ordinary server, which still replicates nothing. */
export function workingParameters(
  production: ReadonlyMap<string, string>,
  family: readonly Parameter[],
): Record<string, string> {
  return settable(family, { ...common(production, family), "rds.logical_replication": "0", autovacuum: "1" });
}

function common(
  production: ReadonlyMap<string, string>,
  family: readonly Parameter[],
): Record<string, string> {
  const { kept } = partLibraries(production, family);
  return {
    ...taken(production, takenOver),
    ...silence,
    shared_preload_libraries: kept.join(","),
    // An enabled subscription starts with the server and would take production's place at its publisher.
    max_logical_replication_workers: "0",
    "cron.launch_active_jobs": "0",
    "rds.force_ssl": "1",
  };
}

function taken(production: ReadonlyMap<string, string>, names: string[]): Record<string, string> {
  const entries = names.map((name) => [name, production.get(name)] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/**
 * Families differ in what they have. What is missing is left out, unless the quarantine rests on it.
 * @throws naming those.
 */
function settable(family: readonly Parameter[], wanted: Record<string, string>): Record<string, string> {
  const known = new Map(family.map((one) => [one.name, one]));
  const may = ([name]: [string, string]) => known.get(name)?.modifiable === true;
  const needed = Object.keys(quarantineProofs).filter((name) => known.get(name)?.modifiable !== true);
  if (needed.length > 0) {
    throw new Error(
      `The parameter group's family has no ${needed.join(", ")} that could be set, and the quarantine rests on it. ` +
        "Nothing was restored. Is production's engine PostgreSQL 10 or later?",
    );
  }
  return Object.fromEntries(Object.entries(wanted).filter(may));
}
