import { ident, qualified, row, rows, run, withTransaction } from "../connection";
import type { CopySession } from "../guard";
import type { Journal } from "../journal";
import type { Log } from "../proof";
import { collect, mergeCollected } from "./collect";
import { rememberFiles } from "./evidence";
import { installFormerNumbers } from "./formerNumbers";
import { largestFirst, type Crew, type Hand } from "./crew";
import { populatedViews, saveDetached, takeOff } from "./detach";
import { refuseLeaksInCode } from "./leaks";
import type { SanitisePlan } from "./plan";
import { Progress } from "./progress";
import { removeRows } from "./rewrite";
import { decide, type Decision } from "./strategy";
import { rememberStructure } from "./structure";
import { prepareSwaps } from "./swaps";
import { tryRules } from "./trial";
import { installWords } from "./words/install";
import { nameOf, type TableWork } from "./work";
import { createWorkspace, holdKey, installLibrary } from "./workspace";

export const stage = "sanitise";

/**
 * Decides what becomes of every table, once, and keeps the decisions. Answers them.
 * @param check looks at the decisions before they are kept, or before the run is taken up again
 */
export async function decideOnce<T>(
  copy: CopySession,
  journal: Journal,
  plan: SanitisePlan,
  check: (works: TableWork[]) => Promise<T>,
): Promise<{ works: TableWork[]; checked: T }> {
  if (await journal.stepDone(stage, "decide")) {
    await withTransaction(copy, () => installLibrary(copy));
    const works = await takeUp(copy, journal, plan);
    return { works, checked: await check(works) };
  }
  await refuseLeaksInCode(copy, plan);
  const decision = await decide(copy, plan);
  const checked = await check(decision.works);
  await journal.step(stage, "decide", () => keepDecision(copy, plan, decision));
  return { works: await takeUp(copy, journal, plan), checked };
}

/**
 * Everything else before the first rewrite, each step once: hash what identifies, prepare words and numbers, take off what
 * stands in the way, empty tables.
 */
export async function prepare(
  { copy, journal }: Hand,
  crew: Crew,
  works: readonly TableWork[],
  log: Log,
): Promise<void> {
  const queue = await largestFirst(copy, works);
  const progress = new Progress(queue.map((one) => one.bytes));
  await crew.each(queue, async (hand, { work, bytes }) => {
    await hand.journal.step(stage, `hash ${nameOf(work)}`, () => collect(hand.copy, work, bytes));
    const pace = progress.done(bytes);
    if (pace !== undefined) log(`hashing what identifies people: ${pace}`);
  });
  await journal.step(stage, "words and numbers", async () => {
    await mergeCollected(copy);
    await installWords(copy);
    await holdKey(copy);
    await installFormerNumbers(copy);
    if (await prepareSwaps(copy, works)) await installFormerNumbers(copy);
  });
  await holdKey(copy);
  await journal.step(stage, "take off", async () => {
    const count = await takeOff(copy);
    if (count > 0) log(`${count} views, triggers and foreign keys taken off; they are put back exactly`);
  });
  await journal.step(stage, "empty", () => removeRows(copy, works));
}

async function keepDecision(copy: CopySession, plan: SanitisePlan, decision: Decision): Promise<string> {
  await createWorkspace(copy);
  if (decision.functions.length > 0) {
    await run(copy, "creating functions of columns", decision.functions.join(";\n"));
  }
  // With all words: which of them stood here is not known yet.
  await holdKey(copy);
  await installWords(copy);
  // First, since forced row security would hide the rows that are tried from their owner.
  await saveDetached(copy, decision.early, true);
  await tryRules(copy, decision.works);
  await rememberStructure(copy);
  await rememberFiles(copy, decision.works);
  await saveDetached(copy, decision.detached, false);
  await run(
    copy,
    "keeping the decisions",
    "insert into prodcopy.work select n - 1, entry from jsonb_array_elements($1::jsonb) with ordinality e(entry, n)",
    [JSON.stringify(decision.works)],
  );
  for (const view of await populatedViews(copy)) {
    await run(
      copy,
      `counting ${nameOf(view)}`,
      `insert into prodcopy.table_before select $1, count(*), null from ${qualified(view.schema, view.table)}`,
      [nameOf(view)],
    );
  }
  return plan.rulesDigest;
}

/** The decisions of the run that began here. @throws when that one had other rules. */
async function takeUp(copy: CopySession, journal: Journal, plan: SanitisePlan): Promise<TableWork[]> {
  const decided = (await journal.finished(stage)).find((step) => step.step === "decide");
  assertSameRules(decided?.note ?? "", plan);
  const kept = await rows<{ entry: TableWork }>(
    copy,
    "reading the decisions",
    "select entry from prodcopy.work order by n",
  );
  return kept.map((one) => one.entry);
}

/** @throws when the copy was sanitised, or partly, under other rules than these. */
export function assertSameRules(digest: string, plan: SanitisePlan): void {
  if (digest === plan.rulesDigest) return;
  throw new Error(
    `refused: this copy was sanitised, or partly, under other rules (${digest}) than these (${plan.rulesDigest}). ` +
      "Sanitised data is never sanitised again in place. Nothing was changed; make a new copy",
  );
}

/** Rows that hold a reference to media, by column: out of scope but not silent. */
export async function countMedia(
  copy: CopySession,
  plan: SanitisePlan,
): Promise<{ column: string; references: number }[]> {
  const counted = [];
  for (const { schema, table, column } of plan.media) {
    const { n } = await row<{ n: string }>(
      copy,
      `counting media of ${schema}.${table}`,
      `select count(nullif(${ident(column)}::text, '')) as n from ${qualified(schema, table)}`,
    );
    counted.push({ column: `${schema}.${table}.${column}`, references: Number(n) });
  }
  return counted;
}
