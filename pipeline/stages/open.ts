import { run, literal, ident } from "../../postgres/connection";
import { proveAccepted, setRoleLogin } from "../../postgres/rotate";
import { randomPassword } from "../../postgres/scram";
import { expectCopy, withCopy } from "../copySession";
import type { StageContext } from "../context";
import { handoverStage, type HandoverInputs } from "../handoverStage";

export interface OpenInputs extends HandoverInputs {
  /** The role by which the Test application logs in. */
  applicationUser: string;
}

/** Ends the quarantine: the application's role gets a password of its own, then working settings, then its admission. */
export const open = handoverStage<OpenInputs>(
  "open",
  async (inputs, context) => {
    const { from, applicationUser } = inputs;
    const password = await applicationSecret(inputs, context);
    await withCopy(context, from, async (copy) => {
      await setRoleLogin(copy, applicationUser, password);
      // The copy says what it is, to whoever looks at it from inside.
      const provenance = `Sanitised copy ${from.copyId} of ${from.source}, made by prodcopy`;
      await run(
        copy,
        "write where the copy comes from",
        `comment on database ${ident(from.database)} is ${literal(provenance)}`,
      );
    });
    const proofs = await context.platform.openQuarantine(from.copyId, applicationUser, context.log);
    const { host, port, database } = from;
    const target = { host, port, database, user: applicationUser, password };
    proofs.push(await proveAccepted(await context.platform.reach(target)));
    return { summary: `${applicationUser} may connect to ${database}`, proofs };
  },
  { replaceOn: ["applicationUser"], updateOn: ["aws"] },
);

/** `<copy>/application`, beside the administrator's. */
export function applicationSecretRef(copyId: string): string {
  return `${copyId}/application`;
}

async function applicationSecret(inputs: OpenInputs, context: StageContext): Promise<string> {
  const { from, applicationUser } = inputs;
  const ref = applicationSecretRef(from.copyId);
  const existing = await context.platform.secrets.get(ref).catch(() => undefined);
  const password = existing?.password ?? randomPassword();
  context.hide(password);
  const { label } = await expectCopy(context, from);
  await context.platform.secrets.put(
    ref,
    { username: applicationUser, password, host: from.host, port: String(from.port), dbname: from.database },
    label,
  );
  return password;
}
