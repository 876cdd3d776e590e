import * as assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import {
  DeleteClusterCommand,
  DescribeTasksCommand,
  ECSClient,
  RunTaskCommand,
  StopTaskCommand,
  type Task,
} from "@aws-sdk/client-ecs";
import { EC2Client } from "@aws-sdk/client-ec2";
import { CreateDBInstanceCommand, RDSClient } from "@aws-sdk/client-rds";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { makeRole, makeUser, setUserPolicy } from "../support/identities";
import { clientSettings, makeGroup, untilStatus, useSandbox } from "../support/sandbox";
import { fargate, image, outputOf, prepareTasks, register, runTask, untilTask } from "../support/tasks";

const tasks = { Service: "ecs-tasks.amazonaws.com" };

describe("sandbox: ECS tasks", function () {
  this.timeout(60_000);
  const sandbox = useSandbox();
  let ecs: ECSClient;
  let secrets: SecretsManagerClient;
  let executionRoleArn: string;
  const ended = async (task: Task) => {
    const { stopCode, stoppedReason, containers } = await untilTask(ecs, task.taskArn);
    return { stopCode, stoppedReason, exitCode: containers?.[0]?.exitCode };
  };
  const makeSecret = async (Name: string, SecretString: string) =>
    (await secrets.send(new CreateSecretCommand({ Name, SecretString }))).ARN ?? "";

  before("a cluster, an image, an execution role", async () => {
    ecs = new ECSClient(clientSettings(sandbox()));
    secrets = new SecretsManagerClient(clientSettings(sandbox()));
    await prepareTasks(sandbox(), ecs);
    executionRoleArn = await makeRole(sandbox(), "execution", tasks, [
      {
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: "arn:aws:logs:*:*:log-group:/test/tasks:*",
      },
      {
        Effect: "Allow",
        Action: "secretsmanager:GetSecretValue",
        Resource: "arn:aws:secretsmanager:*:*:secret:task/*",
      },
    ]);
  });

  after(() => {
    for (const client of [ecs, secrets]) client?.destroy();
  });

  it("run a container's command with its environment and secrets, from state to state", async () => {
    const arn = await makeSecret("task/login", JSON.stringify({ password: "Pl4nted", port: 5432 }));
    const definition = await register(
      ecs,
      "console.log(process.env.PLAIN, process.env.PASSWORD, process.env.PORT, process.env.AWS_REGION); console.error('to the other output')",
      {
        environment: [{ name: "PLAIN", value: "plain" }],
        secrets: [
          { name: "PASSWORD", valueFrom: `${arn}:password::` },
          { name: "PORT", valueFrom: `${arn}:port:AWSCURRENT:` },
        ],
      },
      { executionRoleArn },
    );
    await sandbox().control("states", { provisioning: "hold", pending: "hold", deprovisioning: "hold" });
    const begun = await runTask(ecs, definition, { startedBy: "test" });
    assert.deepEqual(
      [begun.lastStatus, begun.desiredStatus, begun.startedBy],
      ["PROVISIONING", "RUNNING", "test"],
    );
    await sandbox().control("states", { provisioning: 0 });
    const pending = await untilTask(ecs, begun.taskArn, "PENDING");
    assert.equal(pending.startedAt, undefined);
    await sandbox().control("states", { pending: 0 });
    const leaving = await untilTask(ecs, begun.taskArn, "DEPROVISIONING");
    assert.equal(leaving.desiredStatus, "STOPPED");
    await sandbox().control("states", { deprovisioning: 0 });
    const stopped = await untilTask(ecs, begun.taskArn);
    assert.deepEqual(
      [stopped.stopCode, stopped.stoppedReason, stopped.containers?.[0]?.exitCode],
      ["EssentialContainerExited", "Essential container in task exited", 0],
    );
    assert.ok(stopped.startedAt !== undefined && stopped.stoppedAt !== undefined);
    assert.deepEqual(await outputOf(sandbox(), stopped), [
      "plain Pl4nted 5432 eu-west-1",
      "to the other output",
    ]);
    assert.ok(!JSON.stringify(await sandbox().control("log")).includes("Pl4nted"));
  });

  it("take overrides, and tell how the program ended", async () => {
    const definition = await register(ecs, "process.exit(1)", {
      environment: [{ name: "WHO", value: "one" }],
    });
    assert.equal((await ended(await runTask(ecs, definition))).exitCode, 1);
    const program = "console.log(process.env.WHO); process.kill(process.pid, 'SIGABRT')";
    const override = {
      name: "main",
      command: ["-e", program],
      environment: [{ name: "WHO", value: "another" }],
    };
    const task = await runTask(ecs, definition, { overrides: { containerOverrides: [override] } });
    assert.equal((await ended(task)).exitCode, 134);
    assert.deepEqual(await outputOf(sandbox(), task), ["another"]);
  });

  it("are told to end, and made to after the time that they were given", async () => {
    const waiting = "setInterval(() => undefined, 1000); console.log('ready');";
    const untilReady = async (task: Task) => {
      await untilTask(ecs, task.taskArn, "RUNNING");
      while ((await outputOf(sandbox(), task)).length === 0) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    const polite = await runTask(
      ecs,
      await register(
        ecs,
        `process.on('SIGTERM', () => { console.log('told'); process.exit(7) }); ${waiting}`,
      ),
    );
    await untilReady(polite);
    await assert.rejects(ecs.send(new DeleteClusterCommand({ cluster: "default" })), {
      name: "ClusterContainsTasksException",
    });
    const { task } = await ecs.send(new StopTaskCommand({ task: polite.taskArn, reason: "enough" }));
    assert.equal(task?.desiredStatus, "STOPPED");
    assert.deepEqual(await ended(polite), {
      stopCode: "UserInitiated",
      stoppedReason: "enough",
      exitCode: 7,
    });
    assert.deepEqual(await outputOf(sandbox(), polite), ["ready", "told"]);
    const deaf = await runTask(
      ecs,
      await register(ecs, `process.on('SIGTERM', () => console.log('told')); ${waiting}`, { stopTimeout: 1 }),
    );
    await untilReady(deaf);
    await ecs.send(new StopTaskCommand({ task: deaf.taskArn }));
    assert.equal((await ended(deaf)).exitCode, 137);
  });

  it("end together: what an essential container leaves behind is stopped", async () => {
    const waits = {
      name: "side",
      image,
      essential: false,
      command: ["-e", "setInterval(() => undefined, 1000)"],
    };
    const main = { name: "main", image, command: ["-e", "process.exit(3)"] };
    const definition = await register(
      ecs,
      "",
      {},
      { containerDefinitions: [main, { ...waits, stopTimeout: 1 }] },
    );
    const { containers } = await untilTask(ecs, (await runTask(ecs, definition)).taskArn);
    assert.deepEqual(
      containers?.map(({ name, exitCode }) => [name, exitCode]),
      [
        ["main", 3],
        ["side", 143],
      ],
    );
  });

  describe("that cannot start", () => {
    const failsToStart = async (definition: string, why: RegExp) => {
      const { stopCode, stoppedReason = "", exitCode } = await ended(await runTask(ecs, definition));
      assert.deepEqual([stopCode, exitCode], ["TaskFailedToStart", undefined]);
      assert.match(stoppedReason, why);
    };

    it("say which image is not there", async () => {
      const absent = await register(ecs, "", { image: "registry.example/absent:1" });
      await failsToStart(absent, /^CannotPullContainerError: .*registry\.example\/absent:1: not found/);
    });

    it("say which program is not in it", async () => {
      const definition = await register(ecs, "", { entryPoint: ["/nonexistent/program"], command: [] });
      await failsToStart(definition, /^CannotStartContainerError: .*\/nonexistent\/program: No such file/);
    });

    it("say which secret is not there, has no such key, or is denied to the execution role", async () => {
      const withSecret = (valueFrom: string) =>
        register(ecs, "", { secrets: [{ name: "PASSWORD", valueFrom }] }, { executionRoleArn });
      const secret = await makeSecret("task/other", JSON.stringify({ user: "somebody" }));
      const prefix = /^ResourceInitializationError: unable to pull secrets or registry auth: .*/.source;
      await failsToStart(
        await withSecret(secret.replace(/other-\w+$/, "absent-AbCdEf")),
        new RegExp(`${prefix}can't find the specified secret`),
      );
      await failsToStart(
        await withSecret(`${secret}:password::`),
        new RegExp(`${prefix}did not contain json key password`),
      );
      await failsToStart(
        await withSecret(await makeSecret("production/master", "Pl4nted")),
        new RegExp(`${prefix}AccessDeniedException: .*assumed-role/execution/.*GetSecretValue`),
      );
      await assert.rejects(
        register(ecs, "", { secrets: [{ name: "PASSWORD", valueFrom: secret }] }),
        /must also specify a value for 'executionRoleArn'/,
      );
    });

    it("say which log group is not there", async () => {
      const options = {
        "awslogs-group": "/absent",
        "awslogs-region": "eu-west-1",
        "awslogs-stream-prefix": "run",
      };
      const definition = await register(ecs, "", { logConfiguration: { logDriver: "awslogs", options } });
      await failsToStart(definition, /^ResourceInitializationError: .*log group does not exist/);
    });
  });

  it("are not placed where there is no room, and not found where they are not", async () => {
    const definition = await register(ecs, "");
    await sandbox().control("tasks", { failNext: "RESOURCE:MEMORY", region: "eu-west-1" });
    const { tasks: none, failures } = await ecs.send(
      new RunTaskCommand({ taskDefinition: definition, ...fargate() }),
    );
    assert.deepEqual([none, failures?.map(({ reason }) => reason)], [[], ["RESOURCE:MEMORY"]]);
    const { failures: missing } = await ecs.send(new DescribeTasksCommand({ tasks: ["0123"] }));
    assert.deepEqual(
      missing?.map(({ reason }) => reason),
      ["MISSING"],
    );
    const refused: [object, RegExp | { name: string }][] = [
      [{ cluster: "absent" }, { name: "ClusterNotFoundException" }],
      [{ networkConfiguration: undefined }, /Network Configuration must be provided/],
      [{ launchType: "EC2" }, /on Fargate alone/],
      [
        { overrides: { containerOverrides: [{ name: "absent" }] } },
        /container named absent is not a container in the TaskDefinition/,
      ],
      [{ overrides: { taskRoleArn: "arn:aws:iam::123456789012:role/absent" } }, /unable to assume the role/],
    ];
    for (const [more, why] of refused) await assert.rejects(runTask(ecs, definition, more), why);
  });

  it("want iam:PassRole of whoever starts them", async () => {
    const other = new ECSClient(clientSettings(sandbox(), await makeUser(sandbox(), "starter")));
    const definition = await register(ecs, "", {}, { executionRoleArn });
    const run = { Effect: "Allow", Action: "ecs:RunTask", Resource: definition };
    const pass = (service: string, Resource: string) => ({
      Effect: "Allow",
      Action: "iam:PassRole",
      Resource,
      Condition: { StringEquals: { "iam:PassedToService": service } },
    });
    const role =
      /not authorized to perform: iam:PassRole on resource: arn:aws:iam::123456789012:role\/execution/;
    for (const extra of [
      [],
      [pass("ecs-tasks.amazonaws.com", "arn:aws:iam::*:role/other")],
      [pass("events.amazonaws.com", "*")],
    ]) {
      await setUserPolicy(sandbox(), "starter", [run, ...extra]);
      await assert.rejects(runTask(other, definition), role);
    }
    await setUserPolicy(sandbox(), "starter", [run, pass("ecs-tasks.amazonaws.com", executionRoleArn)]);
    assert.equal((await ended(await runTask(other, definition))).exitCode, 0);
    other.destroy();
  });

  it("act in their role", async () => {
    await makeSecret("ours", "for the task");
    const taskRoleArn = await makeRole(sandbox(), "importer", tasks, [
      {
        Effect: "Allow",
        Action: "secretsmanager:GetSecretValue",
        Resource: "arn:aws:secretsmanager:*:*:secret:ours-*",
      },
    ]);
    const read = `
      const { SecretsManager } = require("@aws-sdk/client-secrets-manager");
      const manager = new SecretsManager({});
      const read = (SecretId) => manager.getSecretValue({ SecretId }).then((one) => one.SecretString, (error) => error.name);
      read("ours").then(async (one) => console.log(one, await read("task/login")));`;
    const task = await runTask(ecs, await register(ecs, read, {}, { taskRoleArn }));
    assert.equal((await ended(task)).exitCode, 0);
    assert.deepEqual(
      (await outputOf(sandbox(), task)).filter((line) => /task|Denied/.test(line)),
      ["for the task AccessDeniedException"],
    );
    const log = await sandbox().control<{ principal: string; error: string | null }[]>("log");
    const own = log.filter(({ principal }) => principal.includes("assumed-role/importer/"));
    assert.deepEqual(
      own.map(({ error }) => error),
      [null, "AccessDeniedException"],
    );
  });

  it("reach a database by their security groups, whatever program they run", async () => {
    const ec2 = new EC2Client(clientSettings(sandbox()));
    const rds = new RDSClient(clientSettings(sandbox()));
    const admitted = await makeGroup(ec2, "importer", []);
    const shut = await makeGroup(ec2, "shut", []);
    await rds.send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: "target",
        DBInstanceClass: "db.t4g.micro",
        Engine: "postgres",
        MasterUsername: "boss",
        MasterUserPassword: "password-of-boss",
        AllocatedStorage: 20,
        BackupRetentionPeriod: 0,
        VpcSecurityGroupIds: [await makeGroup(ec2, "database", [admitted])],
      }),
    );
    const { Endpoint } = await untilStatus(rds, "target");
    const where = {
      host: Endpoint?.Address,
      port: Endpoint?.Port,
      user: "boss",
      password: "password-of-boss",
      database: "postgres",
    };
    // The process that connects is not the one that the task began with, and has a session of its own.
    const connect = `
      const fs = require("fs");
      const { Client } = require("pg");
      const client = new Client({ ...${JSON.stringify(where)}, ssl: { ca: fs.readFileSync(process.env.PGSSLROOTCERT, "utf8") } });
      client.connect().then(() => client.query("select 1 as one")).then(({ rows }) => { console.log("reached", rows[0].one); return client.end(); },
        (error) => { console.log("not reached", error.code); process.exit(5); });`;
    const program = `require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(connect)}], { detached: true, stdio: "inherit" })
      .on("exit", (code) => process.exit(code))`;
    const definition = await register(ecs, program);
    const run = async (group: string) => {
      const task = await runTask(ecs, definition, fargate(group));
      const { exitCode } = await ended(task);
      return [exitCode, ...(await outputOf(sandbox(), task))];
    };
    assert.deepEqual(await run(shut), [5, "not reached ECONNRESET"]);
    assert.deepEqual(await run(admitted), [0, "reached 1"]);
    ec2.destroy();
    rds.destroy();
  });

  // The last one: the sandbox is gone afterwards.
  describe("of a sandbox that is killed with -9", () => {
    it("leave no process behind", async () => {
      const mark = `left-behind-${process.pid}`;
      const program = `
      const { spawn } = require("child_process");
      spawn(process.execPath, ["-e", "setInterval(() => undefined, 1000) // ${mark}"], { detached: true, stdio: "ignore" }).unref();
      console.log("ready"); setInterval(() => undefined, 1000);`;
      const count = async () => {
        const { stdout } = await promisify(execFile)("ps", ["-axww", "-o", "pid=,args="]);
        return stdout.split("\n").filter((line) => line.includes(mark)).length;
      };
      const task = await runTask(ecs, await register(ecs, program, { stopTimeout: 1 }));
      await untilTask(ecs, task.taskArn, "RUNNING");
      while ((await outputOf(sandbox(), task)).length === 0) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      assert.ok((await count()) >= 2);
      process.kill(sandbox().pid, "SIGKILL");
      while ((await count()) > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    });
  });
});
