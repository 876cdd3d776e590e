import { openJournal } from "../../postgres/journal";
import { run, withTransaction } from "../../postgres/connection";
import type { SanitisePlan } from "../../postgres/sanitise/plan";
import { decide } from "../../postgres/sanitise/strategy";
import type { TableWork } from "../../postgres/sanitise/work";
import { createWorkspace, holdKey, settle } from "../../postgres/sanitise/workspace";
import { installWords } from "../../postgres/sanitise/words/install";
import type { Ground } from "./arena";

/**
 * What the rivals are given for nothing: our functions with a key, and the expressions of every column, under the same
 * settings of the session. So the same values are computed, and what differs is how they get into the tables.
 */
export function given(ground: Ground, plan: SanitisePlan): Promise<TableWork[]> {
  return ground.untimed(async () => {
    const { copy } = ground;
    await openJournal(copy, { resourceId: "bench", runId: "bench" });
    await settle(copy);
    const decision = await decide(copy, plan);
    await withTransaction(copy, async () => {
      await createWorkspace(copy);
      for (const statement of decision.functions) await run(copy, "creating functions of columns", statement);
      await holdKey(copy);
      await installWords(copy);
    });
    return decision.works;
  });
}

/** Column (quoted) and expression of every masked column, out of the clauses that the sanitiser runs. */
export function expressionsOf(work: TableWork): { column: string; sql: string }[] {
  const altered = work.alter.flatMap((clause) => {
    const found = /^alter column ("(?:[^"]|"")+") type [\s\S]*? using \(([\s\S]*)\)$/.exec(clause);
    return found ? [{ column: found[1] ?? "", sql: found[2] ?? "" }] : [];
  });
  const refilled = (work.refill ?? []).filter((one) => one.value !== one.column);
  return [...altered, ...refilled.map((one) => ({ column: one.column, sql: one.value }))];
}

export function isRewritten(work: TableWork): boolean {
  return work.remove?.how !== "truncate" && (work.alter.length > 0 || work.refill !== undefined || work.full);
}
