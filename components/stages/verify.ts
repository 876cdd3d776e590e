import type * as pulumi from "@pulumi/pulumi";
import type { StackFacts } from "../facts";
import type { Handover } from "../handover";
import { HandoverResource } from "./stageResource";

export interface VerifyArgs {
  /** What stage isolate handed over. */
  from: Handover<"isolate">;
  generation: pulumi.Input<string>;
}

/** Stage 5: proves that this is the copy and not production, before one row is changed. */
export class Verify extends HandoverResource<"verify"> {
  constructor(name: string, facts: StackFacts, args: VerifyArgs, opts?: pulumi.CustomResourceOptions) {
    super("verify", name, facts, { ...args }, opts);
  }
}
