import { generationSetting } from "../../platforms/platform";
import type { CommonInputs } from "../context";
import type { Stage } from "../stage";

/** The settings that a claim keeps, whether or not this stack will set each of them. */
export const claimedSettings = [
  "RDS_HOSTNAME",
  "RDS_PORT",
  "RDS_USERNAME",
  "RDS_PASSWORD",
  "RDS_DB_NAME",
  generationSetting,
];

export interface ClaimInputs extends CommonInputs {
  /** An output of restore: on destroy the claim goes first, so Test is put back before the copy goes. */
  copyResource: string;
}

export interface ClaimOutputs {
  environmentId: string;
  url: string;
}

/** Claims the environment and keeps its present values. Never replaced by a new copy: its earlier values are the ones of before. */
export const claim: Stage<ClaimInputs, ClaimOutputs> = {
  name: "claim",
  replaceOn: ["environment", "stack"],
  updateOn: ["generation", "copyResource"],
  deleteBeforeReplace: true,
  reportsUpdate: true,
  id: (inputs) => inputs.environment,

  async create(inputs, context) {
    const { value, proofs } = await context.platform.claim(inputs.environment, inputs.stack, claimedSettings);
    return {
      outs: { environmentId: value.id, url: value.url },
      summary: `${value.name} is held for stack ${inputs.stack}; its present values are kept`,
      proofs,
    };
  },

  /** Claiming again is a no-op that keeps the original earlier values; it proves that the claim still stands. */
  update: (_olds, news, context) => claim.create(news, context),

  async delete(outs, context) {
    await context.platform.putBack(outs.environment, outs.stack, context.log);
    await context.platform.releaseClaim(outs.environment, outs.stack);
  },

  async read(outs, context) {
    const environment = await context.platform.readEnvironment(outs.environment);
    return environment.claimedBy === outs.stack && environment.id === outs.environmentId ? outs : undefined;
  },
};
