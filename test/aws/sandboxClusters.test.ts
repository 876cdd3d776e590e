import assert from "node:assert/strict";
import { untilStatus } from "../support/sandbox";
import {
  addInstance,
  describeCluster,
  family,
  setting,
  untilCluster,
  untilGone,
  untilTaken,
} from "../support/sandboxClusters";
import { ask, show, useShop } from "../support/sandboxShop";

describe("sandbox: Aurora clusters", function () {
  this.timeout(90_000);
  const shop = useShop();
  const hold = (state: string) => shop().sandbox.control("states", { [state]: "hold" });
  const release = (state: string) => shop().sandbox.control("states", { [state]: 0 });

  it("has a writer that takes the cluster's parameters, and its instances' own over them", async () => {
    assert.match(shop().cluster.DbClusterResourceId ?? "", /^cluster-[A-Z0-9]{26}$/);
    assert.deepEqual(
      shop().cluster.DBClusterMembers?.map((one) => [
        one.DBInstanceIdentifier,
        one.IsClusterWriter,
        one.DBClusterParameterGroupStatus,
      ]),
      [["shop-1", true, "in-sync"]],
    );
    assert.deepEqual(shop().cluster.TagList, [{ Key: "team", Value: "shop" }]);
    assert.equal(await show(shop(), "max_locks_per_transaction"), "77");
    await shop().rds.createDBParameterGroup({
      DBParameterGroupName: "writer",
      DBParameterGroupFamily: await family(shop().rds),
      Description: "of the writer",
    });
    await shop().rds.modifyDBParameterGroup({
      DBParameterGroupName: "writer",
      Parameters: [setting("work_mem", "9MB")],
    });
    await shop().rds.modifyDBInstance({ DBInstanceIdentifier: "shop-1", DBParameterGroupName: "writer" });
    await shop().rds.rebootDBInstance({ DBInstanceIdentifier: "shop-1" });
    await untilStatus(shop().rds, "shop-1");
    assert.equal(await show(shop(), "work_mem"), "9MB");
    assert.equal(await show(shop(), "log_statement"), "ddl");
  });

  it("changes of the cluster's group arrive at once or with the reboot, and it stays while it is used", async () => {
    await shop().rds.modifyDBClusterParameterGroup({
      DBClusterParameterGroupName: shop().group,
      Parameters: [setting("max_locks_per_transaction", "88"), setting("statement_timeout", "60000")],
    });
    const status = async () =>
      (await describeCluster(shop().rds, "shop")).DBClusterMembers?.[0]?.DBClusterParameterGroupStatus;
    assert.equal(await status(), "pending-reboot");
    while ((await show(shop(), "statement_timeout")) !== "1min") {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.equal(await show(shop(), "max_locks_per_transaction"), "77");
    await shop().rds.rebootDBInstance({ DBInstanceIdentifier: "shop-1" });
    await untilStatus(shop().rds, "shop-1");
    assert.equal(await status(), "in-sync");
    assert.equal(await show(shop(), "max_locks_per_transaction"), "88");
    await assert.rejects(
      shop().rds.deleteDBClusterParameterGroup({ DBClusterParameterGroupName: shop().group }),
      {
        name: "InvalidDBParameterGroupStateFault",
      },
    );
  });

  it("a reader shows the writer's rows and takes none; the readers' endpoint leads to it", async () => {
    await addInstance(shop().rds, "shop-2", "shop");
    const reader = await untilStatus(shop().rds, "shop-2");
    const text = "select name, pg_is_in_recovery() as reader from customer";
    const row = { name: "Rosalind", reader: true };
    assert.deepEqual(await ask(shop(), reader.Endpoint?.Address, text), [row]);
    assert.deepEqual(await ask(shop(), shop().cluster.ReaderEndpoint, text), [row]);
    assert.deepEqual(await ask(shop(), shop().cluster.Endpoint, text), [{ ...row, reader: false }]);
    await assert.rejects(ask(shop(), reader.Endpoint?.Address, "delete from customer"), { code: "25006" });
    await assert.rejects(
      shop().rds.deleteDBInstance({ DBInstanceIdentifier: "shop-1", SkipFinalSnapshot: true }),
      /delete the readers before the writer/,
    );
    await shop().rds.deleteDBInstance({ DBInstanceIdentifier: "shop-2" });
    await untilGone(() => shop().rds.describeDBInstances({ DBInstanceIdentifier: "shop-2" }));
    assert.deepEqual(await ask(shop(), shop().cluster.ReaderEndpoint, text), [{ ...row, reader: false }]);
  });

  it("refuses for an instance what its cluster decides, and for a cluster what Aurora does not have", async () => {
    const modify = (more: object) => shop().rds.modifyDBInstance({ DBInstanceIdentifier: "shop-1", ...more });
    await assert.rejects(modify({ MasterUserPassword: "another-password" }), /is a member of a cluster/);
    await assert.rejects(modify({ BackupRetentionPeriod: 0 }), /is a member of a cluster/);
    await assert.rejects(modify({ VpcSecurityGroupIds: [shop().runnerGroup] }), /is a member of a cluster/);
    await assert.rejects(
      shop().rds.createDBSnapshot({ DBInstanceIdentifier: "shop-1", DBSnapshotIdentifier: "no" }),
      /use the CreateDBClusterSnapshot API/,
    );
    await assert.rejects(
      shop().rds.modifyDBCluster({ DBClusterIdentifier: "shop", BackupRetentionPeriod: 0 }),
      /between 1 and 35/,
    );
    await assert.rejects(
      shop().rds.modifyDBCluster({ DBClusterIdentifier: "shop", MasterUserPassword: "x".repeat(42) }),
      /not a valid password/,
    );
    await assert.rejects(addInstance(shop().rds, "odd", "shop", { Engine: "postgres" }), /engine/i);
    await assert.rejects(addInstance(shop().rds, "odd", "absent"), { name: "DBClusterNotFoundFault" });
  });

  it("keeps the old password until the new one is applied", async () => {
    await hold("resetting-master-credentials");
    const password = "another-password";
    const asked = { DBClusterIdentifier: "shop", MasterUserPassword: password };
    const { DBCluster: begun } = await shop().rds.modifyDBCluster(asked);
    assert.equal(begun?.PendingModifiedValues?.MasterUserPassword, "****");
    await untilCluster(shop().rds, "shop", "resetting-master-credentials");
    await assert.rejects(shop().rds.modifyDBCluster(asked), { name: "InvalidDBClusterStateFault" });
    assert.equal((await ask(shop(), shop().cluster.Endpoint, "select 1")).length, 1);
    await release("resetting-master-credentials");
    await untilCluster(shop().rds, "shop");
    await assert.rejects(ask(shop(), shop().cluster.Endpoint, "select 1"), { code: "28P01" });
    shop().login.password = password;
    assert.equal((await ask(shop(), shop().cluster.Endpoint, "select 1")).length, 1);
    const { Events } = await shop().rds.describeEvents({
      SourceIdentifier: "shop",
      SourceType: "db-cluster",
    });
    assert.ok(Events?.some(({ Message }) => Message === "Reset master credentials"));
  });

  it("is deleted only when nothing speaks against it, its volume staying as long as it does", async () => {
    const remove = (more: object = {}) =>
      shop().rds.deleteDBCluster({ DBClusterIdentifier: "shop", SkipFinalSnapshot: true, ...more });
    await shop().rds.modifyDBCluster({ DBClusterIdentifier: "shop", DeletionProtection: true });
    await untilCluster(shop().rds, "shop");
    await assert.rejects(remove(), /disable deletion protection/);
    await shop().rds.modifyDBCluster({ DBClusterIdentifier: "shop", DeletionProtection: false });
    await untilCluster(shop().rds, "shop");
    await assert.rejects(remove(), /still contains DB instances in non-deleting state/);
    await shop().rds.deleteDBInstance({ DBInstanceIdentifier: "shop-1" });
    await untilGone(() => shop().rds.describeDBInstances({ DBInstanceIdentifier: "shop-1" }));
    await addInstance(shop().rds, "shop-2", "shop");
    await untilStatus(shop().rds, "shop-2");
    assert.deepEqual(await ask(shop(), shop().cluster.Endpoint, "select name from customer"), [
      { name: "Rosalind" },
    ]);
    await shop().sandbox.control("backup", { id: "shop" });
    const automated = async () => {
      const { DBClusterSnapshots } = await shop().rds.describeDBClusterSnapshots({
        SnapshotType: "automated",
      });
      return DBClusterSnapshots?.map((one) => one.DBClusterSnapshotIdentifier ?? "") ?? [];
    };
    assert.match((await automated()).join(), /^rds:shop-\d{4}(-\d\d){4}$/);
    await shop().rds.deleteDBInstance({ DBInstanceIdentifier: "shop-2" });
    await assert.rejects(remove({ SkipFinalSnapshot: false }), /must be specified/);
    await remove({ SkipFinalSnapshot: false, FinalDBSnapshotIdentifier: "last" });
    await untilGone(() => describeCluster(shop().rds, "shop"));
    assert.deepEqual(await automated(), []);
    assert.equal((await untilTaken(shop().rds, "last")).DBClusterIdentifier, "shop");
  });
});
