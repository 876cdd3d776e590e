import { qualified, row, rows, run } from "../connection";
import type { CopySession } from "../guard";
import { readAs } from "./workspace";
import { nameOf, type TableWork } from "./work";

/** Rows up to this many bytes are fingerprinted before and after, so that what is kept is shown to be the same. */
const fingerprintLimit = 256 * 1024 * 1024;

/** From this many bytes on, a table is hashed by several processes at once. */
const largeTable = 16 * 1024 * 1024;

/**
 * Counts the rows of one table, fingerprints what is kept of it, and keeps keyed hashes of the identifying values in it. Within
 * the caller's transaction, before anything is masked.
 */
export async function collect(copy: CopySession, work: TableWork, bytes: number): Promise<void> {
  const name = nameOf(work);
  const before = await measure(copy, work);
  await run(copy, `counting ${name}`, "insert into prodcopy.table_before values ($1, $2, $3, $4)", [
    name,
    before.rows,
    before.hash,
    bytes,
  ]);
  if (work.collect === undefined) return;
  await readAs(copy, work.schema);
  // PostgreSQL runs a query in several processes when it makes a table, and never when it inserts into one.
  const into =
    bytes < largeTable
      ? "insert into prodcopy.seen (h, kind, kept)"
      : `create table prodcopy.seen_${work.oid} (h, kind, kept) as`;
  await run(
    copy,
    `hashing what identifies people in ${name}`,
    `${into}
     select prodcopy_h, prodcopy_kind, bool_or(prodcopy_kept) from ${work.source}
       cross join lateral (${work.collect}) prodcopy_marks(prodcopy_kind, prodcopy_h, prodcopy_kept)
      where prodcopy_h is not null group by 1, 2`,
  );
}

/** Row count, and a sum over the kept columns that does not depend on the order of rows; NULL for a large table. */
export async function measure(
  copy: CopySession,
  work: TableWork,
): Promise<{ rows: string; hash: string | null }> {
  const table = qualified(work.schema, work.table);
  const { size } = await row<{ size: string }>(
    copy,
    `measuring ${nameOf(work)}`,
    `select coalesce(sum(pg_table_size(t)), 0) as size
       from (select $1::regclass as t union select relid from pg_partition_tree($1::regclass)) tree`,
    [table],
  );
  const compare = work.keptColumns.length > 0 && work.remove === undefined && Number(size) < fingerprintLimit;
  const fingerprint = compare ? `sum((${await rowHash(copy, work)})::numeric)::text` : "null::text";
  return row(
    copy,
    `counting ${nameOf(work)}`,
    `select count(*)::text as rows, ${fingerprint} as hash from ${work.source}`,
  );
}

/** A hash of the kept columns of one row: where the server can hash a record, columns are printed only when it must be. */
async function rowHash(copy: CopySession, work: TableWork): Promise<string> {
  const hashed = await rows<{ column: string }>(
    copy,
    `reading the columns of ${nameOf(work)}`,
    `select quote_ident(a.attname) as column from pg_attribute a join pg_type t on t.oid = a.atttypid
      where a.attrelid = $1::regclass and current_setting('server_version_num')::int >= 140000 and (t.typtype = 'e' or t.oid in (
        'int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'bool'::regtype, 'date'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype,
        'uuid'::regtype, 'text'::regtype, 'varchar'::regtype, 'bytea'::regtype, 'jsonb'::regtype))`,
    [qualified(work.schema, work.table)],
  );
  if (hashed.length === 0) return `hashtextextended((row(${work.keptColumns.join(", ")}))::text, 0)`;
  const plain = new Set(hashed.map((one) => one.column));
  const all = work.keptColumns.map((column) => (isPlain(column, plain) ? column : `(${column})::text`));
  return `hash_record_extended(row(${all.join(", ")}), 0)`;
}

/** `keptColumns` are quoted always, the server quotes only what needs it. */
function isPlain(column: string, plain: Set<string>): boolean {
  return plain.has(column) || plain.has(column.slice(1, -1));
}

/** All hashes together, each once; what is kept anywhere alarms nowhere. Within the caller's transaction. */
export async function mergeCollected(copy: CopySession): Promise<void> {
  const doing = "merging the hashes";
  const large = await rows<{ name: string }>(
    copy,
    doing,
    "select oid::regclass::text as name from pg_class where relnamespace = 'prodcopy'::regnamespace and relkind = 'r' and relname ~ '^seen_[0-9]+$'",
  );
  const all = ["prodcopy.seen", ...large.map((one) => one.name)].map(
    (name) => `select h, kind, kept from ${name}`,
  );
  await run(
    copy,
    doing,
    `insert into prodcopy.before select h, kind, bool_or(kept) from (${all.join(" union all ")}) s group by h, kind`,
  );
  // Building an index once is several times faster than growing it hash by hash.
  await run(copy, doing, "alter table prodcopy.before add primary key (h, kind)");
  await run(copy, doing, "truncate prodcopy.seen");
  for (const { name } of large) await run(copy, doing, `drop table ${name}`);
  await run(copy, doing, "analyze prodcopy.before");
}
