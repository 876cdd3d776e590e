import type * as pulumi from "@pulumi/pulumi";
import type { StackFacts } from "../facts";
import type { Handover } from "../handover";
import { HandoverResource } from "./stageResource";

export interface MigrateArgs {
  /** What stage sanitise handed over. */
  from: Handover<"sanitise">;
  generation: pulumi.Input<string>;
  /** Folder of numbered SQL files, relative to the project; empty for none. */
  folder: string;
  /** The application's own command as words; empty for none. */
  command: string[];
  /** Changed files make a new copy, or run in place where the configuration says so. */
  digest: string;
  /** The role that owns what migrations make. */
  applicationUser: string;
}

/** Stage 7: runs the application's own migrations. */
export class Migrate extends HandoverResource<"migrate"> {
  constructor(name: string, facts: StackFacts, args: MigrateArgs, opts?: pulumi.CustomResourceOptions) {
    super("migrate", name, facts, { ...args }, opts);
  }
}
