import * as assert from "node:assert/strict";
import { ECSClient, ListTasksCommand, type Task } from "@aws-sdk/client-ecs";
import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  type Target as RuleTarget,
} from "@aws-sdk/client-eventbridge";
import {
  CreateScheduleCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  SchedulerClient,
  UpdateScheduleCommand,
  type CreateScheduleCommandInput,
  type Target,
} from "@aws-sdk/client-scheduler";
import { makeRole, setRolePolicy } from "../support/identities";
import { clientSettings, useSandbox } from "../support/sandbox";
import { askJson, outputOf, prepareTasks, register, untilTask } from "../support/tasks";

interface Delivery {
  SCHEDULE_ARN?: string;
  RULE_ARN?: string;
  SCHEDULED_TIME?: string;
  state: string;
  attempts: number;
  error: string | null;
  started: string[];
}
interface Schedules {
  now: string;
  schedules: { name: string; next: string | null }[];
  deliveries: Delivery[];
}

const account = "123456789012";
const cluster = `arn:aws:ecs:eu-west-1:${account}:cluster/default`;
const queueArn = (name: string) => `arn:aws:sqs:eu-west-1:${account}:${name}`;

describe("sandbox: schedules and rules", function () {
  this.timeout(60_000);
  const sandbox = useSandbox({ states: { retrying: 0 } });
  let ecs: ECSClient;
  let events: EventBridgeClient;
  let scheduler: SchedulerClient;
  let definition: string;
  let roleArn: string;
  const run = [
    { Effect: "Allow", Action: "ecs:RunTask", Resource: "arn:aws:ecs:*:*:task-definition/test:*" },
    { Effect: "Allow", Action: "sqs:SendMessage", Resource: queueArn("letters") },
  ];
  const control = (asked: object = {}) => sandbox().control<Schedules>("schedules", asked);
  const nextOf = async (name: string) =>
    (await control()).schedules.find((each) => each.name === name)?.next ?? null;
  /** What became of a schedule or rule, as soon as that many deliveries of it have ended. */
  const deliveriesOf = async (name: string, count = 1): Promise<Delivery[]> => {
    for (;;) {
      const { deliveries } = await control();
      const found = deliveries.filter((one) => (one.SCHEDULE_ARN ?? one.RULE_ARN ?? "").endsWith(`/${name}`));
      if (found.length >= count && found.every((one) => one.state !== "under way")) return found;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const taskOf = (delivery: Delivery | undefined): Promise<Task> => untilTask(ecs, delivery?.started[0]);
  const sqs = (operation: string, input: object) =>
    askJson(sandbox(), "sqs", `AmazonSQS.${operation}`, input);
  const makeQueue = (QueueName: string) => sqs("CreateQueue", { QueueName });
  /** The messages of a queue, which are gone from it. */
  const receive = async (name: string) => {
    const { QueueUrl } = await sqs("GetQueueUrl", { QueueName: name });
    const { Messages = [] } = (await sqs("ReceiveMessage", {
      QueueUrl,
      MaxNumberOfMessages: 10,
      MessageAttributeNames: ["All"],
    })) as { Messages?: { Body: string; MessageAttributes: Record<string, { StringValue: string }> }[] };
    await sqs("PurgeQueue", { QueueUrl });
    return Messages.map(({ Body, MessageAttributes = {} }) => ({
      body: Body,
      attributes: Object.fromEntries(
        Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue]),
      ),
    }));
  };

  const target = (more: Partial<Target> = {}): Target => ({
    Arn: cluster,
    RoleArn: roleArn,
    EcsParameters: {
      TaskDefinitionArn: definition,
      LaunchType: "FARGATE",
      NetworkConfiguration: { awsvpcConfiguration: { Subnets: ["subnet-1"] } },
    },
    RetryPolicy: { MaximumRetryAttempts: 2 },
    DeadLetterConfig: { Arn: queueArn("letters") },
    ...more,
  });
  const schedule = (Name: string, more: Partial<CreateScheduleCommandInput> = {}) => ({
    Name,
    ScheduleExpression: "cron(0 3 * * ? *)",
    FlexibleTimeWindow: { Mode: "OFF" as const },
    Target: target(),
    ...more,
  });
  const create = (Name: string, more: Partial<CreateScheduleCommandInput> = {}) =>
    scheduler.send(new CreateScheduleCommand(schedule(Name, more)));

  before("a task definition, a role and queues", async () => {
    ecs = new ECSClient(clientSettings(sandbox()));
    events = new EventBridgeClient(clientSettings(sandbox()));
    scheduler = new SchedulerClient(clientSettings(sandbox()));
    await prepareTasks(sandbox(), ecs);
    definition = await register(ecs, "console.log(process.argv.slice(1).join(' ') || 'no arguments')");
    roleArn = await makeRole(sandbox(), "scheduler", { Service: "scheduler.amazonaws.com" }, run);
    for (const name of ["letters", "seen"]) await makeQueue(name);
  });

  after(() => {
    for (const client of [ecs, events, scheduler]) client?.destroy();
  });

  it("start the task when they are fired, with their input as overrides", async () => {
    const program = "console.log(process.argv.slice(1).join(' '))";
    const override = { name: "main", command: ["-e", program, "check", "<aws.scheduler.schedule-arn>"] };
    await create("nightly", {
      Target: target({ Input: JSON.stringify({ containerOverrides: [override] }) }),
    });
    await control({ fire: "nightly" });
    const [delivery] = await deliveriesOf("nightly");
    assert.deepEqual([delivery?.state, delivery?.attempts], ["delivered", 1]);
    const task = await taskOf(delivery);
    assert.equal(task.containers?.[0]?.exitCode, 0);
    assert.deepEqual(await outputOf(sandbox(), task), [
      `check arn:aws:scheduler:eu-west-1:${account}:schedule/default/nightly`,
    ]);
    const log = await sandbox().control<{ operation: string; principal: string }[]>("log");
    const ran = log.find((each) => each.operation === "RunTask");
    assert.match(ran?.principal ?? "", /assumed-role\/scheduler\/nightly-/);
    await assert.rejects(control({ fire: "absent" }), /no schedule 'absent'/);
  });

  it("are due by their time, which can be moved on", async () => {
    await create("hourly", { ScheduleExpression: "rate(1 hour)" });
    const first = await nextOf("hourly");
    await control({ advance: 3 * 3600 });
    const times = (await deliveriesOf("hourly", 3)).map((each) => Date.parse(each.SCHEDULED_TIME ?? ""));
    assert.equal(times.length, 3);
    assert.ok(Math.abs((times[0] ?? 0) - Date.parse(first ?? "")) < 1000);
    assert.deepEqual(
      [...times.keys()].slice(1).map((at) => times[at]! - times[at - 1]!),
      [3_600_000, 3_600_000],
    );
    await scheduler.send(new UpdateScheduleCommand({ ...schedule("hourly"), State: "DISABLED" }));
    assert.equal(await nextOf("hourly"), null);
    await scheduler.send(new UpdateScheduleCommand(schedule("hourly")));
    assert.match((await nextOf("hourly")) ?? "", /T03:00:00/);
    await scheduler.send(new DeleteScheduleCommand({ Name: "hourly" }));
    await assert.rejects(scheduler.send(new GetScheduleCommand({ Name: "hourly" })), {
      name: "ResourceNotFoundException",
    });
    assert.equal(await nextOf("hourly"), null);
  });

  it("come once where they are to come once, and go", async () => {
    const { now } = await control();
    const at = new Date(Date.parse(now) + 60_000).toISOString().slice(0, 19);
    await create("once", { ScheduleExpression: `at(${at})`, ActionAfterCompletion: "DELETE" });
    await control({ advance: 120 });
    assert.equal((await deliveriesOf("once")).length, 1);
    await assert.rejects(scheduler.send(new GetScheduleCommand({ Name: "once" })));
  });

  it("try again as often as they may, then leave a dead letter", async () => {
    const fault = {
      service: "ecs",
      operation: "RunTask",
      code: "ThrottlingException",
      message: "Rate exceeded",
    };
    await create("patient");
    await sandbox().control("faults", { ...fault, times: 2 });
    await control({ fire: "patient" });
    const [delivered] = await deliveriesOf("patient");
    assert.deepEqual([delivered?.state, delivered?.attempts], ["delivered", 3]);
    await sandbox().control("faults", { ...fault, times: 3 });
    await control({ fire: "patient" });
    const [, failed] = await deliveriesOf("patient", 2);
    assert.deepEqual([failed?.state, failed?.attempts, failed?.started], ["dead letter", 3, []]);
    const [letter] = await receive("letters");
    assert.equal(letter?.body, "{}");
    const { ERROR_CODE, RETRY_ATTEMPTS, EXHAUSTED_RETRY_CONDITION, TARGET_ARN, SCHEDULE_ARN } =
      letter?.attributes ?? {};
    assert.deepEqual(
      [ERROR_CODE, RETRY_ATTEMPTS, EXHAUSTED_RETRY_CONDITION, TARGET_ARN],
      ["ThrottlingException", "2", "MaximumRetryAttempts", cluster],
    );
    assert.match(SCHEDULE_ARN ?? "", /schedule\/default\/patient$/);
  });

  it("leave a dead letter at once for what no second attempt mends", async () => {
    const executionRoleArn = await makeRole(
      sandbox(),
      "execution",
      { Service: "ecs-tasks.amazonaws.com" },
      [],
    );
    const other = await register(ecs, "", {}, { executionRoleArn, family: "test" });
    const parameters = { ...target().EcsParameters, TaskDefinitionArn: other };
    await create("unable", { Target: target({ EcsParameters: parameters }) });
    await create("nowhere", { Target: target({ Arn: cluster.replace("default", "absent") }) });
    const reasons = [];
    for (const name of ["unable", "nowhere"]) {
      await control({ fire: name });
      const [{ attempts, state } = { attempts: 0, state: "" }] = await deliveriesOf(name);
      const [letter] = await receive("letters");
      reasons.push([
        attempts,
        state,
        letter?.attributes.ERROR_CODE,
        letter?.attributes.EXHAUSTED_RETRY_CONDITION,
      ]);
      if (name === "unable") {
        assert.match(letter?.attributes.ERROR_MESSAGE ?? "", /iam:PassRole.*role\/execution/);
      }
    }
    assert.deepEqual(reasons, [
      [1, "dead letter", "AccessDeniedException", undefined],
      [1, "dead letter", "ClusterNotFoundException", undefined],
    ]);
    await setRolePolicy(sandbox(), "scheduler", []);
    await control({ fire: "nightly" });
    const denied = (await deliveriesOf("nightly", 2)).at(-1);
    assert.equal(denied?.state, "failed");
    assert.match(denied?.error ?? "", /ecs:RunTask.*and the role may not write to/);
    await setRolePolicy(sandbox(), "scheduler", run);
  });

  it("refuse what would never come about", async () => {
    const stranger = await makeRole(sandbox(), "stranger", { Service: "events.amazonaws.com" }, run);
    const refused: [Partial<CreateScheduleCommandInput>, RegExp][] = [
      [{ ScheduleExpression: "cron(0 3 * * *)" }, /Invalid Schedule Expression cron/],
      [{ ScheduleExpressionTimezone: "Europe/Nowhere" }, /Timezone/],
      [{ Target: target({ RoleArn: stranger }) }, /must allow AWS EventBridge Scheduler to assume the role/],
      [{ GroupName: "absent" }, /absent does not exist/],
      [{ Target: target({ EcsParameters: undefined }) }, /EcsParameters/],
    ];
    for (const [more, why] of refused) await assert.rejects(create("refused", more), why);
    await assert.rejects(create("nightly"), { name: "ConflictException" });
  });

  describe("rules", () => {
    const rule = async (Name: string, pattern: object | string, ...targets: Omit<RuleTarget, "Id">[]) => {
      await events.send(
        new PutRuleCommand(
          typeof pattern === "string"
            ? { Name, ScheduleExpression: pattern }
            : { Name, EventPattern: JSON.stringify(pattern) },
        ),
      );
      const Targets = targets.map((each, at) => ({ Id: String(at), ...each })) as RuleTarget[];
      await events.send(new PutTargetsCommand({ Rule: Name, Targets }));
    };
    const put = (Source: string, Detail: object) =>
      events.send(
        new PutEventsCommand({
          Entries: [{ Source, DetailType: "Uploaded", Detail: JSON.stringify(Detail) }],
        }),
      );
    let role: string;

    before(async () => {
      role = await makeRole(sandbox(), "rules", { Service: "events.amazonaws.com" }, run);
    });

    it("start a task for the events that fit, with parts of them", async () => {
      const { RoleArn: _, RetryPolicy: __, DeadLetterConfig: ___, ...rest } = target();
      const command = ["-e", "console.log(process.argv[1])", "s3://<bucket>/<key>"];
      await rule(
        "upload",
        { source: ["test"], detail: { key: [{ suffix: ".xlsx" }] } },
        {
          ...(rest as RuleTarget),
          RoleArn: role,
          InputTransformer: {
            InputPathsMap: { bucket: "$.detail.bucket", key: "$.detail.key" },
            InputTemplate: JSON.stringify({ containerOverrides: [{ name: "main", command }] }),
          },
        },
      );
      await put("test", { bucket: "imports", key: "notes.txt" });
      await put("other", { bucket: "imports", key: "prices.xlsx" });
      await put("test", { bucket: "imports", key: 'prices "2026".xlsx' });
      const delivered = await deliveriesOf("upload");
      const task = await taskOf(delivered[0]);
      assert.deepEqual(await outputOf(sandbox(), task), ['s3://imports/prices "2026".xlsx']);
      assert.equal((await deliveriesOf("upload")).length, 1);
      const { taskArns = [] } = await ecs.send(new ListTasksCommand({ desiredStatus: "STOPPED" }));
      assert.ok(taskArns.includes(task.taskArn ?? ""));
    });

    it("hear how tasks end", async () => {
      await rule(
        "ended",
        {
          source: ["aws.ecs"],
          "detail-type": ["ECS Task State Change"],
          detail: { lastStatus: ["STOPPED"] },
        },
        { Arn: queueArn("seen"), InputPath: "$.detail" },
      );
      await control({ fire: "nightly" });
      const task = await taskOf((await deliveriesOf("nightly", 3)).at(-1));
      await deliveriesOf("ended");
      const [{ body } = { body: "{}" }] = await receive("seen");
      const detail = JSON.parse(body) as Task;
      assert.deepEqual(
        [detail.taskArn, detail.stopCode, detail.containers?.[0]?.exitCode],
        [task.taskArn, "EssentialContainerExited", 0],
      );
    });

    it("come by the clock, too", async () => {
      await assert.rejects(rule("wrong", "cron(1 2 3)"), /ScheduleExpression is not valid/);
      await rule("clock", "rate(1 day)", { Arn: queueArn("seen"), Input: '{"tick":true}' });
      await control({ advance: 86_400 });
      assert.equal((await deliveriesOf("clock"))[0]?.state, "delivered");
      assert.ok((await receive("seen")).some(({ body }) => body === '{"tick":true}'));
    });
  });
});
