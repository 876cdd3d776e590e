import { reportsRoot } from "../../platforms/reports";
import { closeReports } from "../../report/store";
import type { CommonInputs } from "../context";
import type { Stage } from "../stage";

/**
 * Created first and deleted last. A resource that is killed in its `create` is unknown to the engine, so whatever it made
 * would stay: the anchor is in the state by then, and its delete puts the environment back and sweeps everything that
 * carries this stack's label.
 */
export const anchor: Stage<CommonInputs, object> = {
  name: "anchor",
  replaceOn: ["stack", "platform"],
  updateOn: ["environment"],
  id: (inputs) => inputs.stack,

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
