import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { sampleLogins, sampleServer } from "../../platforms/local/sample";
import { startServer, stopServer } from "../../platforms/local/server";
import { demonstration } from "../../scripts/demonstration";
import { Engine } from "../support/engine";
import {
  assertNothingLeft,
  assertProductionUntouched,
  assertTestOnCopy,
  assertTestPutBack,
  listing,
  takeBefore,
  type Before,
} from "../support/engineChecks";
import { assertRefused, assertTestStays, withEdit, withFile } from "../support/failures";
import { skipBecause } from "../support/skip";

/**
 * Runs that cannot make the first copy: wrong configuration, a damaged or missing snapshot, production that cannot be asked, a
 * full disk. Each says why, Test stays on its old database, and the end is that an `up` goes through once all is mended.
 * Not proven here: failures while a copy stands (failures-standing.test.ts), kills (kill-*.test.ts).
 */
describe("failures before there is a copy", function () {
  this.timeout(600_000);
  const members = 60;
  let engine: Engine;
  let untouched: Before;

  before(async () => {
    engine = await Engine.create(members);
    untouched = await takeBefore(engine);
  });
  after(async () => {
    if (engine === undefined) return;
    await engine.platform.sweep(demonstration.stack, () => undefined);
    // Its disk goes before its folder can.
    spawnSync("umount", [engine.home.copies]);
    await engine.dispose();
  });
  afterEach("Test stays on its old database", () => assertTestStays(engine, untouched.settings));

  it("refuses a faulty configuration with all of its faults, each with key, value and an example", async () => {
    const faulty = (text: string) =>
      text
        .replace("keepFor: 7d", "keepFor: forever")
        .replace("rules: rules/sample.yaml", "rules: rules/none.yaml")
        .replace("owner: platform-team", "ownr: platform-team");
    await withEdit(engine, "Pulumi.local.yaml", faulty, async () => {
      for (const run of [await engine.preview(), await engine.up()]) {
        assertRefused(
          run,
          /has 4 faults; nothing was changed/,
          /prodcopy:keepFor is "forever".*Example: 7d/,
          /prodcopy:rules is "rules\/none\.yaml".*no such file.*Example: rules\/sample\.yaml/,
          /prodcopy:owner is not set.*Example: platform-team/,
          /prodcopy:ownr is no key of this project/,
        );
      }
    });
  });

  it("refuses a snapshot that does not exist in the preview already, and names those there are", async () => {
    const [there] = listing(engine.home.snapshots);
    const unknown = (text: string) => text.replace("snapshot: latest", "snapshot: nightly-2020");
    await withEdit(engine, "Pulumi.local.yaml", unknown, async () => {
      for (const run of [await engine.preview(), await engine.up()]) {
        assertRefused(
          run,
          /there is no complete snapshot nightly-2020/,
          new RegExp(`There are: ${there}`),
          /Correct prodcopy:snapshot/,
        );
      }
    });
    assert.deepEqual(listing(engine.home.copies), []);
  });

  for (const { damage, says, kept } of [
    { damage: "cut off", says: /is 4096 bytes long instead of \d+/, kept: 4096 },
    { damage: "missing", says: /is missing/, kept: undefined },
  ]) {
    it(`refuses a snapshot with a file that is ${damage}, and names it`, async () => {
      const [id] = listing(engine.home.snapshots);
      const file = largestFile(path.join(engine.home.snapshots, id!, "data", "base"));
      const contents = kept === undefined ? undefined : fs.readFileSync(file).subarray(0, kept);
      const run = await withFile(file, contents, () => engine.up());
      assertRefused(run, new RegExp(`the snapshot ${id} is damaged: ${file}`), says, /Nothing was changed/);
      assertRefused(run, /Name another snapshot \(prodcopy:snapshot/);
      assert.deepEqual(listing(engine.home.copies), []);
    });
  }

  it("fails when production refuses the password that is known of it, without showing any", async () => {
    const { ref } = sampleLogins.productionAdmin;
    const file = path.join(engine.home.secrets, `${ref.replace("/", "~")}.json`);
    const record = JSON.parse(fs.readFileSync(file, "utf8")) as { value: Record<string, string> };
    const wrong = "not-the-password-of-production";
    const altered = JSON.stringify({ ...record, value: { ...record.value, password: wrong } });
    const run = await withFile(file, altered, () => engine.up());
    assertRefused(
      run,
      /Production "production" could not be asked: .*federation_admin.*28P01/,
      /correct the credential that is known of it, and run `pulumi up` again/,
    );
    assert.ok(!run.text.includes(wrong) && !run.text.includes(record.value.password!), "a password is shown");
  });

  it("fails while production is down, and even then destroy leaves nothing", async () => {
    const { dir, port } = await sampleServer(engine.home, "production");
    await stopServer(dir);
    try {
      assertRefused(
        await engine.up(),
        new RegExp(`Production "production" could not be asked: .*ECONNREFUSED 127\\.0\\.0\\.1:${port}`),
        /stays in quarantine and Test where it is\. Start production/,
      );
      const { code, text } = await engine.destroy();
      assert.equal(code, 0, text);
      await assertTestPutBack(engine, untouched);
      await assertNothingLeft(engine);
    } finally {
      await startServer(dir);
    }
  });

  describe("on a disk that is full", () => {
    before(function () {
      fs.mkdirSync(engine.home.copies, { recursive: true });
      mount(this, engine.home.copies, "size=40m");
    });

    it("refuses early what has no room, with what is needed and what is free", async () => {
      assertRefused(
        await engine.up(),
        /the copy local-[0-9a-f]{8} needs \d+ MB below \S+copies, and \d+ MB are free/,
        /Free some space/,
      );
      assert.deepEqual(listing(engine.home.copies), []);
    });

    it("gives a restore up and removes it when the disk fills up under it", async () => {
      remount(engine.home.copies, "size=1g,nr_inodes=300");
      assertRefused(
        await engine.up(),
        /the disk that holds \S+copies is full/,
        /The copy local-[0-9a-f]{8} was given up and removed/,
        /run it again/,
      );
      assert.deepEqual(listing(engine.home.copies), []);
    });

    it("fails in sanitise when the disk fills up there, and names the server's reason", async () => {
      remount(engine.home.copies, "size=1g,nr_inodes=0");
      const running = engine.up();
      await engine.waitFor(running, { stage: "sanitise", event: "started" });
      leaveNoRoom(engine.home.copies);
      const run = await running;
      remount(engine.home.copies, "size=1g");
      assertRefused(run, /53100|No space left on device/i);
    });
  });

  // In a suite of its own, for mocha runs a suite's own tests before those of the suites within.
  describe("in the end", () => {
    it("makes the copy once everything is mended, and production noticed nothing of it all", async () => {
      const { code, text } = await engine.up();
      assert.equal(code, 0, text);
      await assertTestOnCopy(engine, members);
      await assertProductionUntouched(engine, untouched);
      const destroyed = await engine.destroy();
      assert.equal(destroyed.code, 0, destroyed.text);
      await assertTestPutBack(engine, untouched);
      await assertNothingLeft(engine);
    });
  });
});

function largestFile(folder: string): string {
  const files = fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  return files.sort((a, b) => fs.statSync(b).size - fs.statSync(a).size)[0]!;
}

/** A small disk of its own; skips loudly where none can be made. */
function mount(context: Mocha.Context, folder: string, options: string): void {
  const { status, stderr } = spawnSync("mount", [
    "-t",
    "tmpfs",
    "-o",
    `${options},mode=0711`,
    "tmpfs",
    folder,
  ]);
  if (status !== 0) skipBecause(context, `no tmpfs can be mounted here: ${String(stderr ?? "").trim()}`);
}

function remount(folder: string, options: string): void {
  const { status, stderr } = spawnSync("mount", ["-o", `remount,${options}`, folder]);
  assert.equal(status, 0, String(stderr));
}

/** Makes the disk as small as what stands on it: that takes a moment, where filling it up would race with the run. */
function leaveNoRoom(folder: string): void {
  // Refused when the server has written between the count and the mount.
  for (let tries = 1; ; tries++) {
    const { blocks, bfree, bsize } = fs.statfsSync(folder);
    const size = (blocks - bfree) * bsize;
    const { status, stderr } = spawnSync("mount", ["-o", `remount,size=${size}`, folder]);
    if (status === 0) return;
    assert.ok(tries < 100, String(stderr));
  }
}
