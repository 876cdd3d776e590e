import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { label, production, quiet, useAwsProduction } from "../support/awsProduction";

describe("aws: what AWS refuses, and what a person is told", function () {
  this.timeout(180_000);
  const given = useAwsProduction(0);
  const earlier = { ...process.env };
  const request = (copyId: string) => ({
    snapshotId: given().snapshot,
    source: production,
    copyId,
    label: label(copyId.split("-")[1]!),
  });
  const fault = (service: string, operation: string, code: string, more: object = {}) =>
    given().sandbox.control("faults", { service, operation, code, ...more });
  const clear = () => given().sandbox.control("faults", { clear: true });
  afterEach(clear);

  const restoring = "RestoreDBInstanceFromDBSnapshot";
  const refusals: [operation: string, code: string, said: string, expected: RegExp][] = [
    // First, since the copied snapshot is taken over later on.
    [
      "CopyDBSnapshot",
      "SnapshotQuotaExceeded",
      "more than 100 manual snapshots",
      /quota is used up: manual snapshots/,
    ],
    [
      "CopyDBSnapshot",
      "KMSKeyNotAccessibleFault",
      "The source snapshot KMS key does not exist, is not enabled or you do not have permissions to access it",
      /^rds:CopyDBSnapshot on .*alias\/aws\/rds failed.*needs its key shared with this one/,
    ],
    [
      restoring,
      "InstanceQuotaExceeded",
      "Cannot create more than 40 instances",
      /quota is used up: database instances\..*Service Quotas/,
    ],
    [
      restoring,
      "StorageQuotaExceeded",
      "You have exceeded 100000 GB",
      /quota is used up: storage of all database instances/,
    ],
    [
      restoring,
      "InsufficientDBInstanceCapacity",
      "Cannot create a db.t4g.micro in zone a",
      /no capacity of this instance class.*prodcopy:instanceClass/,
    ],
    [
      restoring,
      "InvalidParameterCombination",
      "RDS does not support creating a DB instance with the following combination: DBInstanceClass=db.t9.micro, Engine=postgres",
      /not offered for this engine version in the zones.*describe-orderable-db-instance-options/,
    ],
    [
      restoring,
      "InvalidDBSnapshotState",
      "not in available state",
      /still being made, copied or deleted\. Wait/,
    ],
    [
      restoring,
      "KMSKeyNotAccessibleFault",
      "The specified KMS key [arn:aws:kms:eu-west-1:123456789012:key/1] is pending deletion",
      /cancel-key-deletion.*kms:CreateGrant.*needs its key shared with this one/,
    ],
    ["ModifyDBInstance", "InsufficientDBInstanceCapacity", "none left", /prodcopy:workingClass/],
  ];

  it("quotas, capacity, classes, keys and unfinished snapshots are told each with what to do, and nothing is doubled", async () => {
    const platform = given().platformWith({ kmsKey: "alias/aws/rds" });
    for (const [operation, code, message, expected] of refusals) {
      if (operation === "ModifyDBInstance") await platform.restore(request("test-0001"), quiet);
      await fault("rds", operation, code, { message });
      const call =
        operation === "ModifyDBInstance"
          ? () => platform.setAdminPassword("test-0001", "Pl4nted-password-0123")
          : () => platform.restore(request("test-0001"), quiet);
      await assert.rejects(call(), (error: Error) => {
        assert.match(error.message, expected);
        assert.doesNotMatch(error.message, /Pl4nted/);
        return true;
      });
    }
    const copy = await platform.restore(request("test-0001"), quiet);
    assert.equal(copy.value.id, "test-0001");
  });

  it("a quota of snapshots stops a snapshot before anything else, and a key that is not there a copy", async () => {
    const { platform, sandbox, rds } = given();
    await sandbox.control("limits", { "manual-snapshots": 0 });
    await assert.rejects(
      platform.takeSnapshot(production, "test-0002-taken", label("0002"), "copy", quiet),
      /rds:CreateDBSnapshot on .*SnapshotQuotaExceeded.*manual snapshots of databases/,
    );
    await sandbox.control("limits", { "manual-snapshots": 100 });
    const key = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000";
    await assert.rejects(
      given().platformWith({ kmsKey: key }).restore(request("test-0002"), quiet),
      (error: Error) => error.message.includes(key) && /KMS key cannot be used from here/.test(error.message),
    );
    const { DBInstances = [] } = await rds.describeDBInstances({});
    assert.ok(!DBInstances.some((one) => one.DBInstanceIdentifier === "test-0002"));
  });

  it("a snapshot that is still being copied is waited for by nobody, and says so", async () => {
    const { platform, rds, sandbox, snapshot } = given();
    await sandbox.control("states", { copying: "hold" });
    await rds.copyDBSnapshot({ SourceDBSnapshotIdentifier: snapshot, TargetDBSnapshotIdentifier: "half" });
    await assert.rejects(
      platform.restore({ ...request("test-0003"), snapshotId: "half" }, quiet),
      /half is creating .*Wait until it is available and run it again/,
    );
    await sandbox.control("states", { copying: 0 });
  });

  it("another region is named where nothing is found in it", async () => {
    const elsewhere = given().platformWith({ region: "us-east-1" });
    await assert.rejects(
      elsewhere.resolveSnapshot(production, "latest"),
      /has no complete snapshot in account 123456789012, us-east-1/,
    );
    await assert.rejects(
      elsewhere.production(production),
      /account 123456789012, us-east-1\. Nothing was changed/,
    );
    await assert.rejects(elsewhere.readEnvironment("federation-test"), /account 123456789012, us-east-1/);
  });

  it("credentials that expire in the middle end the stage, which goes on after a new login", async () => {
    const platform = given().platformWith({});
    const expire = (line: string) => {
      if (/^waiting for test-0004/.test(line)) expired = fault("rds", "*", "ExpiredToken", { times: 1000 });
    };
    let expired: Promise<unknown> | undefined;
    await given().sandbox.control("states", { creating: "hold" });
    await assert.rejects(
      platform.restore(request("test-0004"), expire),
      /have expired\. Log in anew .* it goes on from here/,
    );
    await expired;
    await clear();
    await given().sandbox.control("states", { creating: 0.05 });
    const lines: string[] = [];
    await given()
      .platformWith({})
      .restore(request("test-0004"), (line) => lines.push(line));
    assert.match(lines[0] ?? "", /taking over test-0004/);
  });

  it("credentials that are renewed by their provider are taken up in the middle of a stage", async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "prodcopy-credentials-"));
    const issued = path.join(folder, "issued");
    // Each time others; a file of each says until when they are good.
    const program = `const fs = require("fs"); fs.mkdirSync(${JSON.stringify(issued)}, { recursive: true });
      const n = fs.readdirSync(${JSON.stringify(issued)}).length + 1, until = Date.now() + 700;
      fs.writeFileSync(${JSON.stringify(issued)} + "/key" + n, String(until));
      console.log(JSON.stringify({ Version: 1, AccessKeyId: "key" + n, SecretAccessKey: "s", SessionToken: "t",
        Expiration: new Date(until).toISOString() }));`;
    fs.writeFileSync(path.join(folder, "provider.js"), program);
    const process_ = `${process.execPath} ${path.join(folder, "provider.js")}`;
    fs.writeFileSync(path.join(folder, "config"), `[profile renewing]\ncredential_process = ${process_}\n`);
    try {
      for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) delete process.env[name];
      process.env.AWS_PROFILE = "renewing";
      process.env.AWS_CONFIG_FILE = path.join(folder, "config");
      await given().sandbox.control("states", { creating: "hold" });
      const outlived = async () => {
        for (;;) {
          const until = (name: string) => Number(fs.readFileSync(path.join(issued, name), "utf8"));
          const old = fs.readdirSync(issued).filter((name) => until(name) < Date.now());
          for (const key of old) await fault("*", "*", "ExpiredToken", { key, times: 1000 });
          if (old.length > 0) break;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        await given().sandbox.control("states", { creating: 0.05 });
      };
      let ended: Promise<void> | undefined;
      const { value } = await given()
        .platformWith({})
        .restore(request("test-0005"), (line) => {
          if (/^waiting for test-0005/.test(line)) ended ??= outlived();
        });
      await ended;
      assert.ok(ended !== undefined);
      assert.equal(value.id, "test-0005");
    } finally {
      delete process.env.AWS_PROFILE;
      for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_CONFIG_FILE"]) {
        process.env[name] = earlier[name] ?? (name === "AWS_CONFIG_FILE" ? "/nonexistent" : "runner");
      }
      fs.rmSync(folder, { recursive: true });
    }
  });

  it("a service that is away for a while ends no wait", async () => {
    const platform = given().platformWith({});
    const lines: string[] = [];
    let away: Promise<unknown> | undefined;
    await given().sandbox.control("states", { creating: "hold" });
    const leave = async () => {
      // More often than the SDK tries.
      await fault("rds", "DescribeDBInstances", "ServiceUnavailable", { times: 8, status: 503 });
      await given().sandbox.control("states", { creating: 0.05 });
    };
    const { value } = await platform.restore(request("test-0006"), (line) => {
      lines.push(line);
      if (/^waiting for test-0006/.test(line)) away ??= leave();
    });
    await away;
    assert.equal(value.id, "test-0006");
    assert.ok(
      lines.some((line) => /AWS does not answer \(ServiceUnavailable\)/.test(line)),
      lines.join("\n"),
    );
  });

  it("a sweep removes what all of it left", async () => {
    const { platform } = given();
    await platform.sweep("test", quiet);
    assert.deepEqual(await platform.listCopies(), []);
    assert.deepEqual(await platform.sweep("test", quiet), []);
  });
});
