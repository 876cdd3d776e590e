import assert from "node:assert/strict";
import * as path from "node:path";
import { Client } from "pg";
import { sampleNames } from "../../platforms/local/sample/names";
import { sandboxInstance } from "../../scripts/sandbox/sample";
import { environmentName, makeEnvironment, plain, type AwsEnvironment } from "../support/awsEnvironment";
import { production, quick, useAwsProduction } from "../support/awsProduction";
import { runThrough, type Point, type RunsLog } from "../support/killedRuns";
import { makeGroup, queryInstance } from "../support/sandbox";

const plugin = path.resolve(__dirname, "../sandbox/session-manager-plugin.js");

describe("aws: stages through the bastion, killed in the middle of each, and with the way cut", function () {
  this.timeout(300_000);
  const given = useAwsProduction(200);
  const log: RunsLog = { lines: [], outcomes: [], hidden: [], met: [] };
  const generation = "4711abcd";
  const copyId = `test-${generation}`;
  let environment: AwsEnvironment;
  let bastion: string;
  let runner: string;

  before("a bastion, the only way to databases, and an environment", async function () {
    this.timeout(120_000);
    process.env.PRODCOPY_SESSION_MANAGER_PLUGIN = plugin;
    const { ec2 } = given();
    runner = await makeGroup(ec2, "bastions", []);
    const { Instances } = await ec2.runInstances({
      ...{ ImageId: "ami-12c6146b", MinCount: 1, MaxCount: 1, SecurityGroupIds: [runner] },
      TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "role", Value: "bastion" }] }],
    });
    bastion = Instances?.[0]?.InstanceId ?? "";
    environment = await makeEnvironment(given());
  });
  after(() => {
    delete process.env.PRODCOPY_SESSION_MANAGER_PLUGIN;
    environment?.beanstalk.destroy();
  });

  const instance = async () =>
    (await given().rds.describeDBInstances({ DBInstanceIdentifier: copyId })).DBInstances?.[0];
  const status = async () => (await instance().catch(() => undefined))?.DBInstanceStatus;
  const soon = () => new Promise((resolve) => setTimeout(resolve, 20));
  const sessions = async () =>
    (await given().sandbox.control<{ sessions: string[] }>("sessions", { target: bastion })).sessions;

  /** kill -9 while this state is held. */
  const heldAt = (
    stage: Point["stage"],
    state: string,
    seen: () => Promise<string | undefined> = status,
  ): Point => ({
    stage,
    name: `kill in ${stage}, ${state}`,
    prepare: () => given().sandbox.control("states", { [state]: "hold" }),
    reached: async () => (await seen()) === state,
    then: "kill",
    release: () => given().sandbox.control("states", { [state]: 0.05 }),
  });
  const atLine = (stage: Point["stage"], line: RegExp): Point => ({
    ...{ stage, line, name: `kill in ${stage}, ${line.source}` },
    then: "kill",
  });
  const cutAt = (stage: Point["stage"], line: RegExp): Point => ({
    ...{ stage, line, name: `cut in ${stage}, ${line.source}` },
    then: () => given().sandbox.control("sessions", { target: bastion, end: true }),
  });
  /** kill -9 while the stage waits for a lock in the copy. */
  const blockedBy = (stage: Point["stage"], table: string): Point => {
    let holder: Client | undefined;
    return {
      ...{ stage, name: `kill in ${stage}, waiting for ${table}` },
      prepare: async () => {
        const { socketFolder: host, port } = await sandboxInstance(given().sandbox, copyId);
        holder = new Client({ host, port, database: sampleNames.database, user: "rdsadmin" });
        await holder.connect();
        await holder.query(`begin; lock table ${table} in share mode`);
      },
      // pg_stat_activity does not change within a transaction.
      reached: async () => (await holder!.query("select from pg_locks where not granted")).rowCount !== 0,
      then: "kill",
      release: () => holder!.end(),
    };
  };
  /** The environment's state, by the name that the sandbox has for it. */
  const during = (state: string) => async () => {
    const asked = { EnvironmentNames: [environmentName] };
    const { Environments } = await environment.beanstalk.describeEnvironments(asked);
    return Environments?.[0]?.Status === "Updating" ? state : undefined;
  };

  it("end the same", async () => {
    const settings = { ...given().settings, runner, tunnel: { bastion: { tag: "role", value: "bastion" } } };
    const common = {
      ...{ stage: "", revision: 1, platform: "aws" as const, stack: "test", source: production },
      ...{ environment: environmentName, generation },
    };
    const points = [
      // Whether its call leaves before the kill or not: the instance stays where the next kill looks for it.
      {
        ...atLine("restore", /^restoring/),
        prepare: () => given().sandbox.control("states", { creating: "hold" }),
      },
      heldAt("restore", "creating"),
      heldAt("claim", "tagging", during("tagging")),
      heldAt("rotate", "resetting-master-credentials"),
      atLine("rotate", /^reporting: /),
      blockedBy("isolate", "pg_catalog.pg_extension"),
      cutAt("sanitise", /table 2 of/),
      atLine("sanitise", /table 5 of/),
      cutAt("sanitise", /leak scan/),
      heldAt("open", "modifying"),
      heldAt("open", "rebooting"),
      heldAt("switch", "updating", during("updating")),
    ];
    const order = {
      settings,
      pace: quick,
      common,
      snapshotId: given().snapshot,
      state: {},
      first: "restore" as const,
    };
    await runThrough(order, points, log);
    assert.equal(log.met.length, points.length);
    const again = log.lines.filter((line) => /connecting again and going on from what is done/.test(line));
    assert.ok(again.length >= 2, log.lines.join("\n"));
    while ((await sessions()).length > 0) await soon();
  });

  it("as a run that nobody disturbed: the copy is sanitised, alone, open, and Test stands on it", async () => {
    const { sandbox, settings, passwords, platform } = given();
    const copy = await instance();
    const caller = { name: "application", groups: [settings.applicationGroup] };
    const { address } = await sandbox.control<{ address: string }>("callers", caller);
    const { password = "" } = await platform.secrets.get(`${copyId}/application`);
    const login = { user: sampleNames.app, database: sampleNames.database, from: address };
    const [seen] = await queryInstance<{ members: number }>(
      sandbox,
      copy!,
      { ...login, password },
      "select count(*)::int as members from member",
    );
    assert.ok((seen?.members ?? 0) > 150, JSON.stringify(seen));
    await assert.rejects(queryInstance(sandbox, copy!, { ...login, password: passwords.app }, "select 1"), {
      code: "28P01",
    });
    assert.equal((await environment.settings(plain)).RDS_HOSTNAME, copy?.Endpoint?.Address);
    assert.equal(await environment.health(), "Green");
    const copies = (await platform.listCopies()).map(({ id }) => id);
    assert.deepEqual(copies, [copyId]);
  });

  it("with no secret in what they said, or in a request that does not carry it", async () => {
    const carry = /^(PutSecretValue|CreateSecret|ModifyDBInstance|CreateDBInstance|CreateEnvironment)$/;
    const requests = await given().sandbox.control<{ operation: string }[]>("log");
    const text = JSON.stringify([
      log.lines,
      log.outcomes,
      requests.filter((one) => !carry.test(one.operation)),
    ]);
    assert.ok(log.hidden.length > 2 && text.length > 10_000);
    for (const secret of [...Object.values(given().passwords), ...log.hidden]) {
      assert.ok(!text.includes(secret));
    }
  });

  it("and a sweep leaves nothing of them", async () => {
    const { platform, rds, ec2 } = given();
    const swept = await platform.sweep("test", (line) => log.lines.push(line));
    assert.ok(swept.includes(`copy ${copyId}`), swept.join());
    assert.equal((await environment.settings(plain)).RDS_HOSTNAME, environment.before.RDS_HOSTNAME);
    assert.equal(await instance().catch(() => undefined), undefined);
    const { DBSnapshots } = await rds.describeDBSnapshots({ SnapshotType: "manual" });
    assert.deepEqual(DBSnapshots, []);
    const { SecurityGroups } = await ec2.describeSecurityGroups({
      Filters: [{ Name: "group-name", Values: [copyId] }],
    });
    assert.deepEqual(SecurityGroups, []);
    assert.deepEqual(await platform.sweep("test", () => undefined), []);
  });
});
