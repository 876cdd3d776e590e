import type * as pulumi from "@pulumi/pulumi";
import type { StackFacts } from "../facts";
import type { Handover } from "../handover";
import { HandoverResource } from "./stageResource";

export interface IsolateArgs {
  /** What stage rotate handed over. */
  from: Handover<"rotate">;
  generation: pulumi.Input<string>;
}

/** Stage 4: cuts everything in the copy that can reach out. */
export class Isolate extends HandoverResource<"isolate"> {
  constructor(name: string, facts: StackFacts, args: IsolateArgs, opts?: pulumi.CustomResourceOptions) {
    super("isolate", name, facts, { ...args }, opts);
  }
}
