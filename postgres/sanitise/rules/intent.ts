import type { CatalogueTable } from "../../catalogue";
import type { DeleteRule, MaskRule, Pack, RulesDocument, TableRule } from "./document";
import { placeText, type Place } from "./faults";
import { typeMisfits } from "./fits";
import type { CatalogueIndex } from "./lookup";

/** What rules and packs together say of one table, before anything is checked but that the names exist. */
export interface TableIntent {
  table: CatalogueTable;
  /** Where the winning entry stands; undefined when nothing mentions the table. */
  place: Place | undefined;
  action: "truncate" | "drop" | undefined;
  delete: { rule: DeleteRule; follows: CatalogueTable[] } | undefined;
  keepAll: Place | undefined;
  columns: Map<string, ColumnIntent>;
  /** What the leak scan may find in a column that stays. */
  expected: Map<string, string[]>;
}

export interface ColumnIntent {
  place: Place;
  /** Undefined: kept. */
  mask: MaskRule | undefined;
}

export interface Intents {
  byTable: Map<CatalogueTable, TableIntent>;
  packs: { name: string; applied: boolean; reason: string }[];
}

/** Packs in their order, then the rules: what comes later wins, column by column; an action wins over the whole table. */
export function mergeIntents(document: RulesDocument, index: CatalogueIndex): Intents {
  const byTable = new Map<CatalogueTable, TableIntent>();
  for (const table of index.ruled) {
    byTable.set(table, {
      table,
      place: undefined,
      action: undefined,
      delete: undefined,
      keepAll: undefined,
      columns: new Map(),
      expected: new Map(),
    });
  }
  const own = new Map(document.tables.map((rule) => [index.find(rule.schema, rule.table), rule]));
  const packs = document.packs.map((pack) => applyPack(pack, byTable, own, index));
  for (const [table, rule] of own) {
    const intent = table && byTable.get(table);
    if (intent) merge(intent, rule, index);
  }
  return { byTable, packs };
}

/** What is said of any table first, so that what the pack says of a table by name wins. */
function applyPack(
  { name, tables, anyTable }: Pack,
  byTable: Map<CatalogueTable, TableIntent>,
  own: Map<CatalogueTable | undefined, TableRule>,
  index: CatalogueIndex,
): Intents["packs"][number] {
  const applied = new Set<string>();
  const absent: string[] = [];
  const not: string[] = [];
  for (const rule of anyTable) {
    for (const [table, intent] of byTable) {
      if (own.get(table)?.ignorePacks || intent.action !== undefined || table.kind === "foreign") continue;
      if (missingColumns(rule, table).length > 0) continue;
      const odd = oddTypes(rule, table);
      if (odd.length > 0) {
        not.push(`${index.write(table)} is left to the rules (${odd.join(", ")})`);
        continue;
      }
      mergeColumns(intent, rule);
      applied.add(index.write(table));
    }
  }
  for (const rule of tables) {
    const found = index.named(rule.schema, rule.table);
    if (found.length === 0) absent.push(rule.table);
    for (const table of found) {
      const wrong = [...missingColumns(rule, table), ...oddTypes(rule, table)];
      const intent = byTable.get(table);
      if (own.get(table)?.ignorePacks) not.push(`${rule.table} is left to the rules`);
      else if (wrong.length > 0) not.push(`${rule.table} has another shape (${wrong.join(", ")})`);
      else if (intent) {
        merge(intent, rule, index);
        applied.add(index.write(table));
      }
    }
  }
  return { name, applied: applied.size > 0, reason: packReason([...applied], not, absent) };
}

function merge(intent: TableIntent, rule: TableRule, index: CatalogueIndex): void {
  intent.place = rule.place;
  if (rule.action !== undefined) {
    intent.action = rule.action;
    intent.delete = undefined;
    intent.keepAll = undefined;
    intent.columns.clear();
    return;
  }
  intent.action = undefined;
  if (rule.keep === "all") intent.keepAll = rule.place;
  if (rule.delete) {
    const follows = rule.delete.follows.flatMap(
      (one) => index.beside(intent.table, one.schema, one.table) ?? [],
    );
    intent.delete = { rule: rule.delete, follows };
  }
  mergeColumns(intent, rule);
}

function mergeColumns(intent: TableIntent, rule: TableRule): void {
  const has = new Set(intent.table.columns.map((column) => column.name));
  for (const { column, place } of rule.keep === "all" ? [] : rule.keep) {
    if (has.has(column)) intent.columns.set(column, { place, mask: undefined });
  }
  for (const { column, kinds } of rule.expect) intent.expected.set(column, kinds);
  for (const mask of rule.mask) {
    if (has.has(mask.column)) intent.columns.set(mask.column, { place: mask.place, mask });
  }
}

/** Columns that a pack's entry expects of a table and does not find. */
function missingColumns(rule: TableRule, table: CatalogueTable): string[] {
  const kept = rule.keep === "all" ? [] : rule.keep.map((one) => one.column);
  const wanted = rule.shape.length > 0 ? rule.shape : [...kept, ...rule.mask.map((one) => one.column)];
  const has = new Set(table.columns.map((one) => one.name));
  return wanted.filter((name) => !has.has(name)).map((name) => `no ${name}`);
}

/** Columns of a type that the entry's transformations do not take. */
function oddTypes(rule: TableRule, table: CatalogueTable): string[] {
  return rule.mask.flatMap((mask) => {
    const found = table.columns.find((one) => one.name === mask.column);
    return found && typeMisfits(mask.spec, found).length > 0 ? [`${found.name} is ${found.type}`] : [];
  });
}

function packReason(applied: string[], not: string[], absent: string[]): string {
  const parts = [
    applied.length > 0 ? `applied to ${applied.join(", ")}` : "applied to no table",
    ...not,
    absent.length > 0 ? `not here: ${absent.join(", ")}` : [],
  ].flat();
  return parts.join("; ");
}

/** Where a decision comes from, as the plan and the report show it. */
export function originOf(place: Place): string {
  return placeText(place).replace(/:\d+$/, "");
}
