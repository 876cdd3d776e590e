import { ident, qualified, run } from "../connection";
import type { CopySession } from "../guard";
import { nameOf, type TableWork } from "./work";
import { withoutTriggers } from "./triggers";
import { readAs } from "./workspace";

/**
 * Brings one table to its end, within the caller's transaction: at most one UPDATE, then at most one rewrite for all
 * columns. The rewrite makes a new file, so that no earlier row version, dropped column or index page stays.
 */
export async function rewriteTable(copy: CopySession, work: TableWork): Promise<void> {
  const table = qualified(work.schema, work.table);
  const doing = `masking ${nameOf(work)}`;
  await readAs(copy, work.schema);
  await run(copy, doing, `lock table ${table} in access exclusive mode`);
  if (work.update.length > 0) {
    await withoutTriggers(copy, [work.oid], () =>
      run(copy, doing, `update ${table} set ${work.update.join(", ")}`),
    );
  }
  if (work.alter.length > 0) await run(copy, doing, `alter table ${table} ${work.alter.join(", ")}`);
  for (const statement of work.after) await run(copy, doing, statement);
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
      const names = truncated.map((work) => qualified(work.schema, work.table));
      await run(copy, `truncating ${truncated.map(nameOf).join(", ")}`, `truncate ${names.join(", ")}`);
    }
    if (deleted.length === 0) return;
    const schemas = [...new Set(deleted.map((work) => ident(work.schema)))].join(", ");
    await run(copy, "setting the search path", `set local search_path = pg_catalog, ${schemas}, public`);
    const parts = deleted.map((work, i) => {
      const where = work.remove?.how === "delete" ? work.remove.where : "false";
      return `prodcopy_${i} as (delete from ${qualified(work.schema, work.table)} where ${where} returning 1)`;
    });
    await run(copy, `deleting from ${deleted.map(nameOf).join(", ")}`, `with ${parts.join(", ")} select 1`);
  });
}

/** Tries every expression on an empty table of the same shape, so that a fault in a rule shows before anything is changed. */
export async function rehearse(copy: CopySession, work: TableWork): Promise<void> {
  const table = qualified(work.schema, work.table);
  const doing = `trying the rules of ${nameOf(work)}`;
  if (work.alter.length === 0 && work.update.length === 0) return;
  await run(copy, doing, "savepoint rehearsal");
  await readAs(copy, work.schema);
  await run(copy, doing, `create temp table ${ident(work.table)} (like ${table})`);
  const stand = `pg_temp.${ident(work.table)}`;
  const plain = work.alter.filter(
    (clause) => clause.startsWith("alter column") && clause.includes(" using ("),
  );
  if (plain.length > 0) await run(copy, doing, `alter table ${stand} ${plain.join(", ")}`);
  if (work.update.length > 0) await run(copy, doing, `update ${stand} set ${work.update.join(", ")}`);
  await run(copy, doing, "rollback to savepoint rehearsal");
}
