import { ident, rows, run } from "../connection";
import type { CopySession } from "../guard";

/** Triggers of users stay silent; afterwards each is exactly as it was. Deferred checks of foreign keys run in between. */
export async function withoutTriggers(
  copy: CopySession,
  tables: number[],
  act: () => Promise<unknown>,
): Promise<void> {
  const found = await rows<{ table: string; trigger: string; state: string }>(
    copy,
    "reading triggers",
    `select format('%I.%I', n.nspname, c.relname) as table, t.tgname::text as trigger, t.tgenabled as state
       from (select oid from unnest($1::oid[]) oid union select p.relid from unnest($1::oid[]) o, pg_partition_tree(o) p) tree
       join pg_trigger t on t.tgrelid = tree.oid join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
      where not t.tgisinternal and t.tgenabled <> 'D' order by tree.oid, t.oid`,
    [tables],
  );
  const switchAll = async (to: (state: string) => string) => {
    for (const one of found) {
      const statement = `alter table only ${one.table} ${to(one.state)} trigger ${ident(one.trigger)}`;
      await run(copy, `switching triggers of ${one.table}`, statement);
    }
  };
  await switchAll(() => "disable");
  await act();
  await run(copy, "checking foreign keys", "set constraints all immediate");
  await switchAll((state) => ({ R: "enable replica", A: "enable always" })[state] ?? "enable");
}
