import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ImportAlarms } from "./alarms";
import { Bastion } from "./bastion";
import { KeptBucket } from "./bucket";
import type { ProductionConfig } from "./config";
import { nameOf, type ProductionDatabase, type SideFacts } from "./facts";
import { ImportTask } from "./importTask";
import { ImportTriggers } from "./importTriggers";
import { SideKey } from "./key";
import { Network } from "./network";

/**
 * Production's own side: the bastion, the secrets, the buckets of seeds and imports, and the import task with what starts it. Everything in it is
 * protected; what `adopt` names is only read. It reads production's database and changes nothing of it but two rules of its security group.
 */
export class ProductionSide extends pulumi.ComponentResource {
  readonly outputs: Record<string, pulumi.Output<unknown>>;
  private readonly facts: SideFacts;

  constructor(name: string, config: ProductionConfig, opts?: pulumi.ComponentResourceOptions) {
    super("prodcopy:production:ProductionSide", name, {}, { protect: true, ...opts });
    const inside = { parent: this };
    const tags = { "prodcopy:stack": config.stack, "prodcopy:owner": config.owner };
    const key = new SideKey("key", { config, tags }, inside);
    const database = databaseOf(config, this);
    this.facts = { config, tags, database, keyArn: key.arn };
    const network = new Network("network", this.facts, inside);
    const bastion = new Bastion("bastion", { facts: this.facts, network }, inside);
    const seeds = this.bucket("seedBucket", {
      formerVersionsDays: 365,
      lockDays: config.seedLockDays,
      announces: false,
    });
    const imports = this.bucket("importBucket", { formerVersionsDays: 400, announces: true });
    const { task, alarms } = this.importing(network, imports);
    this.outputs = {
      bastion: bastion.instanceId,
      bastionGroup: bastion.groupId,
      databaseHost: database.host,
      databasePort: database.port,
      secrets: pulumi.output(this.secrets()),
      seedBucket: seeds.bucket,
      importBucket: imports.bucket,
      importRepository: task.repositoryUrl,
      importCluster: task.clusterArn,
      importTask: task.definitionArn,
      alarmsTopic: alarms.topicArn,
      key: key.arn,
      endpoints: pulumi.output(network.endpoints),
    };
    this.registerOutputs(this.outputs);
  }

  private importing(
    network: Network,
    imports: { bucket: pulumi.Output<string>; arn: pulumi.Output<string> },
  ) {
    const { facts } = this;
    const inside = { parent: this };
    const { bucket } = imports;
    const task = new ImportTask("import", { facts, network, bucket, bucketArn: imports.arn }, inside);
    const alarms = new ImportAlarms("import", facts, inside);
    const { deadLetters } = alarms;
    const triggers = new ImportTriggers("import", { facts, task, bucket, deadLetters }, inside);
    alarms.watchTasks("import", task.clusterArn, triggers.uploadRuleArn);
    return { task, alarms };
  }

  private bucket(
    what: "seedBucket" | "importBucket",
    more: { formerVersionsDays: number; lockDays?: number; announces: boolean },
  ): { bucket: pulumi.Output<string>; arn: pulumi.Output<string> } {
    const { config, keyArn, tags } = this.facts;
    if (config.adopt.includes(what)) {
      const found = aws.s3.getBucketOutput({ bucket: config[what] }, { parent: this });
      return { bucket: found.bucket, arn: found.arn };
    }
    return new KeptBucket(what, { bucket: config[what], keyArn, tags, ...more }, { parent: this });
  }

  /** ARNs by name. A secret is declared without a value: who knows it writes it, and no state ever holds it. */
  private secrets(): Record<string, pulumi.Output<string>> {
    const { config, keyArn, tags } = this.facts;
    const arnOf = (secret: string) =>
      config.adopt.includes(secret)
        ? aws.secretsmanager.getSecretOutput({ name: secret }, { parent: this }).arn
        : new aws.secretsmanager.Secret(
            `secret-${secret.replaceAll("/", "-")}`,
            {
              name: secret,
              description: `Of ${nameOf(config, "database")}; its value is written by a person`,
              kmsKeyId: keyArn,
              recoveryWindowInDays: 30,
              tags,
            },
            { parent: this },
          ).arn;
    return Object.fromEntries(config.secrets.map((secret) => [secret, arnOf(secret)]));
  }
}

/** Read, never declared: production's database is nothing that a stack may change. */
function databaseOf(
  { production, productionIs }: ProductionConfig,
  parent: pulumi.Resource,
): ProductionDatabase {
  if (productionIs === "cluster") {
    const found = aws.rds.getClusterOutput({ clusterIdentifier: production }, { parent });
    return { host: found.endpoint, port: found.port, resourceId: found.clusterResourceId };
  }
  const found = aws.rds.getInstanceOutput({ dbInstanceIdentifier: production }, { parent });
  return { host: found.address, port: found.port, resourceId: found.resourceId };
}
