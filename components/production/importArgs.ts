import type * as pulumi from "@pulumi/pulumi";
import type { SideFacts } from "./facts";
import type { Network } from "./network";

/** The login of the import task on production's database; it comes by IAM, so that no password exists. */
export const importLogin = "importer";

export interface ImportTaskArgs {
  facts: SideFacts;
  network: Network;
  bucket: pulumi.Output<string>;
  bucketArn: pulumi.Output<string>;
}
