import { row, rows } from "../connection";
import type { CopySession } from "../guard";
import type { Detached } from "./work";

/**
 * Statements that make an object again exactly as it is. PostgreSQL writes them itself (`pg_get_viewdef`, `format`),
 * with an empty search path, so that every name in them is qualified.
 */
interface Saved {
  name: string;
  statements: string[] | null;
}

/** A view or materialised view with owner, grants, comments, options, defaults, triggers, rules, indexes, statistics. */
export async function saveView(copy: CopySession, oid: number): Promise<Detached> {
  const view = await row<Saved & { kind: "v" | "m"; populated: boolean }>(
    copy,
    "saving a view",
    `select c.oid::regclass::text as name, c.relkind as kind, c.relispopulated as populated, array(
       select s from (
         select 0 as step, 0 as n, format('create %s %s%s as %s%s', case c.relkind when 'm' then 'materialized view' else 'view' end,
             c.oid::regclass,
             coalesce(case when c.relkind = 'm' and am.amname <> 'heap' then format(' using %I', am.amname) end, '')
               || coalesce(' with (' || (select string_agg(format('%s = %L', split_part(o, '=', 1), substr(o, position('=' in o) + 1)), ', ')
                    from unnest(c.reloptions) o) || ')', '')
               || coalesce(' tablespace ' || quote_ident(ts.spcname), ''),
             rtrim(pg_get_viewdef(c.oid), '; '), case when c.relkind = 'm' then ' with no data' else '' end) as s
         union all select 1, 0, format('alter %s %s owner to %s', case c.relkind when 'm' then 'materialized view' else 'view' end,
             c.oid::regclass, c.relowner::regrole)
         -- Default privileges of the present may differ from those of the day on which it was made.
         union all select 2, 0, format('do %L', format('declare g oid; begin for g in select distinct grantee
             from pg_catalog.pg_class, pg_catalog.aclexplode(relacl) where oid = %L::regclass and grantee <> relowner loop
             execute format(''revoke all on %%s from %%s cascade'', %L::regclass, case g when 0 then ''public'' else g::regrole::text end);
             end loop; end', c.oid::regclass, c.oid::regclass))
         union all select 3, row_number() over (order by g.grantor <> c.relowner)::int, format('%sgrant %s on %s to %s%s%s',
             case when g.grantor <> c.relowner then format('set local role %s; ', g.grantor::regrole) end, g.privilege_type, c.oid::regclass,
             case g.grantee when 0 then 'public' else g.grantee::regrole::text end,
             case when g.is_grantable then ' with grant option' end, case when g.grantor <> c.relowner then '; reset role' end)
           from aclexplode(c.relacl) g where g.grantee <> c.relowner
         union all select 4, a.attnum, format('grant %s (%I) on %s to %s%s', g.privilege_type, a.attname, c.oid::regclass,
             case g.grantee when 0 then 'public' else g.grantee::regrole::text end, case when g.is_grantable then ' with grant option' end)
           from pg_attribute a, aclexplode(a.attacl) g where a.attrelid = c.oid and a.attnum > 0
         union all select 5, d.objsubid, case d.objsubid when 0 then format('comment on %s %s is %L',
               case c.relkind when 'm' then 'materialized view' else 'view' end, c.oid::regclass, d.description)
             else format('comment on column %s.%I is %L', c.oid::regclass,
               (select attname from pg_attribute where attrelid = c.oid and attnum = d.objsubid), d.description) end
           from pg_description d where d.classoid = 'pg_class'::regclass and d.objoid = c.oid
         union all select 6, f.adnum, format('alter view %s alter column %I set default %s', c.oid::regclass,
             (select attname from pg_attribute where attrelid = c.oid and attnum = f.adnum), pg_get_expr(f.adbin, f.adrelid))
           from pg_attrdef f where f.adrelid = c.oid
         union all select 7, 2 * row_number() over (order by r.oid)::int, pg_get_ruledef(r.oid) from pg_rewrite r
           where r.ev_class = c.oid and r.rulename <> '_RETURN'
         union all select 8, i.indexrelid::int, pg_get_indexdef(i.indexrelid) from pg_index i where i.indrelid = c.oid
         union all select 9, i.indexrelid::int, format('alter materialized view %s cluster on %I', c.oid::regclass,
             (select relname from pg_class where oid = i.indexrelid)) from pg_index i where i.indrelid = c.oid and i.indisclustered
         union all select 9, d.objoid::int, format('comment on index %s is %L', d.objoid::regclass, d.description) from pg_description d
           join pg_index i on i.indexrelid = d.objoid where d.classoid = 'pg_class'::regclass and d.objsubid = 0 and i.indrelid = c.oid
         union all select 10, x.oid::int, pg_get_statisticsobjdef(x.oid) from pg_statistic_ext x where x.stxrelid = c.oid
         union all select 11, a.attnum, format('alter materialized view %s alter column %I set statistics %s', c.oid::regclass, a.attname,
             a.attstattarget) from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and c.relkind = 'm' and a.attstattarget >= 0
       ) parts order by step, n) as statements
     from pg_class c left join pg_am am on am.oid = c.relam left join pg_tablespace ts on ts.oid = c.reltablespace
     where c.oid = $1`,
    [oid],
  );
  const kind = view.kind === "m" ? "materialized view" : "view";
  return {
    object: `${kind} ${view.name}`,
    drop: `drop ${kind} ${view.name}`,
    restore: [...(view.statements ?? []), ...(await triggersOf(copy, oid)).flatMap((one) => one.restore)],
    refresh: view.kind === "m" && view.populated ? view.name : undefined,
  };
}

