import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { nameOf, type SideFacts } from "./facts";
import type { ImportTask } from "./importTask";
import { assumedBy, policy } from "./policies";

export interface ImportTriggersArgs {
  facts: SideFacts;
  task: ImportTask;
  bucket: pulumi.Output<string>;
  /** Takes what could not be started. */
  deadLetters: aws.sqs.Queue;
}

/**
 * What starts the import task: a schedule, and uploads below `incoming/`. Neither starts anything before `importImage` names an image. Two tasks at
 * once are no harm: the second one finds the first one's lock on the database and leaves.
 */
export class ImportTriggers extends pulumi.ComponentResource {
  readonly uploadRuleArn: pulumi.Output<string>;

  constructor(name: string, args: ImportTriggersArgs, opts?: pulumi.ComponentResourceOptions) {
    super("prodcopy:production:ImportTriggers", name, {}, opts);
    const { facts, task, deadLetters } = args;
    const { config, tags } = facts;
    const inside = { parent: this };
    const state = config.importImage === "" ? "DISABLED" : "ENABLED";
    const role = this.makeRole(name, args);
    const run = {
      taskDefinitionArn: task.definitionArn,
      launchType: "FARGATE",
      taskCount: 1,
      networkConfiguration: {
        subnets: config.subnets,
        securityGroups: [task.groupId],
        assignPublicIp: false,
      },
    };
    const start = {
      arn: task.clusterArn,
      roleArn: role.arn,
      deadLetterConfig: { arn: deadLetters.arn },
      retryPolicy: { maximumRetryAttempts: 3, maximumEventAgeInSeconds: 3600 },
    };
    new aws.scheduler.Schedule(
      `${name}-daily`,
      {
        name: nameOf(config, `${name}-daily`),
        scheduleExpression: config.importSchedule,
        scheduleExpressionTimezone: config.importTimezone,
        flexibleTimeWindow: { mode: "OFF" },
        state,
        target: { ...start, ecsParameters: run },
      },
      inside,
    );
    const rule = new aws.cloudwatch.EventRule(
      `${name}-upload`,
      {
        name: nameOf(config, `${name}-upload`),
        description: "A workbook was uploaded",
        eventPattern: args.bucket.apply((bucket) => JSON.stringify(uploadsTo(bucket))),
        state,
        tags,
      },
      inside,
    );
    new aws.cloudwatch.EventTarget(
      `${name}-upload-task`,
      {
        rule: rule.name,
        ...start,
        ecsTarget: run,
      },
      inside,
    );
    this.uploadRuleArn = rule.arn;
    this.registerOutputs({});
  }

  /** By which Scheduler and EventBridge start this one task and hand it its roles. */
  private makeRole(name: string, { facts, task, deadLetters }: ImportTriggersArgs): aws.iam.Role {
    const { config, tags } = facts;
    const inside = { parent: this };
    const role = new aws.iam.Role(
      `${name}-start`,
      {
        name: nameOf(config, `${name}-start`),
        assumeRolePolicy: assumedByBoth(config.account),
        tags,
      },
      inside,
    );
    const granted = pulumi
      .all([
        task.definitionArn,
        task.clusterArn,
        task.roles.execution.arn,
        task.roles.task.arn,
        deadLetters.arn,
      ])
      .apply(([definition, cluster, execution, run, queue]) =>
        policy(
          {
            actions: ["ecs:RunTask"],
            // Any revision of the one family.
            resources: [definition.replace(/:\d+$/, ":*")],
            condition: { ArnEquals: { "ecs:cluster": cluster } },
          },
          {
            actions: ["iam:PassRole"],
            resources: [execution, run],
            condition: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
          },
          { actions: ["sqs:SendMessage"], resources: [queue] },
        ),
      );
    new aws.iam.RolePolicy(`${name}-start-may`, { role: role.id, policy: granted }, inside);
    return role;
  }
}

function assumedByBoth(account: string): string {
  const services = ["scheduler.amazonaws.com", "events.amazonaws.com"];
  const statements = services.map(
    (service) => (JSON.parse(assumedBy(service, account)) as { Statement: object[] }).Statement[0],
  );
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

function uploadsTo(bucket: string) {
  return {
    source: ["aws.s3"],
    "detail-type": ["Object Created"],
    detail: { bucket: { name: [bucket] }, object: { key: [{ prefix: "incoming/" }] } },
  };
}
