import type { CommonInputs, StageContext, StageOutcome } from "./context";
import { expectCopy } from "./copySession";
import type { HandoverData } from "./handover";
import { throughLostConnections } from "./reconnect";
import type { Stage } from "./stage";
import type { StageName } from "../report/story";

/** Inputs of a stage that works on the copy: what the stage before it handed over. */
export interface HandoverInputs extends CommonInputs {
  from: HandoverData;
}

export interface HandoverOutputs {
  handover: HandoverData;
}

/** What such a stage did; its hand-over is made here, so that every stage hands on the same thing. */
export type Work = Omit<StageOutcome<object>, "outs">;

/** The error with what the platform knows of the server's trouble behind its message. */
async function withTrouble(error: unknown, copyId: string, context: StageContext): Promise<unknown> {
  const trouble = await context.platform.troubleOf(copyId).catch(() => undefined);
  if (trouble === undefined || !(error instanceof Error)) return error;
  error.message = `${error.message}\n${trouble}`;
  return error;
}

/**
 * A stage inside the copy: takes one hand-over, works, hands one on. It is made anew with every generation and has nothing
 * to delete, for what it did goes with the copy.
 */
export function handoverStage<I extends HandoverInputs>(
  name: StageName,
  work: (inputs: I, context: StageContext) => Promise<Work>,
  more: Partial<Pick<Stage<I, HandoverOutputs>, "updateOn" | "read">> & {
    replaceOn?: (keyof I & string)[];
  } = {},
): Stage<I, HandoverOutputs> {
  const create = async (inputs: I, context: StageContext) => {
    await expectCopy(context, inputs.from);
    const patience = { awayMs: context.platform.awayMs ?? 0, log: context.log };
    const done = await throughLostConnections(() => work(inputs, context), patience).catch(
      async (error: unknown) => {
        throw await withTrouble(error, inputs.from.copyId, context);
      },
    );
    return { ...done, outs: { handover: { ...inputs.from, stage: name } } };
  };
  return {
    name,
    replaceOn: ["generation", ...(more.replaceOn ?? [])],
    updateOn: more.updateOn ?? [],
    id: (inputs) => inputs.from.copyId,
    create,
    ...((more.updateOn ?? []).length > 0 ? { update: (_olds, news, context) => create(news, context) } : {}),
    reportsUpdate: true,
    ...(more.read === undefined ? {} : { read: more.read }),
  };
}
