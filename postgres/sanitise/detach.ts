import { qualified, rows, run } from "../connection";
import type { CopySession } from "../guard";
import type { Journal } from "../journal";
import { userSchemas } from "./structure";
import type { Detached } from "./work";

/** Keeps how everything is put back that will be taken off. Within the caller's transaction. */
export async function saveDetached(copy: CopySession, detached: Detached[]): Promise<void> {
  for (const [n, one] of detached.entries()) {
    await run(copy, `saving ${one.object}`, "insert into prodcopy.saved values ($1, $2, $3, $4, $5)", [
      n,
      one.object,
      one.drop,
      one.restore,
      one.refresh ?? null,
    ]);
  }
}

/** Takes off views, triggers and foreign keys, the topmost view first. Within the caller's transaction. */
export async function takeOff(copy: CopySession): Promise<number> {
  const saved = await rows<{ object: string; drop: string }>(
    copy,
    "reading what is to be taken off",
    "select object, drop_sql as drop from prodcopy.saved order by n desc",
  );
  for (const one of saved) await run(copy, `taking off ${one.object}`, one.drop);
  return saved.length;
}

/** Puts everything back. Foreign keys are checked against all rows in here. Within the caller's transaction. */
export async function putBack(copy: CopySession): Promise<number> {
  const saved = await rows<{ object: string; statements: string[] }>(
    copy,
    "reading what was taken off",
    "select object, statements from prodcopy.saved order by n",
  );
  for (const one of saved) {
    for (const statement of one.statements) await run(copy, `putting back ${one.object}`, statement);
  }
  return saved.length;
}

/** Materialised views that hold rows, by their names. */
export async function populatedViews(copy: CopySession): Promise<{ schema: string; table: string }[]> {
  return rows(
    copy,
    "listing materialised views",
    `select n.nspname::text as schema, c.relname::text as table from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'm' and c.relispopulated and ${userSchemas} order by c.oid`,
  );
}

/** Fills every materialised view anew that held rows, those that were taken off last: they may read the others. */
export async function refreshViews(copy: CopySession, journal: Journal, stage: string): Promise<void> {
  const untouched = await populatedViews(copy);
  const taken = await rows<{ refresh: string }>(
    copy,
    "listing materialised views",
    "select refresh from prodcopy.saved where refresh is not null order by n",
  );
  const names = [
    ...untouched.map((one) => qualified(one.schema, one.table)),
    ...taken.map((one) => one.refresh),
  ];
  for (const name of new Set(names)) {
    await journal.step(stage, `refresh ${name}`, async () => {
      await run(copy, `refreshing the materialised view ${name}`, `refresh materialized view ${name}`);
    });
  }
}
