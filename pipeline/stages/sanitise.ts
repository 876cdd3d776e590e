import * as path from "node:path";
import { planDatabase } from "../../postgres/sanitise/rules/planDatabase";
import { loadRules } from "../../postgres/sanitise/rules/load";
import { sanitise as sanitiseDatabase, type TestLoginResult } from "../../postgres/sanitise/sanitise";
import { expectCopy, withCopy, withWorker } from "../copySession";
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
  const { result, testLogins } = await withCopy(context, from, async (copy) => {
    const plan = await planDatabase(copy, rules, from.database);
    const { bytes, by, remark } = await context.platform.freeRoom(from.copyId);
    if (bytes === undefined) context.log(`how much room is left is not known: ${by}`);
    if (remark !== undefined) context.log(remark);
    return sanitiseDatabase({
      copy,
      plan,
      openSession: (use) => withWorker(context, from, use),
      resourceId: from.resourceId,
      runId: from.runId,
      log: context.log,
      ...(bytes === undefined ? {} : { room: { bytes, by } }),
    });
  });
  const onDisk = await context.platform.clearStorageResidue(from.copyId, context.log);
  result.residue.checks.push(...onDisk);
  await keepTestLogins(inputs, context, testLogins);
  const { masked, kept } = result.coverage;
  return {
    summary: `${result.tables.length} tables, ${masked} columns masked, ${kept} kept, no leak`,
    proofs: result.residue.checks,
    notProven: result.residue.notProven,
    details: { sanitise: result },
  };
});

/** Whoever needs to log in to Test finds the passwords in `<copy>/logins`; nobody pastes a public one. */
async function keepTestLogins(
  inputs: SanitiseInputs,
  context: StageContext,
  logins: TestLoginResult[],
): Promise<void> {
  if (logins.length === 0) return;
  for (const login of logins) context.hide(login.password);
  const { label } = await expectCopy(context, inputs.from);
  const value = Object.fromEntries(logins.map((login) => [login.name, login.password]));
  await context.platform.secrets.put(`${inputs.from.copyId}/logins`, value, label);
}
