import type * as pulumi from "@pulumi/pulumi";
import type { StackFacts } from "../facts";
import type { Handover } from "../handover";
import { StageResource } from "./stageResource";

export interface ClaimArgs {
  /** The claim takes an output of restore, so that destroy puts Test back before the copy goes. */
  restored: Handover<"restore">;
  generation: pulumi.Input<string>;
}

/** Holds the environment for this stack and keeps its present values, to be put back. */
export class Claim extends StageResource {
  /** The platform's identity of the environment that was claimed. */
  declare readonly environmentId: pulumi.Output<string>;
  /** Where the application answers. */
  declare readonly url: pulumi.Output<string>;

  constructor(name: string, facts: StackFacts, args: ClaimArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "claim",
      name,
      facts,
      {
        generation: args.generation,
        copyResource: args.restored.resourceId,
        environmentId: undefined,
        url: undefined,
      },
      opts,
    );
  }
}
