import { reportsRoot } from "../../platforms/reports";
import { closeReports } from "../../report/store";
import type { CommonInputs } from "../context";
import type { CheckFailure, Stage } from "../stage";

/**
 * Created first and deleted last. A resource that is killed in its `create` is unknown to the engine, so whatever it made
 * would stay: the anchor is in the state by then, and its delete puts the environment back and sweeps everything that
 * carries this stack's label.
 */
export const anchor: Stage<CommonInputs, object> = {
  name: "anchor",
  replaceOn: ["stack"],
  updateOn: ["environment"],
  id: (inputs) => inputs.stack,

  /** What stands elsewhere could neither be found nor removed any more by this stack. */
  check(olds, news) {
    const failures = [
      ...moved("prodcopy:platform", "platform", olds.platform, news.platform),
      ...moved("aws:region", "aws", regionOf(olds), regionOf(news)),
    ];
    return Promise.resolve({ inputs: news, failures });
  },

  create: (inputs) =>
    Promise.resolve({
      outs: {},
      summary: `everything that stack ${inputs.stack} makes carries its label`,
      proofs: [],
    }),

  async delete(outs, context) {
    // A claim that was killed before it reached the state still holds the environment.
    await context.platform.putBack(outs.environment, outs.stack, context.log);
    await context.platform.releaseClaim(outs.environment, outs.stack);
    const removed = await context.platform.sweep(outs.stack, context.log);
    closeReports(reportsRoot(), outs.stack);
    context.log(removed.length === 0 ? "nothing was left behind" : `swept ${removed.join(", ")}`);
  },
};

function moved(
  key: string,
  property: string,
  before: string | undefined,
  now: string | undefined,
): CheckFailure[] {
  if (before === undefined || now === undefined || before === now) return [];
  const reason =
    `${key} is ${JSON.stringify(now)}, and this stack stands on ${JSON.stringify(before)}: it cannot move. Nothing was changed. ` +
    `Set it back to ${JSON.stringify(before)}, or \`pulumi destroy\` with the old value first.`;
  return [{ property, reason }];
}

function regionOf({ aws }: Partial<CommonInputs>): string | undefined {
  return (aws as { region?: string } | undefined)?.region;
}
