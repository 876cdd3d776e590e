import type { CatalogueColumn, CatalogueTable } from "../../catalogue";
import type { RuleFault } from "./faults";
import { familyOf } from "./families";
import { originOf, type TableIntent } from "./intent";
import { columnKey, type CatalogueIndex } from "./lookup";
import { looksByName } from "../detect/personalNames";
import type { PersonalLooks } from "../detect/personalContents";

/** Why a column that no rule names may stay as it is; undefined when it may not. Shown in the report as its origin. */
export function keptWithoutRule(
  intent: TableIntent,
  column: CatalogueColumn,
  index: CatalogueIndex,
  looks: PersonalLooks,
): string | undefined {
  if (column.generated) return "follows the columns that it is generated from";
  const structural = structurallySafe(intent.table, column, index);
  if (structural) return `structure: ${structural}`;
  const personal = reasons(intent.table, column, looks).length > 0;
  return intent.keepAll && !personal ? originOf(intent.keepAll) : undefined;
}

/** Every column that is not classified, by name, with what speaks for a person in it; a table that nobody mentions once. */
export function coverageFaults(
  intent: TableIntent,
  index: CatalogueIndex,
  looks: PersonalLooks,
  file: string,
): RuleFault[] {
  const { table } = intent;
  if (intent.action !== undefined) return [];
  const missing = table.columns.filter(
    (column) =>
      !intent.columns.has(column.name) && keptWithoutRule(intent, column, index, looks) === undefined,
  );
  const written = index.write(table);
  if (intent.place === undefined && table.kind === "foreign") {
    const message = `\`${written}\` is a foreign table: its rows stand on another server. Write \`drop\`, or keep its columns by name`;
    return [{ place: { file, line: 1, column: 1 }, message, kind: "coverage" }];
  }
  if (missing.length === 0) return [];
  if (intent.place === undefined) {
    const columns = missing.map((column) => describe(column, reasons(table, column, looks)));
    return [
      {
        place: { file, line: 1, column: 1 },
        message: `no rule mentions the table \`${written}\`. Not classified: ${columns.join(", ")}. Write what becomes of each, or \`truncate\``,
        kind: "coverage",
      },
    ];
  }
  const place = intent.place;
  return missing.map((column): RuleFault => {
    const why = reasons(table, column, looks);
    const looksSo = why.length > 0 ? ` It looks personal: ${why.join("; ")}.` : "";
    const all = intent.keepAll ? " `keep: all` does not hold for what looks personal." : "";
    return {
      place,
      message: `\`${written}.${column.name}\` (${column.type}) is not classified.${looksSo}${all} Name it below \`mask\` or \`keep\``,
      kind: "coverage",
    };
  });
}

/** Columns worth a look at their values: those that nothing names, and those that only `keep: all` covers. */
export function worthALook(intents: Iterable<TableIntent>): Set<string> {
  return new Set(
    [...intents]
      .filter((intent) => intent.action === undefined)
      .flatMap(({ table, columns }) =>
        table.columns.filter(({ name }) => !columns.has(name)).map(({ name }) => columnKey(table, name)),
      ),
  );
}

/**
 * Booleans, and keys that are whole numbers, UUIDs or enums: what they say of a person they say by pointing at a row. A
 * primary key that is named like a person's number is no such thing.
 */
export function structurallySafe(
  table: CatalogueTable,
  column: CatalogueColumn,
  index: CatalogueIndex,
): string | undefined {
  const family = familyOf(column);
  if (family === "boolean") return "boolean";
  if (!["integer", "uuid", "enum"].includes(family)) return undefined;
  const refers = foreignKeyOf(table, column, index) ?? foreignKeyOfPartitions(table, column, index);
  if (refers) return `foreign key to ${refers.targetTable}`;
  if (!table.primaryKey.includes(column.name)) return undefined;
  const personal =
    family === "integer" && !column.identity && /numbers/.test(looksByName(column, table) ?? "");
  return personal ? undefined : "primary key";
}

function foreignKeyOf({ schema, name }: CatalogueTable, column: CatalogueColumn, index: CatalogueIndex) {
  return index.catalogue.foreignKeys.find(
    (key) => key.schema === schema && key.table === name && key.columns.includes(column.name),
  );
}

/** One that each partition with rows has for itself. */
function foreignKeyOfPartitions(table: CatalogueTable, column: CatalogueColumn, index: CatalogueIndex) {
  const all = index.partitions(table);
  const isParent = (one: CatalogueTable) =>
    all.some(({ parent }) => parent?.schema === one.schema && parent.name === one.name);
  const keys = all.filter((one) => !isParent(one)).map((one) => foreignKeyOf(one, column, index));
  return keys.includes(undefined) ? undefined : keys[0];
}

function reasons(table: CatalogueTable, column: CatalogueColumn, looks: PersonalLooks): string[] {
  return [looksByName(column, table) ?? [], looks.get(columnKey(table, column.name)) ?? []].flat();
}

function describe(column: CatalogueColumn, why: string[]): string {
  return `\`${column.name}\` (${[column.type, ...why].join("; ")})`;
}
