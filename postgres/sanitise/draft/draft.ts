import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { readCatalogue, type Catalogue, type CatalogueTable } from "../../catalogue";
import { row, type Session } from "../../connection";
import { detect, type Detection } from "../detect/detect";
import { bindRules } from "../rules/bind";
import type { RulesDocument } from "../rules/document";
import { RulesError, type RuleFault } from "../rules/faults";
import { mergeIntents, type TableIntent } from "../rules/intent";
import { packNames, readRules } from "../rules/load";
import { columnKey } from "../rules/lookup";
import { hint } from "../rules/names";
import { columnsOf, type DraftColumn } from "./columns";
import { originsOfGenerated, type Origins } from "./generated";
import { outweighs } from "./outweighs";
import { decide, type Decision } from "./decide";
import { viewColumns } from "./views";
import { draftYaml, type DraftTable } from "./yaml";

/** A first rules file, and what was thought of each column. */
export interface Draft {
  /** Commented YAML. */
  yaml: string;
  /** By `schema.table.column` as rules write it; every column of every table, partitions and views included. */
  columns: Map<string, DraftColumn>;
  /** Of those the columns of tables that are no partitions, which is what other commands count. */
  own: DraftColumn[];
  packs: string[];
  /** Tables and columns whose values were not looked at, with the reason. */
  notSampled: string[];
}

export interface DraftOptions {
  schemas?: string[];
  progress?: (done: number, all: number) => void;
}

const domain = "example.invalid";

/**
 * Drafts rules for the database of the session: from its catalogue and a sample of its values, which stay inside the server. The
 * rules are bound to the database before they are given out, so that they hold as they are. Changes nothing.
 */
export async function draftRules(session: Session, options: DraftOptions = {}): Promise<Draft> {
  const { database } = await row<{ database: string }>(
    session,
    "reading the database's name",
    "select current_database()::text as database",
  );
  const catalogue = await readCatalogue(session, database);
  refuseUnknown(options.schemas ?? [], catalogue);
  const detection = await detect(session, catalogue, options);
  const decisions = await decide(session, detection, { domain });
  const origins = await originsOfGenerated(session, detection.index.ruled);
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), "prodcopy-draft-"));
  try {
    const draft = await settled(detection, decisions, origins, path.join(folder, "rules.yaml"));
    const views = await viewColumns(session, catalogue, draft.columns);
    const wanted = catalogue.tables.filter(({ schema }) => options.schemas?.includes(schema) ?? true);
    for (const table of wanted) {
      for (const key of table.columns.map(({ name }) => columnKey(table, name))) {
        const found = views.get(key);
        if (found) draft.columns.set(key, found);
      }
    }
    return draft;
  } finally {
    await fs.rm(folder, { recursive: true });
  }
}

/** @throws with the nearest name: a mistyped schema would make a draft of nothing. */
function refuseUnknown(schemas: string[], { database, tables }: Catalogue): void {
  const known = [...new Set(tables.map((table) => table.schema))].sort();
  const faults = schemas
    .filter((schema) => !known.includes(schema))
    .map((schema) => `The database ${database} has no tables in a schema ${schema}.${hint(schema, known)}`);
  if (faults.length > 0) {
    throw new Error(`${faults.join("\n")}\nThere are: ${known.join(", ") || "none"}. Nothing was changed.`);
  }
}

/** Writes the draft, binds it, and takes back what does not hold, until all of it does. */
async function settled(
  detection: Detection,
  decisions: Map<string, Decision>,
  origins: Origins,
  file: string,
): Promise<Draft> {
  const { index, findings, notSampled } = detection;
  const ignored = new Set<CatalogueTable>();
  const read = async (yaml: string) => {
    await fs.writeFile(file, yaml, { mode: 0o600 });
    return readRules(file);
  };
  const head = { database: index.catalogue.database, domain, notSampled };
  const every = await read(draftYaml({ ...head, packs: packNames(), tables: [] }));
  const packs = mergeIntents(every, index)
    .packs.filter(({ applied }) => applied)
    .map(({ name }) => name);
  const drafted = index.ruled.filter(
    (table) =>
      table.columns.some(({ name }) => findings.has(columnKey(table, name))) || table.kind === "foreign",
  );
  for (let round = 0; ; round++) {
    const bare = await read(
      draftYaml({
        ...head,
        packs,
        tables: [...ignored].map((table) => bareTable(table, index.write(table))),
      }),
    );
    const { byTable } = mergeIntents(bare, index);
    const tables = drafted.flatMap((table) =>
      draftTable(table, byTable.get(table), decisions, index.write(table), ignored.has(table)),
    );
    const yaml = draftYaml({ ...head, packs, tables });
    const document = await read(yaml);
    const faults = faultsOf(document, detection);
    const isDone = faults.length === 0 || round > 20;
    if (isDone || !takeBack(faults, document, detection, decisions, ignored)) {
      const columns = columnsOf(detection, decisions, byTable, origins);
      const keys = index.ruled.flatMap((table) => table.columns.map(({ name }) => columnKey(table, name)));
      return { yaml, columns, own: keys.flatMap((key) => columns.get(key) ?? []), packs, notSampled };
    }
  }
}

