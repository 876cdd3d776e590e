import * as path from "node:path";
import { RDS } from "@aws-sdk/client-rds";
import { EC2 } from "@aws-sdk/client-ec2";
import { ElasticBeanstalk } from "@aws-sdk/client-elastic-beanstalk";
import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import { awsPlatform } from "../../platforms/aws/platform";
import { parseAwsSettings } from "../../platforms/aws/settings";
import { makeProduction, sandboxProduction } from "../../scripts/sandbox/production";
import type { Sandbox } from "../../scripts/sandbox/sandbox";
import { writeStackFile } from "../../scripts/sandbox/stackFile";
import { makeTestSide, sandboxAccount, sandboxTest } from "../../scripts/sandbox/testSide";
import { quick, quiet } from "./awsProduction";
import { Engine } from "./engine";

/** The stack's name; its file in the test's own project is as `prodcopy sandbox --stack` writes it. */
const stack = "sandbox";

const { region } = sandboxProduction;

/** What the SDK of the CLI's processes, and of the test's own clients, finds in the environment. */
const variables = (sandbox: Sandbox): Record<string, string | undefined> => ({
  AWS_ENDPOINT_URL: sandbox.endpoint,
  AWS_ACCESS_KEY_ID: "runner",
  AWS_SECRET_ACCESS_KEY: "runner",
  AWS_REGION: region,
  AWS_PROFILE: undefined,
  AWS_CONFIG_FILE: "/nonexistent",
  AWS_SHARED_CREDENTIALS_FILE: "/nonexistent",
});

/** Puts the sandbox's variables into this process's environment. @returns what brings the earlier ones back */
export function enterSandbox(sandbox: Sandbox): () => void {
  const earlier = Object.keys(variables(sandbox)).map((name) => [name, process.env[name]] as const);
  const set = (name: string, value: string | undefined) => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };
  for (const [name, value] of Object.entries(variables(sandbox))) set(name, value);
  return () => earlier.forEach(([name, value]) => set(name, value));
}

/** The real engine with a stack on a sandbox in which production and Test stand, as `prodcopy sandbox --sample --stack` makes them. */
export async function awsStack(sandbox: Sandbox, members: number): Promise<Engine> {
  return Engine.of(stack, async ({ project }) => {
    await makeProduction(sandbox, members, quiet);
    const settings = await makeTestSide(sandbox, quiet);
    writeStackFile(path.join(project, `Pulumi.${stack}.yaml`), settings);
    const platform = awsPlatform(
      parseAwsSettings({
        region,
        accounts: [sandboxAccount],
        subnetGroup: settings["prodcopy:subnetGroup"],
        runner: settings["prodcopy:runner"],
        applicationGroup: settings["prodcopy:applicationGroup"],
        database: settings["prodcopy:database"],
        rootCertificate: sandbox.caFile,
      }),
      quick,
    );
    // The sandbox takes all of it with it.
    return { platform, end: () => Promise.resolve() };
  });
}

/** Everything in the account that a copy consists of, or that making one could leave: names by kind. */
export async function whatStands({ environment = true } = {}): Promise<Record<string, string[]>> {
  const [rds, ec2, secrets] = [new RDS({ region }), new EC2({ region }), new SecretsManager({ region })];
  const names = (all: (string | undefined)[] | undefined) => (all ?? []).map((name) => name ?? "").sort();
  try {
    const { DBInstances } = await rds.describeDBInstances({});
    const { DBSnapshots } = await rds.describeDBSnapshots({ SnapshotType: "manual" });
    const { DBParameterGroups } = await rds.describeDBParameterGroups({});
    const { SecurityGroups } = await ec2.describeSecurityGroups({});
    const { SecretList } = await secrets.listSecrets({});
    return {
      instances: names(DBInstances?.map((one) => one.DBInstanceIdentifier)),
      snapshots: names(DBSnapshots?.map((one) => one.DBSnapshotIdentifier)),
      parameterGroups: names(DBParameterGroups?.map((one) => one.DBParameterGroupName)).filter(
        (name) => !name.startsWith("default."),
      ),
      securityGroups: names(SecurityGroups?.map((one) => one.GroupName)),
      secrets: names(SecretList?.map((one) => one.Name)),
      ...(environment ? { environment: await settingsOfTest() } : {}),
    };
  } finally {
    for (const client of [rds, ec2, secrets]) client.destroy();
  }
}

/** Settings and tags of the Test environment. */
async function settingsOfTest(): Promise<string[]> {
  const beanstalk = new ElasticBeanstalk({ region });
  try {
    const { application: ApplicationName, environment: EnvironmentName } = sandboxTest;
    const found = await beanstalk.describeConfigurationSettings({ ApplicationName, EnvironmentName });
    const options = found.ConfigurationSettings?.[0]?.OptionSettings ?? [];
    const { Environments } = await beanstalk.describeEnvironments({ EnvironmentNames: [EnvironmentName] });
    const ResourceArn = Environments?.[0]?.EnvironmentArn ?? "";
    const { ResourceTags = [] } = await beanstalk.listTagsForResource({ ResourceArn });
    return [
      ...options
        .filter(({ Namespace = "" }) => Namespace.startsWith("aws:elasticbeanstalk:application:environment"))
        .map(({ OptionName, Value }) => `${OptionName}=${Value}`),
      ...ResourceTags.map(({ Key, Value }) => `tag ${Key}=${Value}`),
    ].sort();
  } finally {
    beanstalk.destroy();
  }
}
