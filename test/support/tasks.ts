import * as path from "node:path";
import {
  CreateClusterCommand,
  DescribeTasksCommand,
  type ECSClient,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  type ContainerDefinition,
  type RegisterTaskDefinitionCommandInput,
  type RunTaskCommandInput,
  type Task,
} from "@aws-sdk/client-ecs";
import type { Sandbox } from "../../scripts/sandbox/sandbox";

/** Stands for this Node.js, in the checkout's folder; a container's command is what Node.js is to run. */
export const image = "registry.example/node:20";
export const logGroup = "/test/tasks";
const checkout = path.resolve(__dirname, "../..");

export const fargate = (...securityGroups: string[]) => ({
  launchType: "FARGATE" as const,
  networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"], securityGroups } },
});

/** A cluster `default`, the image, and the log group. */
export async function prepareTasks(sandbox: Sandbox, ecs: ECSClient): Promise<void> {
  await sandbox.control("images", {
    image,
    entryPoint: [process.execPath],
    folder: checkout,
  });
  await ecs.send(new CreateClusterCommand({ clusterName: "default" }));
  await askLogs(sandbox, "CreateLogGroup", { logGroupName: logGroup });
}

/** A task definition of one container `main` that runs this program. @returns its ARN. */
export async function register(
  ecs: ECSClient,
  program: string,
  more: Partial<ContainerDefinition> = {},
  task: Partial<RegisterTaskDefinitionCommandInput> = {},
): Promise<string> {
  const main: ContainerDefinition = {
    name: "main",
    image,
    command: ["-e", program],
    logConfiguration: {
      logDriver: "awslogs",
      options: {
        "awslogs-group": logGroup,
        "awslogs-region": "eu-west-1",
        "awslogs-stream-prefix": "run",
      },
    },
    ...more,
  };
  const { taskDefinition } = await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: "test",
      networkMode: "awsvpc",
      requiresCompatibilities: ["FARGATE"],
      cpu: "256",
      memory: "512",
      containerDefinitions: [main],
      ...task,
    }),
  );
  return taskDefinition?.taskDefinitionArn ?? "";
}

export async function runTask(
  ecs: ECSClient,
  taskDefinition: string,
  more: Partial<RunTaskCommandInput> = {},
): Promise<Task> {
  const { tasks, failures } = await ecs.send(new RunTaskCommand({ taskDefinition, ...fargate(), ...more }));
  const [task] = tasks ?? [];
  if (task === undefined) throw new Error(`no task: ${JSON.stringify(failures)}`);
  return task;
}

export async function untilTask(ecs: ECSClient, arn: string | undefined, status = "STOPPED"): Promise<Task> {
  for (;;) {
    const { tasks } = await ecs.send(new DescribeTasksCommand({ tasks: [arn ?? ""] }));
    const [task] = tasks ?? [];
    if (task?.lastStatus === status) return task;
    if (task === undefined || task.lastStatus === "STOPPED") {
      throw new Error(`the task is ${task?.lastStatus}: ${task?.stoppedReason}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** What the container `main` of a task has written. */
export async function outputOf(sandbox: Sandbox, task: Task): Promise<string[]> {
  const logStreamName = `run/main/${task.taskArn?.split("/").at(-1)}`;
  const answer = await askLogs(sandbox, "GetLogEvents", {
    logGroupName: logGroup,
    logStreamName,
    startFromHead: true,
  });
  return (answer.events as { message: string }[]).map(({ message }) => message);
}

/** CloudWatch Logs, of which the project has no client. */
export function askLogs(
  sandbox: Sandbox,
  operation: string,
  input: object,
): Promise<Record<string, unknown>> {
  return askJson(sandbox, "logs", `Logs_20140328.${operation}`, input);
}

/** A call of a JSON service whose SDK client the project does not have. */
export async function askJson(
  sandbox: Sandbox,
  service: string,
  target: string,
  input: object,
): Promise<Record<string, unknown>> {
  const scope = `runner/20260101/eu-west-1/${service}/aws4_request`;
  const response = await fetch(sandbox.endpoint, {
    method: "POST",
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none`,
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": target,
    },
    body: JSON.stringify(input),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${target} answered ${response.status}: ${text}`);
  return JSON.parse(text === "" ? "{}" : text) as Record<string, unknown>;
}
