import { ident, row, run } from "../connection";
import { readCatalogue, type Catalogue, type CatalogueTable, type ForeignKey } from "../catalogue";
import type { CopySession } from "../guard";
import { danglingKeys, type Dangling } from "./danglingKeys";
import { readDependents } from "./dependents";
import { readColumnFacts, readServerFacts, readTableFacts } from "./facts";
import { rowFingerprints } from "./fingerprint";
import { foreignKeysOnMasks } from "./foreignKeys";
import type { SanitisePlan, TablePlan } from "./plan";
import { heldByViews, saveObstacles } from "./obstacles";
import { keyRefusals, refillReason, refuse, serverRefusals, tableRefusals } from "./refusals";
import { invalidIndexes, saveForcedRowSecurity } from "./early";
import { readRepeating } from "./repeating";
import { saveForeignKeys } from "./save";
import type { CompileContext } from "./subject";
import { sourceOf, tableWork, type Known } from "./tableWork";
import type { Detached, TableWork } from "./work";

export interface Decision {
  works: TableWork[];
  /** What is taken off before anything is read, and put back last of all. */
  early: Detached[];
  /** In the order in which they are put back; taken off in the reverse order. */
  detached: Detached[];
  /** Functions of single columns, to be made before the rewrites. */
  functions: string[];
}

/**
 * Decides for every table how it comes to its end, and what must be taken off for it. Reads only.
 * @param look `catalogue` leaves the rows unread, which a read-only session can do: strategies and refusals are the same, what
 *   is written into single columns is not decided.
 * @throws one error that names everything that this version does not handle.
 */
export async function decide(
  copy: CopySession,
  plan: SanitisePlan,
  look: "rows" | "catalogue" = "rows",
): Promise<Decision> {
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
  const repeating = await readRepeating(copy, oids);
  const dependents = (await readDependents(copy, oids)).filter((d) =>
    planned.some((p) => p.table.oid === d.root && isMasked(p.plan, d.column)),
  );
  const held = await heldByViews(copy, dependents);
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
    const ground = {
      plan: one,
      table,
      facts,
      columns: columnFacts.filter((c) => c.table === table.oid),
      dependents: dependents.filter((d) => d.root === table.oid),
      exactCase: new Set<string>(),
      repeating: new Set(repeating.filter((c) => c.table === table.oid).map((c) => c.column)),
      context,
    };
    return { ...ground, refillWhy: refillReason(ground) ?? held.get(table.oid) };
  });
  const tops = known.filter((one) => one.plan.partitionOf === undefined);
  const refilled = tops.filter((one) => one.refillWhy !== undefined);
  // A table is emptied before it is filled again, which the keys that lead to it would not let happen; those that lead from it would make
  // two tables wait for each other that are worked on side by side.
  const off = catalogue.foreignKeys.filter(
    (key) =>
      keys.keys.includes(key) ||
      refilled.some(
        ({ plan: one }) =>
          isWithin(plan, key.targetSchema, key.targetTable, one) ||
          isWithin(plan, key.schema, key.table, one),
      ),
  );
  refuse([
    ...serverRefusals(plan, await readServerFacts(copy)),
    ...keys.refusals,
    ...known.flatMap((one) => tableRefusals(one)),
    ...keyRefusals(off, known),
  ]);
  const forced = await saveForcedRowSecurity(copy);
  let dangling: Dangling = { names: new Set(), keys: [], refusals: [] };
  if (look === "rows") {
    await rolledBack(copy, async () => {
      for (const { object, drop } of forced) await run(copy, `taking off ${object}`, drop);
      for (const one of tops) one.exactCase = await exactCaseColumns(copy, one);
      dangling = await danglingKeys(copy, off);
    });
  }
  refuse(dangling.refusals);
  shareExactCase(tops, keys.keys);
  // A key that is taken off does not stand in the way of TRUNCATE.
  const staying = catalogue.foreignKeys.filter((key) => !off.includes(key));
  const works = await withFingerprints(
    copy,
    tops.map((one) => tableWork(one, mustDelete(one.plan, plan, staying))),
  );
  const rewritten = tops.filter((one) => one.refillWhy === undefined).flatMap((one) => one.dependents);
  const detached = [
    ...(await saveObstacles(copy, rewritten)),
    ...(await saveForeignKeys(copy, off, dangling.names)),
  ];
  const changed = works.filter((work) => work.strategy !== "kept").map((work) => work.oid);
  const early = [...forced, ...dangling.keys, ...(await invalidIndexes(copy, changed))];
  return { works, early, detached, functions };
}

async function withFingerprints(copy: CopySession, works: TableWork[]): Promise<TableWork[]> {
  const fingerprints = await rowFingerprints(copy, works);
  return works.map((work, i) => ({ ...work, fingerprint: fingerprints[i] }));
}

/** What refers to a column in which case counts must keep it as well, or it would refer to nothing. */
function shareExactCase(tops: Known[], keys: ForeignKey[]): void {
  const of = (schema: string, table: string) =>
    tops.find((one) => one.plan.schema === schema && one.plan.table === table)?.exactCase ?? new Set();
  const ends = keys.flatMap((key) =>
    key.columns.map((column, i) => ({
      from: of(key.schema, key.table),
      column,
      to: of(key.targetSchema, key.targetTable),
      target: key.targetColumns[i] ?? "",
    })),
  );
  for (let changed = true; changed;) {
    changed = false;
    for (const { from, column, to, target } of ends.filter(
      (e) => e.from.has(e.column) !== e.to.has(e.target),
    )) {
      from.add(column);
      to.add(target);
      changed = true;
    }
  }
}

/** Reads what forced row security would hide, and leaves it as it was. */
async function rolledBack(copy: CopySession, read: () => Promise<void>): Promise<void> {
  await run(copy, "reading tables", "begin");
  try {
    await read();
  } finally {
    // A connection that is gone rejects here as it did above.
    await copy.query("rollback").catch(() => undefined);
  }
}

/** Whether a table is the one of a plan or a partition of it. */
function isWithin(plan: SanitisePlan, schema: string, table: string, top: TablePlan): boolean {
  const own = plan.tables.find((one) => one.schema === schema && one.table === table);
  const above = own?.partitionOf ?? own;
  return above?.schema === top.schema && above.table === top.table;
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
  const source = sourceOf(one);
  for (const { name: column, mask } of one.plan.columns) {
    if (mask?.with !== "email" || !one.table.uniqueKeys.some((key) => key.includes(column))) continue;
    const c = ident(column);
    const { clash } = await row<{ clash: boolean }>(
      copy,
      `looking at ${one.plan.schema}.${one.plan.table}`,
      `select exists (select from ${source} where ${c} is not null
         group by lower(btrim(${c}::text)) collate "C" having min(${c}::text collate "C") <> max(${c}::text collate "C")) as clash`,
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
