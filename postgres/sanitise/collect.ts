import { qualified, row, run } from "../connection";
import type { CopySession } from "../guard";
import { readAs } from "./workspace";
import { nameOf, type TableWork } from "./work";

/** Rows up to this many bytes are fingerprinted before and after, so that what is kept is shown to be the same. */
const fingerprintLimit = 256 * 1024 * 1024;

/**
 * Counts the rows of one table, fingerprints what is kept of it, and keeps keyed hashes of the identifying values in it. Within
 * the caller's transaction, before anything is masked.
 */
export async function collect(copy: CopySession, work: TableWork): Promise<void> {
  const name = nameOf(work);
  const before = await measure(copy, work);
  await run(copy, `counting ${name}`, "insert into prodcopy.table_before values ($1, $2, $3)", [
    name,
    before.rows,
    before.hash,
  ]);
  if (work.collect === undefined) return;
  await readAs(copy, work.schema);
  await run(
    copy,
    `hashing what identifies people in ${name}`,
    `insert into prodcopy.seen (h, kind, kept)
     select prodcopy_h, prodcopy_kind, bool_or(prodcopy_kept) from ${qualified(work.schema, work.table)}
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
  return row(
    copy,
    `counting ${nameOf(work)}`,
    `select count(*)::text as rows, ${
      compare
        ? `sum(hashtextextended((row(${work.keptColumns.join(", ")}))::text, 0)::numeric)::text`
        : "null::text"
    } as hash from ${table}`,
  );
}

/** All hashes together, each once; what is kept anywhere alarms nowhere. Within the caller's transaction. */
export async function mergeCollected(copy: CopySession): Promise<void> {
  await run(
    copy,
    "merging the hashes",
    "insert into prodcopy.before select h, kind, bool_or(kept) from prodcopy.seen group by h, kind",
  );
  await run(copy, "merging the hashes", "truncate prodcopy.seen");
  await run(copy, "merging the hashes", "analyze prodcopy.before");
}
