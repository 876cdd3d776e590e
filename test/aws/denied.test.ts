import assert from "node:assert/strict";
import { makeEnvironment, plain, type AwsEnvironment } from "../support/awsEnvironment";
import { lifeOf, type LifeStep } from "../support/awsLife";
import { useAwsProduction } from "../support/awsProduction";
import { askService } from "../support/sandbox";

/** The permissions of every call by which the platform changes something, as `docs/aws.md` lists them. */
const permissions = {
  rds: [
    ...["CreateDBSnapshot", "CopyDBSnapshot", "DeleteDBSnapshot"],
    ...["CreateDBParameterGroup", "ModifyDBParameterGroup", "DeleteDBParameterGroup"],
    ...["RestoreDBInstanceFromDBSnapshot", "ModifyDBInstance", "RebootDBInstance", "DeleteDBInstance"],
    "AddTagsToResource",
  ],
  ec2: [
    ...["CreateSecurityGroup", "DeleteSecurityGroup", "AuthorizeSecurityGroupIngress"],
    ...["RevokeSecurityGroupIngress", "RevokeSecurityGroupEgress"],
  ],
  secretsmanager: ["CreateSecret", "TagResource", "PutSecretValue", "DeleteSecret"],
  elasticbeanstalk: ["AddTags", "RemoveTags", "UpdateEnvironment"],
};
const actions = Object.entries(permissions).flatMap(([service, names]) =>
  names.map((one) => `${service}:${one}`),
);
const operations = [
  ...new Set(actions.map((one) => one.replace(/(Add|Remove)Tags$/, "UpdateTagsForResource"))),
];
/** Default groups come about when they are first asked for. */
const isOwn = (name: string) => !name.startsWith("parameters default.");
const runner = "arn:aws:iam::123456789012:user/runner";

