import type * as pulumi from "@pulumi/pulumi";
import type { StackFacts } from "../facts";
import type { Snapshot } from "./snapshot";
import { HandoverResource } from "./stageResource";

export interface RestoreArgs {
  snapshot: Snapshot;
  rulesDigest: string;
  /** Goes into the copy's label; changed in place. */
  owner: string;
  /** How long the copy may live, e.g. `7d`; changed in place. */
  keepFor: string;
}

/** Stage 2: a new server from the snapshot, in quarantine from its first moment. */
export class Restore extends HandoverResource<"restore"> {
  /** ISO 8601; after this moment `prodcopy status` says that the copy has expired. */
  declare readonly expiresAt: pulumi.Output<string>;

  constructor(name: string, facts: StackFacts, args: RestoreArgs, opts?: pulumi.CustomResourceOptions) {
    const { snapshot, ...inputs } = args;
    const { generation, snapshotId } = snapshot;
    super(
      "restore",
      name,
      facts,
      { ...inputs, generation, snapshotId, createdAt: undefined, expiresAt: undefined },
      opts,
    );
  }
}
