import type * as pulumi from "@pulumi/pulumi";
import type { StackFacts } from "../facts";
import type { Handover } from "../handover";
import { HandoverResource } from "./stageResource";

export interface OpenArgs {
  /** What stage migrate handed over. */
  from: Handover<"migrate">;
  generation: pulumi.Input<string>;
  /** The role by which the Test application logs in. A change does this stage anew. */
  applicationUser: string;
}

/** Stage 8: ends the quarantine: working settings, then the application's login. */
export class Open extends HandoverResource<"open"> {
  constructor(name: string, facts: StackFacts, args: OpenArgs, opts?: pulumi.CustomResourceOptions) {
    super("open", name, facts, { ...args }, opts);
  }
}
