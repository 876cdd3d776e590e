import type { Catalogue } from "../../catalogue";
import type { Session } from "../../connection";
import { columnKey } from "../rules/lookup";
import { canHoldText, sampleColumns } from "./sample";
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
  for (const table of catalogue.tables) {
    if (table.kind !== "table" && table.kind !== "partitioned") continue;
    const columns = table.columns.filter(
      (column) => canHoldText(column) && (wanted?.has(columnKey(table, column.name)) ?? true),
    );
    if (columns.length === 0) continue;
    const samples = await sampleColumns(session, table, columns);
    for (const [c, column] of columns.entries()) {
      const found = signs.flatMap(({ key, what }) => {
        const count = samples[c]?.found[key] ?? 0;
        return count > 0 ? [`${what} in ${count} of ${samples[c]?.rows ?? 0} sampled rows`] : [];
      });
      if (found.length > 0) looks.set(columnKey(table, column.name), found);
    }
  }
  return looks;
}
