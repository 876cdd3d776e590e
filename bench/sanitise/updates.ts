import { qualified, run, withTransaction } from "../../postgres/connection";
import type { SanitisePlan } from "../../postgres/sanitise/plan";
import { removeRows } from "../../postgres/sanitise/rewrite";
import { nameOf } from "../../postgres/sanitise/work";
import { readAs } from "../../postgres/sanitise/workspace";
import type { Contestant, Ground } from "./arena";
import { expressionsOf, given, isRewritten } from "./common";

type PlanOf = (ground: Ground) => Promise<SanitisePlan>;

/** How most commands that are written by hand do it: the table is written once for every column. */
export function updatePerColumn(planOf: PlanOf): Contestant {
  return { name: "UPDATE per column", run: (ground) => update(ground, planOf, false) };
}

/** As well as UPDATE can be done: every table once, and written anew to get rid of the old rows. */
export function updateAndVacuum(planOf: PlanOf): Contestant {
  return { name: "UPDATE per table, VACUUM FULL", run: (ground) => update(ground, planOf, true) };
}

async function update(ground: Ground, planOf: PlanOf, once: boolean): Promise<[]> {
  const { copy } = ground;
  const works = await given(ground, await ground.untimed(() => planOf(ground)));
  await run(copy, "silencing triggers", "set session_replication_role = replica");
  await withTransaction(copy, () => removeRows(copy, works));
  for (const work of works.filter(isRewritten)) {
    const table = qualified(work.schema, work.table);
    const all = expressionsOf(work).map((one) => `${one.column} = ${one.sql}`);
    const statements = once ? (all.length > 0 ? [all.join(", ")] : []) : all;
    await withTransaction(copy, async () => {
      await readAs(copy, work.schema);
      for (const set of statements) await run(copy, `updating ${nameOf(work)}`, `update ${table} set ${set}`);
    });
    if (once) await run(copy, `writing ${nameOf(work)} anew`, `vacuum (full, analyze) ${table}`);
    else await run(copy, `analysing ${nameOf(work)}`, `analyze ${table}`);
  }
  return [];
}
