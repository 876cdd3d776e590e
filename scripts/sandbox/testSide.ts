import { type DBSnapshot, type RDS, waitUntilDBInstanceAvailable } from "@aws-sdk/client-rds";
import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { sampleNames } from "../../platforms/local/sample/names";
import type { Log } from "../../postgres/proof";
import { sandboxProduction } from "./production";
import { sandboxClients, type SandboxClients } from "./clients";
import type { Sandbox } from "./sandbox";

/** Names of what `makeTestSide` makes. */
export const sandboxTest = {
  application: "federation",
  environment: "federation-test",
  oldDatabase: "old-test",
  subnetGroup: "private",
} as const;

/** The account of everything in the sandbox. */
export const sandboxAccount = "123456789012";

/** What a stack on `aws` has to be told of the sandbox: the keys of its file. */
export type SandboxSettings = Record<string, string | string[] | Record<string, string>>;

/**
 * Test's side beside the sample production: an automatic snapshot of production, a private subnet group, and an Elastic Beanstalk
 * environment that stands on a database of its own.
 * @returns the configuration of a stack that makes its copies there
 */
export async function makeTestSide(sandbox: Sandbox, log: Log): Promise<SandboxSettings> {
  const clients = sandboxClients(sandbox);
  try {
    const { network, application, databases } = await makeNetwork(clients);
    await makeSubnetGroup(clients, network);
    await sandbox.control("backup", { id: sandboxProduction.instance });
    const snapshot = await automaticSnapshot(clients.rds);
    log(`Test's own database "${sandboxTest.oldDatabase}" is restored from ${snapshot}`);
    await clients.rds.restoreDBInstanceFromDBSnapshot({
      DBInstanceIdentifier: sandboxTest.oldDatabase,
      DBSnapshotIdentifier: snapshot,
      VpcSecurityGroupIds: [databases],
    });
    await untilAvailable(clients.rds, sandboxTest.oldDatabase);
    log(`Elastic Beanstalk environment "${sandboxTest.environment}" is created`);
    await makeEnvironment(clients, application);
    return settingsOf(sandbox, application);
  } finally {
    clients.destroy();
  }
}

function settingsOf(sandbox: Sandbox, applicationGroup: string): SandboxSettings {
  return {
    "aws:region": sandboxProduction.region,
    "prodcopy:platform": "aws",
    "prodcopy:production": sandboxProduction.instance,
    "prodcopy:snapshot": "latest",
    "prodcopy:rules": "rules/sample.yaml",
    "prodcopy:migrations": "migrations/sample",
    "prodcopy:environment": sandboxTest.environment,
    "prodcopy:applicationUser": sampleNames.app,
    "prodcopy:alsoSet": '["port"]',
    "prodcopy:owner": "platform-team",
    "prodcopy:keepFor": "7d",
    "prodcopy:accounts": [sandboxAccount],
    "prodcopy:subnetGroup": sandboxTest.subnetGroup,
    "prodcopy:runner": "127.0.0.1/32",
    "prodcopy:applicationGroup": applicationGroup,
    "prodcopy:database": sampleNames.database,
    "prodcopy:productionCredential": { secret: sandboxProduction.masterSecret },
    "prodcopy:rootCertificate": sandbox.caFile,
  };
}

async function makeNetwork({ ec2 }: SandboxClients) {
  const { Vpcs } = await ec2.describeVpcs({ Filters: [{ Name: "is-default", Values: ["true"] }] });
  const network = Vpcs?.[0]?.VpcId ?? "";
  const make = async (GroupName: string, Description: string) => {
    const { GroupId } = await ec2.createSecurityGroup({ GroupName, Description, VpcId: network });
    return GroupId ?? "";
  };
  const application = await make("test-application", "Instances of the Test application");
  const databases = await make("test-databases", "Test's own databases");
  const port = { IpProtocol: "tcp", FromPort: 5432, ToPort: 5432 };
  await ec2.authorizeSecurityGroupIngress({
    GroupId: databases,
    IpPermissions: [
      { ...port, IpRanges: [{ CidrIp: "127.0.0.1/32" }] },
      { ...port, UserIdGroupPairs: [{ GroupId: application }] },
    ],
  });
  return { network, application, databases };
}

