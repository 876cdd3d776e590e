import * as assert from "node:assert/strict";
import { EC2Client } from "@aws-sdk/client-ec2";
import {
  CreateDBInstanceCommand,
  CreateDBParameterGroupCommand,
  DeleteDBInstanceCommand,
  DescribeDBInstanceAutomatedBackupsCommand,
  DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand,
  DescribeEventsCommand,
  ModifyDBInstanceCommand,
  ModifyDBParameterGroupCommand,
  RDSClient,
  RebootDBInstanceCommand,
  type DBInstance,
  type ModifyDBInstanceCommandInput,
} from "@aws-sdk/client-rds";
import {
  clientSettings,
  makeGroup,
  queryInstance,
  untilSettled,
  untilStatus,
  useSandbox,
} from "../support/sandbox";

describe("sandbox: RDS instances", function () {
  this.timeout(60_000);
  const sandbox = useSandbox();
  const login = { user: "shop_master", password: "first-password", database: "shop" };
  let rds: RDSClient;
  let ec2: EC2Client;
  let runnerGroup: string;
  let instance: DBInstance;

  const create = (id: string, more: object = {}) =>
    rds.send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: id,
        DBInstanceClass: "db.t4g.micro",
        Engine: "postgres",
        MasterUsername: login.user,
        MasterUserPassword: login.password,
        DBName: login.database,
        AllocatedStorage: 20,
        VpcSecurityGroupIds: [runnerGroup],
        ...more,
      }),
    );
  const modify = async (more: Omit<ModifyDBInstanceCommandInput, "DBInstanceIdentifier">) => {
    const answer = await rds.send(new ModifyDBInstanceCommand({ DBInstanceIdentifier: "prod", ...more }));
    return answer.DBInstance ?? {};
  };
  const hold = (state: string) => sandbox().control("states", { [state]: "hold" });
  const release = (state: string) => sandbox().control("states", { [state]: 0 });
  const refusal = (name: string, message: RegExp) => (error: Error) => {
    assert.equal(error.name, name);
    assert.match(error.message, message);
    return true;
  };

  before("an instance", async () => {
    rds = new RDSClient(clientSettings(sandbox()));
    ec2 = new EC2Client(clientSettings(sandbox()));
    runnerGroup = await makeGroup(ec2, "runner-only", ["127.0.0.1/32"]);
    await hold("creating");
    const made = await create("prod");
    assert.equal(made.DBInstance?.DBInstanceStatus, "creating");
    assert.equal(made.DBInstance?.Endpoint, undefined, "an instance that is being created has no endpoint");
    await release("creating");
    instance = await untilStatus(rds, "prod");
  });

  after(() => {
    rds?.destroy();
    ec2?.destroy();
  });

  it("refuses what RDS refuses: taken names, other versions, bad passwords, unknown groups", async () => {
    await assert.rejects(create("prod"), refusal("DBInstanceAlreadyExistsFault", /already exists/));
    await assert.rejects(create("x", { EngineVersion: "9.6" }), /Cannot find version 9.6/);
    await assert.rejects(create("x", { MasterUserPassword: "short" }), /shorter than 8 characters/);
    await assert.rejects(create("x", { MasterUserPassword: "with an @ in it" }), /not a valid password/);
    await assert.rejects(create("x", { VpcSecurityGroupIds: ["sg-0"] }), /Invalid security group/);
    await assert.rejects(create("x", { MasterUsername: "rdsadmin" }), /reserved word/);
    await assert.rejects(
      create("x", { DBParameterGroupName: "absent" }),
      refusal("DBParameterGroupNotFoundFault", /absent/),
    );
    const { DBInstances } = await rds.send(new DescribeDBInstancesCommand({}));
    assert.deepEqual(
      DBInstances?.map((each) => each.DBInstanceIdentifier),
      ["prod"],
    );
  });

  it("has a master user who is no superuser, with RDS's roles around it", async () => {
    const [roles] = await queryInstance<Record<string, boolean>>(
      sandbox(),
      instance,
      login,
      `select rolsuper as super, rolcreaterole as createrole, pg_has_role('rds_superuser', 'member') as rds_superuser,
         (select rolsuper from pg_roles where rolname = 'rdsadmin') as rdsadmin,
         exists(select from pg_roles where rolname = 'rds_iam') as rds_iam
       from pg_roles where rolname = current_user`,
    );
    assert.deepEqual(roles, {
      super: false,
      createrole: true,
      rds_superuser: true,
      rdsadmin: true,
      rds_iam: true,
    });
    await assert.rejects(
      queryInstance(sandbox(), instance, { ...login, user: "rdsadmin" }, "select 1"),
      { code: "28000" },
      "nobody logs in as rdsadmin",
    );
    await assert.rejects(queryInstance(sandbox(), instance, { ...login, password: "wrong" }, "select 1"), {
      code: "28P01",
    });
  });

  it("keeps the old password until the new one is applied, and refuses other changes meanwhile", async () => {
    await hold("resetting-master-credentials");
    const accepted = await modify({ MasterUserPassword: "second-password" });
    assert.equal(accepted.PendingModifiedValues?.MasterUserPassword, "****");
    await untilStatus(rds, "prod", "resetting-master-credentials");
    await queryInstance(sandbox(), instance, login, "select 1");
    await assert.rejects(
      modify({ BackupRetentionPeriod: 3, ApplyImmediately: true }),
      refusal("InvalidDBInstanceStateFault", /not in available state/),
    );
    await assert.rejects(
      rds.send(new RebootDBInstanceCommand({ DBInstanceIdentifier: "prod" })),
      refusal("InvalidDBInstanceStateFault", /in-progress management operation/),
    );
    await release("resetting-master-credentials");
    const settled = await untilSettled(rds, "prod");
    assert.deepEqual(settled.PendingModifiedValues, {});
    await assert.rejects(queryInstance(sandbox(), instance, login, "select 1"), { code: "28P01" });
    login.password = "second-password";
    await queryInstance(sandbox(), instance, login, "select 1");
  });

  it("leaves what waits for the maintenance window pending, until a change is applied immediately", async () => {
    await modify({ DBInstanceClass: "db.t4g.small" });
    const waiting = await untilStatus(rds, "prod");
    assert.equal(waiting.DBInstanceClass, "db.t4g.micro");
    assert.equal(waiting.PendingModifiedValues?.DBInstanceClass, "db.t4g.small");
    await modify({ ApplyImmediately: true });
    const applied = await untilSettled(rds, "prod");
    assert.equal(applied.DBInstanceClass, "db.t4g.small");
  });

  it("deletes automated backups when their retention becomes 0, and takes one when it is turned on", async () => {
    const automated = async () => {
      const found = await rds.send(
        new DescribeDBSnapshotsCommand({ DBInstanceIdentifier: "prod", SnapshotType: "automated" }),
      );
      const backups = await rds.send(
        new DescribeDBInstanceAutomatedBackupsCommand({ DbiResourceId: instance.DbiResourceId }),
      );
      return [found.DBSnapshots?.length, backups.DBInstanceAutomatedBackups?.length];
    };
    assert.deepEqual(await automated(), [1, 1]);
    await modify({ BackupRetentionPeriod: 0, ApplyImmediately: true });
    await untilSettled(rds, "prod");
    assert.deepEqual(await automated(), [0, 0]);
    await modify({ BackupRetentionPeriod: 7, ApplyImmediately: true });
    await untilSettled(rds, "prod");
    assert.deepEqual(await automated(), [1, 1]);
  });

  it("gives a parameter group to the server: dynamic values at once, static ones after the reboot", async () => {
    const show = async (name: string) => {
      const [row] = await queryInstance<{ value: string }>(
        sandbox(),
        instance,
        login,
        `select current_setting('${name}') as value`,
      );
      return row?.value;
    };
    const status = async () => {
      const { DBParameterGroups } = await untilStatus(rds, "prod");
      return DBParameterGroups?.map((group) => [group.DBParameterGroupName, group.ParameterApplyStatus]);
    };
    const parameter = (name: string, value: string, method: "immediate" | "pending-reboot") =>
      rds.send(
        new ModifyDBParameterGroupCommand({
          DBParameterGroupName: "quarantine",
          Parameters: [{ ParameterName: name, ParameterValue: value, ApplyMethod: method }],
        }),
      );
    const major = instance.EngineVersion?.split(".")[0];
    await rds.send(
      new CreateDBParameterGroupCommand({
        DBParameterGroupName: "quarantine",
        DBParameterGroupFamily: `postgres${major}`,
        Description: "nothing calls out",
      }),
    );
    await assert.rejects(parameter("no_such_parameter", "1", "immediate"), /Could not find parameter/);
    await assert.rejects(parameter("max_connections", "50", "immediate"), /static parameter/);
    await assert.rejects(parameter("archive_command", "true", "immediate"), /cannot be modified/);

    await parameter("max_logical_replication_workers", "0", "pending-reboot");
    await parameter("work_mem", "5120", "immediate");
    await modify({ DBParameterGroupName: "quarantine", ApplyImmediately: true });
    assert.deepEqual(await status(), [["quarantine", "pending-reboot"]]);
    assert.deepEqual([await show("max_logical_replication_workers"), await show("work_mem")], ["4", "4MB"]);

    await rds.send(new RebootDBInstanceCommand({ DBInstanceIdentifier: "prod" }));
    await untilStatus(rds, "prod");
    assert.deepEqual(await status(), [["quarantine", "in-sync"]]);
    assert.deepEqual([await show("max_logical_replication_workers"), await show("work_mem")], ["0", "5MB"]);

    await parameter("work_mem", "6144", "immediate");
    await untilSettled(rds, "prod");
    assert.equal(await show("work_mem"), "6MB");
    assert.deepEqual(await status(), [["quarantine", "in-sync"]]);
  });

  it("tells what happened", async () => {
    const { Events } = await rds.send(
      new DescribeEventsCommand({ SourceType: "db-instance", SourceIdentifier: "prod" }),
    );
    const messages = Events?.map((event) => event.Message) ?? [];
    assert.ok(messages.includes("DB instance created"));
    assert.ok(messages.includes("Reset master credentials"));
    assert.ok(messages.includes("DB instance restarted"));
    assert.ok(!JSON.stringify(Events).includes("second-password"));
  });

  it("deletes an instance only when nothing speaks against it, and its data with it", async () => {
    const remove = (more: object) =>
      rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier: "prod", ...more }));
    await modify({ DeletionProtection: true });
    await untilSettled(rds, "prod");
    await assert.rejects(remove({ SkipFinalSnapshot: true }), /Cannot delete protected DB Instance/);
    await modify({ DeletionProtection: false });
    await untilSettled(rds, "prod");
    await assert.rejects(remove({}), /FinalDBSnapshotIdentifier is required/);

    await hold("deleting");
    const going = await remove({ SkipFinalSnapshot: true });
    assert.equal(going.DBInstance?.DBInstanceStatus, "deleting");
    await assert.rejects(remove({ SkipFinalSnapshot: true }), /already being deleted/);
    await release("deleting");
    await assert.rejects(
      untilStatus(rds, "prod", "gone"),
      refusal("DBInstanceNotFoundFault", /prod not found/),
    );
    const { DBSnapshots } = await rds.send(new DescribeDBSnapshotsCommand({}));
    assert.deepEqual(DBSnapshots, [], "automated backups go with their instance");
    assert.deepEqual(await sandbox().control("instances"), []);
  });
});
