import { isDeepStrictEqual } from "node:util";
import type { Catalogue, ForeignKey } from "../catalogue";
import type { ColumnPlan, SanitisePlan, TablePlan } from "./plan";

/**
 * Foreign keys on masked columns: they are taken off for the rewrites, since one side is rewritten before the other, and
 * checked against every row when they are put back. That holds only where both sides are mapped alike.
 */
export function foreignKeysOnMasks(
  plan: SanitisePlan,
  catalogue: Catalogue,
): { keys: ForeignKey[]; refusals: string[] } {
  const keys: ForeignKey[] = [];
  const refusals: string[] = [];
  for (const key of catalogue.foreignKeys) {
    const source = find(plan, key.schema, key.table);
    const target = find(plan, key.targetSchema, key.targetTable);
    const pairs = key.columns.map((name, i) => ({
      from: column(source, name),
      to: column(target, key.targetColumns[i] ?? ""),
    }));
    if (!pairs.some((pair) => isMasked(pair.from) || isMasked(pair.to))) continue;
    keys.push(key);
    // Rows that are gone refer to nothing.
    if (source?.action === "truncate") continue;
    const bad = pairs.find((pair) => !alike(pair.from, pair.to));
    if (bad !== undefined) {
      refusals.push(
        `${key.schema}.${key.table}: its foreign key ${key.name} leads from ${describe(bad.from)} to ${describe(bad.to)} of ` +
          `${key.targetSchema}.${key.targetTable}; both sides must be masked in the same way, or neither`,
      );
    }
  }
  return { keys, refusals };
}

function find(plan: SanitisePlan, schema: string, table: string): TablePlan | undefined {
  return plan.tables.find((one) => one.schema === schema && one.table === table);
}

function column(table: TablePlan | undefined, name: string): ColumnPlan | undefined {
  return table?.columns.find((one) => one.name === name);
}

function isMasked(plan: ColumnPlan | undefined): boolean {
  return plan?.action === "mask";
}

/** A reference that becomes NULL in every row holds whatever the other side becomes. */
function alike(from: ColumnPlan | undefined, to: ColumnPlan | undefined): boolean {
  const exceptions = (from?.keepValues.length ?? 0) + (from?.exact.length ?? 0);
  if (isMasked(from) && from?.mask?.with === "null" && from.where === undefined && exceptions === 0) {
    return true;
  }
  if (isMasked(from) !== isMasked(to)) return false;
  const rule = (plan: ColumnPlan | undefined) => [plan?.mask, plan?.where, plan?.keepValues, plan?.exact];
  // The same replacement also depends on the length of the column and on its type.
  return isDeepStrictEqual(rule(from), rule(to)) && from?.type === to?.type;
}

function describe(plan: ColumnPlan | undefined): string {
  if (plan === undefined) return "a column without a plan";
  return plan.action === "mask"
    ? `${plan.name} (${plan.mask?.with}, ${plan.type})`
    : `${plan.name} (kept, ${plan.type})`;
}