async function makeSubnetGroup({ ec2, rds }: SandboxClients, network: string): Promise<void> {
  const { Subnets = [] } = await ec2.describeSubnets({ Filters: [{ Name: "vpc-id", Values: [network] }] });
  await rds.createDBSubnetGroup({
    DBSubnetGroupName: sandboxTest.subnetGroup,
    DBSubnetGroupDescription: "For copies",
    SubnetIds: Subnets.slice(0, 2).map(({ SubnetId = "" }) => SubnetId),
  });
}

/** The newest one, once none is in the making: RDS takes its first as soon as an instance is made, before anything is in it. */
async function automaticSnapshot(rds: RDS): Promise<string> {
  for (;;) {
    const asked = { DBInstanceIdentifier: sandboxProduction.instance, SnapshotType: "automated" };
    const { DBSnapshots = [] } = await rds.describeDBSnapshots(asked);
    if (DBSnapshots.length > 0 && DBSnapshots.every(({ Status }) => Status === "available")) {
      const timeOf = (one: DBSnapshot) => one.SnapshotCreateTime?.getTime() ?? 0;
      return DBSnapshots.sort((a, b) => timeOf(a) - timeOf(b)).at(-1)?.DBSnapshotIdentifier ?? "";
    }
    await delay(100);
  }
}

async function untilAvailable(rds: RDS, id: string): Promise<void> {
  const waiter = { client: rds, maxWaitTime: 300, minDelay: 1, maxDelay: 2 };
  await waitUntilDBInstanceAvailable(waiter, { DBInstanceIdentifier: id });
}

async function makeEnvironment({ rds, beanstalk, secrets }: SandboxClients, group: string): Promise<void> {
  const { DBInstances } = await rds.describeDBInstances({ DBInstanceIdentifier: sandboxTest.oldDatabase });
  const { Address = "", Port = 5432 } = DBInstances?.[0]?.Endpoint ?? {};
  const values = {
    RDS_HOSTNAME: Address,
    RDS_PORT: String(Port),
    RDS_DB_NAME: sampleNames.database,
    RDS_USERNAME: sampleNames.app,
    RDS_PASSWORD: await applicationPassword(secrets),
  };
  const { application: ApplicationName, environment: EnvironmentName } = sandboxTest;
  await beanstalk.createApplication({ ApplicationName });
  await beanstalk.createEnvironment({
    ApplicationName,
    EnvironmentName,
    SolutionStackName: "64bit Amazon Linux 2023 v6.6.0 running Node.js 20",
    OptionSettings: [
      { Namespace: "aws:autoscaling:launchconfiguration", OptionName: "SecurityGroups", Value: group },
      ...Object.entries(values).map(([OptionName, Value]) => ({
        Namespace: "aws:elasticbeanstalk:application:environment",
        OptionName,
        Value,
      })),
    ],
  });
  for (;;) {
    const { Environments } = await beanstalk.describeEnvironments({ EnvironmentNames: [EnvironmentName] });
    const { Status, Health } = Environments?.[0] ?? {};
    if (Status === "Ready" && Health === "Green") return;
    if (Status === "Ready" && Health === "Red") {
      throw new Error(`The sample application does not work on "${sandboxTest.oldDatabase}".`);
    }
    await delay(100);
  }
}

async function applicationPassword(secrets: SecretsManagerClient): Promise<string> {
  const asked = new GetSecretValueCommand({ SecretId: sandboxProduction.applicationSecret });
  const { SecretString = "" } = await secrets.send(asked);
  return z.object({ password: z.string() }).parse(JSON.parse(SecretString)).password;
}
