import type * as pulumi from "@pulumi/pulumi";
import type { ProductionConfig } from "./config";

/** Production's database as AWS answers for it, read only. */
export interface ProductionDatabase {
  host: pulumi.Output<string>;
  port: pulumi.Output<number>;
  /** `db-...` or `cluster-...`: what IAM logins are granted on. */
  resourceId: pulumi.Output<string>;
}

/** What every part of production's side has in common. */
export interface SideFacts {
  config: ProductionConfig;
  database: ProductionDatabase;
  /** Written on everything that is declared. */
  tags: Record<string, string>;
  /** The key of buckets, logs, queues' topic and images. */
  keyArn: pulumi.Output<string>;
}

/** `<production>-<what>`: the name of a thing in AWS. */
export function nameOf({ production }: Pick<ProductionConfig, "production">, what: string): string {
  return `${production}-${what}`;
}
