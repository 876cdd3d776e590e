import assert from "node:assert/strict";
import { sampleNames } from "../../platforms/local/sample/names";
import { environmentName, makeEnvironment, plain, type AwsEnvironment } from "../support/awsEnvironment";
import { production, useAwsProduction } from "../support/awsProduction";
import { askServer, AwsStages } from "../support/awsStages";

describe("aws: the stages from the snapshot to the switched environment, and back", function () {
  this.timeout(240_000);
  const given = useAwsProduction(200);
  const stages = new AwsStages(given);
  let environment: AwsEnvironment;
  const askProduction = async (login: { user: string; password: string }) =>
    askServer(given(), await given().platform.production(production), login);

  it("snapshot: pins the latest, and takes a safety snapshot first", async () => {
    const { details } = await stages.snapshot();
    assert.equal(stages.snapshotId, given().snapshot);
    assert.equal(details?.snapshot?.safetySnapshotId, `test-safety-${stages.generation}`);
  });

  it("restore: shut from the first moment, with no way in for whoever knows production's password", async () => {
    await stages.restore();
    assert.match(stages.evidenceOf(/shut: nobody may come in/), /lets in nobody, and nothing out/);
    assert.match(stages.evidenceOf(/No backup/), /retention 0/);
    const login = { user: stages.from.adminUser, password: given().passwords.master };
    await assert.rejects(stages.askCopy(login), /ECONNRESET|terminated|timeout/);
  });

  it("rotate: production's password is refused, by the code that means the password", async () => {
    const { notProven } = await stages.rotate();
    assert.match(stages.evidenceOf(/administrator has a new password/), /nothing pending/);
    assert.match(
      notProven?.join(" ") ?? "",
      /not proven by login, because production's credential is not known/,
    );
    const login = { user: stages.from.adminUser, password: given().passwords.master };
    await assert.rejects(stages.askCopy(login), { code: "28P01" });
    assert.deepEqual(await askProduction(login), [{ one: 1 }]);
    const app = { user: sampleNames.app, password: given().passwords.app };
    await assert.rejects(stages.askCopy(app), { code: "28P01" });
    assert.deepEqual(await askProduction(app), [{ one: 1 }]);
  });

  it("rotate and verify with production's credential: refused here, accepted there, and a marker unseen", async () => {
    const secret = await given().makeProductionSecret();
    const platform = given().platformWith({ productionCredential: { secret } });
    const { notProven } = await stages.rotate(platform);
    assert.doesNotMatch(notProven?.join(" ") ?? "", /credential/);
    await stages.verify(platform);
    assert.match(stages.evidenceOf(/marker written to the copy/), /seen on the copy, not on production/);
    assert.match(stages.evidenceOf(/another server than production/), /is not/);
  });

  it("isolate: every database but RDS's own", async () => {
    const { details } = await stages.isolate();
    assert.deepEqual(
      details?.cut?.map(({ name }) => name),
      ["dblink"],
    );
  });

  it("verify: without production's credential it says what is not proven", async () => {
    const { notProven } = await stages.verify();
    assert.match(notProven?.join(" ") ?? "", /credential is not known here/);
  });

  it("sanitise: as a master user who is no superuser, with what AWS can say of the storage", async () => {
    await stages.sanitise();
    assert.match(stages.evidenceOf(/out of everybody's reach/), /storage of db-\w+ is encrypted/);
    const login = { user: stages.from.adminUser, password: stages.hidden.at(-1)! };
    assert.ok(login.password.length > 20);
  });

  it("migrate: the application's own files", async () => {
    const { details } = await stages.migrate();
    assert.equal(details?.migrations?.length, 3);
  });

  it("open: only then the application can connect, and the world cannot", () =>
    stages.openForTheApplicationAlone());

  it("open again only proves", () => stages.openAgain());

  it("claim and switch: Test stands on the copy, healthy, its password by reference", async () => {
    environment = await makeEnvironment(given());
    await stages.claimAndSwitch();
    const set = await environment.settings(plain);
    assert.equal(set.RDS_HOSTNAME, stages.from.host);
    assert.equal(set.RDS_PASSWORD, undefined);
    assert.equal(await environment.health(), "Green");
    assert.match(stages.evidenceOf(/in one update and is healthy/), /health Green/);
  });

  it("no secret stands in a line, a proof, a tag or a request but those that carry it", async () => {
    const { passwords, rds, sandbox } = given();
    const { DBInstances } = await rds.describeDBInstances({});
    const requests = await sandbox.control<{ operation: string }[]>("log");
    const carry = /^(PutSecretValue|CreateSecret|ModifyDBInstance|CreateDBInstance|CreateEnvironment)$/;
    const others = requests.filter(({ operation }) => !carry.test(operation));
    assert.ok(others.length > 100);
    const text = JSON.stringify([stages.lines, stages.proofs, DBInstances, others]);
    for (const secret of [...Object.values(passwords), ...stages.hidden]) assert.ok(!text.includes(secret));
  });

  it("sweep removes all of the stack and names it, and leaves the safety snapshot and production", async () => {
    const { platform, rds, ec2 } = given();
    const removed = await platform.sweep("test", () => undefined);
    const { copyId } = stages.from;
    const { RDS_HOSTNAME, RDS_PASSWORD } = await environment.settings(plain);
    assert.deepEqual([RDS_HOSTNAME, RDS_PASSWORD], [environment.before.RDS_HOSTNAME, given().passwords.app]);
    assert.deepEqual(
      removed.sort(),
      [
        `claim on ${environmentName}`,
        `copy ${copyId}`,
        `parameter group ${copyId}-quarantine`,
        `parameter group ${copyId}-working`,
        `secret ${copyId}/admin`,
        `secret ${copyId}/application`,
        `secret ${copyId}/logins`,
        `security group ${copyId}`,
      ].sort(),
    );
    assert.equal(await platform.describe(copyId), undefined);
    const { SecurityGroups } = await ec2.describeSecurityGroups({
      Filters: [{ Name: "group-name", Values: [copyId] }],
    });
    assert.deepEqual(SecurityGroups, []);
    const { DBSnapshots = [] } = await rds.describeDBSnapshots({ SnapshotType: "manual" });
    assert.deepEqual(
      DBSnapshots.map((one) => one.DBSnapshotIdentifier),
      [`test-safety-${stages.generation}`],
    );
    assert.ok(await platform.production(production));
    assert.deepEqual(await platform.sweep("test", () => undefined), []);
  });
});
