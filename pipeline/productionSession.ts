import { withSession, type ConnectionTarget, type Session } from "../postgres/connection";
import type { StageContext } from "./context";
import { applicationName } from "./copySession";
import type { HandoverData } from "./handover";

/**
 * A read-only session on production, for a proof that needs production's own answer.
 * @throws when production cannot be reached or refuses its known password, saying so: the proof is not left out then.
 */
export async function withProduction<T>(
  context: StageContext,
  from: HandoverData,
  target: ConnectionTarget,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  context.hide(target.password);
  let isOpen = false;
  try {
    return await withSession(
      target,
      { applicationName: applicationName(from), readOnly: true },
      (session) => {
        isOpen = true;
        return use(session);
      },
    );
  } catch (error) {
    if (isOpen) throw error;
    throw new Error(
      `Production "${from.source}" could not be asked: ${(error as Error).message}. Its answer is part of this stage's proof, so ` +
        `the run stops. Nothing was changed on production; ${from.copyId} stays in quarantine and Test where it is. Start production, ` +
        "or correct the credential that is known of it, and run `pulumi up` again: it goes on with this stage.",
    );
  }
}
