import type * as pulumi from "@pulumi/pulumi";
import type { StackFacts } from "../facts";
import { StageResource } from "./stageResource";

/**
 * Stands before everything: what a killed stage leaves behind is found by this resource's delete, which puts the
 * environment back and sweeps whatever carries the stack's label.
 */
export class Anchor extends StageResource {
  constructor(name: string, facts: StackFacts, opts?: pulumi.CustomResourceOptions) {
    super("anchor", name, facts, {}, opts);
  }
}
