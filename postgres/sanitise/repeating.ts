import { rows, type Session } from "../connection";

/** Wider values cost more to compare than to look at again. In bytes, on average. */
const widest = 200;

/**
 * SQL: whether few values of a column stand in many rows, as far as the planner knows, so that each is worth looking at only once.
 * @param stats alias of the column's row of `pg_stats`
 * @param table alias of the table's row of `pg_class`
 */
export const repeats = (stats: string, table: string) =>
  `coalesce(${stats}.avg_width < ${widest} and (${stats}.n_distinct > 0 and ${stats}.n_distinct * 3 < ${table}.reltuples
    or ${stats}.n_distinct between -0.33 and -0.0000001), false)`;

/** The columns of tables that repeat, by the oid of the table. */
export function readRepeating(
  session: Session,
  tables: number[],
): Promise<{ table: number; column: string }[]> {
  return rows(
    session,
    "reading which columns repeat",
    `select c.oid::int as table, s.attname::text as column from pg_class c join pg_namespace n on n.oid = c.relnamespace
       join pg_stats s on s.schemaname = n.nspname and s.tablename = c.relname and s.inherited = (c.relkind = 'p')
      where c.oid = any($1::oid[]) and ${repeats("s", "c")}`,
    [tables],
  );
}
