import { readCatalogue, type CatalogueColumn, type CatalogueTable } from "../../catalogue";
import { ident, qualified, row, rows, type Session } from "../../connection";
import { cellExpression } from "../cell";
import { hintsOf } from "../detect/personalNames";
import type { MaskSpec } from "../plan";
import { keptWithoutRule } from "../rules/coverage";
import type { RulesDocument } from "../rules/document";
import { placeText } from "../rules/faults";
import { mergeIntents, type TableIntent } from "../rules/intent";
import { columnKey, indexCatalogue, type CatalogueIndex } from "../rules/lookup";
import { hint, splitName } from "../rules/names";
import { approximation } from "./approximate";

/** What rules make of one column, and why. No value of a row stands in it. */
export interface Explanation {
  column: string;
  type: string;
  action: "mask" | "keep" | "truncate" | "drop" | "not covered";
  /** Where it is written: rules file or pack with line; the structure that keeps it; undefined when nothing does. */
  origin: string | undefined;
  pack: string | undefined;
  /** What becomes of rows of the table that go. */
  deletes: string | undefined;
  with: string | undefined;
  params: Record<string, unknown> | undefined;
  /** The expression that the server runs for each row. */
  sql: string | undefined;
  /** The commonest shape of the values as they are: `Aaaa.Aaaaa@aaaa.aa`; and of those that come in their place. */
  before: string | undefined;
  after: string | undefined;
  /** What speaks for something personal. */
  signs: string[];
}

/**
 * Explains what the rules make of `written` (`table.column` or `schema.table.column`).
 * @throws when there is no such column, with the nearest name.
 */
export async function explainColumn(
  session: Session,
  document: RulesDocument,
  written: string,
): Promise<Explanation> {
  const { database } = await row<{ database: string }>(
    session,
    "reading the database's name",
    "select current_database()::text as database",
  );
  const index = indexCatalogue(await readCatalogue(session, database));
  const { table, column } = findColumn(index, written);
  const intent = mergeIntents(document, index).byTable.get(table);
  const said = intent?.columns.get(column.name);
  const place = said?.place ?? (intent?.action === undefined ? undefined : intent.place);
  const spec = intent?.action === undefined ? said?.mask?.spec : undefined;
  const domain = document.allowedDomains[0] ?? "";
  const changed = spec && approximation(spec, column, ident(column.name), domain);
  return {
    column: columnKey(table, column.name),
    type: column.type,
    action: actionOf(intent, column, index),
    origin: place ? placeText(place) : intent && keptWithoutRule(intent, column, index, new Map()),
    pack: place && place.file !== document.file ? /([^/]+)\.yaml$/.exec(place.file)?.[1] : undefined,
    deletes:
      intent?.delete &&
      (intent.delete.rule.where ??
        `rows that refer to removed rows of ${intent.delete.follows.map((one) => index.write(one)).join(", ")}`),
    with: spec?.with,
    params: spec?.params,
    sql: spec && sqlOf(intent, column, spec, domain),
    before: await shapeOf(session, table, column, ident(column.name)),
    after: changed === undefined ? undefined : await shapeOf(session, table, column, changed),
    signs: hintsOf(column, table)
      .filter(({ sure }) => sure >= 0.3)
      .map(({ reason, sure }) => `${reason} (${sure.toFixed(2)})`),
  };
}

function actionOf(
  intent: TableIntent | undefined,
  column: CatalogueColumn,
  index: CatalogueIndex,
): Explanation["action"] {
  if (intent === undefined) return "not covered";
  if (intent.action !== undefined) return intent.action;
  const said = intent.columns.get(column.name);
  if (said) return said.mask ? "mask" : "keep";
  return keptWithoutRule(intent, column, index, new Map()) === undefined ? "not covered" : "keep";
}

function findColumn(
  index: CatalogueIndex,
  written: string,
): { table: CatalogueTable; column: CatalogueColumn } {
  const parts = splitName(written);
  const [name, tableName, schema = "public"] = [...(parts ?? [])].reverse();
  if (parts === undefined || parts.length > 3 || name === undefined || tableName === undefined) {
    throw new Error(`${JSON.stringify(written)} is no column: write table.column or schema.table.column`);
  }
  const found = index.find(schema, tableName);
  if (found === undefined) {
    throw new Error(
      `The database ${index.catalogue.database} has no table ${schema}.${tableName}.${hint(
        tableName,
        index.ruled.map((one) => one.name),
      )}`,
    );
  }
  const table = index.top(found);
  const column = table.columns.find((one) => one.name === name);
  if (column === undefined) {
    throw new Error(
      `${index.write(table)} has no column ${name}.${hint(
        name,
        table.columns.map((one) => one.name),
      )}`,
    );
  }
  return { table, column };
}

function sqlOf(
  intent: TableIntent | undefined,
  column: CatalogueColumn,
  mask: MaskSpec,
  domain: string,
): string | undefined {
  const rule = intent?.columns.get(column.name)?.mask;
  if (rule === undefined) return undefined;
  const plan = {
    name: column.name,
    type: column.type,
    notNull: column.notNull,
    action: "mask" as const,
    mask,
    where: rule.where,
    keepValues: rule.keepValues,
    exact: rule.exact,
    identifying: true,
    origin: "",
  };
  return cellExpression(plan, column, false, { domain, addFunction: () => "column_function" });
}

const sampled = 500;

/** The commonest shape of values: letters become `A` and `a`, digits `9`, letters without case `x`. */
async function shapeOf(
  session: Session,
  table: CatalogueTable,
  column: CatalogueColumn,
  value: string,
): Promise<string | undefined> {
  if (table.kind === "foreign") return undefined;
  const steps: [pattern: string, to: string][] = [
    ["[[:upper:]]", "A"],
    ["[[:lower:]]", "a"],
    ["[0-9]", "9"],
    ["[^Aa9 [:punct:]]", "x"],
  ];
  const shape = steps.reduce(
    (sql, [pattern, to]) => `regexp_replace(${sql}, '${pattern}', '${to}', 'g')`,
    "left(v::text, 60)",
  );
  const found = await rows<{ shape: string }>(
    session,
    `looking at the shape of ${columnKey(table, column.name)}`,
    `select ${shape} as shape from (select ${value} as v from ${qualified(table.schema, table.name)} limit ${sampled}) some_rows
      where v is not null group by 1 order by count(*) desc, 1 limit 1`,
  );
  return found[0]?.shape;
}
