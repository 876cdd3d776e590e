import { ident, rows, run, type Session } from "../connection";
import type { CopySession } from "../guard";
import { findBudget, type Budget } from "./budget";
import { noFormerNumbers } from "./formerNumbers";
import { library } from "./functions/library";

/**
 * What the sanitiser keeps in schema `prodcopy` of the copy while it runs, all of it dropped at the end: the run's key,
 * keyed hashes of what stood there, what was taken off and has to be put back, and its functions. The key is made by the
 * server and read by the server; it never crosses the connection. The tables are logged ones: after a crash of the
 * server the same person must still get the same replacement.
 */
const tables = {
  // `former`: how many numbers stood there before, once they are hashed.
  run_key: "key text not null, seed bigint not null, mark bigint not null, former bigint not null default 0",
  work: "n int primary key, entry jsonb not null",
  crew: "pid int not null, began timestamptz not null",
  saved:
    "n int not null, early boolean not null, object text not null, drop_sql text not null, statements text[] not null, refresh text, foreign_key jsonb",
  structure: "object text not null, hash text not null",
  table_before: "name text primary key, row_count bigint not null, kept_hash numeric, bytes bigint",
  // Rows that went by a condition, and the sum of their fingerprints.
  removed: "name text primary key, row_count bigint not null, kept_hash numeric",
  // Files of tables that are to be written anew, as they were.
  file: "root oid not null, filenode oid not null, path text not null",
  seen: "h bigint not null, kind int not null, kept boolean not null",
  // Its primary key is added when it is filled.
  before: "h bigint not null, kind int not null, kept boolean not null",
  swap: "family text not null, old bigint not null, new text not null, primary key (family, old), unique (family, new)",
} as const;

/** Makes tables and functions. Within the caller's transaction. */
export async function createWorkspace(copy: CopySession): Promise<void> {
  // A publication of all tables publishes these as well, and lets rows go only that it can tell apart.
  const made = Object.entries(tables).map(
    ([name, columns]) =>
      `create table prodcopy.${name} (${columns}); alter table prodcopy.${name} replica identity full`,
  );
  await run(copy, "creating the sanitiser's tables", made.join("; "));
  await run(copy, "creating the sanitiser's functions", noFormerNumbers);
  await installLibrary(copy);
  // gen_random_uuid is the server's strong random source and is there without any extension.
  await run(
    copy,
    "making the run's key",
    `insert into prodcopy.run_key
     select encode(sha256(convert_to(string_agg(gen_random_uuid()::text, ''), 'UTF8')), 'hex'),
            ('x' || left(replace(gen_random_uuid()::text, '-', ''), 12))::bit(48)::bigint,
            ('x' || left(replace(gen_random_uuid()::text, '-', ''), 12))::bit(48)::bigint
       from generate_series(1, 4)`,
  );
}

/**
 * Makes the fixed functions, in place of those that are there: a run that is taken up again works with the functions of the program that
 * does so, whatever their arguments were called before. Within the caller's transaction.
 */
export async function installLibrary(copy: CopySession): Promise<void> {
  const doing = "creating the sanitiser's functions";
  const names = library.flatMap((one) => /\bfunction prodcopy\.(\w+)\s*\(/.exec(one)?.[1] ?? []);
  const there = await rows<{ name: string }>(
    copy,
    doing,
    `select oid::regprocedure::text as name from pg_proc where pronamespace = 'prodcopy'::regnamespace and proname = any($1)`,
    [names],
  );
  for (const { name } of there) await run(copy, doing, `drop function ${name}`);
  await run(copy, doing, library.join(";\n"));
}

/** Removes everything of `createWorkspace`; the journal stays. Within the caller's transaction. */
export async function dropWorkspace(copy: CopySession): Promise<void> {
  await run(
    copy,
    "removing the sanitiser's functions",
    `do $$ declare f regprocedure; begin
       for f in select oid from pg_catalog.pg_proc where pronamespace = 'prodcopy'::regnamespace loop
         execute 'drop function ' || f;
       end loop;
     end $$`,
  );
  const gone = Object.keys(tables).map((name) => `prodcopy.${name}`);
  await run(copy, "removing the sanitiser's tables", `drop table ${gone.join(", ")}`);
}

/**
 * Settings of one session that works on the copy: values print the same everywhere, nothing times out, row security
 * fails rather than hides rows, processors and memory are used as the budget says.
 */
export async function settle(session: Session, found?: Budget): Promise<void> {
  const budget = found ?? (await findBudget(session));
  const settings: Record<string, string> = {
    search_path: "pg_catalog",
    TimeZone: "UTC",
    DateStyle: "ISO, YMD",
    IntervalStyle: "postgres",
    extra_float_digits: "1",
    bytea_output: "hex",
    standard_conforming_strings: "on",
    row_security: "off",
    // Functions that return sets are costed too high; compiling such a query takes longer than running it.
    jit: "off",
    // What stood there before is hashed once for a scan, rather than sorted beside it.
    enable_mergejoin: "off",
    statement_timeout: "0",
    lock_timeout: "60s",
    idle_in_transaction_session_timeout: "0",
    check_function_bodies: "off",
    maintenance_work_mem: `${budget.maintenanceMb}MB`,
    work_mem: `${budget.workMb}MB`,
    max_parallel_workers_per_gather: String(Math.max(2, budget.workers)),
    // A step and its note in the journal are one transaction: what a crash of the server loses is done again.
    synchronous_commit: "off",
  };
  const all = Object.entries(settings).map(([name, value]) => `set ${name} = '${value}'`);
  // No text of a row comes twice in a row: what was found in it is not worth keeping. Since PostgreSQL 14.
  all.push("select set_config(name, 'off', false) from pg_catalog.pg_settings where name = 'enable_memoize'");
  await run(session, "setting up the session", all.join("; "));
}

/** Puts the run's key into the session, inside the server: set_config would answer it, so its answer is not asked for. */
export async function holdKey(session: Session): Promise<void> {
  await run(
    session,
    "holding the run's key",
    `do $$ begin
       perform set_config('prodcopy.key', key, false), set_config('prodcopy.seed', seed::text, false),
               set_config('prodcopy.mark', mark::text, false), set_config('prodcopy.former', former::text, false) from prodcopy.run_key;
       perform set_config('prodcopy.swaps', case when exists (select from prodcopy.swap) then 'on' else 'off' end, false);
     end $$`,
  );
}

/** The statement that sets the search path in which rules' conditions are read: the table's schema and public, for the transaction. */
export const readingAs = (schema: string) => `set local search_path = pg_catalog, ${ident(schema)}, public`;

export async function readAs(session: Session, schema: string): Promise<void> {
  await run(session, "setting the search path", readingAs(schema));
}
