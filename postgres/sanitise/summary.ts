import { proof, type Proof } from "../proof";
import type { Counts } from "./constraints";
import type { ColumnResult, SanitiseResult, TableResult } from "./result";
import { nameOf, type TableWork } from "./work";

/** Types by their names that hold no text, so that the leak scan passes them by. */
const textless =
  /^(smallint|integer|bigint|numeric|real|double precision|boolean|date|time|timestamp|interval|money)/;

/** How the leak scan went through a column; nothing where no row is left. */
function scanned(work: TableWork, column: string, type: string): Pick<ColumnResult, "scanned"> {
  if (work.remove?.how === "truncate") return {};
  if (textless.test(type) && !type.endsWith("]")) return { scanned: "holds no text" };
  return { scanned: work.whole.includes(column) ? "compared whole" : "taken apart" };
}

/** The tables' part of the report. `seconds` by table. */
export function summarise(
  works: TableWork[],
  counts: Map<string, Counts>,
  seconds: Map<string, number>,
): Pick<SanitiseResult, "tables" | "coverage"> {
  const tables = works.map((work): TableResult => {
    const count = counts.get(nameOf(work));
    return {
      schema: work.schema,
      table: work.table,
      strategy: work.strategy,
      reason: work.reason,
      rowsBefore: count?.before ?? 0,
      rowsAfter: count?.after ?? 0,
      seconds: seconds.get(nameOf(work)) ?? 0,
      columns: work.columns.map((column) => ({ ...column, ...scanned(work, column.column, column.type) })),
    };
  });
  const gone = works.filter((work) => work.remove !== undefined);
  const all = works.flatMap((work) => work.columns);
  const masked = all.filter((column) => column.action === "mask").length;
  return {
    tables,
    coverage: {
      columns: all.length,
      masked,
      kept: all.length - masked,
      truncatedOrDeleted: gone.flatMap((work) => work.columns).length,
    },
  };
}

export function refreshedViews(counts: Map<string, Counts>, works: TableWork[]): TableResult[] {
  const tables = new Set(works.map(nameOf));
  return [...counts]
    .filter(([name]) => !tables.has(name))
    .map(([name, count]) => ({
      schema: name.slice(0, name.indexOf(".")),
      table: name.slice(name.indexOf(".") + 1),
      strategy: "refreshed" as const,
      reason: "a materialised view, filled anew from masked rows",
      rowsBefore: count.before,
      rowsAfter: count.after,
      seconds: 0,
      columns: [],
    }));
}

export function workspaceGone(): Proof {
  return proof(
    "The run's key, the hashes of former values and the sanitiser's functions are gone.",
    "tables and functions in schema prodcopy dropped",
  );
}
