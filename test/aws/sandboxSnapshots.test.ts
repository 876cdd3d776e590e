import * as assert from "node:assert/strict";
import { EC2Client, AuthorizeSecurityGroupIngressCommand } from "@aws-sdk/client-ec2";
import {
  CopyDBSnapshotCommand,
  CreateDBInstanceCommand,
  CreateDBSnapshotCommand,
  DeleteDBSnapshotCommand,
  DescribeDBSnapshotsCommand,
  ModifyDBSnapshotAttributeCommand,
  RDSClient,
  RestoreDBInstanceFromDBSnapshotCommand,
  type DBInstance,
  type DBSnapshot,
} from "@aws-sdk/client-rds";
import { seedSample } from "../../scripts/sandbox/sample";
import {
  clientSettings,
  makeGroup,
  otherAccount,
  otherAccountSettings,
  queryInstance,
  untilSettled,
  untilStatus,
  useSandbox,
} from "../support/sandbox";

describe("sandbox: RDS snapshots and security groups", function () {
  this.timeout(60_000);
  const sandbox = useSandbox();
  const master = { user: "federation_admin", password: "production-password", database: "federation" };
  let rds: RDSClient;
  let stranger: RDSClient;
  let ec2: EC2Client;
  let runnerGroup: string;
  let production: DBInstance;
  let appPassword: string;

  const snapshot = async (id: string, client = rds): Promise<DBSnapshot | undefined> => {
    const found = await client.send(new DescribeDBSnapshotsCommand({ DBSnapshotIdentifier: id }));
    return found.DBSnapshots?.[0];
  };
  const untilTaken = async (id: string, client = rds): Promise<DBSnapshot> => {
    for (;;) {
      const seen = await snapshot(id, client);
      if (seen?.Status === "available") return seen;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const take = (id: string) =>
    rds.send(new CreateDBSnapshotCommand({ DBInstanceIdentifier: "prod", DBSnapshotIdentifier: id }));
  const restore = (id: string, from: string, client = rds, more: object = {}) =>
    client.send(
      new RestoreDBInstanceFromDBSnapshotCommand({
        DBInstanceIdentifier: id,
        DBSnapshotIdentifier: from,
        ...more,
      }),
    );
  const isAbsent = { name: "DBSnapshotNotFoundFault" };

  before("production, with the sample in it, and another account", async () => {
    rds = new RDSClient(clientSettings(sandbox()));
    ec2 = new EC2Client(clientSettings(sandbox()));
    stranger = new RDSClient(await otherAccountSettings(sandbox()));
    runnerGroup = await makeGroup(ec2, "runner-only", ["127.0.0.1/32"]);
    await rds.send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: "prod",
        DBInstanceClass: "db.t4g.micro",
        Engine: "postgres",
        MasterUsername: master.user,
        MasterUserPassword: master.password,
        AllocatedStorage: 20,
        VpcSecurityGroupIds: [runnerGroup],
      }),
    );
    production = await untilStatus(rds, "prod");
    appPassword = (await seedSample(sandbox(), "prod", 20)).app;
    await take("first");
    await untilTaken("first");
    await untilStatus(rds, "prod");
  });

  after(() => {
    for (const client of [rds, stranger, ec2]) client?.destroy();
  });

  it("refuses a taken identifier, more than the quota, and what is not there", async () => {
    await assert.rejects(take("first"), { name: "DBSnapshotAlreadyExistsFault" });
    await sandbox().control("limits", { "manual-snapshots": 1 });
    await assert.rejects(take("second"), { name: "SnapshotQuotaExceededFault" });
    await sandbox().control("limits", { "manual-snapshots": 100 });
    await assert.rejects(snapshot("absent"), isAbsent);
    await assert.rejects(restore("copy", "absent"), isAbsent);
    await assert.rejects(restore("prod", "first"), { name: "DBInstanceAlreadyExistsFault" });
    const [automated] =
      (await rds.send(new DescribeDBSnapshotsCommand({ SnapshotType: "automated" }))).DBSnapshots ?? [];
    assert.match(automated?.DBSnapshotIdentifier ?? "", /^rds:prod-\d{4}(-\d\d){4}$/);
    const DBSnapshotIdentifier = automated?.DBSnapshotIdentifier;
    await assert.rejects(rds.send(new DeleteDBSnapshotCommand({ DBSnapshotIdentifier })), {
      name: "InvalidDBSnapshotStateFault",
    });
  });

  it("is being taken for a while, and cannot be restored or deleted before it is whole", async () => {
    await sandbox().control("states", { "backing-up": "hold" });
    const begun = await take("slow");
    assert.equal(begun.DBSnapshot?.Status, "creating");
    assert.equal(begun.DBSnapshot?.SnapshotCreateTime, undefined);
    await untilStatus(rds, "prod", "backing-up");
    await assert.rejects(take("another"), { name: "InvalidDBInstanceStateFault" });
    await assert.rejects(restore("copy", "slow"), { name: "InvalidDBSnapshotStateFault" });
    await sandbox().control("states", { "backing-up": 0 });
    const taken = await untilTaken("slow");
    assert.equal(taken.PercentProgress, 100);
    await untilStatus(rds, "prod");
  });

  it("does not exist for another account until it is shared, and is copied there under its own name", async () => {
    const arn = (await snapshot("first"))?.DBSnapshotArn ?? "";
    await assert.rejects(snapshot(arn, stranger), isAbsent);
    await assert.rejects(restore("theirs", arn, stranger), isAbsent);
    await rds.send(
      new ModifyDBSnapshotAttributeCommand({
        DBSnapshotIdentifier: "first",
        AttributeName: "restore",
        ValuesToAdd: [otherAccount],
      }),
    );
    assert.equal((await snapshot(arn, stranger))?.SnapshotType, "shared");
    await stranger.send(
      new CopyDBSnapshotCommand({ SourceDBSnapshotIdentifier: arn, TargetDBSnapshotIdentifier: "ours-now" }),
    );
    const copied = await untilTaken("ours-now", stranger);
    assert.equal(copied.SourceDBSnapshotIdentifier, arn);
    await assert.rejects(snapshot("ours-now"), isAbsent, "the owner of the source does not see the copy");
    await restore("theirs", arn, stranger);
    assert.equal((await untilStatus(stranger, "theirs")).MasterUsername, master.user);
  });

  it("becomes encrypted only by being copied with a key", async () => {
    assert.equal((await snapshot("first"))?.Encrypted, false);
    await rds.send(
      new CopyDBSnapshotCommand({
        SourceDBSnapshotIdentifier: "first",
        TargetDBSnapshotIdentifier: "encrypted",
        KmsKeyId: "alias/aws/rds",
      }),
    );
    const copied = await untilTaken("encrypted");
    assert.equal(copied.Encrypted, true);
    assert.match(copied.KmsKeyId ?? "", /^arn:aws:kms:/);
    const share = rds.send(
      new ModifyDBSnapshotAttributeCommand({
        DBSnapshotIdentifier: "encrypted",
        AttributeName: "restore",
        ValuesToAdd: [otherAccount],
      }),
    );
    await assert.rejects(share, /AWS managed key aws\/rds cannot be shared/);
  });

  it("restores roles, passwords and rows into another instance, which nobody reaches by production's groups", async () => {
    await restore("copy", "first");
    const born = await untilStatus(rds, "copy");
    assert.notEqual(born.DbiResourceId, production.DbiResourceId);
    assert.notEqual(born.Endpoint?.Address, production.Endpoint?.Address);
    assert.notDeepEqual(born.VpcSecurityGroups, production.VpcSecurityGroups);
    const count = "select count(*)::int as members from member";
    await assert.rejects(queryInstance(sandbox(), born, master, count), { code: "ECONNRESET" });

    const open = await makeGroup(ec2, "copy", ["127.0.0.1/32"]);
    await restore("copy-2", "first", rds, { VpcSecurityGroupIds: [open] });
    const copy = await untilSettled(rds, "copy-2");
    const before = await queryInstance<{ members: number }>(sandbox(), production, master, count);
    assert.ok((before[0]?.members ?? 0) >= 20);
    assert.deepEqual(await queryInstance(sandbox(), copy, master, count), before);
    const app = { user: "federation_app", password: appPassword, database: "federation" };
    assert.deepEqual(await queryInstance(sandbox(), copy, app, count), before);
    const identity = "select system_identifier::text as id from pg_control_system()";
    assert.deepEqual(
      await queryInstance(sandbox(), copy, master, identity),
      await queryInstance(sandbox(), production, master, identity),
      "a physical copy keeps the system identifier",
    );
  });

  it("admits an application only when a rule names its security group", async () => {
    const applicationGroup = await makeGroup(ec2, "application", []);
    const { address } = await sandbox().control<{ address: string }>("callers", {
      name: "application",
      groups: [applicationGroup],
    });
    const open = await makeGroup(ec2, "quarantine", ["127.0.0.1/32"]);
    await restore("quarantined", "first", rds, { VpcSecurityGroupIds: [open] });
    const copy = await untilSettled(rds, "quarantined");
    const asRunner = () => queryInstance(sandbox(), copy, master, "select 1 as one");
    const asApplication = () =>
      queryInstance(sandbox(), copy, { ...master, from: address }, "select 1 as one");
    assert.deepEqual(await asRunner(), [{ one: 1 }]);
    await assert.rejects(asApplication(), { code: "ECONNRESET" });
    await ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId: open,
        IpPermissions: [
          {
            IpProtocol: "tcp",
            FromPort: 5432,
            ToPort: 5432,
            UserIdGroupPairs: [{ GroupId: applicationGroup }],
          },
        ],
      }),
    );
    assert.deepEqual(await asApplication(), [{ one: 1 }]);
  });
});
