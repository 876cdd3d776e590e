import { ident, literal, qualified, run } from "../connection";
import type { CopySession } from "../guard";
import { keepingIndexNames } from "./partitionIndexes";
import { nameOf, type TableWork } from "./work";
import { withoutTriggers } from "./triggers";
import { readingAs } from "./workspace";

/**
 * Brings one table to its end, within the caller's transaction, by one rewrite for all columns or by a refill. Either makes a new file,
 * so that no earlier row version, dropped column or index page stays.
 */
export async function rewriteTable(copy: CopySession, work: TableWork): Promise<void> {
  const table = qualified(work.schema, work.table);
  const doing = `masking ${nameOf(work)}`;
  const first = [readingAs(work.schema), `lock table ${work.source} in access exclusive mode`];
  await run(copy, doing, first.join("; "));
  if (work.refill !== undefined) await refillTable(copy, work, work.refill);
  if (work.alter.length > 0) {
    const alter = () => run(copy, doing, `alter table ${table} ${work.alter.join(", ")}`);
    await (work.partitioned ? keepingIndexNames(copy, table, alter) : alter());
  }
  for (const statement of work.after) await run(copy, doing, statement);
}

/**
 * Fills a table anew with what its rows become: they are made aside, it is truncated, and they are put back, each into the partition
 * where it now belongs. Nothing of the table's definition is touched, so nothing that stands on it minds.
 */
async function refillTable(
  copy: CopySession,
  work: TableWork,
  refill: NonNullable<TableWork["refill"]>,
): Promise<void> {
  const doing = `masking ${nameOf(work)}`;
  const aside = `prodcopy.aside_${work.oid}`;
  const columns = refill.map((one) => one.column).join(", ");
  const values = refill.map((one) => `${one.value} as ${one.column}`).join(", ");
  await run(copy, doing, `create unlogged table ${aside} as select ${values} from ${work.source}`);
  await withoutTriggers(copy, [work.oid], async () => {
    await run(copy, doing, `truncate ${work.source}`);
    await run(
      copy,
      doing,
      `insert into ${qualified(work.schema, work.table)} (${columns}) overriding system value select ${columns} from ${aside}`,
    );
  });
  await run(copy, doing, `drop table ${aside}`);
}

/**
 * Empties tables, within the caller's transaction: TRUNCATE in one statement, DELETE in one statement, so that every
 * condition sees all rows as they were, and foreign keys are looked at when all rows are gone, in any order and any circle.
 */
export async function removeRows(copy: CopySession, works: readonly TableWork[]): Promise<void> {
  const truncated = works.filter((work) => work.remove?.how === "truncate");
  const deleted = works.filter((work) => work.remove?.how === "delete");
  const oids = [...truncated, ...deleted].map((work) => work.oid);
  await withoutTriggers(copy, oids, async () => {
    if (truncated.length > 0) {
      const names = truncated.map((work) => work.source);
      await run(copy, `truncating ${truncated.map(nameOf).join(", ")}`, `truncate ${names.join(", ")}`);
    }
    if (deleted.length === 0) return;
    const schemas = [...new Set(deleted.map((work) => ident(work.schema)))].join(", ");
    await run(copy, "setting the search path", `set local search_path = pg_catalog, ${schemas}, public`);
    const parts: string[] = [];
    const gone: string[] = [];
    for (const [i, work] of deleted.entries()) {
      const where = work.remove?.how === "delete" ? work.remove.where : "false";
      const fingerprint = work.fingerprint ?? "null::bigint";
      parts.push(`prodcopy_${i}(h) as (delete from ${work.source} where ${where} returning ${fingerprint})`);
      gone.push(`select ${literal(nameOf(work))}, count(*), sum(h) from prodcopy_${i}`);
    }
    await run(
      copy,
      `deleting from ${deleted.map(nameOf).join(", ")}`,
      `with ${parts.join(", ")} insert into prodcopy.removed ${gone.join(" union all ")}`,
    );
  });
}

/**
 * Tries every expression on an empty table of the same shape, so that a fault in a rule shows before anything is changed. Within a
 * savepoint of the caller's, which takes back what it sets.
 */
export async function rehearse(copy: CopySession, work: TableWork): Promise<void> {
  if (work.alter.length === 0 && work.refill === undefined) return;
  const tried = work.refill === undefined ? onEmptyTable(work) : asPrepared(work.source, work.refill);
  const all = [readingAs(work.schema), ...tried];
  await run(copy, `trying the rules of ${nameOf(work)}`, all.join(";\n"));
}

function asPrepared(source: string, refill: NonNullable<TableWork["refill"]>): string[] {
  const values = refill.map((one) => one.value).join(", ");
  return [`prepare prodcopy_rehearsal as select ${values} from ${source}`, "deallocate prodcopy_rehearsal"];
}

function onEmptyTable(work: TableWork): string[] {
  const plain = work.alter.filter(
    (clause) => clause.startsWith("alter column") && clause.includes(" using ("),
  );
  return [
    `create temp table ${ident(work.table)} (like ${qualified(work.schema, work.table)})`,
    ...(plain.length > 0 ? [`alter table pg_temp.${ident(work.table)} ${plain.join(", ")}`] : []),
    // Or it would be what the next condition means by this name.
    `drop table pg_temp.${ident(work.table)}`,
  ];
}
