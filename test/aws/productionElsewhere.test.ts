import assert from "node:assert/strict";
import { RDS } from "@aws-sdk/client-rds";
import { environmentName, makeEnvironment } from "../support/awsEnvironment";
import { account, label, production, quiet, useAwsProduction } from "../support/awsProduction";
import { makeServer, shareSnapshot } from "../support/awsServers";
import { askServer, AwsStages } from "../support/awsStages";
import { makeKey, otherAccount, otherAccountSettings } from "../support/sandbox";
import { describeCluster } from "../support/sandboxClusters";

describe("aws: production in another account, of which a snapshot is shared", function () {
  this.timeout(120_000);
  const given = useAwsProduction(20, {}, "cluster", true);
  const stages = new AwsStages(given);
  const masterLogin = () => ({ user: stages.from.adminUser, password: given().passwords.master });
  const elsewhere = () => given().settings.productionElsewhere!;

  it("takes what the named accounts have shared, and nothing of anybody else", async () => {
    const { platform, snapshot } = given();
    assert.equal((await platform.resolveSnapshot(production, "latest")).id, snapshot);
    const here = given().platformWith({ productionElsewhere: undefined });
    await assert.rejects(here.resolveSnapshot(production, "latest"), /has no complete snapshot in account/);
    await assert.rejects(
      here.resolveSnapshot(production, snapshot),
      new RegExp(`is not taken: it is shared by account ${otherAccount}, and production is in this one`),
    );
    const third = given().platformWith({
      productionElsewhere: { ...elsewhere(), accounts: ["111122223333"] },
    });
    await assert.rejects(third.resolveSnapshot(production, "latest"), /has no complete snapshot in account/);
    await assert.rejects(
      third.resolveSnapshot(production, snapshot),
      new RegExp(`is of account ${otherAccount}, and production's snapshots are those of 111122223333`),
    );
  });

  it("takes no snapshot and no clone there, and says what to do instead", async () => {
    const { platform } = given();
    for (const taking of [
      platform.resolveSnapshot(production, "new"),
      platform.resolveSnapshot(production, "clone"),
      platform.takeSnapshot(production, "test-safety-0001", label("0001"), "safety", quiet),
    ]) {
      await assert.rejects(
        taking,
        /is in another account \(210987654321\) and cannot be (snapshotted|cloned) from here\. .* share it and the key/,
      );
    }
  });

  it("snapshot and restore: under a key of this account, shut", async () => {
    await stages.snapshot("latest", false);
    await stages.restore();
    const { KmsKeyId, StorageEncrypted } = await describeCluster(given().rds, stages.from.copyId);
    assert.equal(StorageEncrypted, true);
    assert.match(KmsKeyId ?? "", new RegExp(`:${account}:`), "not under production's key");
    assert.match(stages.evidenceOf(/shut: nobody may come in/), /lets in nobody, and nothing out/);
  });

  it("rotate, isolate and verify without a credential: told as not proven", async () => {
    const { notProven } = await stages.rotate();
    assert.match(notProven?.join(" ") ?? "", /not proven by login, because production's credential/);
    await assert.rejects(stages.askCopy(masterLogin()), { code: "28P01" });
    assert.deepEqual(await askServer(given(), elsewhere(), masterLogin()), [{ one: 1 }]);
    await stages.isolate();
    const verified = await stages.verify();
    assert.match(verified.notProven?.join(" ") ?? "", /credential is not known here/);
  });

  it("rotate and verify with a credential: refused here, accepted there, and a marker unseen", async () => {
    const secret = await given().makeProductionSecret();
    const platform = given().platformWith({ productionCredential: { secret } });
    const { notProven } = await stages.rotate(platform);
    assert.doesNotMatch(notProven?.join(" ") ?? "", /credential/);
    await stages.verify(platform);
    assert.match(stages.evidenceOf(/marker written to the copy/), /seen on the copy, not on production/);
    const unnamed = given().platformWith({ productionCredential: { secret }, database: undefined });
    await assert.rejects(unnamed.productionTarget(production), /Set prodcopy:database beside/);
  });

  it("is known by what its snapshots tell, and its host is refused as Test's", async () => {
    const { platform } = given();
    const known = await platform.production(production);
    assert.equal(known.host, elsewhere().host);
    assert.match(known.resourceId, /^cluster-/);
    assert.equal(known.adminUser, stages.from.adminUser);
    const environment = await makeEnvironment(given());
    await environment.setByHand({ RDS_HOSTNAME: elsewhere().host });
    await assert.rejects(
      platform.claim(environmentName, "test", ["RDS_HOSTNAME"]),
      /RDS_HOSTNAME points at .* which is the production server/,
    );
  });

  it("an instance's shared snapshot is copied under a key of this account first, and the copy goes at once", async () => {
    const theirs = await otherAccountSettings(given().sandbox);
    const rds = new RDS(theirs);
    const wanted = { user: "ledger_master", password: "Pl4nted-ledger" };
    const { VpcSecurityGroups } = await describeCluster(rds, production);
    const group = VpcSecurityGroups?.[0]?.VpcSecurityGroupId ?? "";
    const encrypted = await makeKey(given().sandbox, theirs);
    await makeServer(rds, "instance", "ledger", { ...wanted, group, encrypted });
    const snapshotId = await shareSnapshot(rds, "instance", "ledger", "ledger-friday", account);
    rds.destroy();
    const lines: string[] = [];
    const asked = { snapshotId, source: "ledger", copyId: "test-0002", label: label("0002") };
    await given().platform.restore(asked, (line) => lines.push(line));
    assert.ok(
      lines.some((line) =>
        /copying arn:.*ledger-friday under the key .*: it belongs to another account/.test(line),
      ),
      lines.join("\n"),
    );
    const { DBSnapshots } = await given().rds.describeDBSnapshots({});
    assert.deepEqual(DBSnapshots, []);
    assert.ok((await given().platform.sweep("test", quiet)).includes("copy test-0002"));
  });
});
