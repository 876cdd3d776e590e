import * as path from "node:path";
import { readCatalogue } from "../../postgres/catalogue";
import { withSession } from "../../postgres/connection";
import { sanitise as sanitiseDatabase } from "../../postgres/sanitise/sanitise";
import type { SanitisePlan } from "../../postgres/sanitise/plan";
import { bindRules } from "../../postgres/sanitise/rules/bind";
import { loadRules } from "../../postgres/sanitise/rules/load";
import { assertIsCopy } from "../../postgres/guard";
import { adminTarget, applicationName, withCopy } from "../copySession";
import type { StageContext } from "../context";
import { handoverStage, type HandoverInputs } from "../handoverStage";

export interface SanitiseInputs extends HandoverInputs {
  /** Rules file, relative to the project's folder. */
  rules: string;
  rulesDigest: string;
}

/** Replaces what is personal and proves that nothing of it is left; what cannot be proven fails. */
export const sanitise = handoverStage<SanitiseInputs>("sanitise", async (inputs, context) => {
  const { from } = inputs;
  const rules = await loadRules(path.resolve(inputs.rules));
  if (rules.digest !== inputs.rulesDigest) {
    throw new Error(
      `${inputs.rules} changed after the plan was made (${rules.digest}, planned ${inputs.rulesDigest}). ` +
        "Nothing was changed. Run `pulumi up` again.",
    );
  }
  const target = await adminTarget(context, from);
  const { result, testLogins } = await withCopy(context, from, async (copy) => {
    const plan: SanitisePlan = bindRules(rules, await readCatalogue(copy, from.database));
    return sanitiseDatabase({
      copy,
      plan,
      openSession: (use) => withGuardedSession(inputs, context, target, use),
      runId: from.runId,
      log: context.log,
    });
  });
  const residue = await context.platform.clearStorageResidue(from.copyId, context.log);
  result.residue.checks.push(...residue);
  await keepTestLogins(inputs, context, testLogins);
  const { masked, kept } = result.coverage;
  return {
    summary: `${result.tables.length} tables, ${masked} columns masked, ${kept} kept, no leak`,
    proofs: result.residue.checks,
    notProven: result.residue.notProven,
    details: { sanitise: result },
  };
});
