import assert from "node:assert/strict";
import { makeEnvironment, plain, type AwsEnvironment } from "../support/awsEnvironment";
import { production, useAwsProduction } from "../support/awsProduction";
import { askServer, AwsStages } from "../support/awsStages";
import { describeCluster } from "../support/sandboxClusters";

describe("aws: the stages on an Aurora cluster, and back", function () {
  this.timeout(240_000);
  const given = useAwsProduction(200, {}, "cluster");
  const stages = new AwsStages(given);
  let environment: AwsEnvironment;
  const masterLogin = () => ({ user: stages.from.adminUser, password: given().passwords.master });

  it("snapshot: pins the latest of the cluster, and takes a safety snapshot first", async () => {
    const { details } = await stages.snapshot();
    assert.equal(stages.snapshotId, given().snapshot);
    assert.equal(details?.snapshot?.safetySnapshotId, `test-safety-${stages.generation}`);
  });

  it("restore: a cluster with one instance, shut, with the quarantine in its cluster parameter group", async () => {
    await stages.restore();
    const { copyId, resourceId } = stages.from;
    assert.match(resourceId, /^cluster-/);
    const cluster = await describeCluster(given().rds, copyId);
    assert.deepEqual(
      cluster.DBClusterMembers?.map((one) => [one.DBInstanceIdentifier, one.DBClusterParameterGroupStatus]),
      [[`${copyId}-1`, "in-sync"]],
    );
    assert.equal(cluster.DBClusterParameterGroup, `${copyId}-quarantine`);
    assert.match(stages.evidenceOf(/shut: nobody may come in/), /lets in nobody, and nothing out/);
    assert.match(stages.evidenceOf(/Backups of the copy go with it/), /Aurora keeps 1 day of backups/);
    await assert.rejects(stages.askCopy(masterLogin()), /ECONNRESET|terminated|timeout/);
  });

  it("rotate, isolate, verify: with production's credential, as on an instance", async () => {
    const secret = await given().makeProductionSecret();
    const platform = given().platformWith({ productionCredential: { secret } });
    const { notProven } = await stages.rotate(platform);
    assert.doesNotMatch(notProven?.join(" ") ?? "", /credential/);
    assert.match(stages.evidenceOf(/administrator has a new password/), /nothing pending/);
    await assert.rejects(stages.askCopy(masterLogin()), { code: "28P01" });
    const there = await given().platform.production(production);
    assert.deepEqual(await askServer(given(), there, masterLogin()), [{ one: 1 }]);
    await stages.isolate();
    await stages.verify(platform);
    assert.match(stages.evidenceOf(/marker written to the copy/), /seen on the copy, not on production/);
  });

  it("sanitise and migrate", async () => {
    await stages.sanitise();
    assert.match(stages.evidenceOf(/out of everybody's reach/), /storage of cluster-\w+ is encrypted/);
    const { details } = await stages.migrate();
    assert.equal(details?.migrations?.length, 3);
  });

  it("open: the working cluster parameter group, and the application alone", async () => {
    await stages.openForTheApplicationAlone();
    await stages.openAgain();
  });

  it("claim and switch: Test stands on the cluster's endpoint, healthy", async () => {
    environment = await makeEnvironment(given());
    await stages.claimAndSwitch();
    assert.equal((await environment.settings(plain)).RDS_HOSTNAME, stages.from.host);
    assert.equal(await environment.health(), "Green");
  });

  it("sweep removes the cluster, its instance, its groups and secrets, and leaves production and its snapshots", async () => {
    const { platform, rds } = given();
    const { copyId } = stages.from;
    const removed = await platform.sweep("test", () => undefined);
    for (const name of [
      `copy ${copyId}`,
      `parameter group ${copyId}-quarantine`,
      `parameter group ${copyId}-working`,
      `secret ${copyId}/admin`,
      `security group ${copyId}`,
    ]) {
      assert.ok(removed.includes(name), removed.join());
    }
    const { RDS_HOSTNAME } = await environment.settings(plain);
    assert.equal(RDS_HOSTNAME, environment.before.RDS_HOSTNAME);
    const { DBClusters = [] } = await rds.describeDBClusters({});
    assert.deepEqual(DBClusters.map((one) => one.DBClusterIdentifier).sort(), ["old-test", production]);
    const { DBInstances = [] } = await rds.describeDBInstances({});
    assert.deepEqual(DBInstances.map((one) => one.DBInstanceIdentifier).sort(), [
      "old-test-1",
      `${production}-1`,
    ]);
    const { DBClusterSnapshots = [] } = await rds.describeDBClusterSnapshots({ SnapshotType: "manual" });
    assert.deepEqual(
      DBClusterSnapshots.map((one) => one.DBClusterSnapshotIdentifier),
      [`test-safety-${stages.generation}`],
    );
    assert.deepEqual(await platform.sweep("test", () => undefined), []);
  });
});
