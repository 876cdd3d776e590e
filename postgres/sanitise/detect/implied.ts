import type { CatalogueColumn, CatalogueTable } from "../../catalogue";
import type { CatalogueIndex } from "../rules/lookup";
import { singulars } from "./words";

/**
 * Finds the table whose key a column holds by its name and type alone, as where an application declares no foreign keys: `userid` or
 * `author_user_id` beside a table `users`. Undefined where none is.
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
  return (table, column) => {
    const stem = /^(.+?)_?(?:id|uuid|guid)$/i.exec(column.name)?.[1];
    const own = table.primaryKey.length === 1 && table.primaryKey[0] === column.name;
    if (stem === undefined || own) return undefined;
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
