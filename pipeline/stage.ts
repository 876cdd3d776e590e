import type { StageName } from "../report/story";
import type { CommonInputs, StageContext, StageOutcome } from "./context";

/** Values as Pulumi stores them. */
export type Bag = Record<string, unknown>;

/**
 * One stage: what the engine's calls mean for it. Instances live in `registry.ts`; state holds a stage's name only, so
 * that a fix reaches the `delete` of resources that an earlier release made.
 */
export interface Stage<I extends CommonInputs, O extends object> {
  name: StageName;
  /** Inputs whose change makes a new one. */
  replaceOn: (keyof I & string)[];
  /** Inputs whose change is carried out in place. */
  updateOn: (keyof I & string)[];
  /** Whether the old one must be gone before the new one is made. Default false. */
  deleteBeforeReplace?: boolean;
  /** Completes or refuses inputs; runs in previews too and only reads. `olds` are the earlier inputs. */
  check?(olds: Partial<I>, news: I, context: StageContext): Promise<{ inputs: I; failures: CheckFailure[] }>;
  create(inputs: I, context: StageContext): Promise<StageOutcome<O>>;
  /** Default: records the new inputs and keeps the outputs. */
  update?(olds: I & O, news: I, context: StageContext): Promise<StageOutcome<O>>;
  /** Whether an update is a chapter of the story, with a section in the report. Default false. */
  reportsUpdate?: boolean;
  /** Default: nothing, for what a stage did inside the copy goes with the copy. */
  delete?(outs: I & O, context: StageContext): Promise<void>;
  /** What stands there now: the outputs, or undefined when it is gone. Default: unchanged. */
  read?(outs: I & O, context: StageContext): Promise<(I & O) | undefined>;
  /** The resource's id. */
  id(inputs: I): string;
}

export interface CheckFailure {
  property: string;
  reason: string;
}

/** How an unknown input reaches a dynamic provider in a preview, whatever its type. Source: pulumi/pulumi #6310. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export function isUnknown(value: unknown): boolean {
  return value === unknownValue;
}
