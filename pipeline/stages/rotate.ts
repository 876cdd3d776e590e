import { proof, type Proof } from "../../postgres/proof";
import { proveAccepted, proveRefused, rotateRoles } from "../../postgres/rotate";
import { randomPassword } from "../../postgres/scram";
import { adminTarget, withCopy } from "../copySession";
import type { StageContext } from "../context";
import { handoverStage, type HandoverInputs } from "../handoverStage";
import { withProduction } from "../productionSession";

/**
 * Makes every production credential useless on the copy. While it runs every role may try to log in from loopback, for a
 * refusal by pg_hba would prove nothing about the password; afterwards only the runner is admitted.
 */
export const rotate = handoverStage<HandoverInputs>("rotate", async (inputs, context) => {
  const { platform } = context;
  const { from } = inputs;
  const password = await administratorSecret(inputs, context);
  const proofs = await platform.setAdminPassword(from.copyId, password);
  proofs.push(...(await platform.admit(from.copyId, "rotating")));
  const rotated = await withCopy(context, from, (copy) =>
    rotateRoles(
      copy,
      { adminUser: from.adminUser, keepLogin: [], platformRoles: platform.own.roles },
      context.log,
    ),
  );
  proofs.push(...rotated.proofs);
  const target = await adminTarget(context, from);
  proofs.push(await proveAccepted(target), await proveRefused(target, randomPassword()));
  const production = await productionProofs(inputs, context);
  proofs.push(...production.proofs, ...(await platform.admit(from.copyId, "quarantine")));
  return {
    summary: `${from.adminUser} has a new password, ${rotated.roles.length} other roles cannot log in`,
    proofs,
    notProven: [...rotated.notProven, ...production.notProven],
    details: { roles: rotated.roles },
  };
});

/** The password stands in the secret store before it is set, so that a killed rotation knows it when it runs again. */
async function administratorSecret(inputs: HandoverInputs, context: StageContext): Promise<string> {
  const { from } = inputs;
  const existing = await context.platform.secrets.get(from.adminSecretRef).catch(() => undefined);
  const password = existing?.password ?? randomPassword();
  context.hide(password);
  const copy = await context.platform.describe(from.copyId);
  await context.platform.secrets.put(
    from.adminSecretRef,
    { username: from.adminUser, password, host: from.host, port: String(from.port), dbname: from.database },
    copy!.label,
  );
  return password;
}

/** Production's password: refused here and still accepted there, which proves that the right server was changed. */
async function productionProofs(
  inputs: HandoverInputs,
  context: StageContext,
): Promise<{ proofs: Proof[]; notProven: string[] }> {
  const { from } = inputs;
  const production = await context.platform.productionTarget(from.source);
  if (production === undefined) {
    return {
      proofs: [],
      notProven: [
        "That production's administrator password is refused by the copy: not proven by login, because production's " +
          "credential is not known here. The platform confirmed the change of the password.",
      ],
    };
  }
  context.hide(production.password);
  const target = { ...(await adminTarget(context, from)), user: production.user };
  const refused = await proveRefused(target, production.password);
  await withProduction(context, from, production, (session) => session.query("select 1"));
  return {
    proofs: [
      refused,
      proof(
        "Production's administrator password still works on production, so it is the copy that was changed.",
        `a read-only session on ${production.host}:${production.port} was accepted`,
      ),
    ],
    notProven: [],
  };
}
