import type * as pulumi from "@pulumi/pulumi";
import type { SnapshotPin } from "../../platforms/platform";
import type { StackFacts } from "../facts";
import type { Anchor } from "./anchor";
import { StageResource } from "./stageResource";

export interface SnapshotArgs {
  anchor: Anchor;
  /** Which snapshot. A change makes a new copy beside the old one. */
  pin: SnapshotPin;
  /** Any text; a change resolves the pin anew. */
  refresh: string;
  /** Whether production gets a snapshot of its own first, which outlives the stack. A change takes one. */
  safetySnapshot: boolean;
  /** What the copy is made with, besides the snapshot; a change makes a new copy. */
  rulesDigest: string;
  sanitiserRevision: number;
  migrationsDigest: string;
  /** Goes into labels. */
  owner: string;
}

/** Stage 1: finds or takes the snapshot, and decides the generation. */
export class Snapshot extends StageResource {
  /** The snapshot's identifier; known in the preview. */
  declare readonly snapshotId: pulumi.Output<string>;
  /** When its data was current, ISO 8601. */
  declare readonly dataFrom: pulumi.Output<string>;
  /** Short hash of what makes the copy; known in the preview. */
  declare readonly generation: pulumi.Output<string>;

  constructor(name: string, facts: StackFacts, args: SnapshotArgs, opts?: pulumi.CustomResourceOptions) {
    const { anchor, ...inputs } = args;
    super(
      "snapshot",
      name,
      facts,
      {
        ...inputs,
        anchor: anchor.id,
        snapshotId: undefined,
        dataFrom: undefined,
        sizeBytes: undefined,
        turn: undefined,
      },
      opts,
    );
  }
}
