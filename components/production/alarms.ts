import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { nameOf, type SideFacts } from "./facts";
import { policy } from "./policies";

/** A topic for whoever has to act: an import that failed or could not be started. */
export class ImportAlarms extends pulumi.ComponentResource {
  readonly topicArn: pulumi.Output<string>;
  /** What Scheduler and EventBridge could not start. */
  readonly deadLetters: aws.sqs.Queue;

  constructor(
    name: string,
    private readonly facts: SideFacts,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("prodcopy:production:ImportAlarms", name, {}, opts);
    const { config, tags, keyArn } = facts;
    const inside = { parent: this };
    const topic = new aws.sns.Topic(
      `${name}-alarms`,
      { name: nameOf(config, `${name}-alarms`), kmsMasterKeyId: keyArn, tags },
      inside,
    );
    if (config.alarmEmail !== "") {
      new aws.sns.TopicSubscription(
        `${name}-alarms-email`,
        { topic: topic.arn, protocol: "email", endpoint: config.alarmEmail },
        inside,
      );
    }
    this.deadLetters = new aws.sqs.Queue(
      `${name}-dead-letters`,
      {
        name: nameOf(config, `${name}-dead-letters`),
        sqsManagedSseEnabled: true,
        messageRetentionSeconds: 14 * 24 * 3600,
        tags,
      },
      inside,
    );
    this.alarmOnDeadLetters(name, topic);
    this.topicArn = topic.arn;
    this.registerOutputs({ topicArn: this.topicArn });
  }

  private alarmOnDeadLetters(name: string, topic: aws.sns.Topic): void {
    const { config, tags } = this.facts;
    new aws.cloudwatch.MetricAlarm(
      `${name}-not-started`,
      {
        name: nameOf(config, `${name}-not-started`),
        alarmDescription: "An import task could not be started: look into the dead-letter queue.",
        namespace: "AWS/SQS",
        metricName: "ApproximateNumberOfMessagesVisible",
        dimensions: { QueueName: this.deadLetters.name },
        statistic: "Maximum",
        period: 300,
        evaluationPeriods: 1,
        threshold: 0,
        comparisonOperator: "GreaterThanThreshold",
        treatMissingData: "notBreaching",
        alarmActions: [topic.arn],
        tags,
      },
      { parent: this },
    );
  }

  /** Tells of every task of the cluster that ended with another code than 0 or could not start. */
  watchTasks(name: string, clusterArn: pulumi.Output<string>, uploadRuleArn: pulumi.Output<string>): void {
    const { config, tags } = this.facts;
    const inside = { parent: this };
    const rule = new aws.cloudwatch.EventRule(
      `${name}-failed`,
      {
        name: nameOf(config, `${name}-failed`),
        description: "An import task failed",
        eventPattern: clusterArn.apply((cluster) => JSON.stringify(failuresIn(cluster))),
        tags,
      },
      inside,
    );
    new aws.cloudwatch.EventTarget(`${name}-failed-topic`, { rule: rule.name, arn: this.topicArn }, inside);
    const { account } = config;
    const fromAlarms = pulumi.all([this.topicArn, rule.arn]).apply(([topic, ruleArn]) =>
      servicePolicy(
        {
          service: "events.amazonaws.com",
          action: "sns:Publish",
          resource: topic,
          condition: { ArnEquals: { "aws:SourceArn": ruleArn } },
        },
        {
          service: "cloudwatch.amazonaws.com",
          action: "sns:Publish",
          resource: topic,
          condition: { StringEquals: { "aws:SourceAccount": account } },
        },
      ),
    );
    new aws.sns.TopicPolicy(`${name}-alarms-from`, { arn: this.topicArn, policy: fromAlarms }, inside);
    const fromRule = pulumi.all([this.deadLetters.arn, uploadRuleArn]).apply(([queue, upload]) =>
      servicePolicy({
        service: "events.amazonaws.com",
        action: "sqs:SendMessage",
        resource: queue,
        condition: { ArnEquals: { "aws:SourceArn": upload } },
      }),
    );
    new aws.sqs.QueuePolicy(
      `${name}-dead-letters-from`,
      { queueUrl: this.deadLetters.url, policy: fromRule },
      inside,
    );
  }
}

function servicePolicy(
  ...allowed: { service: string; action: string; resource: string; condition: object }[]
): string {
  const plain = JSON.parse(
    policy(
      ...allowed.map(({ action, resource, condition }) => ({
        actions: [action],
        resources: [resource],
        condition,
      })),
    ),
  ) as { Version: string; Statement: object[] };
  const Statement = plain.Statement.map((each, index) => ({
    ...each,
    Principal: { Service: allowed[index]?.service },
  }));
  return JSON.stringify({ ...plain, Statement });
}

function failuresIn(cluster: string) {
  return {
    source: ["aws.ecs"],
    "detail-type": ["ECS Task State Change"],
    detail: {
      clusterArn: [cluster],
      lastStatus: ["STOPPED"],
      $or: [{ containers: { exitCode: [{ "anything-but": 0 }] } }, { stopCode: ["TaskFailedToStart"] }],
    },
  };
}
