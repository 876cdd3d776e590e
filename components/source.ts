import * as pulumi from "@pulumi/pulumi";
import type { SnapshotPin } from "../platforms/platform";
import type { StackFacts } from "./facts";
import { Anchor } from "./stages/anchor";
import { Snapshot } from "./stages/snapshot";

export interface SourceArgs {
  facts: StackFacts;
  /** `latest`, `new`, or an identifier. A change makes a new copy. */
  snapshot: SnapshotPin;
  /** Any text; a change resolves the snapshot anew. */
  refresh: string;
  /** Whether production gets a safety snapshot first. A change to true takes one. */
  safetySnapshot: boolean;
  rulesDigest: string;
  sanitiserRevision: number;
  /** Empty when migrations run in place. */
  migrationsDigest: string;
  owner: string;
}

/** What the copy is made from: the anchor, and a snapshot of production. */
export class Source extends pulumi.ComponentResource {
  readonly snapshot: Snapshot;

  constructor(name: string, args: SourceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("prodcopy:index:Source", name, {}, opts);
    const { facts, snapshot, ...made } = args;
    const anchor = new Anchor("anchor", facts, { parent: this });
    this.snapshot = new Snapshot("snapshot", facts, { ...made, pin: snapshot, anchor }, { parent: this });
    this.registerOutputs({ snapshotId: this.snapshot.snapshotId, generation: this.snapshot.generation });
  }
}
