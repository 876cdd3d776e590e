import { row } from "../connection";
import type { CopySession } from "../guard";
import type { Detached } from "./work";

/**
 * A materialised view with owner, grants, comments, options, indexes and statistics, as statements that make it again exactly.
 * PostgreSQL writes them itself (`pg_get_viewdef`, `format`), with an empty search path, so that every name in them is qualified.
 */
export async function saveMaterialisedView(copy: CopySession, oid: number): Promise<Detached> {
  const view = await row<{ name: string; statements: string[]; populated: boolean }>(
    copy,
    "saving a materialised view",
    `select c.oid::regclass::text as name, c.relispopulated as populated, array(
       select s from (
         select 0 as step, 0 as n, format('create materialized view %s%s as %s with no data', c.oid::regclass,
             coalesce(case when am.amname <> 'heap' then format(' using %I', am.amname) end, '')
               || coalesce(' with (' || (select string_agg(format('%s = %L', split_part(o, '=', 1), substr(o, position('=' in o) + 1)), ', ')
                    from unnest(c.reloptions) o) || ')', '')
               || coalesce(' tablespace ' || quote_ident(ts.spcname), ''),
             rtrim(pg_get_viewdef(c.oid), '; ')) as s
         union all select 1, 0, format('alter materialized view %s owner to %s', c.oid::regclass, c.relowner::regrole)
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
         union all select 5, d.objsubid, case d.objsubid when 0 then format('comment on materialized view %s is %L', c.oid::regclass, d.description)
             else format('comment on column %s.%I is %L', c.oid::regclass,
               (select attname from pg_attribute where attrelid = c.oid and attnum = d.objsubid), d.description) end
           from pg_description d where d.classoid = 'pg_class'::regclass and d.objoid = c.oid
         union all select 8, i.indexrelid::int, pg_get_indexdef(i.indexrelid) from pg_index i where i.indrelid = c.oid
         union all select 9, i.indexrelid::int, format('alter materialized view %s cluster on %I', c.oid::regclass,
             (select relname from pg_class where oid = i.indexrelid)) from pg_index i where i.indrelid = c.oid and i.indisclustered
         union all select 9, d.objoid::int, format('comment on index %s is %L', d.objoid::regclass, d.description) from pg_description d
           join pg_index i on i.indexrelid = d.objoid where d.classoid = 'pg_class'::regclass and d.objsubid = 0 and i.indrelid = c.oid
         union all select 10, x.oid::int, pg_get_statisticsobjdef(x.oid) from pg_statistic_ext x where x.stxrelid = c.oid
         union all select 11, a.attnum, format('alter materialized view %s alter column %I set statistics %s', c.oid::regclass, a.attname,
             a.attstattarget) from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and a.attstattarget >= 0
       ) parts order by step, n) as statements
     from pg_class c left join pg_am am on am.oid = c.relam left join pg_tablespace ts on ts.oid = c.reltablespace
     where c.oid = $1`,
    [oid],
  );
  return {
    object: `materialised view ${view.name}`,
    drop: `drop materialized view ${view.name}`,
    restore: view.statements,
    refresh: view.populated ? view.name : undefined,
  };
}
