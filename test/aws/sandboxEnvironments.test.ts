import * as assert from "node:assert/strict";
import { EC2Client } from "@aws-sdk/client-ec2";
import {
  CreateApplicationCommand,
  CreateEnvironmentCommand,
  DescribeConfigurationSettingsCommand,
  DescribeEnvironmentsCommand,
  DescribeEventsCommand,
  ElasticBeanstalkClient,
  ListTagsForResourceCommand,
  RestartAppServerCommand,
  TerminateEnvironmentCommand,
  UpdateEnvironmentCommand,
  UpdateTagsForResourceCommand,
  type ConfigurationOptionSetting,
  type EnvironmentDescription,
  type UpdateEnvironmentCommandInput,
} from "@aws-sdk/client-elastic-beanstalk";
import { CreateDBInstanceCommand, RDSClient, type DBInstance } from "@aws-sdk/client-rds";
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { seedSample } from "../../scripts/sandbox/sample";
import { makeRole, setRolePolicy } from "../support/identities";
import { askService, clientSettings, makeGroup, untilStatus, useSandbox } from "../support/sandbox";

const plain = "aws:elasticbeanstalk:application:environment";
const secret = "aws:elasticbeanstalk:application:environmentsecrets";

describe("sandbox: Elastic Beanstalk", function () {
  this.timeout(60_000);
  const sandbox = useSandbox();
  let rds: RDSClient;
  let ec2: EC2Client;
  let beanstalk: ElasticBeanstalkClient;
  let secrets: SecretsManagerClient;
  let database: DBInstance;
  let passwordArn: string;
  let password: string;

  const set = (namespace: string, values: Record<string, string>): ConfigurationOptionSetting[] =>
    Object.entries(values).map(([OptionName, Value]) => ({ Namespace: namespace, OptionName, Value }));
  const describe = async (): Promise<EnvironmentDescription> => {
    const answer = await beanstalk.send(new DescribeEnvironmentsCommand({ EnvironmentNames: ["shop-test"] }));
    return answer.Environments?.[0] ?? {};
  };
  const untilReady = async (): Promise<EnvironmentDescription> => {
    for (;;) {
      const seen = await describe();
      if (seen.Status === "Ready") return seen;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const update = (more: Omit<UpdateEnvironmentCommandInput, "EnvironmentName">) =>
    beanstalk.send(new UpdateEnvironmentCommand({ EnvironmentName: "shop-test", ...more }));
  const configurations = async () => {
    const answer = await beanstalk.send(
      new DescribeConfigurationSettingsCommand({ ApplicationName: "shop", EnvironmentName: "shop-test" }),
    );
    return (answer.ConfigurationSettings ?? []).map((one) => ({
      status: one.DeploymentStatus,
      value: (namespace: string, name: string) =>
        one.OptionSettings?.find((each) => each.Namespace === namespace && each.OptionName === name)?.Value,
    }));
  };
  const refused = (message: RegExp) => (error: Error) => {
    assert.equal(error.name, "InvalidParameterValue");
    assert.match(error.message, message);
    return true;
  };

  before("a database that admits the environment, and the environment on it", async function () {
    this.timeout(120_000);
    rds = new RDSClient(clientSettings(sandbox()));
    ec2 = new EC2Client(clientSettings(sandbox()));
    beanstalk = new ElasticBeanstalkClient(clientSettings(sandbox()));
    secrets = new SecretsManagerClient(clientSettings(sandbox()));
    const applicationGroup = await makeGroup(ec2, "application", []);
    const databaseGroup = await makeGroup(ec2, "database", ["127.0.0.1/32", applicationGroup]);
    await rds.send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: "test",
        DBInstanceClass: "db.t4g.micro",
        Engine: "postgres",
        MasterUsername: "federation_admin",
        MasterUserPassword: "master-password",
        AllocatedStorage: 20,
        BackupRetentionPeriod: 0,
        VpcSecurityGroupIds: [databaseGroup],
      }),
    );
    database = await untilStatus(rds, "test");
    password = (await seedSample(sandbox(), "test", 5)).app;
    const made = await secrets.send(
      new CreateSecretCommand({ Name: "copy", SecretString: JSON.stringify({ password, port: 5432 }) }),
    );
    passwordArn = made.ARN ?? "";
    await beanstalk.send(new CreateApplicationCommand({ ApplicationName: "shop" }));
    await beanstalk.send(
      new CreateEnvironmentCommand({
        ApplicationName: "shop",
        EnvironmentName: "shop-test",
        SolutionStackName: "64bit Amazon Linux 2023 v6.6.0 running Node.js 20",
        Tags: [{ Key: "owner", Value: "team" }],
        OptionSettings: [
          {
            Namespace: "aws:autoscaling:launchconfiguration",
            OptionName: "SecurityGroups",
            Value: applicationGroup,
          },
          ...set(plain, {
            RDS_HOSTNAME: database.Endpoint?.Address ?? "",
            RDS_PORT: String(database.Endpoint?.Port),
            RDS_DB_NAME: "federation",
            RDS_USERNAME: "federation_app",
            RDS_PASSWORD: password,
            AWS_ACCESS_KEY_ID: "AKIAEXAMPLE",
          }),
        ],
      }),
    );
    assert.equal((await describe()).Status, "Launching");
    await untilReady();
  });

  after(() => {
    for (const client of [rds, ec2, beanstalk, secrets]) client?.destroy();
  });

  it("runs the application on its settings, through the database's security group", async () => {
    const seen = await describe();
    assert.deepEqual([seen.Health, seen.HealthStatus], ["Green", "Ok"]);
    const page = await fetch(`http://${seen.EndpointURL}/health`);
    const health = (await page.json()) as { status: string; members: number };
    assert.equal(health.status, "ok");
    assert.ok(health.members >= 5);
  });

  it("refuses what is not there, what it does not know, and everything while it updates", async () => {
    const absent = new UpdateEnvironmentCommand({ EnvironmentName: "absent" });
    await assert.rejects(
      beanstalk.send(absent),
      refused(/No Environment found for EnvironmentName = 'absent'/),
    );
    await assert.rejects(update({ OptionSettings: set("aws:nonsense", { A: "b" }) }), {
      name: "ConfigurationValidationException",
    });
    await sandbox().control("states", { updating: "hold" });
    const begun = await update({ OptionSettings: set(plain, { COLOUR: "blue" }) });
    assert.deepEqual([begun.Status, begun.Health], ["Updating", "Grey"]);
    await assert.rejects(update({}), refused(/invalid state for this operation. Must be Ready/));
    const during = await configurations();
    assert.deepEqual(
      during.map((one) => [one.status, one.value(plain, "COLOUR")]),
      [
        ["deployed", undefined],
        ["pending", "blue"],
      ],
    );
    await sandbox().control("states", { updating: 0 });
    await untilReady();
    const [deployed] = await configurations();
    assert.equal(deployed?.value(plain, "COLOUR"), "blue");
  });

  it("fetches secrets when the instance starts, not when they change", async () => {
    await update({
      OptionSettings: set(secret, { RDS_PASSWORD: `${passwordArn}:password` }),
      OptionsToRemove: [{ Namespace: plain, OptionName: "RDS_PASSWORD" }],
    });
    assert.equal((await untilReady()).Health, "Green");
    const [deployed] = await configurations();
    assert.equal(deployed?.value(plain, "RDS_PASSWORD"), undefined);
    assert.equal(deployed?.value(secret, "RDS_PASSWORD"), `${passwordArn}:password`);
    await secrets.send(
      new PutSecretValueCommand({ SecretId: "copy", SecretString: JSON.stringify({ password: "another" }) }),
    );
    assert.equal((await describe()).Health, "Green", "the running process has the old value");
    await beanstalk.send(new RestartAppServerCommand({ EnvironmentName: "shop-test" }));
    assert.deepEqual([(await untilReady()).Health, (await describe()).HealthStatus], ["Red", "Severe"]);
    await secrets.send(
      new PutSecretValueCommand({ SecretId: "copy", SecretString: JSON.stringify({ password }) }),
    );
    await beanstalk.send(new RestartAppServerCommand({ EnvironmentName: "shop-test" }));
    assert.equal((await untilReady()).Health, "Green");
  });

  it("keeps the deployed configuration when a new one cannot be deployed", async () => {
    const gone = `${passwordArn.replace(/copy-\w+$/, "absent-AbCdEf")}:password`;
    await update({ OptionSettings: set(secret, { RDS_PASSWORD: gone }) });
    assert.equal((await untilReady()).Health, "Green");
    assert.deepEqual(
      (await configurations()).map((one) => [one.status, one.value(secret, "RDS_PASSWORD")]),
      [
        ["deployed", `${passwordArn}:password`],
        ["failed", gone],
      ],
    );
    await sandbox().control("environments", { name: "shop-test", failNext: true });
    await update({ OptionSettings: set(plain, { COLOUR: "red" }) });
    await untilReady();
    const { Events } = await beanstalk.send(
      new DescribeEventsCommand({ EnvironmentName: "shop-test", Severity: "ERROR" }),
    );
    assert.equal(Events?.filter((event) => event.Message === "Failed to deploy configuration.").length, 2);
    assert.ok(!JSON.stringify(Events).includes(password));
  });

  it("shows some values as stars, so that what is read must never be written back", async () => {
    const read = async () => (await configurations())[0];
    assert.equal((await read())?.value(plain, "AWS_ACCESS_KEY_ID"), "*****");
    await sandbox().control("environments", { name: "shop-test", masked: ["RDS_USERNAME"] });
    assert.equal((await read())?.value(plain, "RDS_USERNAME"), "*****");
    await sandbox().control("environments", { name: "shop-test", masked: [] });
  });

  it("takes tags, and is busy meanwhile", async () => {
    const { EnvironmentArn: ResourceArn } = await describe();
    await sandbox().control("states", { tagging: "hold" });
    await beanstalk.send(
      new UpdateTagsForResourceCommand({ ResourceArn, TagsToAdd: [{ Key: "claim", Value: "test" }] }),
    );
    await assert.rejects(update({}), refused(/Must be Ready/));
    await sandbox().control("states", { tagging: 0 });
    await untilReady();
    const { ResourceTags } = await beanstalk.send(new ListTagsForResourceCommand({ ResourceArn }));
    assert.deepEqual(ResourceTags, [
      { Key: "owner", Value: "team" },
      { Key: "claim", Value: "test" },
    ]);
  });

  it("fetches secrets in the role of its instance profile", async () => {
    const trust = { Service: "ec2.amazonaws.com" };
    const other = { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: "arn:aws:*:other-*" };
    await makeRole(sandbox(), "instance", trust, [other]);
    const iam = (Action: string, more: object = {}) =>
      askService(sandbox(), "iam", "2010-05-08", { Action, InstanceProfileName: "web", ...more });
    await iam("CreateInstanceProfile");
    await iam("AddRoleToInstanceProfile", { RoleName: "instance" });
    const profile = set("aws:autoscaling:launchconfiguration", { IamInstanceProfile: "web" });
    const failures = async () => {
      const severity = { EnvironmentName: "shop-test", Severity: "ERROR" as const };
      const { Events = [] } = await beanstalk.send(new DescribeEventsCommand(severity));
      return Events.map(({ Message }) => Message).filter((one) => /assumed-role\/instance/.test(one ?? ""));
    };
    await update({ OptionSettings: profile });
    await untilReady();
    assert.match((await failures())[0] ?? "", /not authorized to perform: secretsmanager:GetSecretValue on/);
    await setRolePolicy(sandbox(), "instance", [{ ...other, Resource: passwordArn }]);
    await update({ OptionSettings: profile });
    assert.equal((await untilReady()).Health, "Green");
    assert.equal((await failures()).length, 1);
  });

  it("ends its process when it is terminated", async () => {
    const { EndpointURL } = await describe();
    await beanstalk.send(new TerminateEnvironmentCommand({ EnvironmentName: "shop-test" }));
    for (let seen = await describe(); seen.Status !== "Terminated"; seen = await describe()) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await assert.rejects(fetch(`http://${EndpointURL}/health`));
    await assert.rejects(update({}), refused(/No Environment found/));
  });
});
