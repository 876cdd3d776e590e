import * as assert from "node:assert/strict";
import type { Engine } from "../support/engine";
import {
  assertNothingLeft,
  assertProductionUntouched,
  assertTestPutBack,
  type Before,
} from "../support/engineChecks";
import { useEngine } from "../support/useEngine";
import { killPoints, nameOf } from "../support/killPoints";

/** Destroy straight after a kill: what a killed `create` made is unknown to the engine, and still nothing may be left. */
describe("kill -9, then destroy", function () {
  this.timeout(600_000);
  let engine: Engine;
  let untouched: Before;

  useEngine(30, (made, before) => ([engine, untouched] = [made, before]));

  for (const kill of killPoints) {
    it(`leaves nothing and Test where it was, after kill -9 of ${nameOf(kill)}`, async () => {
      await engine.upKilledAt(kill.point, kill.victim);
      const { code, text } = await engine.destroy();
      assert.equal(code, 0, text);
      await assertTestPutBack(engine, untouched);
      await assertNothingLeft(engine);
    });
  }

  it("left production untouched through all of it", () => assertProductionUntouched(engine, untouched));
});