function bareTable(table: CatalogueTable, written: string): DraftTable {
  return { written, kind: table.kind, ignorePacks: true, drop: false, keep: [], mask: [], structural: [] };
}

/** What the rules file says of a table; nothing where packs say all of it. */
function draftTable(
  table: CatalogueTable,
  intent: TableIntent | undefined,
  decisions: Map<string, Decision>,
  written: string,
  ignorePacks: boolean,
): DraftTable[] {
  if (table.kind === "foreign") return [{ ...bareTable(table, written), ignorePacks: false, drop: true }];
  if (intent?.action !== undefined) return [];
  const open = table.columns.flatMap((column) => {
    const decision = decisions.get(columnKey(table, column.name));
    return decision === undefined ||
      (intent?.columns.has(column.name) && !outweighs(decision, intent, column.name))
      ? []
      : [{ name: column.name, decision, type: column.type }];
  });
  const structural = open.filter(({ decision }) => decision.structural);
  const named = open.filter(({ decision }) => !decision.structural);
  if (open.length === 0 && !ignorePacks) return [];
  return [
    {
      written,
      kind: table.kind,
      ignorePacks,
      drop: false,
      keep: named.filter(({ decision }) => decision.spec === undefined),
      mask: named.filter(({ decision }) => decision.spec !== undefined),
      structural: structural.map(({ name }) => name),
    },
  ];
}

function faultsOf(document: RulesDocument, { index, findings }: Detection): RuleFault[] {
  try {
    bindRules(document, index.catalogue);
    return [];
  } catch (error) {
    if (!(error instanceof RulesError)) throw error;
    // With `schemas` the rest of the database is left to others, and the gate says so.
    const outside = index.ruled.filter(
      (table) => !table.columns.some(({ name }) => findings.has(columnKey(table, name))),
    );
    const names = outside.map((table) => `\`${index.write(table)}`);
    return error.faults.filter(
      (fault) => fault.kind !== "coverage" || !names.some((name) => fault.message.includes(name)),
    );
  }
}

/** Undoes what a fault is about: a mask of the draft is left out and marked, a table's packs are ignored. False when nothing can be undone. */
function takeBack(
  faults: RuleFault[],
  document: RulesDocument,
  { index }: Detection,
  decisions: Map<string, Decision>,
  ignored: Set<CatalogueTable>,
): boolean {
  let undone = false;
  for (const { place, message } of faults) {
    const own = document.tables.flatMap((rule) =>
      rule.mask.filter((mask) => mask.place.line === place.line).map((mask) => ({ rule, mask })),
    );
    const one = place.file === document.file ? own[0] : undefined;
    const table = one && index.find(one.rule.schema, one.rule.table);
    const key = table && columnKey(table, one.mask.column);
    const decision = key === undefined ? undefined : decisions.get(key);
    if (key !== undefined && decision?.spec !== undefined) {
      const reasons = [
        ...decision.reasons,
        "the draft could not mask it so that all keys hold: write what becomes of it",
      ];
      decisions.set(key, { ...decision, action: "review", spec: undefined, reasons });
      undone = true;
      continue;
    }
    for (const table of index.ruled) {
      if (
        ignored.has(table) ||
        (!message.includes(`\`${index.write(table)}\``) && !message.includes(`\`${index.write(table)}.`))
      ) {
        continue;
      }
      ignored.add(table);
      undone = true;
    }
  }
  return undone;
}
