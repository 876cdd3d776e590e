/**
 * A process that runs stages as the engine's provider does, one after the other, for tests that kill it. Each message is one line of JSON on standard
 * output; before a stage it waits for a line on standard input, so that whoever drives it can prepare what is to happen in that stage.
 */
import { createInterface } from "node:readline";
import type { CommonInputs, StageContext, StageOutcome } from "../../pipeline/context";
import type { HandoverData } from "../../pipeline/handover";
import { folderDigest } from "../../pipeline/digest";
import { claim, type ClaimOutputs } from "../../pipeline/stages/claim";
import { isolate } from "../../pipeline/stages/isolate";
import { migrate } from "../../pipeline/stages/migrate";
import { open } from "../../pipeline/stages/open";
import { restore } from "../../pipeline/stages/restore";
import { rotate } from "../../pipeline/stages/rotate";
import { sanitise } from "../../pipeline/stages/sanitise";
import { switchStage } from "../../pipeline/stages/switch";
import { verify } from "../../pipeline/stages/verify";
import { awsPlatform } from "../../platforms/aws/platform";
import { parseAwsSettings } from "../../platforms/aws/settings";
import type { Pace } from "../../platforms/aws/wait";
import { sampleNames } from "../../platforms/local/sample/names";
import { rulesDigestOf } from "../../postgres/sanitise/rules/load";

/** The stages that it runs, in their order; the claim comes as soon as the copy is there. */
export const runnerStages = [
  ...["restore", "claim", "rotate", "isolate", "verify", "sanitise", "migrate", "open", "switch"],
] as const;
export type RunnerStage = (typeof runnerStages)[number];

/** What a run hands on to the next one, as the state does. */
export interface RunnerState {
  from?: HandoverData;
  environmentId?: string;
}

export interface RunnerOrder {
  settings: unknown;
  pace: Pace;
  common: CommonInputs;
  snapshotId: string;
  state: RunnerState;
  /** The first stage to run. */
  first: RunnerStage;
}

export type RunnerMessage =
  | { begins: RunnerStage }
  | { ends: RunnerStage; state: RunnerState; outcome: StageOutcome<object> }
  | { line: string }
  | { hidden: string }
  | { failed: string };

const rules = "rules/sample.yaml";
const folder = "migrations/sample";
const applicationUser = sampleNames.app;

async function main(): Promise<void> {
  const order = JSON.parse(process.env.ASKED ?? "") as RunnerOrder;
  const context: StageContext = {
    platform: awsPlatform(parseAwsSettings(order.settings), order.pace),
    log: (line) => tell({ line }),
    hide: (hidden) => tell({ hidden }),
  };
  const orders = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  let { state } = order;
  for (const stage of runnerStages.slice(runnerStages.indexOf(order.first))) {
    tell({ begins: stage });
    await orders.next();
    const outcome = await run(stage, order, state, context);
    state = stateAfter(state, outcome.outs);
    tell({ ends: stage, state, outcome });
  }
  process.exit(0);
}

function run(
  stage: RunnerStage,
  { common, snapshotId }: RunnerOrder,
  state: RunnerState,
  context: StageContext,
): Promise<StageOutcome<object>> {
  const rulesDigest = rulesDigestOf(rules);
  const from = state.from!;
  const inputs = { ...common, from };
  switch (stage) {
    case "restore":
      return restore.create({ ...common, snapshotId, rulesDigest, owner: "us", keepFor: "7d" }, context);
    case "claim":
      return claim.create({ ...common, copyResource: from.resourceId }, context);
    case "rotate":
      return rotate.create(inputs, context);
    case "isolate":
      return isolate.create(inputs, context);
    case "verify":
      return verify.create(inputs, context);
    case "sanitise":
      return sanitise.create({ ...inputs, rules, rulesDigest }, context);
    case "migrate": {
      const files = { folder, command: [], digest: folderDigest(folder), applicationUser };
      return migrate.create({ ...inputs, ...files }, context);
    }
    case "open":
      return open.create({ ...inputs, applicationUser }, context);
    case "switch": {
      const environmentId = state.environmentId ?? "";
      return switchStage.create({ ...inputs, environmentId, applicationUser, alsoSet: ["port"] }, context);
    }
  }
}

function stateAfter(state: RunnerState, outs: object): RunnerState {
  const { handover, environmentId } = outs as { handover?: HandoverData } & Partial<ClaimOutputs>;
  return {
    ...state,
    ...(handover === undefined ? {} : { from: handover }),
    ...(environmentId === undefined ? {} : { environmentId }),
  };
}

function tell(message: RunnerMessage): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

if (require.main === module) {
  main().catch((error: Error) => {
    tell({ failed: error.message });
    process.exit(1);
  });
}
