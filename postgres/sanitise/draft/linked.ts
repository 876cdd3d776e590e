import type { CatalogueColumn, CatalogueTable } from "../../catalogue";
import { columnKey, type CatalogueIndex } from "../rules/lookup";

export interface Linked {
  table: CatalogueTable;
  column: CatalogueColumn;
  /** Whether a foreign key leads from it. */
  refers: boolean;
}

/** The columns of these tables in groups that foreign keys join, directly or through others: all of a group become the same. */
export function linkedColumns(index: CatalogueIndex, tables: CatalogueTable[]): Linked[][] {
  const groups = new Map<string, Linked[]>();
  for (const table of tables) {
    for (const column of table.columns) {
      groups.set(columnKey(table, column.name), [{ table, column, refers: false }]);
    }
  }
  const keyOf = (schema: string, name: string, column: string) => {
    const table = index.find(schema, name);
    return table && columnKey(index.top(table), column);
  };
  for (const key of index.catalogue.foreignKeys) {
    for (const [i, column] of key.columns.entries()) {
      const from = groups.get(keyOf(key.schema, key.table, column) ?? "");
      const to = groups.get(keyOf(key.targetSchema, key.targetTable, key.targetColumns[i] ?? "") ?? "");
      const source = from?.find(
        (one) =>
          one.column.name === column && keyOf(key.schema, key.table, column) === columnKey(one.table, column),
      );
      if (source) source.refers = true;
      if (from === undefined || to === undefined || from === to) continue;
      for (const one of from) {
        to.push(one);
        groups.set(columnKey(one.table, one.column.name), to);
      }
    }
  }
  return [...new Set(groups.values())];
}
