import type { CopySession } from "../guard";
import { viewsToTakeOff, type Dependent } from "./dependents";
import { saveMaterialisedView } from "./saveMaterialised";
import { savePolicy, saveRule, saveTrigger, saveView } from "./save";
import type { Detached } from "./work";

/** Tables with a view that cannot be taken off, each with the reason. */
export async function heldByViews(copy: CopySession, dependents: Dependent[]): Promise<Map<number, string>> {
  const held = new Map<number, string>();
  const starts = new Map<number, string | undefined>();
  for (const one of dependents.filter(isView)) {
    if (!starts.has(one.oid)) {
      const views = await viewsToTakeOff(copy, [one.oid]);
      starts.set(one.oid, views.find((view) => view.held !== null)?.held ?? undefined);
    }
    const why = starts.get(one.oid);
    if (why !== undefined) held.set(one.root, why);
  }
  return held;
}

/** What `ALTER TYPE` of the columns does not tolerate, in the order in which it is put back. */
export async function saveObstacles(copy: CopySession, dependents: Dependent[]): Promise<Detached[]> {
  const saved: Detached[] = [];
  const views = await viewsToTakeOff(copy, oids(dependents.filter(isView)));
  for (const view of views) {
    saved.push(await (view.kind === "m" ? saveMaterialisedView(copy, view.oid) : saveView(copy, view.oid)));
  }
  const of = (kind: Dependent["kind"]) => oids(dependents.filter((one) => one.kind === kind));
  for (const oid of of("rule")) saved.push(await saveRule(copy, oid));
  for (const oid of of("policy")) saved.push(await savePolicy(copy, oid));
  for (const oid of of("trigger")) saved.push(await saveTrigger(copy, oid));
  return saved;
}

function isView(one: Dependent): boolean {
  return one.kind === "view" || one.kind === "materialised view";
}

function oids(dependents: Dependent[]): number[] {
  return [...new Set(dependents.map((one) => one.oid))];
}
