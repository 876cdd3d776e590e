import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { nameOf } from "./facts";
import { importLogin, type ImportTaskArgs } from "./importArgs";
import { ImportRoles } from "./importRoles";

/** Whom the image runs as; its file system is read-only but for /tmp. */
const user = "10001:10001";

/** Where the import task runs: repository, cluster, log group, roles, network, and the definition of the task. */
export class ImportTask extends pulumi.ComponentResource {
  readonly repositoryUrl: pulumi.Output<string>;
  readonly clusterArn: pulumi.Output<string>;
  readonly definitionArn: pulumi.Output<string>;
  readonly groupId: pulumi.Output<string>;
  readonly roles: ImportRoles;

  constructor(name: string, args: ImportTaskArgs, opts?: pulumi.ComponentResourceOptions) {
    super("prodcopy:production:ImportTask", name, {}, opts);
    const { facts, network } = args;
    const { config, tags, keyArn } = facts;
    const inside = { parent: this };
    const repository = new aws.ecr.Repository(
      `${name}-images`,
      {
        name: nameOf(config, name),
        // What was checked is what runs: a tag never changes its meaning.
        imageTagMutability: "IMMUTABLE",
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: keyArn }],
        tags,
      },
      inside,
    );
    const cluster = new aws.ecs.Cluster(`${name}-cluster`, { name: nameOf(config, name), tags }, inside);
    const logs = new aws.cloudwatch.LogGroup(
      `${name}-logs`,
      { name: `/prodcopy/${nameOf(config, name)}`, retentionInDays: 400, kmsKeyId: keyArn, tags },
      inside,
    );
    const group = new aws.ec2.SecurityGroup(
      `${name}-group`,
      { name: nameOf(config, name), description: "The import task", vpcId: config.network, tags },
      inside,
    );
    network.admitToApis(name, group, this);
    network.admitToDatabase(name, group, this);
    this.roles = new ImportRoles(name, { ...args, logGroup: logs.arn, repository: repository.arn }, inside);
    this.repositoryUrl = repository.repositoryUrl;
    this.clusterArn = cluster.arn;
    this.groupId = group.id;
    this.definitionArn = this.define(name, args, logs.name);
    this.registerOutputs({ repositoryUrl: this.repositoryUrl, clusterArn: this.clusterArn });
  }

  private define(name: string, args: ImportTaskArgs, logGroup: pulumi.Output<string>): pulumi.Output<string> {
    const { facts, bucket } = args;
    const { config, tags, database } = facts;
    const containers = pulumi
      .all([this.repositoryUrl, bucket, database.host, database.port, logGroup])
      .apply(([repository, bucketName, host, port, group]) =>
        JSON.stringify([
          {
            name,
            // Until an image is named nothing is started: schedule and upload rule are disabled.
            image: `${repository}:${config.importImage === "" ? "none" : config.importImage}`,
            essential: true,
            user,
            readonlyRootFilesystem: true,
            mountPoints: [{ sourceVolume: "tmp", containerPath: "/tmp", readOnly: false }],
            stopTimeout: 120,
            environment: [
              { name: "PRODCOPY_IMPORT_BUCKET", value: bucketName },
              { name: "PGHOST", value: host },
              { name: "PGPORT", value: String(port) },
              { name: "PGDATABASE", value: config.databaseName },
              { name: "PGUSER", value: importLogin },
              { name: "PGSSLMODE", value: "verify-full" },
            ],
            logConfiguration: {
              logDriver: "awslogs",
              options: {
                "awslogs-group": group,
                "awslogs-region": config.region,
                "awslogs-stream-prefix": "import",
              },
            },
          },
        ]),
      );
    const definition = new aws.ecs.TaskDefinition(
      `${name}-task`,
      {
        family: nameOf(config, name),
        requiresCompatibilities: ["FARGATE"],
        networkMode: "awsvpc",
        cpu: "512",
        memory: "1024",
        runtimePlatform: { cpuArchitecture: "ARM64", operatingSystemFamily: "LINUX" },
        executionRoleArn: this.roles.execution.arn,
        taskRoleArn: this.roles.task.arn,
        volumes: [{ name: "tmp" }],
        containerDefinitions: containers,
        tags,
      },
      { parent: this },
    );
    return definition.arn;
  }
}
