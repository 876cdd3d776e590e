import type { Catalogue } from "../../catalogue";
import type { Session } from "../../connection";
import { columnKey } from "../rules/lookup";
import { canHoldText, inLooks, sampleColumns } from "./sample";
import { shapes } from "./shapes";

/** By column (`columnKey`), what a look at its values found: `e-mail addresses in 12 of 500 sampled rows`. */
export type PersonalLooks = ReadonlyMap<string, string[]>;

/**
 * Looks at a sample of the values of every column that can hold text, inside the server: only counts come back. For
 * each column of `wanted` (by `columnKey`; all when left out).
 */
export async function lookPersonal(
  session: Session,
  catalogue: Catalogue,
  wanted?: ReadonlySet<string>,
): Promise<PersonalLooks> {
  const looks = new Map<string, string[]>();
  const signs = shapes.filter(({ gate }) => gate);
  const open = catalogue.tables
    .filter(({ kind }) => kind === "table" || kind === "partitioned")
    .map((table) => ({
      table,
      columns: table.columns.filter(
        (column) => canHoldText(column) && (wanted?.has(columnKey(table, column.name)) ?? true),
      ),
    }));
  for (const some of inLooks(open.filter(({ columns }) => columns.length > 0))) {
    const samples = await sampleColumns(session, some);
    for (const [t, { table, columns }] of some.entries()) {
      for (const [c, column] of columns.entries()) {
        const sample = samples[t]?.[c];
        const found = signs.flatMap(({ key, what }) => {
          const count = sample?.found[key] ?? 0;
          return count > 0 ? [`${what} in ${count} of ${sample?.rows ?? 0} sampled rows`] : [];
        });
        if (found.length > 0) looks.set(columnKey(table, column.name), found);
      }
    }
  }
  return looks;
}
