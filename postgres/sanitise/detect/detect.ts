import type { Catalogue, CatalogueColumn, CatalogueTable } from "../../catalogue";
import { run, type Session } from "../../connection";
import { DatabaseError } from "../../errors";
import { structurallySafe } from "../rules/coverage";
import { familyOf } from "../rules/families";
import { columnKey, indexCatalogue, type CatalogueIndex } from "../rules/lookup";
import type { Finding } from "./finding";
import { impliedReference } from "./implied";
import { jsonPlaces, type JsonPlace } from "./jsonKeys";
import { findKeyed } from "./keyed";
import { judge, type Evidence } from "./judge";
import { judgeAlike, pastTables, tablesOfPeople } from "./relations";
import { compositeParts, filledTables, readableColumns } from "./reading";
import { findShared } from "./sharedValues";
import { subjectOf } from "./tableSubject";
import { subjectByValues } from "./tableSubjectByValues";
import { canHoldText, inLooks, sampleColumns, type ColumnSample } from "./sample";

/** What the detector thinks of every column of the tables that rules speak of. */
export interface Detection {
  index: CatalogueIndex;
  /** By `columnKey`. */
  findings: ReadonlyMap<string, Finding>;
  /** Tables and columns whose values were not looked at, with the reason. */
  notSampled: string[];
  /** Tables that have rows. */
  filled: ReadonlySet<CatalogueTable>;
}

export interface DetectOptions {
  /** Only these schemas; all when left out. */
  schemas?: string[];
  /** Only tables that have one of these columns (by `columnKey`); all when left out. */
  only?: (column: string) => boolean;
  /** Told before each table. */
  progress?: (done: number, all: number) => void;
}

/**
 * Judges every column of a database by its catalogue and by a sample of its values. The values stay inside the server: counts come
 * back, and keys of JSON that stand in many documents. Reads only; a session that is read-only will do.
 */
export async function detect(
  session: Session,
  catalogue: Catalogue,
  { schemas, only, progress }: DetectOptions = {},
): Promise<Detection> {
  // Hundreds of small expressions a query: to compile them takes longer than to run them. Nobody is kept waiting for a first look.
  const limits = "set jit = off; set statement_timeout = '60s'; set lock_timeout = '3s'";
  await run(session, "setting limits for the look", limits);
  const index = indexCatalogue(catalogue);
  const tables = index.ruled.filter(
    (table) =>
      (schemas?.includes(table.schema) ?? true) &&
      (only === undefined || table.columns.some(({ name }) => only(columnKey(table, name)))),
  );
  const readable = await readableColumns(session, tables);
  const parts = await compositeParts(session, tables);
  const filled = await filledTables(session, tables, readable);
  const findings = new Map<string, Finding>();
  const ofPeople = tablesOfPeople(index);
  const past = pastTables(index);
  const refersTo = impliedReference(index);
  const notSampled: string[] = [];
  const having = tables.filter((table) => filled.has(table));
  let done = 0;
  const looks = await look(session, having, readable, index, notSampled, () => {
    progress?.(done++, having.length);
  });
  for (const table of tables) {
    const seen = looks.get(table) ?? {
      samples: new Map<string, ColumnSample>(),
      places: new Map<string, JsonPlace[]>(),
    };
    const judgeAll = () => {
      for (const { column, evidence } of known) {
        findings.set(columnKey(table, column.name), judge(table, column, evidence));
      }
    };
    const base = past.get(table);
    const known = table.columns.map((column) => {
      const inBase = base?.columns.some(({ name }) => name === column.name) ?? false;
      const evidence: Evidence = {
        parts: parts.get(columnKey(table, column.name)) ?? [],
        sample: seen.samples.get(column.name),
        places: seen.places.get(column.name) ?? [],
        structural: column.generated
          ? "follows the columns that it is generated from"
          : structurallySafe(table, column, index),
        allowed: allowedValues(table, column),
        subject: base && inBase ? subjectOf(base) : undefined,
        ofPeople: ofPeople.has(table),
        refersTo: refersTo(table, column),
      };
      return { column, evidence };
    });
    judgeAll();
    if (subjectByValues(table, findings)) judgeAll();
  }
  const places = [...filled].flatMap((table) =>
    table.columns
      .filter(({ name }) => table.kind !== "foreign" && readable.has(columnKey(table, name)))
      .map((column) => ({ table, column })),
  );
  await attempt("values that columns share", notSampled, () => findShared(session, places, findings));
  const known = [...filled].filter(({ kind }) => kind !== "foreign");
  const mayRead = (table: CatalogueTable, { name }: CatalogueColumn) => readable.has(columnKey(table, name));
  await attempt("keys beside values", notSampled, () => findKeyed(session, known, mayRead, findings));
  for (const [table, base] of past) judgeAlike(table, base, findings);
  for (const table of tables) followTexts(table, findings);
  return { index, findings, notSampled, filled };
}

