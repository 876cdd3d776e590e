import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { demonstration } from "../../scripts/demonstration";
import type { Engine } from "../support/engine";
import {
  assertNothingLeft,
  assertProductionUntouched,
  assertTestOnCopy,
  assertTestPutBack,
  type Before,
} from "../support/engineChecks";
import { useEngine } from "../support/useEngine";
import { killPoints, nameOf } from "../support/killPoints";

/**
 * One copy whose making is killed again and again, at every stage boundary and inside the stages: each `up` goes on where the
 * killed one was, and the end is the same as that of a run that nobody killed. Test's settings are watched all the time.
 */
describe("kill -9, then up", function () {
  this.timeout(600_000);
  const members = 60;
  let engine: Engine;
  let untouched: Before;
  let watch: Watch;

  useEngine(members, (made, before) => {
    [engine, untouched] = [made, before];
    watch = new Watch(engine);
  });
  after(() => watch?.stop());

  for (const kill of killPoints) {
    it(`survives kill -9 of ${nameOf(kill)}`, async () => {
      await engine.upKilledAt(kill.point, kill.victim);
    });
  }

  it("ends as a run that nobody killed: Test on the sanitised copy, production untouched", async () => {
    const { code, text } = await engine.up();
    assert.equal(code, 0, text);
    await assertTestOnCopy(engine, members);
    assert.equal((await engine.platform.listCopies()).length, 1);
    await assertProductionUntouched(engine, untouched);
    assert.match((await engine.up()).text, /15 unchanged/);
  });

  it("never let Test stand on the copy before the copy was sanitised and opened", () => {
    const opened = engine.events().find((event) => event.stage === "open" && event.event === "done");
    assert.ok(opened);
    assert.ok(watch.movedAt !== undefined, "Test moved");
    assert.ok(watch.movedAt >= Date.parse(opened.at), "Test moved before the copy was opened");
  });

  it("leaves a state that is whole after every kill: nothing in the backend is written but by replacing it", () => {
    const backend = path.join(engine.home.stacks, "pulumi");
    const files = fs.readdirSync(backend, { recursive: true, encoding: "utf8" });
    assert.ok(files.some((name) => name.endsWith(`${demonstration.stack}.json`)));
    assert.deepEqual(
      files.filter((name) => name.endsWith(".attrs")),
      [],
    );
  });

  it("destroy puts all back", async () => {
    const { code, text } = await engine.destroy();
    assert.equal(code, 0, text);
    await assertTestPutBack(engine, untouched);
    await assertNothingLeft(engine);
  });
});

/** Reads Test's settings file every few milliseconds and keeps the first moment at which they differed from the beginning. */
class Watch {
  movedAt: number | undefined;
  private readonly timer: NodeJS.Timeout;

  constructor(engine: Engine) {
    const file = path.join(engine.home.environments, demonstration.environment, "settings.json");
    const first = fs.readFileSync(file, "utf8");
    this.timer = setInterval(() => {
      if (this.movedAt === undefined && fs.readFileSync(file, "utf8") !== first) this.movedAt = Date.now();
    }, 10);
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
