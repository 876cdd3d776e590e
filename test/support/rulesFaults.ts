import assert from "node:assert/strict";
import type { SanitisePlan } from "../../postgres/sanitise/plan";
import { RulesError } from "../../postgres/sanitise/rules/faults";

/** What is wrong with rules that must not be taken. */
export async function faultsOf(planning: Promise<SanitisePlan>): Promise<string[]> {
  const error: unknown = await planning.then(
    () => assert.fail("the rules were taken"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof RulesError, String(error));
  return error.faults.map((fault) => fault.message);
}