/** Triggers of one relation as they are, each with its state and comment. */
async function triggersOf(copy: CopySession, relation: number): Promise<Detached[]> {
  const found = await rows<{ oid: number }>(
    copy,
    "reading triggers",
    "select oid::int from pg_trigger where tgrelid = $1 and not tgisinternal order by oid",
    [relation],
  );
  const saved: Detached[] = [];
  for (const trigger of found) saved.push(await saveTrigger(copy, trigger.oid));
  return saved;
}

export async function saveTrigger(copy: CopySession, oid: number): Promise<Detached> {
  const trigger = await row<Saved & { drop: string }>(
    copy,
    "saving a trigger",
    `select format('%I on %s', t.tgname, t.tgrelid::regclass) as name,
            format('drop trigger %I on %s', t.tgname, t.tgrelid::regclass) as drop,
            array_remove(array[pg_get_triggerdef(t.oid),
              case when t.tgenabled <> 'O' then format('alter table %s %s trigger %I', t.tgrelid::regclass,
                case t.tgenabled when 'D' then 'disable' when 'R' then 'enable replica' else 'enable always' end, t.tgname) end,
              (select format('comment on trigger %I on %s is %L', t.tgname, t.tgrelid::regclass, d)
                 from obj_description(t.oid, 'pg_trigger') d where d is not null)], null) as statements
       from pg_trigger t where t.oid = $1`,
    [oid],
  );
  return {
    object: `trigger ${trigger.name}`,
    drop: trigger.drop,
    restore: trigger.statements ?? [],
    refresh: undefined,
  };
}

/** Foreign keys by name; put back, they are checked against all rows, unless they were NOT VALID before. */
export async function saveForeignKeys(
  copy: CopySession,
  keys: { schema: string; table: string; name: string }[],
): Promise<Detached[]> {
  const found = await rows<Saved & { drop: string }>(
    copy,
    "saving foreign keys",
    `select format('%I on %s', k.conname, k.conrelid::regclass) as name,
            format('alter table %s drop constraint %I', k.conrelid::regclass, k.conname) as drop,
            array_remove(array[format('alter table %s add constraint %I %s', k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid)),
              (select format('comment on constraint %I on %s is %L', k.conname, k.conrelid::regclass, d)
                 from obj_description(k.oid, 'pg_constraint') d where d is not null)], null) as statements
       from unnest($1::text[], $2::text[], $3::text[]) w(s, t, n)
       join pg_namespace ns on ns.nspname = w.s join pg_class c on c.relnamespace = ns.oid and c.relname = w.t
       join pg_constraint k on k.conrelid = c.oid and k.conname = w.n and k.contype = 'f' and k.conparentid = 0
      order by k.oid`,
    [keys.map((key) => key.schema), keys.map((key) => key.table), keys.map((key) => key.name)],
  );
  return found.map((key) => ({
    object: `foreign key ${key.name}`,
    drop: key.drop,
    restore: key.statements ?? [],
    refresh: undefined,
  }));
}