describe("aws: the life of a copy, in which every changing call fails once", function () {
  this.timeout(240_000);
  const given = useAwsProduction(5);
  const lines: string[] = [];
  let environment: AwsEnvironment;

  before("an environment on a database of its own", async function () {
    this.timeout(120_000);
    environment = await makeEnvironment(given());
  });
  after(() => environment?.beanstalk.destroy());

  const steps = (generation: string): LifeStep[] => {
    const platform = given().platformWith({ kmsKey: "alias/aws/rds" });
    const whose = { environmentId: environment.id, appPassword: given().passwords.app };
    return lifeOf(
      () => platform,
      generation,
      whose,
      (line) => lines.push(line),
    );
  };
  const entries = async () =>
    given().sandbox.control<{ service: string; operation: string; status: number; parameters: object }[]>(
      "log",
    );
  const carried = async (action: string) =>
    (await entries()).filter((one) => `${one.service}:${one.operation}` === action && one.status < 400)
      .length;

  /** What is there besides production, its backup and the old Test database; all of it by name. */
  const everything = async () => {
    const { rds, ec2 } = given();
    const { DBInstances = [] } = await rds.describeDBInstances({});
    const { DBSnapshots = [] } = await rds.describeDBSnapshots({ SnapshotType: "manual" });
    const { DBParameterGroups = [] } = await rds.describeDBParameterGroups({});
    const { SecurityGroups = [] } = await ec2.describeSecurityGroups({});
    return [
      ...DBInstances.map((one) => `instance ${one.DBInstanceIdentifier}`),
      ...DBSnapshots.map((one) => `snapshot ${one.DBSnapshotIdentifier}`),
      ...DBParameterGroups.map((one) => `parameters ${one.DBParameterGroupName}`).filter(isOwn),
      ...SecurityGroups.map((one) => `group ${one.GroupName}`),
    ].sort();
  };

  describe("because a policy denies it", () => {
    const earlier = { ...process.env };
    const deny = (denied: string[]) => {
      const Statement = [
        { Effect: "Allow", Action: "*", Resource: "*" },
        ...(denied.length === 0 ? [] : [{ Effect: "Deny", Action: denied, Resource: "*" }]),
      ];
      const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
      return iam({ Action: "PutUserPolicy", PolicyName: "runner", PolicyDocument });
    };
    const iam = (parameters: Record<string, string>) =>
      askService(given().sandbox, "iam", "2010-05-08", { UserName: "runner", ...parameters });

    before("a user of its own", async () => {
      await iam({ Action: "CreateUser" });
      const key = await iam({ Action: "CreateAccessKey" });
      const field = (name: string) => new RegExp(`<${name}>(.*?)</${name}>`).exec(key)?.[1] ?? "";
      process.env.AWS_ACCESS_KEY_ID = field("AccessKeyId");
      process.env.AWS_SECRET_ACCESS_KEY = field("SecretAccessKey");
    });
    after(() => {
      process.env.AWS_ACCESS_KEY_ID = earlier.AWS_ACCESS_KEY_ID;
      process.env.AWS_SECRET_ACCESS_KEY = earlier.AWS_SECRET_ACCESS_KEY;
    });

    it("names permission, thing and caller each time, and goes on once it is granted", async () => {
      const before = await everything();
      const denied = new Set(actions);
      const met: string[] = [];
      const unnamed: string[] = [];
      for (const { name, run } of steps("0001")) {
        for (;;) {
          await deny([...denied]);
          const error = await run().then(
            () => undefined,
            (failed: Error) => failed,
          );
          if (error === undefined) break;
          const said = /^(\w+:\w+).* is denied: a policy denies (\S+)( on arn:\S+)? to (\S+) explicitly/;
          const [, called, named = "", resource, who] = said.exec(error.message) ?? [];
          assert.ok(denied.delete(named), `${name}: ${error.message}`);
          assert.deepEqual([operations.includes(called ?? ""), who], [true, runner], error.message);
          if (resource === undefined) unnamed.push(named);
          met.push(named);
        }
      }
      assert.deepEqual([...denied], [], "each was called");
      assert.equal(met.length, actions.length);
      // What is to be made has no ARN yet.
      assert.deepEqual(unnamed, ["ec2:CreateSecurityGroup"]);
      assert.deepEqual(await everything(), before, "nothing is left");
      assert.equal((await environment.settings(plain)).RDS_PASSWORD, given().passwords.app);
    });
  });

  describe("because its answer is lost", () => {
    const creating = operations.filter((one) => /:(Create|Copy|Restore)/.test(one));

    it("takes over what was made, and nothing is doubled", async () => {
      const before = await everything();
      await given().sandbox.control("log", { clear: true });
      for (const action of operations) {
        const [service, operation] = action.split(":");
        const lost = { service, operation, code: "InternalFailure", status: 500, after: true };
        await given().sandbox.control("faults", lost);
      }
      const all = steps("0002");
      for (const { run } of all.slice(0, -1)) await run();
      const there = (await everything()).filter((one) => !before.includes(one));
      assert.deepEqual(there, [
        "group test-0002",
        "instance test-0002",
        "parameters test-0002-quarantine",
        "parameters test-0002-working",
        "snapshot test-0002-taken",
      ]);
      assert.equal((await environment.settings(plain)).PRODCOPY_GENERATION, "0002");
      await all.at(-1)?.run();
      assert.deepEqual(await everything(), before);
      const seen = await entries();
      for (const action of operations) {
        const calls = seen.filter((one) => `${one.service}:${one.operation}` === action);
        assert.ok(
          calls.some(({ status }) => status === 500),
          `${action} lost its answer`,
        );
      }
      assert.ok(creating.length > 5);
    });
  });

  it("no planted secret stands in what was said or logged", async () => {
    const text = JSON.stringify([lines, await entries()]);
    for (const secret of [...Object.values(given().passwords), "Pl4nted"]) assert.ok(!text.includes(secret));
    assert.ok((await carried("rds:DescribeDBInstances")) > 0);
  });
});
