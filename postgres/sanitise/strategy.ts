import { ident, qualified, row } from "../connection";
import { readCatalogue, type Catalogue, type CatalogueTable, type ForeignKey } from "../catalogue";
import type { CopySession } from "../guard";
import { readDependents, viewTree, type Dependent } from "./dependents";
import { readColumnFacts, readServerFacts, readTableFacts } from "./facts";
import { foreignKeysOnMasks } from "./foreignKeys";
import type { SanitisePlan, TablePlan } from "./plan";
import { refuse, serverRefusals, tableRefusals } from "./refusals";
import { saveForeignKeys, saveTrigger, saveView } from "./save";
import type { CompileContext } from "./subject";
import { tableWork, type Known } from "./tableWork";
import type { Detached, TableWork } from "./work";

export interface Decision {
  works: TableWork[];
  /** In the order in which they are put back; taken off in the reverse order. */
  detached: Detached[];
  /** Functions of single columns, to be made before the rewrites. */
  functions: string[];
}

/**
 * Decides for every table how it comes to its end, and what must be taken off for it. Reads only.
 * @throws one error that names everything that this version does not handle.
 */
export async function decide(copy: CopySession, plan: SanitisePlan): Promise<Decision> {
  const catalogue = await readCatalogue(copy, plan.database);
  const missing = plan.tables.filter((table) => tableOf(catalogue, table) === undefined);
  if (missing.length > 0) {
    throw new Error(
      `the plan names tables that are not in ${plan.database}: ${missing.map((t) => `${t.schema}.${t.table}`).join(", ")}. Nothing was changed; make the plan again`,
    );
  }
  const planned = plan.tables.flatMap((one) => {
    const table = tableOf(catalogue, one);
    return table === undefined || table.kind === "view" || table.kind === "materialised view"
      ? []
      : [{ plan: one, table }];
  });
  const oids = planned.map((one) => one.table.oid);
  const tableFacts = new Map((await readTableFacts(copy, oids)).map((facts) => [facts.oid, facts]));
  const columnFacts = await readColumnFacts(copy, oids);
  const dependents = (await readDependents(copy, oids)).filter((d) =>
    planned.some((p) => p.table.oid === d.root && isMasked(p.plan, d.column)),
  );
  const views = await sortViews(copy, dependents);
  const keys = foreignKeysOnMasks(plan, catalogue);
  const functions: string[] = [];
  const context: CompileContext = {
    domain: plan.allowedDomains[0] ?? "example.invalid",
    addFunction(make) {
      const name = `column_${functions.length}`;
      functions.push(make(name));
      return name;
    },
  };
  const known = planned.map(({ plan: one, table }): Known => {
    const facts = tableFacts.get(table.oid);
    if (facts === undefined) throw new Error(`${one.schema}.${one.table} vanished while it was looked at`);
    return {
      plan: one,
      table,
      facts,
      columns: columnFacts.filter((c) => c.table === table.oid),
      dependents: dependents.filter((d) => d.root === table.oid),
      updateOnly: updateOnly(dependents, table.oid, views.held),
      exactCase: new Set(),
      context,
    };
  });
  refuse([
    ...serverRefusals(plan, await readServerFacts(copy)),
    ...keys.refusals,
    ...known.flatMap((one) => tableRefusals(one)),
  ]);
  const tops = known.filter((one) => one.plan.partitionOf === undefined);
  for (const one of tops) one.exactCase = await exactCaseColumns(copy, one);
  // A key that is taken off does not stand in the way of TRUNCATE.
  const staying = catalogue.foreignKeys.filter((key) => !keys.keys.includes(key));
  const works = tops.map((one) => tableWork(one, mustDelete(one.plan, plan, staying)));
  const detached: Detached[] = [];
  for (const oid of views.droppable) detached.push(await saveView(copy, oid));
  const triggers = dependents.filter((d) => d.kind === "trigger").map((d) => d.oid);
  for (const oid of new Set(triggers)) detached.push(await saveTrigger(copy, oid));
  detached.push(...(await saveForeignKeys(copy, keys.keys)));
  return { works, detached, functions };
}

/** Columns that an `ALTER TYPE` cannot reach, each with the reason. */
function updateOnly(
  dependents: Dependent[],
  table: number,
  heldViews: Map<number, string>,
): Map<string, string> {
  const found = new Map<string, string>();
  for (const one of dependents.filter((d) => d.root === table)) {
    const held = one.kind === "view" ? heldViews.get(one.oid) : undefined;
    if (one.kind === "generated") found.set(one.column, `${one.description} is generated from it`);
    if (one.kind === "update only") found.set(one.column, `${one.description} reads it`);
    if (held !== undefined) found.set(one.column, held);
  }
  return found;
}

/** Views on masked columns: those that can be taken off with everything above them, and those that cannot. */
async function sortViews(
  copy: CopySession,
  dependents: Dependent[],
): Promise<{ droppable: number[]; held: Map<number, string> }> {
  const starts = [...new Set(dependents.filter((d) => d.kind === "view").map((d) => d.oid))];
  const held = new Map<number, string>();
  for (const start of starts) {
    const why = (await viewTree(copy, [start])).held[0];
    if (why !== undefined) held.set(start, why);
  }
  const free = starts.filter((start) => !held.has(start));
  return { droppable: free.length > 0 ? (await viewTree(copy, free)).oids : [], held };
}

/** TRUNCATE refuses a table that another one refers to, unless that one is truncated with it; such a table is deleted from. */
function mustDelete(one: TablePlan, plan: SanitisePlan, keys: ForeignKey[]): boolean {
  const truncated = (schema: string, table: string) =>
    plan.tables.some((t) => t.schema === schema && t.table === table && t.action === "truncate");
  return keys.some(
    (key) =>
      key.targetSchema === one.schema && key.targetTable === one.table && !truncated(key.schema, key.table),
  );
}

/** Columns under a unique key in which two addresses differ only in case: equal replacements would clash there. */
async function exactCaseColumns(copy: CopySession, one: Known): Promise<Set<string>> {
  const found = new Set<string>();
  const name = qualified(one.plan.schema, one.plan.table);
  for (const { name: column, mask } of one.plan.columns) {
    if (mask?.with !== "email" || !one.table.uniqueKeys.some((key) => key.includes(column))) continue;
    const c = ident(column);
    const { clash } = await row<{ clash: boolean }>(
      copy,
      `looking at ${one.plan.schema}.${one.plan.table}`,
      `select exists (select from ${name} where ${c} is not null
         group by lower(btrim(${c}::text)) having count(distinct ${c}::text) > 1) as clash`,
    );
    if (clash) found.add(column);
  }
  return found;
}

function isMasked(plan: TablePlan, column: string): boolean {
  return plan.columns.some((one) => one.name === column && one.action === "mask");
}

function tableOf(catalogue: Catalogue, plan: TablePlan): CatalogueTable | undefined {
  return catalogue.tables.find((table) => table.schema === plan.schema && table.name === plan.table);
}
