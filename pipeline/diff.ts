import { isDeepStrictEqual } from "node:util";
import type { CommonInputs } from "./context";
import { isUnknown, type Bag, type Stage } from "./stage";

export interface StageDiff {
  changes: boolean;
  replaces: string[];
  deleteBeforeReplace: boolean;
}

/**
 * Compares named inputs only, so that new code or a new hand-over of the same copy never plans work. Two identities count
 * beside them: another server behind the hand-over (`from.resourceId`) means that everything done in the old one is gone.
 * A hand-over that is not known yet is no change by itself: the generation beside it is known and decides.
 */
export function diffStage<I extends CommonInputs, O extends object>(
  stage: Stage<I, O>,
  olds: Bag,
  news: Bag,
): StageDiff {
  const replaces: string[] = stage.replaceOn.filter((key) => differs(olds[key], news[key]));
  const updates: string[] = [...new Set([...stage.updateOn, ...recordedOnly])].filter((key) =>
    differs(olds[key], news[key]),
  );
  const serverChanged = differs(resourceId(olds), resourceId(news));
  if (serverChanged) {
    // What is bound to its environment moves to the new server; what was done inside the old server is done again.
    if (stage.replaceOn.includes("generation")) replaces.push("from");
    else updates.push("from");
  }
  return {
    changes: replaces.length + updates.length > 0,
    replaces: [...new Set(replaces)],
    deleteBeforeReplace: stage.deleteBeforeReplace ?? false,
  };
}

/**
 * Inputs of every stage that the state has to hold as they are now, for a later `delete`: a change of them is an update that does nothing
 * else, unless the stage itself names them in `updateOn`.
 */
const recordedOnly = ["revision", "aws"];

/** Whether an update only records new inputs: nothing differs but what is recorded. Whatever else it is, it is carried out. */
export function recordsOnly<I extends CommonInputs, O extends object>(
  stage: Stage<I, O>,
  olds: Bag,
  news: Bag,
): boolean {
  const recorded = recordedOnly.some((key) => differs(olds[key], news[key]));
  const asked = stage.updateOn.some((key) => differs(olds[key], news[key]));
  return recorded && !asked && !differs(resourceId(olds), resourceId(news));
}

function differs(before: unknown, after: unknown): boolean {
  if (after === undefined || isUnknown(after)) return false;
  return !isDeepStrictEqual(before, after);
}

function resourceId(bag: Bag): unknown {
  const from = bag["from"];
  return typeof from === "object" && from !== null ? (from as Bag)["resourceId"] : undefined;
}
