import * as assert from "node:assert/strict";
import { CreateTagsCommand, DeleteSecurityGroupCommand, EC2Client } from "@aws-sdk/client-ec2";
import { DescribeDBInstancesCommand, RDSClient } from "@aws-sdk/client-rds";
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { makeRole, makeUser, setUserPolicy } from "../support/identities";
import { clientSettings, makeGroup, useSandbox, type ClientSettings } from "../support/sandbox";

const account = "arn:aws:iam::123456789012";
const any = { Effect: "Allow", Action: "*", Resource: "*" };

describe("sandbox: policies", function () {
  this.timeout(60_000);
  const sandbox = useSandbox();
  let root: ClientSettings;
  let user: ClientSettings;
  const clients: { destroy(): void }[] = [];
  const keep = <C extends { destroy(): void }>(client: C): C => {
    clients.push(client);
    return client;
  };
  const secretsOf = (settings: ClientSettings) => keep(new SecretsManagerClient(settings));
  const read = (settings: ClientSettings, SecretId: string) =>
    secretsOf(settings).send(new GetSecretValueCommand({ SecretId }));
  const write = (settings: ClientSettings, SecretId: string) =>
    secretsOf(settings).send(new PutSecretValueCommand({ SecretId, SecretString: "new" }));
  const allowUser = (...statements: object[]) => setUserPolicy(sandbox(), "runner", statements);
  const denied = (action: string, why: RegExp) => (error: Error) => {
    assert.match(error.name, /AccessDenied|UnauthorizedOperation/);
    assert.ok(error.message.includes(`not authorized to perform: ${action}`), error.message);
    assert.match(error.message, why);
    return true;
  };
  const explicit = /explicit deny in an identity-based policy/;

  before("secrets with and without the label, and a user", async () => {
    root = clientSettings(sandbox());
    user = clientSettings(sandbox(), await makeUser(sandbox(), "runner"));
    const label = [{ Key: "prodcopy:stack", Value: "test" }];
    for (const [Name, Tags] of [
      ["prodcopy/ours", label],
      ["prodcopy/theirs", [{ Key: "prodcopy:stack", Value: "other" }]],
      ["production/master", undefined],
    ] as const) {
      await secretsOf(root).send(
        new CreateSecretCommand({ Name, SecretString: "old", Tags: Tags && [...Tags] }),
      );
    }
  });

  after(() => {
    for (const client of clients) client.destroy();
  });

  it("deny by the tags of a resource: another value, and none at all", async () => {
    await allowUser(any, {
      Effect: "Deny",
      Action: ["secretsmanager:Put*", "ec2:DeleteSecurityGroup"],
      Resource: "*",
      Condition: { StringNotEquals: { "aws:ResourceTag/prodcopy:stack": "test" } },
    });
    await write(user, "prodcopy/ours");
    for (const name of ["prodcopy/theirs", "production/master"]) {
      await assert.rejects(write(user, name), denied("secretsmanager:PutSecretValue", explicit), name);
      await read(user, name);
    }
    const ec2 = keep(new EC2Client(root));
    const GroupId = await makeGroup(ec2, "group", []);
    const remove = () => keep(new EC2Client(user)).send(new DeleteSecurityGroupCommand({ GroupId }));
    await assert.rejects(remove(), denied("ec2:DeleteSecurityGroup", explicit));
    await ec2.send(
      new CreateTagsCommand({ Resources: [GroupId], Tags: [{ Key: "prodcopy:stack", Value: "test" }] }),
    );
    await remove();
  });

  it("deny by name, with NotResource and NotAction as their complements", async () => {
    const secret = "arn:aws:secretsmanager:*:123456789012:secret:";
    await allowUser(any, { Effect: "Deny", Action: "secretsmanager:*", Resource: `${secret}production/*` });
    await assert.rejects(read(user, "production/master"), denied("secretsmanager:GetSecretValue", explicit));
    await write(user, "prodcopy/theirs");
    await allowUser(any, { Effect: "Deny", Action: "secretsmanager:*", NotResource: `${secret}prodcopy/*` });
    await assert.rejects(write(user, "production/master"), denied("secretsmanager:PutSecretValue", explicit));
    await read(user, "prodcopy/ours");
    await allowUser(any, {
      Effect: "Deny",
      NotAction: "secretsmanager:Get*",
      Resource: `${secret}prod??py/*`,
    });
    await read(user, "prodcopy/ours");
    await assert.rejects(write(user, "prodcopy/ours"), denied("secretsmanager:PutSecretValue", explicit));
    await write(user, "production/master");
  });

  it("allow on the resources that they name, and nothing on others", async () => {
    const Resource = "arn:aws:secretsmanager:*:123456789012:secret:prodcopy/*";
    await allowUser({ Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource });
    await read(user, "prodcopy/ours");
    const nobody = /no identity-based policy allows/;
    await assert.rejects(read(user, "production/master"), denied("secretsmanager:GetSecretValue", nobody));
    const list = secretsOf(user).send(new ListSecretsCommand({}));
    await assert.rejects(list, denied("secretsmanager:ListSecrets", nobody));
  });

  it("refuse a condition that the sandbox cannot judge", async () => {
    const Condition = { DateLessThan: { "aws:CurrentTime": "2030-01-01T00:00:00Z" } };
    await allowUser(any, { Effect: "Deny", Action: "secretsmanager:*", Resource: "*", Condition });
    await assert.rejects(read(user, "prodcopy/ours"));
    await allowUser(any);
  });

  describe("of a role", () => {
    const assume = async (settings: ClientSettings, name: string): Promise<ClientSettings> => {
      const RoleArn = `${account}:role/${name}`;
      const sts = keep(new STSClient(settings));
      const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "session" }));
      const { AccessKeyId = "", SecretAccessKey = "", SessionToken } = Credentials ?? {};
      return clientSettings(sandbox(), {
        accessKeyId: AccessKeyId,
        secretAccessKey: SecretAccessKey,
        ...(SessionToken === undefined ? {} : { sessionToken: SessionToken }),
      });
    };

    before("a role for the user, and one for a service", async () => {
      const reads = { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: "*" };
      await makeRole(sandbox(), "reader", { AWS: `${account}:user/runner` }, [
        reads,
        {
          Effect: "Deny",
          Action: "*",
          Resource: "*",
          Condition: { StringEquals: { "aws:ResourceTag/prodcopy:stack": "other" } },
        },
      ]);
      await makeRole(sandbox(), "task", { Service: "ecs-tasks.amazonaws.com" }, [reads]);
    });

    it("count for the session, and the user's own do not", async () => {
      const session = await assume(user, "reader");
      const { Arn } = await keep(new STSClient(session)).send(new GetCallerIdentityCommand({}));
      assert.equal(Arn, "arn:aws:sts::123456789012:assumed-role/reader/session");
      await read(session, "prodcopy/ours");
      await assert.rejects(
        read(session, "prodcopy/theirs"),
        denied("secretsmanager:GetSecretValue", explicit),
      );
      const describe = keep(new RDSClient(session)).send(new DescribeDBInstancesCommand({}));
      await assert.rejects(describe, denied("rds:DescribeDBInstances", /assumed-role\/reader\/session/));
      await keep(new RDSClient(user)).send(new DescribeDBInstancesCommand({}));
    });

    it("are handed out to those alone whom the role trusts", async () => {
      await assert.rejects(assume(user, "task"), denied("sts:AssumeRole", /role\/task/));
      await assert.rejects(assume(user, "absent"), denied("sts:AssumeRole", /role\/absent/));
      await allowUser({ Effect: "Allow", Action: "secretsmanager:*", Resource: "*" });
      await assert.rejects(
        assume(user, "reader"),
        denied("sts:AssumeRole", /no identity-based policy allows/),
      );
      await allowUser(any);
    });
  });
});
