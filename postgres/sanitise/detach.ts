import { qualified, rows, run, type Session } from "../connection";
import type { CopySession } from "../guard";
import type { Journal } from "../journal";
import { viewReads } from "./dependents";
import { userSchemas } from "./structure";
import { readAs } from "./workspace";
import type { Detached } from "./work";

/**
 * Keeps how everything is put back that will be taken off. What is `early` goes off at once and comes back last of all: it would stand in
 * the way of reading. Within the caller's transaction.
 */
export async function saveDetached(copy: CopySession, detached: Detached[], early: boolean): Promise<void> {
  for (const [n, one] of detached.entries()) {
    if (early) await run(copy, `taking off ${one.object}`, one.drop);
    await run(
      copy,
      `saving ${one.object}`,
      "insert into prodcopy.saved values ($1, $2, $3, $4, $5, $6, $7)",
      [
        n,
        early,
        one.object,
        one.drop,
        one.restore,
        one.refresh ?? null,
        one.foreignKey === undefined ? null : JSON.stringify(one.foreignKey),
      ],
    );
  }
}

/** Takes off views, triggers and foreign keys, the topmost view first. Within the caller's transaction. */
export async function takeOff(copy: CopySession): Promise<number> {
  const saved = await rows<{ object: string; drop: string }>(
    copy,
    "reading what is to be taken off",
    "select object, drop_sql as drop from prodcopy.saved where not early order by n desc",
  );
  for (const one of saved) await run(copy, `taking off ${one.object}`, one.drop);
  return saved.length;
}

/** Puts everything back, or what was taken off early. Foreign keys are checked against all rows in here. Within the caller's transaction. */
export async function putBack(copy: CopySession, early = false): Promise<number> {
  const saved = await rows<{ object: string; statements: string[] }>(
    copy,
    "reading what was taken off",
    "select object, statements from prodcopy.saved where early = $1 order by n",
    [early],
  );
  for (const one of saved) {
    for (const statement of one.statements) await run(copy, `putting back ${one.object}`, statement);
  }
  return saved.length;
}

/** Materialised views that hold rows, by their names. */
export async function populatedViews(copy: Session): Promise<{ schema: string; table: string }[]> {
  return rows(
    copy,
    "listing materialised views",
    `select n.nspname::text as schema, c.relname::text as table from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'm' and c.relispopulated and ${userSchemas} order by c.oid`,
  );
}

/** Fills every materialised view anew that held rows, each after those that it reads, directly or through views. */
export async function refreshViews(copy: CopySession, journal: Journal, stage: string): Promise<void> {
  const found = await rows<{ schema: string; table: string }>(
    copy,
    "listing materialised views",
    `with recursive ${viewReads},
     depth(oid, steps) as (
       select oid, 0 from pg_class where relkind = 'm' union select reads.reader, steps + 1 from depth join reads on reads.source = depth.oid)
     select n.nspname::text as schema, c.relname::text as table from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'm' and ${userSchemas}
        and (c.relispopulated or c.oid in (select refresh::regclass from prodcopy.saved where refresh is not null))
      order by (select max(steps) from depth where depth.oid = c.oid), c.oid`,
  );
  for (const view of found) {
    const name = qualified(view.schema, view.table);
    await journal.step(stage, `refresh ${name}`, async () => {
      await readAs(copy, view.schema);
      await run(copy, `refreshing the materialised view ${name}`, `refresh materialized view ${name}`);
    });
  }
}
