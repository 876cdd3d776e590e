import { ident, qualified, row, run } from "../connection";
import { DatabaseError } from "../errors";
import type { CopySession } from "../guard";
import { nameOf, type TableWork } from "./work";
import { readingAs } from "./workspace";

/** Rows of each table that are tried, out of so many first ones that stay: a condition may look into other tables for every row. */
const tried = 200;
const lookedAt = 4000;

/**
 * Masks some rows of a table into a temporary one with the same types and CHECK constraints, which goes at once: a result that a check, a
 * domain or a type does not take is a fault of the rules, and is told before anything is changed. Within a savepoint of the caller's,
 * which takes back what it sets, with key and word lists at hand.
 */
export async function tryRows(copy: CopySession, work: TableWork): Promise<void> {
  const masked = new Map(
    (work.refill ?? work.alter.flatMap(rewritten)).map((one) => [one.column, one.value]),
  );
  if (masked.size === 0) return;
  const doing = `trying the rules of ${nameOf(work)} on some rows`;
  const { names } = await row<{ names: string[] }>(
    copy,
    doing,
    `select coalesce(array_agg(attname::text order by attnum), '{}') as names from pg_attribute
      where attrelid = $1::oid and attnum > 0 and not attisdropped and attgenerated = ''`,
    [work.oid],
  );
  const columns = names.map(ident);
  const values = columns.map((column) => masked.get(column) ?? column).join(", ");
  const source =
    work.remove?.how === "delete" ? `${firstRows(work)} (${work.remove.where}) is not true` : work.source;
  const like = `(like ${qualified(work.schema, work.table)} including constraints)`;
  const first = [readingAs(work.schema), `create temp table prodcopy_trial ${like}`];
  await run(copy, doing, first.join("; "));
  try {
    await run(
      copy,
      doing,
      `insert into pg_temp.prodcopy_trial (${columns.join(", ")})
       select ${values} from ${source} limit ${tried}`,
    );
  } catch (error) {
    if (!(error instanceof DatabaseError) || !/^2[23]/.test(error.code)) throw error;
    // Its message is of the temporary table, and its text is withheld.
    const what = /\((SQLSTATE [^)]*)\)$/
      .exec(error.message)?.[1]
      ?.replace(/table pg_temp\w*\.prodcopy_trial,? ?/, "");
    throw new Error(
      `refused before anything was changed: the rules of ${nameOf(work)} make values that it does not take (${what ?? error.code}). ` +
        'Choose a transformation that keeps to this constraint, such as one with a `format` (`{ with: digits, format: "756.####.####.##" }`), or `sql`',
      { cause: error },
    );
  }
  await run(copy, doing, "drop table pg_temp.prodcopy_trial");
}

/** The table's first rows. It stands there itself, since a condition may call it by its name. */
const firstRows = ({ source }: TableWork) =>
  `${source} where ctid = any(array(select ctid from ${source} limit ${lookedAt})) and`;

/** What an `ALTER COLUMN ... TYPE ... USING` clause makes of which column. */
function rewritten(clause: string): { column: string; value: string }[] {
  const [, column] = /^alter column ("(?:[^"]|"")+"|[^\s"]+) type /.exec(clause) ?? [];
  const using = clause.indexOf(" using (");
  if (column === undefined || using < 0) return [];
  return [{ column, value: clause.slice(using + " using ".length) }];
}
