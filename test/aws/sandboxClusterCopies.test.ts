import assert from "node:assert/strict";
import { RDS } from "@aws-sdk/client-rds";
import { clientSettings, makeKey, otherAccount, otherAccountSettings, untilStatus } from "../support/sandbox";
import { addInstance, describeCluster, untilCluster, untilTaken } from "../support/sandboxClusters";
import { ask, useShop } from "../support/sandboxShop";

describe("sandbox: snapshots and clones of Aurora clusters", function () {
  this.timeout(90_000);
  const shop = useShop();
  const hold = (state: string) => shop().sandbox.control("states", { [state]: "hold" });
  const release = (state: string) => shop().sandbox.control("states", { [state]: 0 });

  it("a snapshot keeps the cluster busy; restored it is another cluster, sealed, without an instance", async () => {
    await hold("backing-up");
    await shop().rds.createDBClusterSnapshot({
      DBClusterIdentifier: "shop",
      DBClusterSnapshotIdentifier: "friday",
      Tags: [{ Key: "purpose", Value: "copy" }],
    });
    await assert.rejects(
      shop().rds.createDBClusterSnapshot({
        DBClusterIdentifier: "shop",
        DBClusterSnapshotIdentifier: "again",
      }),
      /isn't currently in the available state/,
    );
    const restore = (more: object = {}) =>
      shop().rds.restoreDBClusterFromSnapshot({
        DBClusterIdentifier: "copy",
        SnapshotIdentifier: "friday",
        Engine: "aurora-postgresql",
        ...more,
      });
    await assert.rejects(restore(), { name: "InvalidDBClusterSnapshotStateFault" });
    await release("backing-up");
    const taken = await untilTaken(shop().rds, "friday");
    assert.deepEqual(taken.TagList, [{ Key: "purpose", Value: "copy" }]);
    assert.equal(taken.KmsKeyId, shop().cluster.KmsKeyId);
    await ask(shop(), shop().cluster.Endpoint, "insert into customer values ('after friday')");
    await restore({ Tags: [{ Key: "copy", Value: "yes" }] });
    const copy = await untilCluster(shop().rds, "copy");
    assert.notEqual(copy.DbClusterResourceId, shop().cluster.DbClusterResourceId);
    assert.notEqual(copy.DBClusterParameterGroup, shop().group);
    assert.deepEqual(copy.DBClusterMembers, []);
    assert.deepEqual(copy.TagList, [{ Key: "copy", Value: "yes" }]);
    await addInstance(shop().rds, "copy-1", "copy");
    await untilStatus(shop().rds, "copy-1");
    await assert.rejects(ask(shop(), copy.Endpoint, "select 1"), { code: "ECONNRESET" });
    await shop().rds.modifyDBCluster({
      DBClusterIdentifier: "copy",
      VpcSecurityGroupIds: [shop().runnerGroup],
    });
    await untilCluster(shop().rds, "copy");
    assert.deepEqual(await ask(shop(), copy.Endpoint, "select name from customer"), [{ name: "Rosalind" }]);
  });

  it("is shared with another account under a customer managed key alone, and restored there under its own", async () => {
    const share = (id: string, whom = otherAccount) =>
      shop().rds.modifyDBClusterSnapshotAttribute({
        DBClusterSnapshotIdentifier: id,
        AttributeName: "restore",
        ValuesToAdd: [whom],
      });
    await assert.rejects(share("friday"), /AWS managed key aws\/rds cannot be shared/);
    const key = await makeKey(shop().sandbox, clientSettings(shop().sandbox));
    await shop().rds.copyDBClusterSnapshot({
      SourceDBClusterSnapshotIdentifier: "friday",
      TargetDBClusterSnapshotIdentifier: "shared",
      KmsKeyId: key,
    });
    const copied = await untilTaken(shop().rds, "shared");
    assert.equal(copied.KmsKeyId, key);
    const settings = await otherAccountSettings(shop().sandbox);
    const theirs = new RDS(settings);
    const seen = async () => {
      const asked = { SnapshotType: "shared", IncludeShared: true };
      return (await theirs.describeDBClusterSnapshots(asked)).DBClusterSnapshots ?? [];
    };
    assert.deepEqual(await seen(), []);
    await assert.rejects(share("shared", "all"), /cannot be made public/);
    await share("shared");
    assert.deepEqual(
      (await seen()).map((one) => [one.DBClusterSnapshotIdentifier, one.SnapshotType]),
      [[copied.DBClusterSnapshotArn, "shared"]],
    );
    await assert.rejects(
      theirs.copyDBClusterSnapshot({
        SourceDBClusterSnapshotIdentifier: copied.DBClusterSnapshotArn,
        TargetDBClusterSnapshotIdentifier: "ours",
      }),
      /a KMS key of this account is needed/,
    );
    const own = await makeKey(shop().sandbox, settings);
    const { DBCluster: restored } = await theirs.restoreDBClusterFromSnapshot({
      DBClusterIdentifier: "theirs",
      SnapshotIdentifier: copied.DBClusterSnapshotArn,
      Engine: "aurora-postgresql",
      KmsKeyId: own,
    });
    assert.deepEqual([restored?.StorageEncrypted, restored?.KmsKeyId], [true, own]);
    theirs.destroy();
  });

  it("a clone is a copy of the running cluster, and of nothing that comes after", async () => {
    const clone = (more: object) =>
      shop().rds.restoreDBClusterToPointInTime({
        DBClusterIdentifier: "clone",
        SourceDBClusterIdentifier: "shop",
        RestoreType: "copy-on-write",
        VpcSecurityGroupIds: [shop().runnerGroup],
        ...more,
      });
    await assert.rejects(clone({ RestoreToTime: new Date() }), /RestoreToTime/);
    await clone({ UseLatestRestorableTime: true });
    const made = await untilCluster(shop().rds, "clone");
    assert.equal(made.CloneGroupId, (await describeCluster(shop().rds, "shop")).CloneGroupId);
    assert.notEqual(made.DbClusterResourceId, shop().cluster.DbClusterResourceId);
    await ask(shop(), shop().cluster.Endpoint, "insert into customer values ('after the clone')");
    await shop().rds.modifyDBCluster({ DBClusterIdentifier: "clone", MasterUserPassword: "clone-password" });
    await untilCluster(shop().rds, "clone");
    await addInstance(shop().rds, "clone-1", "clone");
    await untilStatus(shop().rds, "clone-1");
    assert.deepEqual(
      await ask(shop(), made.Endpoint, "select count(*)::int as n from customer", {
        password: "clone-password",
      }),
      [{ n: 2 }],
      "a password that was set before there was an instance is the clone's alone",
    );
    await assert.rejects(ask(shop(), made.Endpoint, "select 1"), { code: "28P01" });
  });
});
