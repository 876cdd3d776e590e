import * as assert from "node:assert/strict";
import { withSession } from "../../postgres/connection";
import { takeAutomaticSnapshot } from "../../platforms/local/snapshot";
import { startEnvironment, stopEnvironment } from "../../platforms/local/environment";
import { demonstration } from "../../scripts/demonstration";
import type { Engine } from "../support/engine";
import {
  assertNothingLeft,
  assertProductionUntouched,
  assertTestOnCopy,
  assertTestPutBack,
  replicationConnections,
  type Before,
} from "../support/engineChecks";
import { useEngine } from "../support/useEngine";

/**
 * The life of a copy with the real engine and real servers: preview, up, no-op, refresh, changes in place, newer data, destroy.
 * Not proven here: kills (kill.test.ts), refusals (failures.test.ts), anything about AWS.
 */
describe("the life of a copy", function () {
  this.timeout(600_000);
  const members = 60;
  let engine: Engine;
  let untouched: Before;

  useEngine(members, (made, before) => ([engine, untouched] = [made, before]));

  it("previews the story in its order, with the snapshot and its time, and changes nothing", async () => {
    const { code, text } = await engine.preview();
    assert.equal(code, 0, text);
    const order = [
      "Anchor",
      "Snapshot",
      "Restore",
      "Rotate",
      "Isolate",
      "Verify",
      "Sanitise",
      "Migrate",
      "Open",
      "Switch",
    ];
    const places = order.map((name) => text.indexOf(`prodcopy:${name}`));
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
      text,
    );
    assert.match(text, /snapshotId *: "automatic-production-/);
    assert.match(text, /dataFrom *: "20\d\d-/);
    assert.deepEqual(await engine.platform.listCopies(), []);
  });

  it("makes a sanitised copy and moves Test onto it; production and its publisher notice nothing", async () => {
    const heard = await replicationConnections(engine);
    const { code, text } = await engine.up();
    assert.equal(code, 0, text);
    await assertTestOnCopy(engine, members);
    await assertProductionUntouched(engine, untouched);
    assert.equal(await replicationConnections(engine), heard, "the copy called production's publisher");
  });

  it("leaves no production address in what Test shows", async () => {
    const { url } = await engine.platform.readEnvironment(demonstration.environment);
    const page = await (await fetch(url)).text();
    const addresses = page.match(/[\w.+-]+@[\w-]+(\.[\w-]+)+/g) ?? [];
    assert.deepEqual(
      addresses.filter((address) => !address.endsWith(".invalid")),
      [],
    );
  });

  it("does nothing the second time, and a refresh finds no drift", async () => {
    const again = await engine.up();
    assert.match(again.text, /15 unchanged/);
    const refreshed = await engine.refresh();
    assert.equal(refreshed.code, 0, refreshed.text);
    assert.match(refreshed.text, /15 unchanged/);
  });

  it("changes owner and expiry in place", async () => {
    engine.configure("keepFor", "3d");
    engine.configure("owner", "data-team");
    const { text } = await engine.up();
    assert.match(text, /1 updated/);
    assert.doesNotMatch(text, /replaced|created \(/);
    const [copy] = await engine.platform.listCopies();
    assert.equal(copy?.label.owner, "data-team");
  });

  it("keeps its snapshot though a newer one is there, until it is told to refresh", async () => {
    await takeAutomaticSnapshot(engine.home, demonstration.source, () => undefined);
    const { text } = await engine.up();
    assert.match(text, /15 unchanged/);
  });

  it("builds and proves a newer copy first, moves Test, and only then removes the old one", async () => {
    const { copyId: old } = await engine.outputs();
    engine.configure("refresh", "once more");
    const running = engine.up();
    // A restart of Test in the middle: it comes up on the old copy, which still stands.
    await engine.waitFor(running, { stage: "sanitise", event: "started" });
    await stopEnvironment(engine.home, demonstration.environment);
    await startEnvironment(engine.home, demonstration.environment);
    assert.equal((await engine.platform.listCopies()).length, 2, "both generations stand side by side");
    const { code, text } = await running;
    assert.equal(code, 0, text);
    await assertTestOnCopy(engine, members);
    const copies = await engine.platform.listCopies();
    assert.deepEqual(
      copies.map((copy) => copy.id === old),
      [false],
    );
    const moved = text.search(/Switch switch updated/);
    const gone = text.search(/Restore restore deleted|Restore restore deleting/);
    assert.ok(moved > 0 && gone > moved, "the old copy went before Test had moved");
    await assertProductionUntouched(engine, untouched);
  });

  it("refuses a second stack that is after the same environment", async () => {
    await assert.rejects(
      engine.platform.claim(demonstration.environment, "another", ["RDS_HOSTNAME"]),
      /local/,
      "the claim names who holds it",
    );
  });

  it("makes the copy anew when somebody removed it, after a refresh saw that it is gone", async () => {
    const [copy] = await engine.platform.listCopies();
    await engine.platform.removeCopy(copy!.id, demonstration.stack);
    const refreshed = await engine.refresh();
    assert.equal(refreshed.code, 0, refreshed.text);
    const { code, text } = await engine.up();
    assert.equal(code, 0, text);
    await assertTestOnCopy(engine, members);
  });

  it("opens the copy to the application and the administrator only", async () => {
    const { copyId, endpoint } = await engine.outputs();
    const [host, port] = endpoint!.split(":");
    const known = await engine.platform.productionTarget(demonstration.source);
    const target = { ...known!, host: host!, port: Number(port) };
    await assert.rejects(
      withSession(target, { applicationName: "test" }, () => Promise.resolve()),
      /28P01/,
      "production's password on the copy",
    );
    const { password } = await engine.platform.secrets.get(`${copyId}/admin`);
    await withSession({ ...target, password: password! }, { applicationName: "test" }, () =>
      Promise.resolve(),
    );
  });

  it("destroy puts Test back, leaves nothing behind, and production as it was", async () => {
    const { code, text } = await engine.destroy();
    assert.equal(code, 0, text);
    await assertTestPutBack(engine, untouched);
    await assertNothingLeft(engine);
    await assertProductionUntouched(engine, untouched);
  });
});
