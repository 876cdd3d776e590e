import { qualified, rows, run } from "../connection";
import { DatabaseError } from "../errors";
import type { CopySession } from "../guard";
import { rehearse } from "./rewrite";
import { nameOf, type TableWork } from "./work";
import { readingAs } from "./workspace";

/** Rows of each table that are tried, out of so many first ones that stay: a condition may look into other tables for every row. */
const tried = 200;
const lookedAt = 4000;
/** And of those as many as have so many bytes on the disk, at least one: two hundred documents may be gigabytes. */
const triedBytes = 4 * 1024 * 1024;

/** Tables whose rules are tried under one savepoint: at its end the server goes through all tables that the session has seen. */
const triedTogether = 50;

/** @throws when the rules of a table cannot be carried out. Changes nothing, within the caller's transaction. */
export async function tryRules(copy: CopySession, works: readonly TableWork[]): Promise<void> {
  const masked = works.filter((work) => work.alter.length > 0 || work.refill !== undefined);
  const large = await largeTables(copy, masked);
  for (let at = 0; at < masked.length; at += triedTogether) {
    await run(copy, "trying the rules", "savepoint trial");
    for (const work of masked.slice(at, at + triedTogether)) {
      if (work.byHand) await rehearse(copy, work);
      await tryRows(copy, work, large.has(work.oid));
    }
    // Rolled back only, it would stay, and every next one would stand inside it.
    await run(copy, "trying the rules", "rollback to savepoint trial; release savepoint trial");
  }
}

/** Tables of which two hundred rows may be more than what is tried. */
async function largeTables(copy: CopySession, works: readonly TableWork[]): Promise<Set<number>> {
  const found = await rows<{ oid: number }>(
    copy,
    "measuring tables",
    `select o::int as oid from unnest($1::oid[]) o where (
       select sum(pg_table_size(t)) from (select o::regclass as t union select relid from pg_partition_tree(o::regclass)) tree) > $2`,
    [works.map((work) => work.oid), triedBytes],
  );
  return new Set(found.map((one) => one.oid));
}

/**
 * Masks some rows of a table into a temporary one with the same types and CHECK constraints, which goes at once: a result that a check, a
 * domain or a type does not take is a fault of the rules, and is told before anything is changed. Within a savepoint of the caller's,
 * which takes back what it sets, with key and word lists at hand.
 */
async function tryRows(copy: CopySession, work: TableWork, large: boolean): Promise<void> {
  const masked = new Map(
    (work.refill ?? work.alter.flatMap(rewritten)).map((one) => [one.column, one.value]),
  );
  const columns = [...new Set([...masked.keys(), ...work.keptColumns])];
  const values = columns.map((column) => masked.get(column) ?? column).join(", ");
  const like = `(like ${qualified(work.schema, work.table)} including constraints)`;
  const all = [
    readingAs(work.schema),
    `create temp table prodcopy_trial ${like}`,
    `insert into pg_temp.prodcopy_trial (${columns.join(", ")}) select ${values} from ${firstRows(work, columns, large)} limit ${tried}`,
    "drop table pg_temp.prodcopy_trial",
  ];
  try {
    await run(copy, `trying the rules of ${nameOf(work)} on some rows`, all.join(";\n"));
  } catch (error) {
    if (!(error instanceof DatabaseError) || !/^2[23]/.test(error.code)) throw error;
    // Named is the table that was tried, not the temporary one.
    const why = error.message
      .replace(/^.*? failed: /, "")
      .replace(/table pg_temp\w*\.prodcopy_trial(?:, )?/, "")
      .replace("; )", ")");
    throw new Error(
      `refused before anything was changed: the rules of ${nameOf(work)} make values that it does not take: ${why}. ` +
        'Choose a transformation that keeps to this constraint, such as one with a `format` (`{ with: digits, format: "756.####.####.##" }`), or `sql`',
      { cause: error },
    );
  }
}

/** The table's first rows that stay, as they stand after FROM. The table stands there itself, since a condition may call it by its name. */
function firstRows({ source, remove }: TableWork, columns: string[], large: boolean): string {
  const stays = remove?.how === "delete" ? ` and (${remove.where}) is not true` : "";
  if (!large && stays === "") return source;
  const first = `${source} where ctid = any(array(select ctid from ${source} limit ${lookedAt}))${stays}`;
  if (!large) return first;
  // What a value takes on the disk is known without reading it.
  const bytes = columns.map((column) => `coalesce(pg_column_size(${column}), 0)`).join(" + ");
  return `${source} where ctid = any(array(select ctid from (
      select ctid, bytes, sum(bytes) over (rows unbounded preceding) as so_far from (
        select ctid, ${bytes} as bytes from ${first} limit ${tried}) staying) sized where so_far - bytes < ${triedBytes}))${stays}`;
}

/** What an `ALTER COLUMN ... TYPE ... USING` clause makes of which column. */
function rewritten(clause: string): { column: string; value: string }[] {
  const [, column] = /^alter column ("(?:[^"]|"")+"|[^\s"]+) type /.exec(clause) ?? [];
  const using = clause.indexOf(" using (");
  if (column === undefined || using < 0) return [];
  return [{ column, value: clause.slice(using + " using ".length) }];
}
