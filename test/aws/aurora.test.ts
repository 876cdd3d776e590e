import assert from "node:assert/strict";
import type { RestoreRequest } from "../../platforms/platform";
import { makeEnvironment, environmentName } from "../support/awsEnvironment";
import { label, production, quiet, useAwsProduction } from "../support/awsProduction";
import { makeServer } from "../support/awsServers";
import { clientSettings, makeKey } from "../support/sandbox";
import { describeCluster, family, setting } from "../support/sandboxClusters";
import { sandboxInstance, withRdsAdmin } from "../../scripts/sandbox/sample";
import { rows, run } from "../../postgres/connection";

describe("aws: Aurora clusters, cloned, killed on the way, under another key", function () {
  this.timeout(120_000);
  const given = useAwsProduction(0, {}, "cluster");
  const request = (copyId: string, more: Partial<RestoreRequest> = {}): RestoreRequest => ({
    snapshotId: given().snapshot,
    source: production,
    copyId,
    label: label(copyId.split("-")[1]!),
    ...more,
  });
  const fault = (operation: string, more: object = {}) =>
    given().sandbox.control("faults", {
      service: "rds",
      operation,
      code: "AccessDenied",
      status: 403,
      ...more,
    });
  const cluster = (id: string) => describeCluster(given().rds, id);
  const within = async <T>(id: string, text: string): Promise<T[]> => {
    const server = await sandboxInstance(given().sandbox, `${id}-1`);
    return withRdsAdmin(server, "federation", (session) => rows(session, "look", text) as Promise<T[]>);
  };
  afterEach(() => given().sandbox.control("faults", { clear: true }));

  it("a restore that was killed before its instance is taken over, and given one", async () => {
    const { platform } = given();
    await fault("CreateDBInstance");
    await assert.rejects(
      platform.restore(request("test-0001"), quiet),
      /lacks the permission rds:CreateDBInstance/,
    );
    const begun = await cluster("test-0001");
    assert.deepEqual(begun.DBClusterMembers, []);
    assert.equal(begun.BackupRetentionPeriod, 1, "production keeps a week of backups");
    const lines: string[] = [];
    const { value } = await platform.restore(request("test-0001"), (line) => lines.push(line));
    assert.match(lines[0] ?? "", /taking over test-0001/);
    assert.equal(value.resourceId, begun.DbClusterResourceId);
    assert.deepEqual(
      (await cluster("test-0001")).DBClusterMembers?.map((one) => one.DBInstanceIdentifier),
      ["test-0001-1"],
    );
  });

  it("a restore that was killed after its instance was asked for ends the same, and asks for no second one", async () => {
    const { platform } = given();
    await fault("CreateDBInstance", { after: true });
    await assert.rejects(platform.restore(request("test-0002"), quiet), /lacks the permission/);
    await platform.restore(request("test-0002"), quiet);
    assert.equal((await cluster("test-0002")).DBClusterMembers?.length, 1);
    const swept = await platform.sweep("test", quiet);
    assert.ok(swept.includes("copy test-0001") && swept.includes("copy test-0002"), swept.join());
  });

  it("a cluster without an instance, which a killed restore left, is swept", async () => {
    const { platform, rds } = given();
    await fault("CreateDBInstance");
    await assert.rejects(platform.restore(request("test-0003"), quiet));
    assert.ok((await platform.sweep("test", quiet)).includes("copy test-0003"));
    const { DBClusters = [] } = await rds.describeDBClusters({});
    assert.deepEqual(
      DBClusters.map((one) => one.DBClusterIdentifier),
      [production],
    );
    const { DBClusterParameterGroups = [] } = await rds.describeDBClusterParameterGroups({});
    assert.ok(
      DBClusterParameterGroups.every((one) => one.DBClusterParameterGroupName?.startsWith("default.")),
    );
  });

  it("takes over what production's instance sets itself, above what its cluster sets", async () => {
    const { platform, rds } = given();
    const named = { DBParameterGroupFamily: await family(rds), Description: "production's" };
    await rds.createDBClusterParameterGroup({ ...named, DBClusterParameterGroupName: "of-the-cluster" });
    await rds.modifyDBClusterParameterGroup({
      DBClusterParameterGroupName: "of-the-cluster",
      Parameters: [setting("max_connections", "41"), setting("intervalstyle", "iso_8601")],
    });
    await rds.createDBParameterGroup({ ...named, DBParameterGroupName: "of-the-writer" });
    await rds.modifyDBParameterGroup({
      DBParameterGroupName: "of-the-writer",
      Parameters: [setting("max_connections", "43")],
    });
    await rds.modifyDBCluster({
      DBClusterIdentifier: production,
      DBClusterParameterGroupName: "of-the-cluster",
    });
    await rds.modifyDBInstance({
      DBInstanceIdentifier: `${production}-1`,
      DBParameterGroupName: "of-the-writer",
    });
    await platform.restore(request("test-0004"), quiet);
    const values = (name: string) =>
      within<Record<string, string>>("test-0004", `select current_setting('${name}') as value`);
    assert.deepEqual(await values("max_connections"), [{ value: "43" }]);
    assert.deepEqual(await values("intervalstyle"), [{ value: "iso_8601" }]);
    assert.deepEqual(await values("max_logical_replication_workers"), [{ value: "0" }]);
    await platform.removeCopy("test-0004", "test");
  });

  it("is encrypted under the configured key by the restore itself, without a copy of the snapshot", async () => {
    const key = await makeKey(given().sandbox, clientSettings(given().sandbox));
    const platform = given().platformWith({ kmsKey: key });
    await given().sandbox.control("log", { clear: true });
    await platform.restore(request("test-0005"), quiet);
    assert.equal((await cluster("test-0005")).KmsKeyId, key);
    const calls = await given().sandbox.control<{ operation: string }[]>("log");
    assert.ok(!calls.some(({ operation }) => /^CopyDB/.test(operation)));
    await platform.removeCopy("test-0005", "test");
  });

  it("a clone holds what the snapshot does not, carries its label, and is told with its age", async () => {
    const { platform, sandbox } = given();
    const writer = await sandboxInstance(sandbox, `${production}-1`);
    await withRdsAdmin(writer, "federation", (session) =>
      run(session, "write", "create table since_the_snapshot as select 'Rosalind' as name"),
    );
    const pinned = await platform.resolveSnapshot(production, "clone");
    assert.match(pinned.id, /^clone@\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    const { proofs: seen } = await platform.inspectSnapshot(production, pinned.id);
    assert.match(seen[0]?.evidence ?? "", /production is an Aurora cluster of this account, encrypted/);
    const asked = request("test-0006", { snapshotId: pinned.id });
    const { proofs } = await platform.restore(asked, quiet);
    assert.deepEqual(await within("test-0006", "select name from since_the_snapshot"), [
      { name: "Rosalind" },
    ]);
    const made = await cluster("test-0006");
    assert.equal(made.CloneGroupId, (await cluster(production)).CloneGroupId);
    assert.ok(made.TagList?.some(({ Key, Value }) => Key === "prodcopy:snapshot" && Value === pinned.id));
    assert.match(
      proofs.find(({ claim }) => /age of the data/.test(claim))?.evidence ?? "",
      new RegExp(`was cloned from production at ${made.ClusterCreateTime?.toISOString()}`),
    );
    assert.match(proofs[0]?.evidence ?? "", /lets in nobody, and nothing out/);
    assert.equal(await platform.troubleOf("test-0006"), undefined);
    await given().rds.rebootDBInstance({ DBInstanceIdentifier: "test-0006-1" });
    const again = await platform.restore(asked, quiet);
    assert.match((await platform.troubleOf("test-0006")) ?? "", /DB instance restarted/, "of its instance");
    assert.equal(again.value.resourceId, made.DbClusterResourceId, "the same pin means the same clone");
  });

  it("refuses to clone what is not encrypted, before anything is made", async () => {
    const { platform, rds } = given();
    const group = (await cluster(production)).VpcSecurityGroups?.[0]?.VpcSecurityGroupId ?? "";
    await makeServer(rds, "cluster", "bare", {
      ...{ user: "bare_master", password: "Pl4nted-bare", group, encrypted: false },
    });
    await assert.rejects(
      platform.resolveSnapshot("bare", "clone"),
      /"bare" cannot be cloned: its storage is not encrypted, .* Set prodcopy:snapshot to latest or new/,
    );
    await platform.takeSnapshot("bare", "test-0007-taken", label("0007"), "copy", quiet);
    const from = { source: "bare", snapshotId: "test-0007-taken" };
    await platform.restore(request("test-0007", from), quiet);
    assert.equal(
      (await cluster("test-0007")).StorageEncrypted,
      true,
      "a snapshot is encrypted by the restore",
    );
  });

  it("an instance of somebody else's under the name of the copy's is refused, and left alone", async () => {
    const { platform, rds } = given();
    await rds.createDBInstance({
      DBInstanceIdentifier: "test-0008-1",
      DBInstanceClass: "db.t4g.micro",
      Engine: "postgres",
      MasterUsername: "stranger",
      MasterUserPassword: "Pl4nted-stranger",
      AllocatedStorage: 20,
    });
    await assert.rejects(
      platform.restore(request("test-0008"), quiet),
      /Refused: an instance test-0008-1 is there already, and belongs to no cluster/,
    );
    await platform.removeCopy("test-0008", "test");
    const { DBInstances } = await rds.describeDBInstances({ DBInstanceIdentifier: "test-0008-1" });
    assert.equal(DBInstances?.length, 1);
  });

  it("an environment that stands on production's readers or on one of its instances is refused", async () => {
    const environment = await makeEnvironment(given());
    const { ReaderEndpoint = "" } = await cluster(production);
    const { DBInstances } = await given().rds.describeDBInstances({
      DBInstanceIdentifier: `${production}-1`,
    });
    for (const host of [ReaderEndpoint, DBInstances?.[0]?.Endpoint?.Address ?? ""]) {
      await environment.setByHand({ RDS_HOSTNAME: host });
      await assert.rejects(
        given().platform.claim(environmentName, "test", ["RDS_HOSTNAME"]),
        new RegExp(`RDS_HOSTNAME points at ${host}:5432, which is the production server "production"`),
      );
    }
  });
});