interface Seen {
  samples: Map<string, ColumnSample>;
  places: Map<string, JsonPlace[]>;
}

/** Looks at the values of tables that have any. What the server refuses of many tables at once, it is asked of each alone. */
async function look(
  session: Session,
  tables: CatalogueTable[],
  readable: ReadonlySet<string>,
  index: CatalogueIndex,
  notSampled: string[],
  progress: (table: CatalogueTable) => void,
): Promise<ReadonlyMap<CatalogueTable, Seen>> {
  const seen = new Map(
    tables.map((table): [CatalogueTable, Seen] => [table, { samples: new Map(), places: new Map() }]),
  );
  const wanted = tables.map((table) => ({
    table,
    columns: readableTexts(table, readable, index, notSampled),
  }));
  const take = async (some: typeof wanted) => {
    const samples = await sampleColumns(session, some);
    some.forEach(({ table, columns }, t) => {
      columns.forEach(({ name }, c) => {
        const sample = samples[t]?.[c];
        if (sample) seen.get(table)?.samples.set(name, sample);
      });
    });
  };
  for (const some of inLooks(wanted.filter(({ columns }) => columns.length > 0))) {
    for (const { table } of some) progress(table);
    const refused: string[] = [];
    await attempt("", refused, () => take(some));
    if (refused.length === 0) continue;
    for (const one of some) await attempt(index.write(one.table), notSampled, () => take([one]));
  }
  for (const { table, columns } of wanted) {
    const { samples, places } = seen.get(table) ?? {};
    for (const column of columns.filter((one) => familyOf(one) === "json")) {
      if ((samples?.get(column.name)?.values ?? 0) === 0) continue;
      await attempt(`${index.write(table)}.${column.name}`, notSampled, async () => {
        places?.set(column.name, await jsonPlaces(session, table, column));
      });
    }
  }
  return seen;
}

/** The columns of a table whose values may be looked at; the others are noted. */
function readableTexts(
  table: CatalogueTable,
  readable: ReadonlySet<string>,
  index: CatalogueIndex,
  notSampled: string[],
): CatalogueColumn[] {
  const written = index.write(table);
  // A look at a foreign table would call another server.
  if (table.kind === "foreign") {
    notSampled.push(`${written}: a foreign table, its rows stand on another server`);
    return [];
  }
  const holding = table.columns.filter((column) => canHoldText(column) && !column.generated);
  const columns = holding.filter(({ name }) => readable.has(columnKey(table, name)));
  if (columns.length < holding.length) {
    const not = holding.filter((column) => !columns.includes(column)).map(({ name }) => name);
    notSampled.push(`${written} (${not.join(", ")}): this login may not read it`);
  }
  return columns;
}

/** What the server refuses, a look that takes too long: said, and the draft goes on without it. */
async function attempt(what: string, notSampled: string[], work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof DatabaseError) || /^(08|57P)/.test(error.code)) throw error;
    notSampled.push(`${what}: ${error.message}`);
  }
}

/** Why only few values are possible: an enum, or a check like `status in (...)`; undefined when they are free. */
function allowedValues(table: CatalogueTable, column: CatalogueColumn): string | undefined {
  if (column.isEnum) return "its type is an enum";
  for (const { expression, columns } of table.checks) {
    if (columns.length !== 1 || columns[0] !== column.name) continue;
    if (/= ANY \(+ARRAY\[/.test(expression)) return "a check allows only some values";
  }
  return undefined;
}

/** Words for searching hold what the texts beside them hold. */
function followTexts(table: CatalogueTable, findings: Map<string, Finding>): void {
  const find = (column: CatalogueColumn) => findings.get(columnKey(table, column.name));
  const texts = table.columns.filter((one) => familyOf(one) === "text");
  // Without a text beside them they come from another table; those of people hold their words.
  const masked =
    texts.some((one) => find(one)?.action === "mask") ||
    (["person", "message"].includes(subjectOf(table)) && texts.every((one) => isReference(one.name)));
  for (const column of table.columns.filter((one) => one.baseType === "tsvector" && !one.generated)) {
    const reasons = [
      masked
        ? "words of the texts beside it, which are masked"
        : "words of the texts beside it, none of which is masked",
    ];
    const action = masked ? "mask" : "keep";
    findings.set(columnKey(table, column.name), {
      action,
      kind: masked ? "text" : undefined,
      confidence: 0.8,
      reasons,
      places: [],
      list: false,
    });
  }
}

const isReference = (name: string) => /(^|_)(id|uuid|key|type|lang|language)$/.test(name);
