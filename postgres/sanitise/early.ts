import { rows } from "../connection";
import type { CopySession } from "../guard";
import { userSchemas } from "./structure";
import type { Detached } from "./work";

/**
 * Row security that is forced on owners too: a login that does not bypass it could not read the tables, not even to see whether anything
 * is left in them. Empty for a login that does.
 */
export async function saveForcedRowSecurity(copy: CopySession): Promise<Detached[]> {
  const found = await rows<{ name: string }>(
    copy,
    "looking for forced row security",
    `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relforcerowsecurity and c.relrowsecurity and ${userSchemas}
        and not exists (select from pg_roles me where me.rolname = current_user and (me.rolsuper or me.rolbypassrls)) order by c.oid`,
  );
  return found.map(({ name }) => ({
    object: `forced row security of ${name}`,
    drop: `alter table ${name} no force row level security`,
    restore: [`alter table ${name} force row level security`],
    refresh: undefined,
  }));
}

/**
 * Indexes that a broken CREATE INDEX CONCURRENTLY left behind. Nobody may read them, but they hold values, and a rewrite would try
 * to build them: a unique one would fail on the very rows on which it failed in production. They go for good.
 */
export async function invalidIndexes(copy: CopySession, tables: number[]): Promise<Detached[]> {
  const found = await rows<{ name: string }>(
    copy,
    "looking for invalid indexes",
    `select x.oid::regclass::text as name from pg_index i join pg_class x on x.oid = i.indexrelid
      where not i.indisvalid and x.relkind = 'i' and not x.relispartition and i.indrelid in (
        select oid from unnest($1::oid[]) oid union select p.relid from unnest($1::oid[]) o, pg_partition_tree(o) p)
        and not exists (select from pg_constraint k where k.conindid = x.oid) order by x.oid`,
    [tables],
  );
  return found.map(({ name }) => ({
    object: `invalid index ${name}`,
    drop: `drop index ${name}`,
    restore: [],
    refresh: undefined,
  }));
}
