import type { CatalogueColumn, CatalogueTable } from "../../catalogue";
import { columnKey, type CatalogueIndex } from "../rules/lookup";
import { writtenName } from "../rules/names";
import { singulars } from "./words";

/**
 * Finds the table whose key a column holds and is named as (`userid`, `author_user_id` beside a table `users`), by a foreign key or, as where an
 * application declares none, by name and type alone. Undefined where none is, or the column's name says what the value is.
 */
export function impliedReference(
  index: CatalogueIndex,
): (table: CatalogueTable, column: CatalogueColumn) => string | undefined {
  const keys = new Map<string, CatalogueTable>();
  for (const table of index.ruled) {
    const [key, ...more] = table.primaryKey;
    if (key === undefined || more.length > 0) continue;
    for (const name of singulars(compact(table.name))) keys.set(`${table.schema} ${name}`, table);
  }
  const declared = new Map<string, string>();
  for (const { schema, table, columns, targetTable } of index.catalogue.foreignKeys) {
    for (const name of columns) declared.set(writtenName(schema, table, name), targetTable);
  }
  return (table, column) => {
    const stem = /^(.+?)_?(?:id|uuid|guid)_?$/i.exec(column.name)?.[1];
    if (/^(provider|external|remote|third_?party|foreign)_/i.test(stem ?? "")) return undefined;
    const own = table.primaryKey.length === 1 && table.primaryKey[0] === column.name;
    if (stem === undefined || own) return undefined;
    const known = declared.get(columnKey(table, column.name));
    if (known !== undefined) return known;
    const tail = stem.split("_").at(-1) ?? stem;
    for (const name of [compact(stem), compact(tail)]) {
      const target = keys.get(`${table.schema} ${name}`);
      const key = target?.columns.find((one) => one.name === target.primaryKey[0]);
      if (target && target !== table && key?.baseType === column.baseType) return target.name;
    }
    return undefined;
  };
}

function compact(name: string): string {
  return name.replaceAll("_", "").toLowerCase();
}
