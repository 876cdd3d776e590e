import type { SanitiseResult, TableResult } from "../postgres/sanitise/result";
import { bytes, count, duration, several } from "./text";

/** The sanitiser's result as the page shows it: headline numbers, then every table, by schema and name. */
export interface SanitiseView {
  result: SanitiseResult;
  tiles: { label: string; value: string; note: string; alarm: boolean }[];
  schemas: { name: string; line: string; tables: TableView[] }[];
  leaks: number;
}

export interface TableView extends TableResult {
  masked: number;
  kept: number;
  /** No row of it is left, so no column was masked and none kept. */
  emptied: boolean;
}

export function sanitiseView(result: SanitiseResult): SanitiseView {
  const tables = result.tables.map((table) => ({
    ...table,
    columns: table.columns.map((column) => ({ ...column, rule: shortPlace(column.rule) })),
    masked: table.columns.filter((c) => c.action === "mask").length,
    kept: table.columns.filter((c) => c.action === "keep").length,
    emptied: table.rowsAfter === 0 && (table.strategy === "truncate" || table.strategy === "delete"),
  }));
  const leaks = result.leakScan.findings.reduce((sum, f) => sum + f.count, 0);
  const names = [...new Set(tables.map((t) => t.schema))].sort(byText);
  return {
    result,
    tiles: tilesOf(result, leaks),
    schemas: names.map((name) => {
      const own = tables.filter((t) => t.schema === name).sort((a, b) => byText(a.table, b.table));
      const masked = own.reduce((sum, t) => sum + t.masked, 0);
      return {
        name,
        tables: own,
        line: `${several(own.length, "table")}, ${several(masked, "column")} masked`,
      };
    }),
    leaks,
  };
}

/** The place in a rules file without the folder that it stands in: the head of the page and `report.json` have that. */
function shortPlace(rule: string): string {
  return rule.replace(/^\/.*\/(?=[^/]+:\d+)/, "");
}

function tilesOf(result: SanitiseResult, leaks: number): SanitiseView["tiles"] {
  const { coverage, leakScan } = result;
  const before = sum(result.tables.map((t) => t.rowsBefore));
  const after = sum(result.tables.map((t) => t.rowsAfter));
  const tile = (label: string, value: string, note: string, alarm = false) => ({ label, value, note, alarm });
  return [
    tile("tables", count(result.tables.length), `in ${duration(result.seconds)}`),
    tile("columns masked", count(coverage.masked), `of ${count(coverage.columns)}, each one decided`),
    tile("columns kept", count(coverage.kept), "each by a rule that names it"),
    tile("columns emptied", count(coverage.truncatedOrDeleted), "with rows that went"),
    tile("rows", count(after), before === after ? "as many as before" : `of ${count(before)} before`),
    tile(
      "scanned",
      bytes(leakScan.bytesScanned),
      `${several(leakScan.columnsScanned, "column")} in ${duration(leakScan.seconds)}`,
    ),
    tile("constraints hold", count(result.constraints.checked), "checked after the last change"),
    tile("leaks", count(leaks), leaks === 0 ? "nothing of before was found" : "see below", leaks > 0),
  ];
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

/** By code point: the same on every machine, whatever its language. */
const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
