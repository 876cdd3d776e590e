import assert from "node:assert/strict";
import { label, production, quiet, useAwsProduction } from "../support/awsProduction";

describe("aws: what fails, and what a person is told", function () {
  this.timeout(180_000);
  const given = useAwsProduction(0);
  const request = (copyId: string, generation = copyId.split("-")[1]!) => ({
    snapshotId: given().snapshot,
    source: production,
    copyId,
    label: label(generation),
  });
  const fault = (service: string, operation: string, code: string, more: object = {}) =>
    given().sandbox.control("faults", { service, operation, code, ...more });
  const log = () =>
    given().sandbox.control<{ service: string; operation: string; parameters: object }[]>("log");
  const operations = async () => (await log()).map(({ service, operation }) => `${service}:${operation}`);
  const resolve = () => given().platform.resolveSnapshot(production, "latest");
  afterEach(() => given().sandbox.control("faults", { clear: true }));

  it("another account is refused before any other call leaves", async () => {
    await given().sandbox.control("log", { clear: true });
    const other = given().platformWith({ accounts: ["999999999999"] });
    await assert.rejects(
      other.resolveSnapshot(production, "latest"),
      /credentials are of account 123456789012 .* prodcopy:accounts names 999999999999\. Nothing was changed/,
    );
    assert.deepEqual(await operations(), ["sts:GetCallerIdentity"]);
  });

  it("the account is asked for once", async () => {
    await given().sandbox.control("log", { clear: true });
    const platform = given().platformWith({});
    await platform.resolveSnapshot(production, "latest");
    await platform.listCopies();
    assert.equal((await operations()).filter((one) => one === "sts:GetCallerIdentity").length, 1);
  });

  it("expired credentials and missing permissions are told with what to do", async () => {
    const platform = given().platformWith({});
    await fault("sts", "GetCallerIdentity", "ExpiredToken");
    await assert.rejects(platform.listCopies(), /credentials have expired\. Log in anew/);
    await fault("rds", "DescribeDBSnapshots", "AccessDenied", { status: 403 });
    await assert.rejects(resolve(), /lacks the permission rds:DescribeDBSnapshots/);
    await resolve();
  });

  it("throttling is waited out", async () => {
    await fault("rds", "DescribeDBSnapshots", "Throttling", { times: 3, message: "Rate exceeded" });
    assert.equal((await resolve()).id, given().snapshot);
  });

  it("a snapshot that is gone, incomplete or another server's is refused before anything is made", async () => {
    const { platform, rds, sandbox } = given();
    const before = (await rds.describeDBInstances({})).DBInstances?.length;
    await assert.rejects(
      platform.restore({ ...request("test-00aa"), snapshotId: "not-there" }, quiet),
      /There is no snapshot not-there .* There are: rds:production-/,
    );
    await assert.rejects(
      platform.restore({ ...request("test-00aa"), source: "elsewhere" }, quiet),
      /is of "production", and a complete one of "elsewhere" was asked for/,
    );
    await sandbox.control("states", { "backing-up": "hold" });
    await rds.createDBSnapshot({ DBInstanceIdentifier: production, DBSnapshotIdentifier: "half" });
    await assert.rejects(
      platform.inspectSnapshot(production, "half"),
      /The snapshot half is creating .*, not available/,
    );
    assert.notEqual((await resolve()).id, "half");
    await sandbox.control("states", { "backing-up": 0 });
    assert.equal((await rds.describeDBInstances({})).DBInstances?.length, before);
  });

  it("a snapshot of somebody else's is neither taken over nor removed, and a safety snapshot never", async () => {
    const { platform } = given();
    await platform.takeSnapshot(production, "mine", label("0001"), "safety", quiet);
    await platform.takeSnapshot(production, "mine", label("0001"), "safety", quiet);
    await assert.rejects(
      platform.takeSnapshot(production, "mine", label("0001", "other"), "safety", quiet),
      /is there already: of "production", for safety, of stack "test"/,
    );
    await assert.rejects(
      platform.removeSnapshot("mine", "test"),
      /is not removed: it was taken for "safety"/,
    );
    await assert.rejects(platform.removeSnapshot(given().snapshot, "test"), /is not removed/);
  });

  it("a restore that was killed after its call is taken over, and ends the same", async () => {
    const { platform, rds } = given();
    await fault("rds", "RestoreDBInstanceFromDBSnapshot", "AccessDenied", { after: true, status: 403 });
    await assert.rejects(platform.restore(request("test-0001"), quiet), /lacks the permission/);
    const begun = (await rds.describeDBInstances({ DBInstanceIdentifier: "test-0001" })).DBInstances![0]!;
    assert.ok(begun.TagList?.some(({ Key, Value }) => Key === "prodcopy:stack" && Value === "test"));
    const lines: string[] = [];
    const { value, proofs } = await platform.restore(request("test-0001"), (line) => lines.push(line));
    assert.match(lines[0]!, /taking over test-0001/);
    assert.equal(value.resourceId, begun.DbiResourceId);
    assert.match(proofs[0]!.evidence, /lets in nobody, and nothing out/);
    const again = await platform.restore(request("test-0001"), quiet);
    assert.equal(again.value.resourceId, value.resourceId);
  });

  it("a half prepared copy is made anew, an opened one is not touched", async () => {
    const { platform, ec2, settings } = given();
    const first = (await platform.restore(request("test-0001"), quiet)).value;
    const { SecurityGroups } = await ec2.describeSecurityGroups({
      Filters: [{ Name: "group-name", Values: ["test-0001"] }],
    });
    const GroupId = SecurityGroups![0]!.GroupId;
    const admit = (peer: object) =>
      ec2.authorizeSecurityGroupIngress({
        GroupId,
        IpPermissions: [{ IpProtocol: "tcp", FromPort: 5432, ToPort: 5432, ...peer }],
      });
    await admit({ IpRanges: [{ CidrIp: settings.runner }] });
    const second = (await platform.restore(request("test-0001"), quiet)).value;
    assert.notEqual(second.resourceId, first.resourceId);
    await admit({ UserIdGroupPairs: [{ GroupId: settings.applicationGroup }] });
    await assert.rejects(
      platform.restore(request("test-0001"), quiet),
      /was opened to the application before/,
    );
    assert.equal((await platform.describe("test-0001"))?.resourceId, second.resourceId);
  });

  it("what is somebody else's under the copy's name is refused, and neither deleted nor swept", async () => {
    const { platform, ec2 } = given();
    await assert.rejects(
      platform.restore({ ...request("test-0001"), label: label("0001", "other") }, quiet),
      /Refused: the database test-0001 belongs to stack "test"/,
    );
    await assert.rejects(
      platform.restore(request(production, "0001"), quiet),
      /production carries no label of ours/,
    );
    await assert.rejects(platform.removeCopy("test-0001", "other"), /labelled for stack "test"/);
    await assert.rejects(platform.removeCopy(production, "test"), /carries no label of ours/);
    const { Vpcs } = await ec2.describeVpcs({ Filters: [{ Name: "is-default", Values: ["true"] }] });
    await ec2.createSecurityGroup({ GroupName: "test-00bb", Description: "x", VpcId: Vpcs![0]!.VpcId });
    await assert.rejects(
      platform.restore(request("test-00bb"), quiet),
      /a security group test-00bb .* is there already/,
    );
    assert.deepEqual(await platform.sweep("other", quiet), []);
    assert.ok(await platform.describe("test-0001"));
  });

  it("a password change whose end nobody saw is made again, and stands in no log", async () => {
    const { platform } = given();
    const password = "Pl4ntedPassword0123456789";
    await given().sandbox.control("log", { clear: true });
    await fault("rds", "ModifyDBInstance", "AccessDenied", { after: true, status: 403 });
    await assert.rejects(platform.setAdminPassword("test-0001", password), (error: Error) => {
      assert.match(error.message, /lacks the permission rds:ModifyDBInstance/);
      assert.ok(!error.message.includes(password));
      return true;
    });
    const proofs = await platform.setAdminPassword("test-0001", password);
    assert.match(proofs[0]!.evidence, /available again, nothing pending/);
    const elsewhere = (await log()).filter(({ operation }) => operation !== "ModifyDBInstance");
    assert.ok(!JSON.stringify([proofs, elsewhere]).includes(password));
  });

  it("an unencrypted production is copied under a key first, and the raw copy of the snapshot goes at once", async () => {
    const { platform, rds, sandbox } = given();
    await rds.createDBInstance({
      DBInstanceIdentifier: "bare",
      DBInstanceClass: "db.t4g.micro",
      Engine: "postgres",
      MasterUsername: "bare_master",
      MasterUserPassword: "Pl4nted-bare",
      AllocatedStorage: 20,
      BackupRetentionPeriod: 0,
    });
    const from = { source: "bare", snapshotId: "test-00cc-taken" };
    await assert.doesNotReject(async () => {
      for (;;) {
        const { DBInstances } = await rds.describeDBInstances({ DBInstanceIdentifier: "bare" });
        if (DBInstances?.[0]?.DBInstanceStatus === "available") return;
        await new Promise((done) => setTimeout(done, 20));
      }
    });
    await platform.takeSnapshot("bare", from.snapshotId, label("00cc"), "copy", quiet);
    await sandbox.control("log", { clear: true });
    const lines: string[] = [];
    const { proofs } = await platform.restore({ ...request("test-00cc"), ...from }, (line) =>
      lines.push(line),
    );
    assert.ok(
      lines.some((line) =>
        /copying test-00cc-taken under the key alias\/aws\/rds: it is not encrypted/.test(line),
      ),
    );
    assert.match(proofs[0]!.claim, /private, encrypted/);
    const { DBSnapshots } = await rds.describeDBSnapshots({ DBInstanceIdentifier: "bare" });
    assert.deepEqual(
      DBSnapshots?.map((one) => one.DBSnapshotIdentifier),
      [from.snapshotId],
    );
  });

  it("trouble is told from what RDS says", async () => {
    const { platform } = given();
    assert.equal(await platform.troubleOf("test-0001"), undefined);
    assert.match((await platform.troubleOf("test-00dd")) ?? "", /RDS shows no test-00dd any more/);
  });

  it("a sweep leaves nothing of the stack but the safety snapshot", async () => {
    const { platform, rds } = given();
    const swept = await platform.sweep("test", quiet);
    for (const name of ["copy test-0001", "copy test-00cc", "snapshot test-00cc-taken"]) {
      assert.ok(swept.includes(name), swept.join());
    }
    const { DBInstances = [] } = await rds.describeDBInstances({});
    assert.deepEqual(DBInstances.map((one) => one.DBInstanceIdentifier).sort(), ["bare", production].sort());
    assert.deepEqual(await platform.listCopies(), []);
  });
});
