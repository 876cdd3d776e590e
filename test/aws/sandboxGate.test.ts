import * as assert from "node:assert/strict";
import { EC2Client, DescribeVolumesModificationsCommand } from "@aws-sdk/client-ec2";
import {
  AddTagsToResourceCommand,
  CreateDBInstanceCommand,
  CreateDBParameterGroupCommand,
  DeleteDBParameterGroupCommand,
  DescribeDBInstancesCommand,
  DescribeDBParameterGroupsCommand,
  DescribeDBProxiesCommand,
  ModifyDBParameterGroupCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { askService, clientSettings, useSandbox } from "../support/sandbox";

interface Logged {
  service: string;
  operation: string;
  principal: string;
  parameters: Record<string, string>;
  status: number;
  error: string | null;
}

describe("sandbox: which calls pass", function () {
  this.timeout(60_000);
  const sandbox = useSandbox();
  let rds: RDSClient;
  let ec2: EC2Client;
  let secrets: SecretsManagerClient;

  before(() => {
    rds = new RDSClient(clientSettings(sandbox()));
    ec2 = new EC2Client(clientSettings(sandbox()));
    secrets = new SecretsManagerClient(clientSettings(sandbox()));
  });

  after(() => {
    for (const client of [rds, ec2, secrets]) client?.destroy();
  });

  const describeInstances = () => rds.send(new DescribeDBInstancesCommand({}));
  const logged = () => sandbox().control<Logged[]>("log");

  it("refuses a call that is not in the table, and one that is not signed", async () => {
    for (const asked of [
      rds.send(new DescribeDBProxiesCommand({})),
      ec2.send(new DescribeVolumesModificationsCommand({})),
    ]) {
      await assert.rejects(asked, /test\/sandbox\/table\.md/);
    }
    const unsigned = await fetch(sandbox().endpoint, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: "Action=DescribeDBInstances&Version=2014-10-31",
    });
    assert.equal(unsigned.status, 403);
  });

  it("fails as often as it is told to, in the words of the service", async () => {
    const fault = { service: "rds", operation: "DescribeDBInstances", code: "Throttling", times: 2 };
    await sandbox().control("faults", { ...fault, message: "Rate exceeded" });
    await assert.rejects(describeInstances(), /Rate exceeded/);
    await assert.rejects(describeInstances(), /Rate exceeded/);
    await describeInstances();
    const patient = new RDSClient({ ...clientSettings(sandbox()), maxAttempts: 5 });
    await sandbox().control("faults", fault);
    await patient.send(new DescribeDBInstancesCommand({}));
    patient.destroy();
  });

  it("loses the answer of a call that it carries out", async () => {
    await sandbox().control("faults", {
      service: "secretsmanager",
      operation: "CreateSecret",
      code: "InternalServiceError",
      status: 500,
      after: true,
    });
    const create = () => secrets.send(new CreateSecretCommand({ Name: "lost", SecretString: "kept" }));
    await assert.rejects(create(), { name: "InternalServiceError" });
    await assert.rejects(create(), { name: "ResourceExistsException" });
    const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: "lost" }));
    assert.equal(SecretString, "kept");
  });

  it("logs every call with its parameters, and no secret among them", async () => {
    const needle = "needle-in-the-log";
    await secrets.send(new CreateSecretCommand({ Name: "logged", SecretString: needle }));
    const create = new CreateDBInstanceCommand({
      DBInstanceIdentifier: "logged",
      DBInstanceClass: "db.t4g.micro",
      Engine: "mysql",
      MasterUsername: "boss",
      MasterUserPassword: needle,
    });
    await assert.rejects(rds.send(create), /Invalid DB engine: .*not mysql/);
    const log = await logged();
    const creation = log.find((each) => each.operation === "CreateDBInstance");
    assert.equal(creation?.parameters.DBInstanceIdentifier, "logged");
    assert.deepEqual([creation?.status, creation?.error], [400, "InvalidParameterValue"]);
    assert.equal(log.at(-2)?.parameters.Name, "logged");
    assert.ok(!JSON.stringify(log).includes(needle));
    const unknown = log.find((each) => each.operation === "DescribeDBProxies");
    assert.equal(unknown?.error, "SandboxUnknownCall");
  });

  describe("policies", () => {
    let runner: RDSClient;
    const arn = "arn:aws:rds:eu-west-1:123456789012:pg";
    const remove = (name: string) =>
      runner.send(new DeleteDBParameterGroupCommand({ DBParameterGroupName: name }));

    before("a user who may change what carries the stack's label", async () => {
      const iam = (parameters: Record<string, string>) =>
        askService(sandbox(), "iam", "2010-05-08", { UserName: "runner", ...parameters });
      const statements = [
        { Effect: "Allow", Action: ["rds:Describe*", "rds:*DBParameterGroup*"], Resource: "*" },
        {
          Effect: "Deny",
          Action: ["rds:Delete*", "rds:Modify*"],
          Resource: "*",
          Condition: { StringNotEquals: { "aws:ResourceTag/prodcopy:stack": "test" } },
        },
        { Effect: "Deny", Action: "rds:*", Resource: `${arn}:production*` },
      ];
      await iam({ Action: "CreateUser" });
      const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: statements });
      await iam({ Action: "PutUserPolicy", PolicyName: "runner", PolicyDocument });
      const key = await iam({ Action: "CreateAccessKey" });
      const field = (name: string) => new RegExp(`<${name}>(.*?)</${name}>`).exec(key)?.[1] ?? "";
      runner = new RDSClient(
        clientSettings(sandbox(), {
          accessKeyId: field("AccessKeyId"),
          secretAccessKey: field("SecretAccessKey"),
        }),
      );
      const { DBParameterGroups } = await rds.send(new DescribeDBParameterGroupsCommand({}));
      const family = DBParameterGroups?.[0]?.DBParameterGroupFamily;
      for (const name of ["production-group", "ours", "theirs"]) {
        await rds.send(
          new CreateDBParameterGroupCommand({
            DBParameterGroupName: name,
            DBParameterGroupFamily: family,
            Description: name,
          }),
        );
        if (name === "theirs") continue;
        await rds.send(
          new AddTagsToResourceCommand({
            ResourceName: `${arn}:${name}`,
            Tags: [{ Key: "prodcopy:stack", Value: "test" }],
          }),
        );
      }
    });

    after(() => runner?.destroy());

    it("deny what lacks the label, and production by its name", async () => {
      for (const name of ["theirs", "production-group"]) {
        await assert.rejects(
          remove(name),
          (error: Error) => /rds:DeleteDBParameterGroup.*explicit deny/.test(error.message),
          name,
        );
      }
      const parameter = {
        ParameterName: "work_mem",
        ParameterValue: "4096",
        ApplyMethod: "immediate",
      } as const;
      const modify = new ModifyDBParameterGroupCommand({
        DBParameterGroupName: "theirs",
        Parameters: [parameter],
      });
      await assert.rejects(runner.send(modify), /explicit deny/);
      await remove("ours");
    });

    it("deny what no policy allows, and name the action", async () => {
      const tag = new AddTagsToResourceCommand({ ResourceName: `${arn}:theirs`, Tags: [] });
      await assert.rejects(
        runner.send(tag),
        /no identity-based policy allows the rds:AddTagsToResource action/,
      );
    });

    it("stand in the log with the user who was denied", async () => {
      const denied = (await logged()).filter((each) => each.error === "AccessDenied");
      assert.equal(denied.length, 4);
      assert.ok(denied.every((each) => each.principal === "arn:aws:iam::123456789012:user/runner"));
    });
  });
});
