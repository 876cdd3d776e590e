import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { nameOf } from "./facts";
import type { ProductionConfig } from "./config";

/**
 * The KMS key of production's side, rotated every year. Its policy leaves the decision to IAM, and lets the services use it that write
 * what it encrypts: log groups, and the alarms' topic.
 */
export class SideKey extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;

  constructor(
    name: string,
    args: { config: ProductionConfig; tags: Record<string, string> },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("prodcopy:production:SideKey", name, {}, opts);
    const { config, tags } = args;
    const inside = { parent: this };
    const key = new aws.kms.Key(
      `${name}-key`,
      {
        description: `prodcopy: production's side of ${config.production}`,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        policy: JSON.stringify(policyOf(config)),
        tags,
      },
      inside,
    );
    new aws.kms.Alias(
      `${name}-alias`,
      { name: `alias/${nameOf(config, "prodcopy")}`, targetKeyId: key.keyId },
      inside,
    );
    this.arn = key.arn;
    this.registerOutputs({ arn: this.arn });
  }
}

function policyOf({ account, region }: ProductionConfig) {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "IamDecides",
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${account}:root` },
        Action: "kms:*",
        Resource: "*",
      },
      {
        Sid: "LogGroups",
        Effect: "Allow",
        Principal: { Service: `logs.${region}.amazonaws.com` },
        Action: ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
        Resource: "*",
        Condition: {
          ArnLike: { "kms:EncryptionContext:aws:logs:arn": `arn:aws:logs:${region}:${account}:log-group:*` },
        },
      },
      {
        Sid: "AlarmsTopic",
        Effect: "Allow",
        Principal: { Service: ["events.amazonaws.com", "cloudwatch.amazonaws.com"] },
        Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
        Resource: "*",
        Condition: { StringEquals: { "aws:SourceAccount": account } },
      },
    ],
  };
}
