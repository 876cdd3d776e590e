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
    `select pg_partition_root(c.oid)::regclass::text as root, i.indrelid::regclass::text as table, n.nspname::text as schema, c.relname::text as name
       from pg_partition_tree($1::regclass) t join pg_index i on i.indrelid = t.relid
       join pg_class c on c.oid = i.indexrelid and c.relispartition join pg_namespace n on n.oid = c.relnamespace`,
    [table],
  );
}
