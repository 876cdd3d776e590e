import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { sandboxProduction } from "../../scripts/sandbox/production";
import { sandboxTest } from "../../scripts/sandbox/testSide";
import { awsStack, enterSandbox, whatStands } from "../support/awsStack";
import type { Engine, RunResult } from "../support/engine";
import { nameOf } from "../support/killPoints";
import type { killPoints } from "../support/killPoints";
import { useSandbox } from "../support/sandbox";

/**
 * A stack on the platform `aws`, driven by the real engine against the sandbox: kills, changes in place, newer data, failures,
 * destroy. Not proven here: AWS itself; what the sandbox cannot show is listed in docs/aws.md.
 */
describe("the life of a copy on aws", function () {
  this.timeout(600_000);
  const sandbox = useSandbox();
  let engine: Engine;
  let stood: Record<string, string[]>;
  let leave: () => void;
  const said: RunResult[] = [];
  const members = 60;
  const environment = sandboxTest.environment;

  before("production, Test and the stack", async () => {
    leave = enterSandbox(sandbox());
    engine = await awsStack(sandbox(), members);
    stood = await whatStands();
  });
  after(async () => {
    await engine?.dispose();
    leave?.();
  });
  afterEach(() => sandbox().control("faults", { clear: true }));
  const keep = (result: RunResult) => {
    said.push(result);
    return result;
  };
  const mustUp = async () => {
    const result = keep(await engine.up());
    assert.equal(result.code, 0, result.text);
    return result;
  };
  const copyIds = async () => (await engine.platform.listCopies()).map(({ id }) => id);
  const standsOn = async () => (await engine.platform.readEnvironment(environment)).settings;
  const fault = (service: string, operation: string, code: string, more: object = {}) =>
    sandbox().control("faults", { service, operation, code, ...more });

  it("previews the story with the snapshot and its time, and changes nothing", async () => {
    const { code, text } = keep(await engine.preview());
    assert.equal(code, 0, text);
    assert.match(text, /snapshotId *: "rds:production-/);
    assert.match(text, /dataFrom *: "20\d\d-/);
    assert.deepEqual(await whatStands(), stood);
  });

  it("tells expired credentials and a missing permission, and leaves Test where it was", async () => {
    await fault("sts", "GetCallerIdentity", "ExpiredToken");
    assert.match(keep(await engine.up()).text, /credentials .*expired/i);
    await sandbox().control("faults", { clear: true });
    await fault("rds", "RestoreDBInstanceFromDBSnapshot", "AccessDenied", { status: 403 });
    assert.match(keep(await engine.up()).text, /rds:RestoreDBInstanceFromDBSnapshot/);
    assert.deepEqual(await copyIds(), []);
    assert.deepEqual((await whatStands()).environment, stood.environment);
  });

  const kills: typeof killPoints = [
    { point: { stage: "restore", event: "progress", line: /waiting/ }, victim: "everything" },
    { point: { stage: "rotate", event: "started" }, victim: "provider" },
    { point: { stage: "sanitise", event: "progress", line: /table \d+ of/ }, victim: "everything" },
    { point: { stage: "open", event: "progress", line: /changing/ }, victim: "everything" },
    { point: { stage: "switch", event: "progress", line: /waiting/ }, victim: "everything" },
  ];
  for (const kill of kills) {
    it(`survives kill -9 of ${nameOf(kill)}`, () => engine.upKilledAt(kill.point, kill.victim));
  }

  it("ends as a run that nobody killed: Test on the one sanitised copy, throttled calls or not", async () => {
    await fault("rds", "DescribeDBInstances", "Throttling", { times: 3, message: "Rate exceeded" });
    await mustUp();
    const { endpoint, copyId } = await engine.outputs();
    assert.deepEqual(await copyIds(), [copyId]);
    assert.equal(`${(await standsOn()).RDS_HOSTNAME}:5432`, endpoint);
    assert.equal((await engine.platform.readEnvironment(environment)).health, "Ok");
  });

  it("does nothing the second time, and a refresh finds no drift", async () => {
    assert.match((await mustUp()).text, /15 unchanged/);
    const refreshed = keep(await engine.refresh());
    assert.match(refreshed.text, /15 unchanged/);
  });

  it("carries a setting of the opened copy out in place, and refuses to move to another region", async () => {
    engine.configure("backupDays", "3");
    const { text } = await mustUp();
    assert.match(text, /changing backups/);
    assert.doesNotMatch(text, /restoring|setting PRODCOPY_GENERATION/);
    const file = path.join(engine.project, `Pulumi.${engine.stack}.yaml`);
    const right = fs.readFileSync(file, "utf8");
    fs.writeFileSync(file, right.replace("aws:region: eu-west-1", "aws:region: eu-central-1"));
    const moved = keep(await engine.preview());
    assert.match(
      moved.text,
      /aws:region is "eu-central-1", and this stack stands on "eu-west-1": it cannot move/,
    );
    fs.writeFileSync(file, right);
  });

  it("leaves Test on the old copy when the new one's environment does not come up, then moves it", async () => {
    const old = await engine.outputs();
    await sandbox().control("backup", { id: sandboxProduction.instance });
    engine.configure("refresh", "again");
    await sandbox().control("environments", { name: environment, failNext: true });
    const failed = keep(await engine.up());
    assert.notEqual(failed.code, 0);
    assert.match(failed.text, /Elastic Beanstalk says/);
    assert.equal(`${(await standsOn()).RDS_HOSTNAME}:5432`, old.endpoint);
    await mustUp();
    const now = await engine.outputs();
    assert.notEqual(now.copyId, old.copyId);
    assert.equal(`${(await standsOn()).RDS_HOSTNAME}:5432`, now.endpoint);
    assert.deepEqual(await copyIds(), [now.copyId]);
  });

  it("shows no secret in what it prints, in its state and reports, or in any request but those that carry it", async () => {
    const secrets = await Promise.all(
      ["admin", "application"].map(async (name) => {
        const { copyId } = await engine.outputs();
        return (await engine.platform.secrets.get(`${copyId}/${name}`)).password ?? "";
      }),
    );
    const requests = await sandbox().control<{ operation: string }[]>("log");
    const carry =
      /^(PutSecretValue|CreateSecret|ModifyDBInstance|CreateDBInstance|CreateEnvironment|UpdateEnvironment)$/;
    const others = requests.filter(({ operation }) => !carry.test(operation));
    const files = [engine.home.stacks, engine.home.reports].flatMap((folder) =>
      fs
        .readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => fs.readFileSync(path.join(entry.parentPath, entry.name), "utf8")),
    );
    const everything = [JSON.stringify(others), ...said.map(({ text }) => text), ...files];
    assert.ok(
      everything.some((text) => text.includes("prodcopy:Switch")),
      "the state is among them",
    );
    for (const secret of secrets) {
      assert.ok(secret.length > 20);
      assert.ok(everything.every((text) => !text.includes(secret)));
    }
  });

  it("destroy puts Test back and leaves what stood before, and nothing else", async () => {
    const { code, text } = keep(await engine.destroy());
    assert.equal(code, 0, text);
    assert.deepEqual(await whatStands(), stood);
  });
});
