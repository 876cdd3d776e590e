import type * as pulumi from "@pulumi/pulumi";
import type { StackFacts } from "../facts";
import type { Handover } from "../handover";
import { HandoverResource } from "./stageResource";

export interface SanitiseArgs {
  /** What stage verify handed over. */
  from: Handover<"verify">;
  generation: pulumi.Input<string>;
  /** Rules file, relative to the project. A change of its contents makes a new copy. */
  rules: string;
  rulesDigest: string;
}

/** Stage 6: replaces what is personal, and proves that nothing of it is left. */
export class Sanitise extends HandoverResource<"sanitise"> {
  constructor(name: string, facts: StackFacts, args: SanitiseArgs, opts?: pulumi.CustomResourceOptions) {
    super("sanitise", name, facts, { ...args }, opts);
  }
}
