import assert from "node:assert/strict";
import { claim, type ClaimOutputs } from "../../pipeline/stages/claim";
import { isolate } from "../../pipeline/stages/isolate";
import { migrate } from "../../pipeline/stages/migrate";
import { open } from "../../pipeline/stages/open";
import { restore } from "../../pipeline/stages/restore";
import { rotate } from "../../pipeline/stages/rotate";
import { sanitise } from "../../pipeline/stages/sanitise";
import { snapshot } from "../../pipeline/stages/snapshot";
import { switchStage } from "../../pipeline/stages/switch";
import { verify } from "../../pipeline/stages/verify";
import { folderDigest } from "../../pipeline/digest";
import type { HandoverData } from "../../pipeline/handover";
import type { StageContext, StageOutcome } from "../../pipeline/context";
import { sampleNames } from "../../platforms/local/sample/names";
import type { Proof } from "../../postgres/proof";
import { sanitiserRevision } from "../../postgres/sanitise/revision";
import { rulesDigestOf } from "../../postgres/sanitise/rules/load";
import { environmentName, makeEnvironment, plain, type AwsEnvironment } from "../support/awsEnvironment";
import { production, useAwsProduction } from "../support/awsProduction";
import { queryInstance } from "../support/sandbox";

describe("aws: the stages from the snapshot to the switched environment, and back", function () {
  this.timeout(240_000);
  const given = useAwsProduction(200);
  const lines: string[] = [];
  const proofs: Proof[] = [];
  const hidden: string[] = [];
  const context = (): StageContext => ({
    platform: given().platform,
    log: (line) => lines.push(line),
    hide: (secret) => hidden.push(secret),
  });
  const rules = "rules/sample.yaml";
  const rulesDigest = rulesDigestOf(rules);
  const folder = "migrations/sample";
  const common = {
    stage: "",
    revision: 1,
    platform: "aws" as const,
    stack: "test",
    source: production,
    environment: "federation-test",
    generation: "",
  };
  let from: HandoverData;
  let environment: AwsEnvironment;
  const keep = (outcome: StageOutcome<object>) => {
    proofs.push(...outcome.proofs);
    return outcome;
  };
  const handOn = (outcome: StageOutcome<{ handover: HandoverData }>) => {
    keep(outcome);
    from = outcome.outs.handover;
    return outcome;
  };
  const evidenceOf = (claim: RegExp) => proofs.findLast((one) => claim.test(one.claim))?.evidence ?? "";
  const instance = async (id: string) => {
    const { DBInstances } = await given().rds.describeDBInstances({ DBInstanceIdentifier: id });
    return DBInstances![0]!;
  };
  /** What somebody is answered who connects from this address. */
  const ask = async (id: string, login: { user: string; password: string }, address?: string) =>
    queryInstance<{ one: number }>(
      given().sandbox,
      await instance(id),
      { ...login, database: sampleNames.database, ...(address === undefined ? {} : { from: address }) },
      "select 1 as one",
    );
  const applicationAddress = async () => {
    const named = { name: "application", groups: [given().settings.applicationGroup] };
    return (await given().sandbox.control<{ address: string }>("callers", named)).address;
  };

  it("snapshot: pins the latest, and takes a safety snapshot first", async () => {
    const inputs = {
      ...common,
      pin: "latest",
      refresh: "",
      safetySnapshot: true,
      rulesDigest,
      sanitiserRevision,
      migrationsDigest: folderDigest(folder),
      owner: "platform-team",
      snapshotId: "",
      dataFrom: "",
      sizeBytes: 0,
      turn: 0,
    };
    const { inputs: pinned, failures } = await snapshot.check!({}, inputs, context());
    assert.deepEqual(failures, []);
    assert.equal(pinned.snapshotId, given().snapshot);
    const { details } = keep(await snapshot.create(pinned, context()));
    assert.equal(details?.snapshot?.safetySnapshotId, `test-safety-${pinned.generation}`);
    common.generation = pinned.generation;
  });

  it("restore: shut from the first moment, with no way in for whoever knows production's password", async () => {
    const inputs = { snapshotId: given().snapshot, rulesDigest, owner: "platform-team", keepFor: "7d" };
    const restored = await restore.create({ ...common, ...inputs }, context());
    keep(restored);
    from = restored.outs.handover;
    assert.match(evidenceOf(/shut: nobody may come in/), /lets in nobody, and nothing out/);
    assert.match(evidenceOf(/No backup/), /retention 0/);
    const login = { user: from.adminUser, password: given().passwords.master };
    await assert.rejects(ask(from.copyId, login), /ECONNRESET|terminated|timeout/);
  });

  it("rotate: production's password is refused, by the code that means the password", async () => {
    const { notProven } = handOn(await rotate.create({ ...common, from }, context()));
    assert.match(evidenceOf(/administrator has a new password/), /nothing pending/);
    assert.match(
      notProven?.join(" ") ?? "",
      /not proven by login, because production's credential is not known/,
    );
    const login = { user: from.adminUser, password: given().passwords.master };
    await assert.rejects(ask(from.copyId, login), { code: "28P01" });
    assert.deepEqual(await ask(production, login), [{ one: 1 }]);
    const app = { user: sampleNames.app, password: given().passwords.app };
    await assert.rejects(ask(from.copyId, app), { code: "28P01" });
    assert.deepEqual(await ask(production, app), [{ one: 1 }]);
  });

  it("rotate and verify with production's credential: refused here, accepted there, and a marker unseen", async () => {
    const secret = await given().makeProductionSecret();
    const platform = given().platformWith({ productionCredential: { secret } });
    const { notProven } = handOn(await rotate.create({ ...common, from }, { ...context(), platform }));
    assert.doesNotMatch(notProven?.join(" ") ?? "", /credential/);
    keep(await verify.create({ ...common, from }, { ...context(), platform }));
    assert.match(evidenceOf(/marker written to the copy/), /seen on the copy, not on production/);
    assert.match(evidenceOf(/another server than production/), /is not/);
  });

  it("isolate: every database but RDS's own", async () => {
    const { details } = handOn(await isolate.create({ ...common, from }, context()));
    assert.deepEqual(
      details?.cut?.map(({ name }) => name),
      ["dblink"],
    );
  });

  it("verify: without production's credential it says what is not proven", async () => {
    const { notProven } = handOn(await verify.create({ ...common, from }, context()));
    assert.match(notProven?.join(" ") ?? "", /credential is not known here/);
  });

  it("sanitise: as a master user who is no superuser, with what AWS can say of the storage", async () => {
    handOn(await sanitise.create({ ...common, from, rules, rulesDigest }, context()));
    assert.match(evidenceOf(/out of everybody's reach/), /storage of db-\w+ is encrypted/);
    const login = { user: from.adminUser, password: hidden.at(-1)! };
    assert.ok(login.password.length > 20);
  });

  it("migrate: the application's own files", async () => {
    const inputs = { folder, command: [], digest: folderDigest(folder), applicationUser: sampleNames.app };
    const { details } = handOn(await migrate.create({ ...common, from, ...inputs }, context()));
    assert.equal(details?.migrations?.length, 3);
  });

  it("open: only then the application can connect, and the world cannot", async () => {
    const address = await applicationAddress();
    const stranger = { user: sampleNames.app, password: "whatever" };
    await assert.rejects(ask(from.copyId, stranger, address), /ECONNRESET|terminated|timeout/);
    handOn(await open.create({ ...common, from, applicationUser: sampleNames.app }, context()));
    const { password = "" } = await given().platform.secrets.get(`${from.copyId}/application`);
    assert.deepEqual(await ask(from.copyId, { user: sampleNames.app, password }, address), [{ one: 1 }]);
    const world = (await given().sandbox.control<{ address: string }>("callers", { name: "world" })).address;
    await assert.rejects(ask(from.copyId, stranger, world), /ECONNRESET|terminated|timeout/);
    assert.match(
      evidenceOf(/final settings/),
      new RegExp(`${from.copyId}-working in-sync, 1 days of backups`),
    );
  });

  it("open again only proves", async () => {
    lines.length = 0;
    await open.create({ ...common, from, applicationUser: sampleNames.app }, context());
    assert.ok(!lines.some((line) => /changing|rebooting/.test(line)), lines.join("\n"));
  });

  it("claim and switch: Test stands on the copy, healthy, its password by reference", async () => {
    environment = await makeEnvironment(given());
    const { outs } = keep(
      await claim.create({ ...common, copyResource: from.resourceId }, context()),
    ) as StageOutcome<ClaimOutputs>;
    const inputs = {
      ...common,
      from,
      environmentId: outs.environmentId,
      applicationUser: sampleNames.app,
      alsoSet: ["port" as const],
    };
    keep(await switchStage.create(inputs, context()));
    const set = await environment.settings(plain);
    assert.equal(set.RDS_HOSTNAME, from.host);
    assert.equal(set.RDS_PASSWORD, undefined);
    assert.equal(await environment.health(), "Green");
    assert.match(evidenceOf(/in one update and is healthy/), /health Green/);
  });

  it("no secret stands in a line, a proof, a tag or a request but those that carry it", async () => {
    const { passwords, rds, sandbox } = given();
    const { DBInstances } = await rds.describeDBInstances({});
    const requests = await sandbox.control<{ operation: string }[]>("log");
    const carry = /^(PutSecretValue|CreateSecret|ModifyDBInstance|CreateDBInstance|CreateEnvironment)$/;
    const others = requests.filter(({ operation }) => !carry.test(operation));
    assert.ok(others.length > 100);
    const text = JSON.stringify([lines, proofs, DBInstances, others]);
    for (const secret of [...Object.values(passwords), ...hidden]) assert.ok(!text.includes(secret));
  });

  it("sweep removes all of the stack and names it, and leaves the safety snapshot and production", async () => {
    const { platform, rds, ec2 } = given();
    const removed = await platform.sweep("test", () => undefined);
    const { copyId } = from;
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
      [`test-safety-${common.generation}`],
    );
    assert.equal((await instance(production)).DBInstanceStatus, "available");
    assert.deepEqual(await platform.sweep("test", () => undefined), []);
  });
});
