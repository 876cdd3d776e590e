import { ident, qualified, row, rows, run } from "../connection";
import type { CopySession } from "../guard";
import type { Crew } from "./crew";
import { populatedViews } from "./detach";
import { makeIndexesAnew } from "./emptyIndexes";
import { readColumnFacts } from "./facts";
import type { TableWork } from "./work";

/**
 * Fresh statistics for what changed. Statistics of emptied tables are removed, since ANALYZE leaves those of a table
 * without rows as they are.
 */
export async function refreshStatistics(
  copy: CopySession,
  crew: Crew,
  works: TableWork[],
): Promise<string[]> {
  const notProven: string[] = [];
  const changed = works.filter((work) => work.strategy !== "kept");
  const superuser = await isSuperuser(copy);
  if (superuser) await forgetChanged(copy, changed);
  await crew.each(changed, async (hand, work) => {
    const table = qualified(work.schema, work.table);
    await run(hand.copy, `analysing ${work.schema}.${work.table}`, `analyze ${table}`);
  });
  for (const view of await populatedViews(copy)) {
    await run(
      copy,
      `analysing ${view.schema}.${view.table}`,
      `analyze ${qualified(view.schema, view.table)}`,
    );
  }
  if (!superuser) {
    await forgetEmptied(copy, works);
    await makeIndexesAnew(copy, changed);
  }
  const stale = await rows<{ name: string }>(
    copy,
    "looking for statistics of empty tables",
    `select distinct s.schemaname || '.' || s.tablename as name from pg_stats s
       join pg_class c on c.oid = format('%I.%I', s.schemaname, s.tablename)::regclass
      where c.relkind in ('r', 'p', 'm') and c.relpages = 0 and s.schemaname not in ('pg_catalog', 'information_schema', 'prodcopy')`,
  );
  if (superuser) {
    const empty = `(select i.indexrelid from pg_index i join pg_class c on c.oid = i.indrelid where c.relpages = 0 and c.relkind in ('r', 'm')
      union all select oid from pg_class where relpages = 0 and relkind in ('r', 'p', 'm') and oid >= 16384)`;
    await run(
      copy,
      "removing statistics of empty tables",
      `delete from pg_statistic where starelid in ${empty} and starelid not in (
         select p.partrelid from pg_partitioned_table p, pg_partition_tree(p.partrelid) t join pg_class k on k.oid = t.relid where k.relpages > 0)`,
    );
    await run(
      copy,
      "removing statistics of empty tables",
      `delete from pg_statistic_ext_data where stxoid in (select oid from pg_statistic_ext where stxrelid in ${empty})`,
    );
  } else if (stale.length > 0) {
    notProven.push(
      `Planner statistics of emptied tables may still hold samples of their values (${stale.map((one) => one.name).join(", ")}): only a superuser may remove them.`,
    );
  }
  return notProven;
}

/** ANALYZE leaves what it has no rows for, too (`makeIndexesAnew`): the expression of a partial index into which no row falls any more. */
async function forgetChanged(copy: CopySession, changed: TableWork[]): Promise<void> {
  await run(
    copy,
    "removing statistics of changed tables",
    `delete from pg_statistic where starelid in (
       select i.indexrelid from pg_index i where i.indrelid in (
         select oid from unnest($1::oid[]) oid union all select t.relid from unnest($1::oid[]) o, pg_partition_tree(o) t))`,
    [changed.map((work) => work.oid)],
  );
}

/**
 * Without a superuser: giving a column the type that it has makes the server forget its statistics, and costs nothing on an empty
 * table. A column under a view refuses; the leak scan then finds what is left.
 */
async function forgetEmptied(copy: CopySession, works: TableWork[]): Promise<void> {
  const emptied = works.filter((work) => work.remove !== undefined);
  const facts = await readColumnFacts(
    copy,
    emptied.map((work) => work.oid),
  );
  const stale = await rows<{ table: number; name: string; column: string; type: string }>(
    copy,
    "listing statistics of emptied tables",
    `select c.oid::int as table, c.oid::regclass::text as name, a.attname::text as column, format_type(a.atttypid, a.atttypmod) as type
       from unnest($1::oid[]) o join pg_class c on c.oid = o join pg_attribute a on a.attrelid = c.oid
       join pg_stats s on s.schemaname = c.relnamespace::regnamespace::name and s.tablename = c.relname and s.attname = a.attname
      where c.relpages = 0 and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''`,
    [emptied.map((work) => work.oid)],
  );
  for (const { table, name, column, type } of stale) {
    const known = facts.find((one) => one.table === table && one.column === column);
    const clauses = [
      `alter column ${ident(column)} type ${type}${known?.collate ?? ""}`,
      ...(known?.settings ?? []),
    ];
    await run(copy, `forgetting statistics of ${name}`, `alter table ${name} ${clauses.join(", ")}`).catch(
      (error: unknown) => {
        if ((error as { code?: string }).code !== "0A000") throw error;
      },
    );
  }
}

export async function isSuperuser(copy: CopySession): Promise<boolean> {
  const { yes } = await row<{ yes: boolean }>(
    copy,
    "reading what this login may do",
    "select rolsuper as yes from pg_roles where rolname = current_user",
  );
  return yes;
}
