import { ident, rows, run } from "../connection";
import type { CopySession } from "../guard";

/** A trigger or rule that acts on what is done to a table. */
interface Reaction {
  table: string;
  kind: "trigger" | "rule";
  name: string;
  state: string;
}

/**
 * Triggers of users and rules stay silent, forced row security does not hold up who may act as the owner, and a published table lets its
 * rows be deleted without a key; afterwards everything is exactly as it was. Deferred checks of foreign keys run in between. Within the caller's transaction.
 */
export async function withoutTriggers(
  copy: CopySession,
  tables: number[],
  act: () => Promise<unknown>,
): Promise<void> {
  const tree = `(select oid from unnest($1::oid[]) oid union select p.relid from unnest($1::oid[]) o, pg_partition_tree(o) p) tree
    join pg_class c on c.oid = tree.oid join pg_namespace n on n.oid = c.relnamespace`;
  const found = await rows<Reaction>(
    copy,
    "reading triggers",
    `select format('%I.%I', n.nspname, c.relname) as table, 'trigger' as kind, t.tgname::text as name, t.tgenabled as state
       from ${tree} join pg_trigger t on t.tgrelid = tree.oid where not t.tgisinternal and t.tgenabled <> 'D'
     union all
     select format('%I.%I', n.nspname, c.relname), 'rule', r.rulename::text, r.ev_enabled
       from ${tree} join pg_rewrite r on r.ev_class = tree.oid where c.relkind in ('r', 'p') and r.ev_enabled <> 'D' order by 1, 2, 3`,
    [tables],
  );
  const settings = await rows<{ table: string; off: string; on: string }>(
    copy,
    "reading row security and replica identity",
    `select format('%I.%I', n.nspname, c.relname) as table, 'no force row level security' as off, 'force row level security' as on
       from ${tree} where c.relforcerowsecurity
     union all
     select format('%I.%I', n.nspname, c.relname), 'replica identity full', 'replica identity ' || case c.relreplident when 'n' then 'nothing'
         else 'default' end
       from ${tree} where c.relkind in ('r', 'p') and exists (select from pg_publication) and (c.relreplident = 'n' or c.relreplident = 'd'
         and not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary)) order by 1, 2`,
    [tables],
  );
  const switchAll = async (to: (state: string) => string, side: "off" | "on") => {
    for (const one of found) {
      const statement = `alter table only ${one.table} ${to(one.state)} ${one.kind} ${ident(one.name)}`;
      await run(copy, `switching triggers of ${one.table}`, statement);
    }
    for (const one of settings) {
      await run(copy, `switching a setting of ${one.table}`, `alter table ${one.table} ${one[side]}`);
    }
  };
  await switchAll(() => "disable", "off");
  await act();
  await run(copy, "checking foreign keys", "set constraints all immediate");
  await switchAll((state) => ({ R: "enable replica", A: "enable always" })[state] ?? "enable", "on");
}
