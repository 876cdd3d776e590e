import * as pulumi from "@pulumi/pulumi";
import type { StackFacts } from "./facts";
import type { Handover } from "./handover";
import { Claim } from "./stages/claim";
import { Switch } from "./stages/switch";

export interface EnvironmentArgs {
  facts: StackFacts;
  generation: pulumi.Input<string>;
  restored: Handover<"restore">;
  opened: Handover<"open">;
  applicationUser: string;
  /** What the switch sets besides host, password and database name. Changed in place. */
  alsoSet: ("port" | "user")[];
}

/** The Test environment: claimed before anything is done to it, moved at the very end, put back by destroy. */
export class Environment extends pulumi.ComponentResource {
  /** Where the application answers. */
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: EnvironmentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("prodcopy:index:Environment", name, {}, opts);
    const { facts, generation, restored, opened, applicationUser, alsoSet } = args;
    const claim = new Claim("claim", facts, { restored, generation }, { parent: this });
    const moved = new Switch(
      "switch",
      facts,
      { from: opened, generation, claim, applicationUser, alsoSet },
      { parent: this },
    );
    this.url = moved.url;
    this.registerOutputs({ url: this.url });
  }
}
