import { ElasticBeanstalk } from "@aws-sdk/client-elastic-beanstalk";
import { sampleNames } from "../../platforms/local/sample/names";
import type { AwsProduction } from "./awsProduction";
import { restoreServer } from "./awsServers";
import { makeGroup, region } from "./sandbox";

export const plain = "aws:elasticbeanstalk:application:environment";
export const secret = "aws:elasticbeanstalk:application:environmentsecrets";
export const environmentName = "federation-test";

/** An environment of Elastic Beanstalk that runs the sample application on a database restored from production's snapshot. */
export interface AwsEnvironment {
  beanstalk: ElasticBeanstalk;
  id: string;
  /** What stood in it before anybody claimed it. */
  before: Record<string, string>;
  /** Deployed settings of one namespace. */
  settings(namespace: string): Promise<Record<string, string>>;
  /** Sets as somebody else would, and waits. */
  setByHand(values: Record<string, string>): Promise<void>;
  health(): Promise<string | undefined>;
}

export async function makeEnvironment(given: AwsProduction): Promise<AwsEnvironment> {
  const { ec2, settings } = given;
  const beanstalk = new ElasticBeanstalk({ region });
  const group = await makeGroup(ec2, "test-databases", [settings.runner, settings.applicationGroup]);
  // As Test stands before: restored from production's snapshot, with the same logins.
  const { host, port } = await restoreServer(given.rds, given.kind, "old-test", given.snapshot, group);
  const before = {
    RDS_HOSTNAME: host,
    RDS_PORT: String(port),
    RDS_DB_NAME: sampleNames.database,
    RDS_USERNAME: sampleNames.app,
    RDS_PASSWORD: given.passwords.app,
  };
  await beanstalk.createApplication({ ApplicationName: "federation" });
  const made = await beanstalk.createEnvironment({
    ApplicationName: "federation",
    EnvironmentName: environmentName,
    SolutionStackName: "64bit Amazon Linux 2023 v6.6.0 running Node.js 20",
    Tags: [{ Key: "stage", Value: "nonprod" }],
    OptionSettings: [
      {
        Namespace: "aws:autoscaling:launchconfiguration",
        OptionName: "SecurityGroups",
        Value: settings.applicationGroup,
      },
      ...optionsOf({ ...before, AWS_ACCESS_KEY_ID: "AKIAEXAMPLE" }),
    ],
  });
  const environment: AwsEnvironment = {
    beanstalk,
    id: made.EnvironmentId ?? "",
    before,
    async settings(namespace) {
      const asked = { ApplicationName: "federation", EnvironmentName: environmentName };
      const { ConfigurationSettings = [] } = await beanstalk.describeConfigurationSettings(asked);
      const deployed = ConfigurationSettings.find(({ DeploymentStatus }) => DeploymentStatus === "deployed");
      const found = (deployed?.OptionSettings ?? []).filter(({ Namespace }) => Namespace === namespace);
      return Object.fromEntries(found.map(({ OptionName = "", Value = "" }) => [OptionName, Value]));
    },
    async setByHand(values) {
      await beanstalk.updateEnvironment({
        EnvironmentName: environmentName,
        OptionSettings: optionsOf(values),
      });
      await untilReady(beanstalk);
    },
    health: async () => (await untilReady(beanstalk)).Health,
  };
  await untilReady(beanstalk);
  return environment;
}

function optionsOf(values: Record<string, string>) {
  return Object.entries(values).map(([OptionName, Value]) => ({ Namespace: plain, OptionName, Value }));
}

async function untilReady(beanstalk: ElasticBeanstalk) {
  for (;;) {
    const { Environments } = await beanstalk.describeEnvironments({ EnvironmentNames: [environmentName] });
    if (Environments?.[0]?.Status === "Ready") return Environments[0];
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
