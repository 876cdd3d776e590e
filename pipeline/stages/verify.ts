import { verifyCopy } from "../../postgres/verify";
import { withCopy } from "../copySession";
import { handoverStage, type HandoverInputs } from "../handoverStage";
import { withProduction } from "../productionSession";

/** Proves that this is the copy and not production, before one row is changed. */
export const verify = handoverStage<HandoverInputs>("verify", async ({ from }, context) => {
  const production = await context.platform.productionTarget(from.source);
  const known = await context.platform.production(from.source);
  if (known.resourceId === from.resourceId) {
    throw new Error(
      `Refused: the hand-over names ${from.resourceId}, which is production's own server ${from.source}. Nothing was changed.`,
    );
  }
  const { proofs, notProven } = await withCopy(context, from, async (copy) => {
    if (production === undefined) return verifyCopy(copy, undefined);
    return withProduction(context, from, production, (session) => verifyCopy(copy, session));
  });
  return { summary: "this is the copy, not production", proofs, notProven };
});
