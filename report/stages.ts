import type { Proof } from "../postgres/proof";
import type { Report, RunState, StageReport } from "./model";
import { stageNames, story, type StageName } from "./story";

/**
 * How a stage is shown. `pending`: it has not begun. `earlier`: it has no section here because it was done before this
 * copy's report began (the anchor; the claim, when Test is moved from one copy to the next).
 */
export type ShownState = RunState | "pending" | "earlier";

/** The section of a stage, in whatever state it is. */
export function stageOf(report: Report, name: StageName): StageReport | undefined {
  return report.stages.find((s) => s.stage === name);
}

export function isDone(report: Report, name: StageName): boolean {
  return stageOf(report, name)?.state === "done";
}

export function shownState(report: Report, name: StageName): ShownState {
  const own = stageOf(report, name);
  if (own !== undefined) return own.state;
  // The claim runs beside the others: only the switch waits for it.
  const waiting: readonly StageName[] =
    name === "claim" ? ["switch"] : stageNames.slice(stageNames.indexOf(name) + 1);
  return report.stages.some((s) => waiting.includes(s.stage)) ? "earlier" : "pending";
}

/** The first details of this kind that any stage gave, e.g. the copy. */
export function detail<K extends keyof StageReport["details"]>(
  report: Report,
  kind: K,
): StageReport["details"][K] {
  return report.stages.map((s) => s.details[kind]).find((d) => d !== undefined);
}

/** Everything that a stage proved, the sanitiser's residue checks among it. */
export function proofsOf(stage: StageReport): Proof[] {
  return [...stage.proofs, ...(stage.details.sanitise?.residue.checks ?? [])];
}

export function notProvenOf(stage: StageReport): string[] {
  return [...stage.notProven, ...(stage.details.sanitise?.residue.notProven ?? [])];
}

/** One line a stage, as `prodcopy status --json` prints it: a stable interface that others script against. */
export interface StageLine {
  name: StageName;
  state: ShownState;
  seconds: number | null;
  /** What the stage says of its outcome, in one sentence; its first claim where it says nothing; null before it begins. */
  proof: string | null;
}

/** Every stage of the story, begun or not. Without a report none has begun. */
export function stageLines(report: Report | undefined): StageLine[] {
  return story.map(({ stage }) => {
    if (report === undefined) return { name: stage, state: "pending", seconds: null, proof: null };
    const own = stageOf(report, stage);
    return {
      name: stage,
      state: shownState(report, stage),
      seconds: own?.seconds ?? null,
      proof: own?.summary || own?.proofs[0]?.claim || null,
    };
  });
}
