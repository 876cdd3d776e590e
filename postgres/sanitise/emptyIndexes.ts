import { ident, literal, rows, run, withTransaction } from "../connection";
import type { CopySession } from "../guard";
import { readTableFacts } from "./facts";
import type { TableWork } from "./work";
import { readAs } from "./workspace";

/** An index over expressions of which ANALYZE met no row. */
interface EmptyIndex {
  table: number;
  schema: string;
  name: string;
  definition: string;
  comment: string | null;
  tablespace: string | null;
}

/**
 * Without a superuser: makes partial indexes anew into which no row falls any more. ANALYZE leaves the samples of their expressions as
 * they were, and none but a superuser may delete them; they go with the index (tried on PostgreSQL 15: neither `set statistics 0`, TRUNCATE nor
 * REINDEX takes them away). Indexes of constraints and those that belong to a partitioned one stay; the leak scan finds what is in them.
 */
export async function makeIndexesAnew(copy: CopySession, changed: readonly TableWork[]): Promise<void> {
  const found = await rows<EmptyIndex>(
    copy,
    "looking for indexes without rows",
    `select i.indrelid::int as table, n.nspname::text as schema, i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition,
            obj_description(i.indexrelid, 'pg_class') as comment, t.spcname::text as tablespace
       from pg_index i join pg_class x on x.oid = i.indexrelid join pg_namespace n on n.oid = x.relnamespace
       left join pg_tablespace t on t.oid = x.reltablespace
      where i.indexprs is not null and x.reltuples <= 0 and x.relkind = 'i' and not x.relispartition
        and (i.indrelid in (select oid from unnest($1::oid[]) oid union all select p.relid from unnest($1::oid[]) o, pg_partition_tree(o) p)
          or i.indrelid in (select oid from pg_class where relkind = 'm' and pg_has_role(relowner, 'usage')))
        and not exists (select from pg_constraint k where k.conindid = i.indexrelid)
        and exists (select from pg_stats s where s.schemaname = n.nspname and s.tablename = x.relname)
      order by i.indexrelid`,
    [changed.map((work) => work.oid)],
  );
  for (const index of found) await withTransaction(copy, () => makeAnew(copy, index));
}

async function makeAnew(copy: CopySession, index: EmptyIndex): Promise<void> {
  const { table, schema, name, definition, comment, tablespace } = index;
  const [facts] = await readTableFacts(copy, [table]);
  const statements = [
    `set local default_tablespace = ${tablespace === null ? "''" : ident(tablespace)}`,
    `drop index ${name}`,
    definition,
    ...(facts?.lost ?? []),
  ];
  await readAs(copy, schema);
  for (const statement of statements) await run(copy, `making the index ${name} anew`, statement);
  if (comment === null) return;
  // A comment may name a person: it is cleaned later, and no error shows it.
  await run(copy, `making the index ${name} anew`, `comment on index ${name} is ${literal(comment)}`);
}
