import * as fs from "node:fs/promises";
import * as net from "node:net";
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DescribeVpcsCommand,
  type EC2Client,
} from "@aws-sdk/client-ec2";
import { DescribeDBInstancesCommand, type RDSClient, type DBInstance } from "@aws-sdk/client-rds";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { Client } from "pg";
import { NoSandboxPython } from "../../scripts/sandbox/python";
import { startSandbox, type Sandbox, type SandboxOptions } from "../../scripts/sandbox/sandbox";
import { skipBecause } from "./skip";

export const region = "eu-west-1";

/** What a test passes to every SDK client. */
export interface ClientSettings {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  maxAttempts: number;
}

/** One sandbox for a test file, in mocha's hooks: afterwards its servers are stopped and its folder is gone. */
export function useSandbox(options: SandboxOptions = {}): () => Sandbox {
  let sandbox: Sandbox | undefined;
  before("an AWS sandbox", async function () {
    // Where the packages are not there yet, they are installed.
    this.timeout(300_000);
    const { default: fallback = 0.05, ...states } = options.states ?? {};
    sandbox = await startOrSkip(this, {
      ...options,
      states: { accepted: 0, ...states, default: fallback },
    });
  });
  after("stop the AWS sandbox", async function () {
    this.timeout(70_000);
    await sandbox?.stop();
  });
  return () => {
    if (sandbox === undefined) throw new Error("the sandbox runs only while tests run");
    return sandbox;
  };
}

/**
 * Skips where there is no Python for the sandbox, or its packages cannot be had. Any other failure is one: a sandbox that does not start proves nothing,
 * and nobody reads skipped tests.
 */
export async function startOrSkip(context: Mocha.Context, options: SandboxOptions): Promise<Sandbox> {
  try {
    return await startSandbox(options);
  } catch (error) {
    if (!(error instanceof NoSandboxPython)) throw error;
    return skipBecause(context, `no AWS sandbox here: ${error.message}`);
  }
}

export function clientSettings(
  sandbox: Sandbox,
  credentials = { accessKeyId: "runner", secretAccessKey: "runner" },
): ClientSettings {
  return { endpoint: sandbox.endpoint, region, credentials, maxAttempts: 1 };
}

/** Another account than the sandbox's own, in which tests may do things as well. */
export const otherAccount = "210987654321";

/** Clients' settings of somebody in the other account. */
export async function otherAccountSettings(sandbox: Sandbox): Promise<ClientSettings> {
  const sts = new STSClient(clientSettings(sandbox));
  const RoleArn = `arn:aws:iam::${otherAccount}:role/other`;
  const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "other" }));
  sts.destroy();
  const { AccessKeyId = "", SecretAccessKey = "", SessionToken } = Credentials ?? {};
  return clientSettings(sandbox, {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    ...(SessionToken === undefined ? {} : { sessionToken: SessionToken }),
  });
}

/** A customer managed key of KMS, whose SDK client the project does not have. @returns its ARN */
export async function makeKey(
  sandbox: Sandbox,
  { credentials }: Pick<ClientSettings, "credentials">,
): Promise<string> {
  const { accessKeyId, sessionToken } = credentials;
  const scope = `${accessKeyId}/20260101/${region}/kms/aws4_request`;
  const response = await fetch(sandbox.endpoint, {
    method: "POST",
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none`,
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": "TrentService.CreateKey",
      ...(sessionToken === undefined ? {} : { "x-amz-security-token": sessionToken }),
    },
    body: "{}",
  });
  const { KeyMetadata } = (await response.json()) as { KeyMetadata: { Arn: string } };
  return KeyMetadata.Arn;
}

/**
 * A call of a service whose SDK client the project does not have. The sandbox looks at the scope of a signature and does not
 * verify it, so this one is none.
 * @returns the answer's XML.
 */
export async function askService(
  sandbox: Sandbox,
  service: string,
  version: string,
  parameters: Record<string, string>,
): Promise<string> {
  const scope = `runner/20260101/${region}/${service}/aws4_request`;
  const response = await fetch(sandbox.endpoint, {
    method: "POST",
    headers: { authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none` },
    body: new URLSearchParams({ ...parameters, Version: version }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${service} answered ${response.status}: ${text}`);
  return text;
}

/** Polls until the instance is in this state. @throws when it ends in a failed one. */
export async function untilStatus(rds: RDSClient, id: string, status = "available"): Promise<DBInstance> {
  for (;;) {
    const answer = await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: id }));
    const instance = answer.DBInstances?.[0];
    if (instance?.DBInstanceStatus === status) return instance;
    if (["failed", "incompatible-parameters"].includes(instance?.DBInstanceStatus ?? "")) {
      throw new Error(`instance ${id} is ${instance?.DBInstanceStatus}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Polls until nothing is under way or pending on the instance. */
export async function untilSettled(rds: RDSClient, id: string): Promise<DBInstance> {
  for (;;) {
    const instance = await untilStatus(rds, id);
    const groups = instance.DBParameterGroups ?? [];
    const applying = groups.some((group) => group.ParameterApplyStatus === "applying");
    if (Object.keys(instance.PendingModifiedValues ?? {}).length === 0 && !applying) return instance;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A new security group that admits these to PostgreSQL's port: addresses (`127.0.0.1/32`) or other groups (`sg-...`). */
export async function makeGroup(ec2: EC2Client, name: string, admitted: string[]): Promise<string> {
  const vpcs = await ec2.send(
    new DescribeVpcsCommand({ Filters: [{ Name: "is-default", Values: ["true"] }] }),
  );
  const made = await ec2.send(
    new CreateSecurityGroupCommand({ GroupName: name, Description: name, VpcId: vpcs.Vpcs?.[0]?.VpcId }),
  );
  for (const each of admitted) {
    const whom = each.startsWith("sg-")
      ? { UserIdGroupPairs: [{ GroupId: each }] }
      : { IpRanges: [{ CidrIp: each }] };
    const port = { IpProtocol: "tcp", FromPort: 5432, ToPort: 5432 };
    await ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId: made.GroupId,
        IpPermissions: [{ ...port, ...whom }],
      }),
    );
  }
  return made.GroupId ?? "";
}

/** How a test logs in to an instance. `from` is the caller's address (default 127.0.0.1, the runner's). */
export interface Login {
  user: string;
  password: string;
  database: string;
  from?: string;
}

/** Connects to an instance over TLS that is verified against the sandbox's authority, runs one query, and ends. */
export async function queryInstance<R extends object>(
  sandbox: Sandbox,
  instance: DBInstance,
  login: Login,
  text: string,
): Promise<R[]> {
  const { Address: host, Port: port = 5432 } = instance.Endpoint ?? {};
  const client = new Client({
    host,
    port,
    user: login.user,
    password: login.password,
    database: login.database,
    connectionTimeoutMillis: 10_000,
    ssl: { ca: await fs.readFile(sandbox.caFile, "utf8") },
    stream: () => socketFrom(login.from),
  });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return (await client.query<R>(text)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** A socket that will connect from this address of the machine. */
function socketFrom(localAddress: string | undefined): net.Socket {
  const socket = new net.Socket();
  if (localAddress === undefined) return socket;
  const connect = socket.connect.bind(socket) as (options: net.TcpNetConnectOpts) => net.Socket;
  socket.connect = ((port: number, host: string) =>
    connect({ port, host, localAddress })) as typeof socket.connect;
  return socket;
}
