import { ident, qualified, rows, run } from "../connection";
import type { CopySession } from "../guard";

/** An index of a partition that belongs to one of the partitioned table at the top. */
interface PartitionIndex {
  /** The index at the top, whose name stays. */
  root: string;
  table: string;
  schema: string;
  name: string;
}

/**
 * Rewrites a table and gives the indexes of its partitions the names back that they had. The server makes them anew and names them anew: where
 * a name is cut at 63 bytes and ends in a number, two indexes may change places. Within the caller's transaction.
 */
export async function keepingIndexNames(
  copy: CopySession,
  table: string,
  rewrite: () => Promise<unknown>,
): Promise<void> {
  const before = await partitionIndexes(copy, table);
  await rewrite();
  if (before.length === 0) return;
  const renamed = (await partitionIndexes(copy, table)).flatMap((now) => {
    const was = before.find((one) => one.root === now.root && one.table === now.table)?.name;
    return was === undefined || was === now.name ? [] : [{ now, was }];
  });
  const doing = "naming the indexes of partitions as they were";
  for (const [i, { now }] of renamed.entries()) {
    await run(
      copy,
      doing,
      `alter index ${qualified(now.schema, now.name)} rename to ${ident(`prodcopy_${i}`)}`,
    );
  }
  for (const [i, { now, was }] of renamed.entries()) {
    await run(copy, doing, `alter index ${qualified(now.schema, `prodcopy_${i}`)} rename to ${ident(was)}`);
  }
}

function partitionIndexes(copy: CopySession, table: string): Promise<PartitionIndex[]> {
  return rows<PartitionIndex>(
    copy,
    "reading the indexes of partitions",
    // OFFSET 0 has the server look up the indexes of each table that is there: it takes a tree for a thousand.
    `select pg_partition_root(of.oid)::regclass::text as root, t.relid::regclass::text as table, of.schema, of.name
       from pg_partition_tree($1::regclass) t
       cross join lateral (select c.oid, n.nspname::text as schema, c.relname::text as name from pg_index i
         join pg_class c on c.oid = i.indexrelid and c.relispartition join pg_namespace n on n.oid = c.relnamespace
        where i.indrelid = t.relid offset 0) of`,
    [table],
  );
}
