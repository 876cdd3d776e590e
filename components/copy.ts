import * as pulumi from "@pulumi/pulumi";
import type { StackFacts } from "./facts";
import type { Handover } from "./handover";
import { Isolate } from "./stages/isolate";
import { Migrate } from "./stages/migrate";
import { Open } from "./stages/open";
import { Restore } from "./stages/restore";
import { Rotate } from "./stages/rotate";
import { Sanitise } from "./stages/sanitise";
import type { Snapshot } from "./stages/snapshot";
import { Verify } from "./stages/verify";

export interface CopyArgs {
  facts: StackFacts;
  snapshot: Snapshot;
  /** Rules file, relative to the project, and its digest. */
  rules: string;
  rulesDigest: string;
  /** Migrations as a folder or as a command; empty for none. */
  migrations: { folder: string; command: string[]; digest: string };
  /** The role by which the Test application logs in. */
  applicationUser: string;
  owner: string;
  keepFor: string;
}

/**
 * A sanitised copy of production: restore -> rotate -> isolate -> verify -> sanitise -> migrate -> open. Each stage takes
 * what the one before it handed over; there is no other way to order them.
 */
export class Copy extends pulumi.ComponentResource {
  /** The copy as it was restored: raw, in quarantine. For the claim, which must go before the copy goes. */
  readonly restored: Handover<"restore">;
  /** The copy as Test may have it. */
  readonly opened: Handover<"open">;
  /** ISO 8601. */
  readonly expiresAt: pulumi.Output<string>;

  constructor(name: string, args: CopyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("prodcopy:index:Copy", name, {}, opts);
    const { facts, snapshot, rules, rulesDigest, migrations, applicationUser, owner, keepFor } = args;
    const { generation } = snapshot;
    const inside = { parent: this };

    const restore = new Restore("restore", facts, { snapshot, rulesDigest, owner, keepFor }, inside);
    const rotate = new Rotate("rotate", facts, { from: restore.handedOver, generation }, inside);
    const isolate = new Isolate("isolate", facts, { from: rotate.handedOver, generation }, inside);
    const verify = new Verify("verify", facts, { from: isolate.handedOver, generation }, inside);
    const sanitise = new Sanitise(
      "sanitise",
      facts,
      { from: verify.handedOver, generation, rules, rulesDigest },
      inside,
    );
    const migrate = new Migrate(
      "migrate",
      facts,
      { from: sanitise.handedOver, generation, ...migrations, applicationUser },
      inside,
    );
    const open = new Open("open", facts, { from: migrate.handedOver, generation, applicationUser }, inside);

    this.restored = restore.handedOver;
    this.opened = open.handedOver;
    this.expiresAt = restore.expiresAt;
    this.registerOutputs({ endpoint: pulumi.interpolate`${this.opened.host}:${this.opened.port}` });
  }
}
