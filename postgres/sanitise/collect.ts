import { rows, run } from "../connection";
import type { CopySession } from "../guard";
import { measured } from "./fingerprint";
import { kinds } from "./functions/tokens";
import { readAs } from "./workspace";
import { nameOf, type TableWork } from "./work";

/** From this many bytes on, a table is hashed by several processes at once. */
const largeTable = 16 * 1024 * 1024;

/**
 * Counts the rows of one table, fingerprints what is kept of it, and keeps keyed hashes of the identifying values in it. Within
 * the caller's transaction, before anything is masked.
 */
export async function collect(copy: CopySession, work: TableWork, bytes: number): Promise<void> {
  const name = nameOf(work);
  await run(
    copy,
    `counting ${name}`,
    `insert into prodcopy.table_before select $1, m.rows, m.hash, $2::bigint from (${measured(work)}) m`,
    [name, bytes],
  );
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
     select h, kind, bool_or(kept) from (${work.collect}) marks(kind, h, kept) where h is not null group by 1, 2`,
  );
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
  await run(
    copy,
    doing,
    `update prodcopy.run_key set former = (select count(*) from prodcopy.before where kind = ${kinds.digits})`,
  );
}
