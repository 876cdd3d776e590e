import { openReport, type StageRecorder } from "../report/recorder";
import { reportFolder } from "../report/store";
import { platformFor } from "../platforms/platforms";
import { reportsRoot } from "../platforms/reports";
import type { CommonInputs, StageContext, StageOutcome } from "./context";
import { recordsOnly, diffStage, type StageDiff } from "./diff";
import { endWithParent } from "./orphan";
import { Redactor } from "./redact";
import { stageFor } from "./registry";
import type { Bag, CheckFailure } from "./stage";

/**
 * Where the engine's calls arrive. Every function takes and returns plain JSON: `components/stages/provider.ts` loads this
 * module at run time and passes the engine's values through.
 */

endWithParent();

export async function check(olds: Bag, news: Bag): Promise<{ inputs: Bag; failures: CheckFailure[] }> {
  const stage = stageFor(news);
  if (stage.check === undefined) return { inputs: news, failures: [] };
  const redactor = new Redactor();
  try {
    const context = contextFor(news, redactor, undefined);
    const checked = await stage.check(olds, news as never, context);
    return { inputs: clean(checked.inputs), failures: checked.failures };
  } catch (error) {
    throw shown(error, redactor);
  }
}

export function diff(olds: Bag, news: Bag): StageDiff {
  return diffStage(stageFor(news), olds, news);
}

export async function create(inputs: Bag): Promise<{ id: string; outs: Bag }> {
  const stage = stageFor(inputs);
  const outs = await recorded(inputs, (context) => stage.create(inputs as never, context));
  return { id: stage.id(inputs as never), outs: clean({ ...inputs, ...outs }) };
}

export async function update(olds: Bag, news: Bag): Promise<{ outs: Bag }> {
  const stage = stageFor(news);
  if (stage.update === undefined || recordsOnly(stage, olds, news)) {
    return { outs: clean({ ...olds, ...news }) };
  }
  const record = stage.reportsUpdate === true;
  const outs = await recorded(
    news,
    (context) => stage.update!(olds as never, news as never, context),
    record,
  );
  return { outs: clean({ ...olds, ...news, ...outs }) };
}

export async function remove(outs: Bag): Promise<void> {
  const stage = stageFor(outs);
  const redactor = new Redactor();
  try {
    await stage.delete?.(outs as never, contextFor(outs, redactor, undefined));
  } catch (error) {
    throw shown(error, redactor);
  }
}

/** Answers `{}` when the thing is gone, as the engine expects of a refresh. */
export async function read(id: string, outs: Bag): Promise<{ id?: string; props?: Bag; inputs?: Bag }> {
  const stage = stageFor(outs);
  const redactor = new Redactor();
  try {
    const found =
      stage.read === undefined
        ? outs
        : await stage.read(outs as never, contextFor(outs, redactor, undefined));
    return found === undefined ? {} : { id, props: clean(found) };
  } catch (error) {
    throw shown(error, redactor);
  }
}

/** Runs the work of a stage with its section of the report open: started, progress lines, then done or failed. */
async function recorded(
  inputs: Bag,
  work: (context: StageContext) => Promise<StageOutcome<object>>,
  report = true,
): Promise<object> {
  const redactor = new Redactor();
  const common = inputs as unknown as CommonInputs;
  let recorder: StageRecorder | undefined;
  try {
    if (report) recorder = recorderFor(common, inputs);
    const { outs, ...outcome } = await work(contextFor(inputs, redactor, recorder));
    recorder?.done(JSON.parse(redactor.apply(JSON.stringify(outcome))) as typeof outcome);
    return outs;
  } catch (error) {
    const safe = shown(error, redactor);
    recorder?.failed(safe.message);
    throw safe;
  }
}

/** Before the snapshot is decided there is no generation, hence no report to write into (the anchor). */
function recorderFor(common: CommonInputs, inputs: Bag): StageRecorder | undefined {
  if (common.generation === "" || common.generation === undefined) return undefined;
  const folder = reportFolder(reportsRoot(), common.stack, common.generation);
  return openReport(
    folder,
    {
      stack: common.stack,
      generation: common.generation,
      runId: common.generation,
      platform: common.platform,
      source: common.source,
      environment: common.environment,
    },
    stageFor(inputs).name,
  );
}

function contextFor(inputs: Bag, redactor: Redactor, recorder: StageRecorder | undefined): StageContext {
  const common = inputs as unknown as CommonInputs;
  return {
    platform: platformFor(common.platform, common.aws),
    hide: (secret) => redactor.hide(secret),
    log: (line) => {
      const clean = redactor.apply(line);
      recorder?.progress(clean);
      // The engine shows what a provider prints as progress under the resource's row.
      process.stdout.write(`${common.stage}: ${clean}\n`);
    },
  };
}

/** An error as a person may read it: redacted, without the stack of our own code (PRODCOPY_DEBUG=1 shows that). */
function shown(error: unknown, redactor: Redactor): Error {
  const original = error instanceof Error ? error : new Error(String(error));
  const text = process.env.PRODCOPY_DEBUG === "1" ? (original.stack ?? original.message) : original.message;
  const safe = new Error(redactor.apply(text));
  safe.stack = safe.message;
  return safe;
}

/** State cannot hold `undefined` (pulumi/pulumi #7576): such keys are left out. */
function clean(bag: object): Bag {
  return JSON.parse(JSON.stringify(bag)) as Bag;
}
