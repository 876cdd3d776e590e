import * as assert from "node:assert/strict";
import { createEnvironment, removeEnvironment, startEnvironment } from "../../platforms/local/environment";
import { localPlatform } from "../../platforms/local/platform";
import { unknownValue } from "../../pipeline/stage";
import { Provider } from "../support/provider";
import { startScratchServer, useScratchHome } from "../support/servers";

/**
 * What the engine is answered by the real program for dynamic providers. Not proven here: what the stages do on servers
 * (test/engine), and how the engine acts on the answers.
 */
describe("the provider of every stage, over gRPC", function () {
  this.timeout(60_000);
  const home = useScratchHome();
  let provider: Provider;
  const common = {
    revision: 1,
    platform: "local",
    stack: "scratch",
    source: "production",
    environment: "scratch",
    generation: "g1",
  };
  const anchor = { ...common, stage: "anchor", generation: "" };
  const claim = { ...common, stage: "claim", copyResource: "local-1" };
  const snapshot = {
    ...common,
    stage: "snapshot",
    generation: "",
    pin: "latest",
    refresh: "",
    safetySnapshot: false,
    rulesDigest: "d1",
    sanitiserRevision: 1,
    migrationsDigest: "",
    owner: "team",
  };
  const from = {
    stage: "restore",
    generation: "g1",
    platform: "local",
    source: "production",
    copyId: "scratch-g1",
    resourceId: "local-1",
    host: "127.0.0.1",
    port: 5,
    database: "federation",
    adminUser: "federation_admin",
    adminSecretRef: "scratch-g1/admin",
    rulesDigest: "d1",
    runId: "r1",
  };
  const rotate = { ...common, stage: "rotate", from };
  const restore = {
    ...common,
    stage: "restore",
    snapshotId: "s1",
    rulesDigest: "d1",
    owner: "team",
    keepFor: "7d",
  };

  before(async () => {
    provider = await Provider.start({ PRODCOPY_HOME: home().root });
    await startScratchServer(home(), "production");
    await createEnvironment(home(), {
      name: "scratch",
      settings: { RDS_HOSTNAME: "127.0.0.1", RDS_PORT: "1", RDS_DB_NAME: "old", RDS_USERNAME: "old" },
      secretSettings: { RDS_PASSWORD: "the earlier password" },
    });
    await startEnvironment(home(), "scratch");
  });
  after(async () => {
    await provider?.stop();
    await removeEnvironment(home(), "scratch");
  });

  describe("check", () => {
    it("answers a pin that leads nowhere as a failure of that input, and not as an error", async () => {
      const { failures } = await provider.check({}, { ...snapshot, pin: "of-last-year" });
      assert.deepEqual(
        failures.map(({ property }) => property),
        ["pin"],
      );
      assert.match(failures[0]!.reason, /there is no complete snapshot of-last-year/);
      assert.doesNotMatch(failures[0]!.reason, /^Error|\n\s+at /);
    });

    it("keeps what was resolved while pin and refresh stay, and decides the generation from it", async () => {
      const resolved = { snapshotId: "s1", dataFrom: "2026-01-01T00:00:00Z", sizeBytes: 5 };
      const { inputs, failures } = await provider.check({ ...snapshot, ...resolved }, snapshot);
      assert.deepEqual(failures, []);
      assert.deepEqual({ ...inputs, ...resolved }, inputs);
      assert.match(String(inputs["generation"]), /^[0-9a-f]{8}$/);
      const again = await provider.check({ ...snapshot, ...resolved }, { ...snapshot, rulesDigest: "d2" });
      assert.notEqual(again.inputs["generation"], inputs["generation"]);
    });

    it("lets an input pass that is not known yet, wherever it stands", async () => {
      for (const inputs of [
        { ...rotate, from: unknownValue },
        { ...claim, copyResource: unknownValue, generation: unknownValue },
      ]) {
        assert.deepEqual(await provider.check({}, inputs), { inputs, failures: [] });
      }
    });
  });

  describe("diff", () => {
    const none = { changes: "none", replaces: [], deleteBeforeReplace: false };

    it("plans nothing for the same inputs, an unknown hand-over, or outputs that only the state has", async () => {
      assert.deepEqual(await provider.diff(rotate, rotate), none);
      assert.deepEqual(await provider.diff(rotate, { ...rotate, from: unknownValue }), none);
      assert.deepEqual(await provider.diff({ ...rotate, handover: from }, rotate), none);
    });

    it("replaces with the generation or the server, and updates for a revision", async () => {
      const other = { ...from, resourceId: "local-2" };
      assert.deepEqual((await provider.diff(rotate, { ...rotate, generation: "g2" })).replaces, [
        "generation",
      ]);
      assert.deepEqual((await provider.diff(rotate, { ...rotate, from: other })).replaces, ["from"]);
      const revised = await provider.diff(rotate, { ...rotate, revision: 2 });
      assert.deepEqual(revised, { ...none, changes: "some" });
    });

    it("moves a claim to a new copy in place, and gives one environment back before another is claimed", async () => {
      const next = { ...claim, generation: "g2", copyResource: "local-2" };
      assert.deepEqual((await provider.diff(claim, next)).replaces, []);
      const elsewhere = await provider.diff(claim, { ...claim, environment: "other" });
      assert.deepEqual(elsewhere, { changes: "some", replaces: ["environment"], deleteBeforeReplace: true });
    });
  });

  describe("create", () => {
    it("answers an id and outputs without anything undefined", async () => {
      const { id, outs } = await provider.create(claim);
      assert.equal(id, "scratch");
      assert.deepEqual(Object.keys(outs).sort(), [...Object.keys(claim), "environmentId", "url"].sort());
      assert.deepEqual(
        Object.entries(outs).filter(([, value]) => value === undefined || value === null),
        [],
      );
      assert.equal((await provider.create(anchor)).id, "scratch");
    });

    it("shows what it does as it goes, with the stage's name before each line", async () => {
      const { outs } = await provider.create(anchor);
      await provider.remove("scratch", { ...outs, environment: "nowhere", stack: "nobody" });
      assert.match(provider.output, /^anchor: nothing was left behind$/m);
    });

    it("fails with the reason alone: no stack of our code, no name of a class", async () => {
      const message = await failureOf(provider.create(rotate));
      assert.match(message, /The copy scratch-g1 is gone, though stage restore handed it over/);
      assert.doesNotMatch(message, /\n\s+at |\.ts:\d|Error: /);
    });

    it("cuts what looks like a secret from the message", async () => {
      const value = "hunter2hunter2";
      const copyId = `password=${value}`;
      const message = await failureOf(provider.create({ ...rotate, from: { ...from, copyId } }));
      assert.match(message, /\[redacted\]/);
      assert.equal(message.includes(value), false);
      assert.equal(provider.output.includes(value), false);
    });
  });

  describe("update, read and delete", () => {
    it("keeps outputs that an update does not make anew, and holds nothing undefined", async () => {
      const { outs } = await provider.create(claim);
      const updated = await provider.update("scratch", outs, { ...claim, generation: "g2" });
      assert.deepEqual(updated, { ...outs, generation: "g2" });
      // The anchor has no work in an update: the new inputs are recorded and that is all.
      const recorded = await provider.update(
        "scratch",
        { ...anchor, known: "before" },
        { ...anchor, revision: 2 },
      );
      assert.deepEqual(recorded, { ...anchor, known: "before", revision: 2 });
    });

    it("reads what stands there as it is, and what is gone as no id", async () => {
      const { outs } = await provider.create(claim);
      assert.deepEqual(await provider.read("scratch", outs), { id: "scratch", outs });
      await provider.remove("scratch", outs);
      assert.deepEqual(await provider.read("scratch", outs), { id: "", outs: {} });
      const gone = await provider.read("scratch-g1", { ...restore, handover: from });
      assert.deepEqual(gone, { id: "", outs: {} });
    });

    it("removes what is gone already, again and again", async () => {
      const { outs } = await provider.create(claim);
      for (let times = 0; times < 2; times += 1) await provider.remove("scratch", outs);
      const { claimedBy } = await localPlatform(home()).readEnvironment("scratch");
      assert.equal(claimedBy, undefined);
      await provider.remove("scratch-g1", { ...restore, handover: from });
      await provider.remove("scratch-g1", { ...rotate, handover: from });
      await provider.remove("s1", { ...snapshot, pin: "new", snapshotId: "s1" });
      await provider.remove("scratch", anchor);
    });
  });

  it("says of a stage that another version wrote that it does not know it, in every call", async () => {
    const old = { ...common, stage: "polish" };
    const calls = [
      provider.check({}, old),
      provider.diff(old, old),
      provider.create(old),
      provider.update("id", old, old),
      provider.read("id", old),
      provider.remove("id", old),
    ];
    for (const call of calls) {
      const message = await failureOf(call);
      assert.match(
        message,
        /a stage "polish" that this version of prodcopy does not know \(anchor, snapshot,/,
      );
      assert.match(message, /use that one, or a later one/);
    }
    const nothing = { ...common };
    assert.match(await failureOf(provider.remove("id", nothing)), /does not know/);
  });
});

async function failureOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => assert.fail("the call was answered"),
    (error: Error & { details?: string }) => error.details ?? error.message,
  );
}
