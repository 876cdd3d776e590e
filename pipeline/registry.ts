import { stageNames, type StageName } from "../report/story";
import type { CommonInputs } from "./context";
import type { Bag, Stage } from "./stage";
import { anchor } from "./stages/anchor";
import { claim } from "./stages/claim";
import { isolate } from "./stages/isolate";
import { migrate } from "./stages/migrate";
import { open } from "./stages/open";
import { restore } from "./stages/restore";
import { rotate } from "./stages/rotate";
import { sanitise } from "./stages/sanitise";
import { snapshot } from "./stages/snapshot";
import { switchStage } from "./stages/switch";
import { verify } from "./stages/verify";

/**
 * Names in the state to today's code. This file never moves, and a name never changes its meaning: whoever destroys a
 * stack that an earlier release made arrives here.
 */
const stages = {
  anchor,
  snapshot,
  restore,
  claim,
  rotate,
  isolate,
  verify,
  sanitise,
  migrate,
  open,
  switch: switchStage,
} satisfies Record<StageName, unknown>;

export function stageFor(bag: Bag): Stage<CommonInputs, object> {
  const name = bag["stage"];
  const known = stageNames.find((stage) => stage === name);
  if (known === undefined) {
    throw new Error(
      `The state names a stage ${JSON.stringify(name)} that this version of prodcopy does not know ` +
        `(${stageNames.join(", ")}). It was written by another version: use that one, or a later one.`,
    );
  }
  return stages[known] as unknown as Stage<CommonInputs, object>;
}
