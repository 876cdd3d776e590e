import { readCatalogue, type Catalogue } from "../../catalogue";
import { row, type Session } from "../../connection";
import { detect } from "../detect/detect";
import type { Finding } from "../detect/finding";
import { keptWithoutRule } from "../rules/coverage";
import type { RulesDocument } from "../rules/document";
import { mergeIntents } from "../rules/intent";
import { columnKey, indexCatalogue } from "../rules/lookup";
import { writtenName } from "../rules/names";

/** What one database has that another, or a rules file, does not know, and the other way round. */
export interface Difference {
  added: { column: string; type: string; action: Finding["action"]; confidence: number; reasons: string[] }[];
  removed: string[];
  changed: { column: string; before: string; after: string }[];
}

async function catalogueOf(session: Session): Promise<Catalogue> {
  const { database } = await row<{ database: string }>(
    session,
    "reading the database's name",
    "select current_database()::text as database",
  );
  return readCatalogue(session, database);
}

function typesOf(catalogue: Catalogue): Map<string, string> {
  const { ruled } = indexCatalogue(catalogue);
  return new Map(
    ruled.flatMap((table) =>
      table.columns.map((column) => [columnKey(table, column.name), column.type] as const),
    ),
  );
}

/** What a release added: the columns of the newer database that the older has not, each with the detector's opinion. */
export async function differenceOfDatabases(newer: Session, older: Session): Promise<Difference> {
  const before = typesOf(await catalogueOf(older));
  const catalogue = await catalogueOf(newer);
  const after = typesOf(catalogue);
  const isNew = (column: string) => !before.has(column);
  return {
    added: await added(newer, catalogue, isNew),
    removed: [...before.keys()].filter((column) => !after.has(column)),
    changed: [...after].flatMap(([column, type]) => {
      const was = before.get(column);
      return was === undefined || was === type ? [] : [{ column, before: was, after: type }];
    }),
  };
}

/** What the database has that the rules do not classify, and what they name that it has not. */
export async function differenceFromRules(session: Session, document: RulesDocument): Promise<Difference> {
  const catalogue = await catalogueOf(session);
  const index = indexCatalogue(catalogue);
  const { byTable } = mergeIntents(document, index);
  const open = new Set<string>();
  for (const [table, intent] of byTable) {
    if (intent.action !== undefined) continue;
    for (const column of table.columns) {
      if (intent.columns.has(column.name)) continue;
      if (keptWithoutRule(intent, column, index, new Map()) === undefined) {
        open.add(columnKey(table, column.name));
      }
    }
  }
  const removed = document.tables.flatMap((rule) => {
    const schema = rule.schema ?? "public";
    const table = index.find(schema, rule.table);
    if (table === undefined) return [writtenName(schema, rule.table)];
    const named = [...(rule.keep === "all" ? [] : rule.keep), ...rule.mask].map(({ column }) => column);
    return named
      .filter((name) => !table.columns.some((column) => column.name === name))
      .map((name) => columnKey(table, name));
  });
  return { added: await added(session, catalogue, (column) => open.has(column)), removed, changed: [] };
}

async function added(
  session: Session,
  catalogue: Catalogue,
  isNew: (column: string) => boolean,
): Promise<Difference["added"]> {
  const { index, findings } = await detect(session, catalogue, { only: isNew });
  return index.ruled.flatMap((table) =>
    table.columns.flatMap(({ name, type }) => {
      const column = columnKey(table, name);
      const finding = findings.get(column);
      if (finding === undefined || !isNew(column)) return [];
      const { action, confidence, reasons } = finding;
      return [{ column, type, action, confidence, reasons }];
    }),
  );
}
