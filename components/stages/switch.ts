import type * as pulumi from "@pulumi/pulumi";
import type { StackFacts } from "../facts";
import type { Handover } from "../handover";
import type { Claim } from "./claim";
import { StageResource } from "./stageResource";

export interface SwitchArgs {
  /** An opened copy: sanitised, migrated, admitted. Nothing else compiles here. */
  from: Handover<"open">;
  generation: pulumi.Input<string>;
  claim: Claim;
  applicationUser: string;
  /** Besides host, password and database name. Changed in place. */
  alsoSet: ("port" | "user")[];
}

/** Stage 9: points the environment at the copy; destroy puts back what was there before. */
export class Switch extends StageResource {
  /** Where the application answers. */
  declare readonly url: pulumi.Output<string>;

  constructor(name: string, facts: StackFacts, args: SwitchArgs, opts?: pulumi.CustomResourceOptions) {
    const { claim, ...inputs } = args;
    super(
      "switch",
      name,
      facts,
      { ...inputs, environmentId: claim.environmentId, url: undefined, set: undefined },
      opts,
    );
  }
}
