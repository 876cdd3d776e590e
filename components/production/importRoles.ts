import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { nameOf } from "./facts";
import { importLogin, type ImportTaskArgs } from "./importArgs";
import { assumedBy, policy } from "./policies";

export interface ImportRolesArgs extends ImportTaskArgs {
  logGroup: pulumi.Output<string>;
  repository: pulumi.Output<string>;
}

/**
 * Two roles: `execution`, by which ECS fetches the image and writes the log, and `task`, by which the code reads workbooks, writes its reports
 * beside them and logs in to the database. Approvals (`approvals/`) are read by it and written by persons only.
 */
export class ImportRoles extends pulumi.ComponentResource {
  readonly execution: aws.iam.Role;
  readonly task: aws.iam.Role;

  constructor(name: string, args: ImportRolesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("prodcopy:production:ImportRoles", name, {}, opts);
    const { config, tags } = args.facts;
    const make = (what: string, granted: pulumi.Input<string>) => {
      const role = new aws.iam.Role(
        `${name}-${what}`,
        {
          name: nameOf(config, `${name}-${what}`),
          assumeRolePolicy: assumedBy("ecs-tasks.amazonaws.com", config.account),
          tags,
        },
        { parent: this },
      );
      new aws.iam.RolePolicy(`${name}-${what}-may`, { role: role.id, policy: granted }, { parent: this });
      return role;
    };
    this.execution = make("execution", executionPolicy(args));
    this.task = make("task", taskPolicy(args));
    this.registerOutputs({});
  }
}

function executionPolicy({ repository, logGroup }: ImportRolesArgs): pulumi.Output<string> {
  return pulumi.all([repository, logGroup]).apply(([images, logs]) =>
    policy(
      // The token is the account's, not a repository's: IAM knows no narrower resource for it.
      { actions: ["ecr:GetAuthorizationToken"], resources: ["*"] },
      {
        actions: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        resources: [images],
      },
      { actions: ["logs:CreateLogStream", "logs:PutLogEvents"], resources: [`${logs}:*`] },
    ),
  );
}

function taskPolicy({ facts, bucketArn }: ImportRolesArgs): pulumi.Output<string> {
  const { config, database, keyArn } = facts;
  return pulumi.all([bucketArn, database.resourceId, keyArn]).apply(([bucket, resourceId, key]) =>
    policy(
      { actions: ["s3:ListBucket", "s3:ListBucketVersions"], resources: [bucket] },
      {
        actions: ["s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTagging", "s3:GetObjectVersionTagging"],
        resources: [`${bucket}/*`],
      },
      { actions: ["s3:PutObject"], resources: [`${bucket}/reports/*`] },
      { actions: ["kms:Decrypt", "kms:GenerateDataKey"], resources: [key] },
      {
        actions: ["rds-db:connect"],
        resources: [`arn:aws:rds-db:${config.region}:${config.account}:dbuser:${resourceId}/${importLogin}`],
      },
    ),
  );
}
