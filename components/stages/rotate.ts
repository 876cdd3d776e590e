import type * as pulumi from "@pulumi/pulumi";
import type { StackFacts } from "../facts";
import type { Handover } from "../handover";
import { HandoverResource } from "./stageResource";

export interface RotateArgs {
  /** What stage restore handed over. */
  from: Handover<"restore">;
  generation: pulumi.Input<string>;
}

/** Stage 3: makes every production credential useless on the copy. */
export class Rotate extends HandoverResource<"rotate"> {
  constructor(name: string, facts: StackFacts, args: RotateArgs, opts?: pulumi.CustomResourceOptions) {
    super("rotate", name, facts, { ...args }, opts);
  }
}
