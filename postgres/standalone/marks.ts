import { row, rows, run, type Session } from "../connection";
import type { CopySession } from "../guard";
import { journalSchema } from "../journal";
import { stage } from "../sanitise/prepare";

/** How far earlier runs on a database came. */
export interface Earlier {
  /** `none`: no schema of ours. `elsewhere`: it belongs to another database. `foreign`: the schema is not ours at all. */
  whose: "none" | "ours" | "elsewhere" | "foreign";
  /** Whether something was decided and so, perhaps, done. */
  begun: boolean;
  /** Digest of the rules under which it was decided. */
  digest: string | undefined;
  /** When all was proven; undefined when it was not. */
  provenAt: string | undefined;
  /** Tables that were rewritten, of how many. */
  masked: number;
  tables: number;
}

const markPrefix = "Journal of prodcopy for copy ";

/** One database as the journal knows it: the server's own number, which a file copy keeps, and the database's, which none other has. */
export async function resourceIdOf(session: Session): Promise<string> {
  const { id } = await row<{ id: string }>(
    session,
    "asking which database this is",
    `select concat('database ', d.oid, ' of system ', (select system_identifier from pg_catalog.pg_control_system())) as id
       from pg_catalog.pg_database d where d.datname = current_database()`,
  );
  return id;
}

/** What the schema of ours in this database says. Reads only. */
export async function readEarlier(session: Session, resourceId: string): Promise<Earlier> {
  const earlier: Earlier = {
    whose: "none",
    begun: false,
    digest: undefined,
    provenAt: undefined,
    masked: 0,
    tables: 0,
  };
  const [schema] = await rows<{ mark: string | null; journal: boolean; work: boolean }>(
    session,
    "looking for earlier runs",
    `select pg_catalog.obj_description(oid, 'pg_namespace') as mark,
            pg_catalog.to_regclass('${journalSchema}.journal') is not null as journal,
            pg_catalog.to_regclass('${journalSchema}.work') is not null as work
       from pg_catalog.pg_namespace where nspname = $1`,
    [journalSchema],
  );
  if (schema === undefined) return earlier;
  if (!schema.mark?.startsWith(markPrefix) || !schema.journal) return { ...earlier, whose: "foreign" };
  const steps = await row<{ begun: boolean; digest: string | null; proven: string | null; masked: number }>(
    session,
    "reading the journal",
    `select count(*) filter (where step = 'decide') > 0 as begun, max(note) filter (where step = 'decide') as digest,
            max(finished_at) filter (where step = 'proven')::text as proven,
            count(*) filter (where step like 'mask %')::int as masked
       from ${journalSchema}.journal where stage = $1 and state = 'done'`,
    [stage],
  );
  const { tables } = schema.work
    ? await row<{ tables: number }>(
        session,
        "reading the decisions",
        `select count(*)::int as tables from ${journalSchema}.work
          where entry -> 'alter' <> '[]' or entry ? 'refill' or entry -> 'full' = 'true'`,
      )
    : { tables: steps.masked };
  return {
    whose: schema.mark === `${markPrefix}${resourceId}` ? "ours" : "elsewhere",
    begun: steps.begun,
    digest: steps.digest ?? undefined,
    provenAt: steps.proven ?? undefined,
    masked: steps.masked,
    tables,
  };
}

/** Removes the schema of a run that was refused before it had decided anything. @returns whether it did */
export async function forgetRefusedRun(copy: CopySession, resourceId: string): Promise<boolean> {
  const earlier = await readEarlier(copy, resourceId);
  if (earlier.whose !== "ours" || earlier.begun) return false;
  await run(copy, "removing the journal of a refused run", `drop schema ${journalSchema} cascade`);
  return true;
}

const tablesOfUsers = `select pg_catalog.format('%I.%I', n.nspname, c.relname) as name, c.oid::text as oid from pg_catalog.pg_class c
   join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema', '${journalSchema}')
    and n.nspname !~ '^pg_(toast|temp)'`;

/** Notes which tables were there when all was proven. */
export async function rememberTables(copy: CopySession): Promise<void> {
  await run(
    copy,
    "noting which tables were sanitised",
    `insert into ${journalSchema}.journal (stage, step, state, run_id, finished_at, note)
     select 'command', 'tables', 'done', '', pg_catalog.clock_timestamp(), pg_catalog.json_object_agg(name, oid)::text
       from (${tablesOfUsers}) t
     on conflict (stage, step) do nothing`,
  );
}

/** Tables that were made after the run which the journal calls proven: what stands in them was never looked at. */
export async function tablesMadeSince(session: Session): Promise<string[]> {
  const found = await rows<{ name: string }>(
    session,
    "comparing the tables with those that were sanitised",
    `select t.name from (${tablesOfUsers}) t, ${journalSchema}.journal j
      where j.stage = 'command' and j.step = 'tables' and (j.note::json ->> t.name) is distinct from t.oid order by 1`,
  );
  return found.map((one) => one.name);
}
