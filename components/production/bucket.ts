import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface KeptBucketArgs {
  bucket: string;
  keyArn: pulumi.Input<string>;
  tags: Record<string, string>;
  /** Days after which a version that was replaced or deleted goes for good. In place. */
  formerVersionsDays: number;
  /** Days for which no version can be deleted without `s3:BypassGovernanceRetention`; without it there is no lock. In place for objects from then on. */
  lockDays?: number;
  /** Whether EventBridge is told of uploads. In place. */
  announces: boolean;
}

/** A bucket for what must not get lost or out: versioned, encrypted with the side's key, private, TLS only, protected. */
export class KeptBucket extends pulumi.ComponentResource {
  readonly bucket: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: KeptBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("prodcopy:production:KeptBucket", name, {}, opts);
    const { tags, lockDays } = args;
    const inside = { parent: this };
    const made = new aws.s3.Bucket(
      name,
      { bucket: args.bucket, objectLockEnabled: lockDays !== undefined, forceDestroy: false, tags },
      inside,
    );
    const bucket = made.id;
    const versioning = new aws.s3.BucketVersioning(
      `${name}-versions`,
      { bucket, versioningConfiguration: { status: "Enabled" } },
      inside,
    );
    this.shut(name, bucket, made.arn, args.keyArn);
    if (lockDays !== undefined) {
      new aws.s3.BucketObjectLockConfiguration(
        `${name}-lock`,
        { bucket, rule: { defaultRetention: { mode: "GOVERNANCE", days: lockDays } } },
        { ...inside, dependsOn: versioning },
      );
    }
    new aws.s3.BucketLifecycleConfiguration(
      `${name}-lifecycle`,
      { bucket, rules: lifecycle(args.formerVersionsDays) },
      { ...inside, dependsOn: versioning },
    );
    if (args.announces) {
      new aws.s3.BucketNotification(`${name}-events`, { bucket, eventbridge: true }, inside);
    }
    this.bucket = bucket;
    this.arn = made.arn;
    this.registerOutputs({ bucket: this.bucket, arn: this.arn });
  }

  /** Nobody reaches it without TLS or by a public grant, and nothing lies in it unencrypted. */
  private shut(
    name: string,
    bucket: pulumi.Output<string>,
    arn: pulumi.Output<string>,
    keyArn: pulumi.Input<string>,
  ) {
    const inside = { parent: this };
    const blocked = new aws.s3.BucketPublicAccessBlock(
      `${name}-private`,
      {
        bucket,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      inside,
    );
    new aws.s3.BucketServerSideEncryptionConfiguration(
      `${name}-encryption`,
      {
        bucket,
        rules: [
          {
            applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn },
            bucketKeyEnabled: true,
          },
        ],
      },
      inside,
    );
    new aws.s3.BucketOwnershipControls(
      `${name}-owner`,
      { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
      inside,
    );
    new aws.s3.BucketPolicy(
      `${name}-tls`,
      { bucket, policy: arn.apply((each) => JSON.stringify(tlsOnly(each))) },
      { ...inside, dependsOn: blocked },
    );
  }
}

function tlsOnly(arn: string) {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "TlsOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [arn, `${arn}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  };
}

function lifecycle(formerVersionsDays: number) {
  return [
    {
      id: "former-versions",
      status: "Enabled",
      filter: { prefix: "" },
      noncurrentVersionExpiration: { noncurrentDays: formerVersionsDays },
    },
    {
      id: "broken-uploads",
      status: "Enabled",
      filter: { prefix: "" },
      abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
    },
  ];
}
