import * as assert from "node:assert/strict";
import { restore } from "../../pipeline/stages/restore";
import { rotate } from "../../pipeline/stages/rotate";
import { sanitise } from "../../pipeline/stages/sanitise";
import type { StageContext } from "../../pipeline/context";
import type { HandoverData } from "../../pipeline/handover";
import { sampleNames } from "../../platforms/local/sample/names";
import { sandboxInstance, withRdsAdmin } from "../../scripts/sandbox/sample";
import { rulesDigestOf } from "../../postgres/sanitise/rules/load";
import { production, useAwsProduction } from "../support/awsProduction";
import { makeServer } from "../support/awsServers";
import { makeGroup } from "../support/sandbox";

describe("aws: the room on a copy's storage", function () {
  this.timeout(120_000);
  const given = useAwsProduction(50);
  const rules = "rules/sample.yaml";
  const rulesDigest = rulesDigestOf(rules);
  const common = {
    stage: "",
    revision: 1,
    platform: "aws" as const,
    stack: "test",
    source: production,
    environment: "federation-test",
    generation: "room",
  };
  const lines: string[] = [];
  const context = (): StageContext => ({
    platform: given().platform,
    log: (line) => lines.push(line),
    hide: () => undefined,
  });
  let from: HandoverData;
  const tell = (values: Record<string, number | null>) =>
    given().sandbox.control("metrics", { id: from.copyId, ...values });
  const runSanitise = () => sanitise.create({ ...common, from, rules, rulesDigest }, context());
  /** What a run would change: which file each table is in, and whether the project's own schema is there. */
  const inside = async () =>
    withRdsAdmin(
      await sandboxInstance(given().sandbox, from.copyId),
      sampleNames.database,
      async (session) => {
        const { rows } = await session.query<{ name: string; file: string }>(
          "select oid::regclass::text as name, pg_relation_filenode(oid)::text as file from pg_class where relkind in ('r', 'p', 'm') and oid >= 16384 and relnamespace <> coalesce(to_regnamespace('prodcopy'), 0) order by 1",
        );
        return rows;
      },
    );

  before("a copy", async function () {
    this.timeout(120_000);
    const inputs = { snapshotId: given().snapshot, rulesDigest, owner: "platform-team", keepFor: "7d" };
    const restored = await restore.create({ ...common, ...inputs }, context());
    const rotated = await rotate.create({ ...common, from: restored.outs.handover }, context());
    from = rotated.outs.handover;
  });

  it("is what CloudWatch says: the allocated storage without what the server's files take", async () => {
    const { bytes = 0, by } = await given().platform.freeRoom(from.copyId);
    assert.equal(by, "CloudWatch");
    assert.ok(bytes < 20 * 1024 ** 3 && bytes > 19 * 1024 ** 3, `${bytes} of 20 GiB`);
  });

  it("is not known, and said so, before the first datapoint and of a copy that is gone", async () => {
    await tell({ FreeStorageSpace: null });
    const early = await given().platform.freeRoom(from.copyId);
    assert.equal(early.bytes, undefined);
    assert.match(early.by, /no FreeStorageSpace of test-room in the last 15 minutes/);
    assert.deepEqual(await given().platform.freeRoom("absent"), {
      bytes: undefined,
      by: "RDS has no absent",
    });
  });

  it("names the missing permission", async () => {
    const { sandbox, platform } = given();
    await sandbox.control("faults", {
      service: "cloudwatch",
      operation: "GetMetricStatistics",
      code: "AccessDenied",
      status: 403,
    });
    await assert.rejects(
      platform.freeRoom(from.copyId),
      /lacks the permission cloudwatch:GetMetricStatistics/,
    );
  });

  it("is asked by no account but a configured one", async () => {
    const elsewhere = given().platformWith({ accounts: ["999999999999"] });
    await assert.rejects(elsewhere.freeRoom(from.copyId), /Refused: these credentials are of account/);
  });

  it("ends a run before anything is changed where it is too small", async () => {
    await tell({ FreeStorageSpace: 64 * 1024 });
    const before = await inside();
    assert.ok(before.length > 10);
    await assert.rejects(runSanitise(), /refused: .*as CloudWatch says/s);
    assert.deepEqual(await inside(), before);
  });

  it("lets a run go on where it is not known, and says why", async () => {
    await tell({ FreeStorageSpace: null });
    lines.length = 0;
    await runSanitise();
    assert.match(lines.join("\n"), /how much room is left is not known: CloudWatch has no FreeStorageSpace/);
  });

  it("has no end on Aurora; what sorting may use of the instance's own disk is told apart", async () => {
    const { rds, ec2, sandbox, platform } = given();
    const group = await makeGroup(ec2, "aurora", []);
    const wanted = { user: "boss", password: "password-of-boss", group, encrypted: true };
    const { instance } = await makeServer(rds, "cluster", "grows", wanted);
    const early = await platform.freeRoom("grows");
    assert.deepEqual([early.bytes, early.by], [Infinity, "Aurora"]);
    assert.match(early.remark ?? "", /no FreeLocalStorage of \S+ in the last 15 minutes.*is not known/);
    await sandbox.control("metrics", { id: instance, FreeLocalStorage: 7.5 * 1024 ** 3 });
    assert.match(
      (await platform.freeRoom("grows")).remark ?? "",
      /own disk of \S+, on which 7\.5 GB are free/,
    );
  });
});
