import * as pulumi from "@pulumi/pulumi";
import type { HandoverData } from "../../pipeline/handover";
import type { StageName } from "../../report/story";
import type { StackFacts } from "../facts";
import { handedOver, type Handover } from "../handover";
import { stageProvider } from "./provider";

/**
 * Bumped for a stage when its behaviour changes in a way that the state should record. The engine then plans an update
 * that does nothing else.
 */
const revisions: Partial<Record<StageName, number>> = {};

/** Base of every stage: one dynamic resource, told apart in the state by the stage's name alone. */
export abstract class StageResource extends pulumi.dynamic.Resource {
  protected constructor(
    stage: StageName,
    name: string,
    facts: StackFacts,
    inputs: Record<string, unknown>,
    opts?: pulumi.CustomResourceOptions,
  ) {
    const revision = revisions[stage] ?? 1;
    const type = stage.charAt(0).toUpperCase() + stage.slice(1);
    super(
      stageProvider,
      name,
      { generation: "", ...inputs, stage, revision, ...facts },
      opts,
      "prodcopy",
      type,
    );
  }
}

/** A stage that works inside the copy and hands it on. */
export abstract class HandoverResource<S extends StageName> extends StageResource {
  declare protected readonly handover: pulumi.Output<HandoverData>;

  protected constructor(
    stage: S,
    name: string,
    facts: StackFacts,
    inputs: Record<string, unknown>,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(stage, name, facts, { ...inputs, handover: undefined }, opts);
  }

  /** What this stage hands to the next one. */
  get handedOver(): Handover<S> {
    return handedOver<S>(this.handover);
  }
}
