import { rows } from "../connection";
import type { CopySession } from "../guard";

/** Something that stands on a column and makes `ALTER TYPE` refuse. */
export interface Dependent {
  /** The table of the plan; a partition's dependents count for its parent. */
  root: number;
  column: string;
  /** `other` cannot be taken off: a generated column, a function's body, a publication's condition, whatever a version adds. */
  kind: "view" | "materialised view" | "trigger" | "policy" | "rule" | "other";
  /** Of the view, trigger, policy or rule. */
  oid: number;
  /** As PostgreSQL describes it. */
  description: string;
}

/** What depends on columns of these tables and makes `ALTER TYPE` refuse. What PostgreSQL rebuilds by itself is left out. */
export async function readDependents(copy: CopySession, tables: number[]): Promise<Dependent[]> {
  return rows<Dependent>(
    copy,
    "reading what depends on the columns",
    `select tree.root::int as root, a.attname::text as column,
            case when r.rulename = '_RETURN' then case v.relkind when 'm' then 'materialised view' else 'view' end
                 when r.oid is not null then 'rule'
                 when d.classid = 'pg_trigger'::regclass then 'trigger'
                 when d.classid = 'pg_policy'::regclass then 'policy'
                 else 'other' end as kind,
            case when r.rulename = '_RETURN' then r.ev_class else d.objid end::int as oid,
            pg_describe_object(d.classid, d.objid, d.objsubid) as description
       from (select root, root as relid from unnest($1::oid[]) root
              union select root, p.relid from unnest($1::oid[]) root, pg_partition_tree(root) p) tree
       join pg_attribute a on a.attrelid = tree.relid and a.attnum > 0 and not a.attisdropped
       join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = tree.relid and d.refobjsubid = a.attnum
       left join pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
       left join pg_class v on v.oid = r.ev_class
       left join pg_attrdef f on d.classid = 'pg_attrdef'::regclass and f.oid = d.objid
       left join pg_attribute g on g.attgenerated <> '' and g.attrelid = tree.relid and g.attnum <> a.attnum
         and g.attnum = case when f.oid is not null then f.adnum
                             when d.classid = 'pg_class'::regclass and d.objid = tree.relid then d.objsubid end
      where not (d.classid = 'pg_attrdef'::regclass and f.adnum = a.attnum and f.adrelid = tree.relid)
        and d.classid not in ('pg_constraint'::regclass, 'pg_statistic_ext'::regclass)
        and not (d.classid = 'pg_class'::regclass and g.attnum is null)
        and not (d.classid = 'pg_trigger'::regclass and exists (select from pg_trigger t where t.oid = d.objid and t.tgparentid <> 0))
      group by 1, 2, 3, 4, 5`,
    [tables],
  );
}

/** Views and materialised views, with what is to be known before they are taken off. */
export interface StandingView {
  oid: number;
  kind: "v" | "m";
  /** Why it cannot be taken off; null when it can. */
  held: string | null;
}

/** For a `with`: which view, plain or materialised, reads which relation. */
export const viewReads = `reads as (
       select distinct d.refobjid as source, r.ev_class as reader from pg_rewrite r
         join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid and d.refclassid = 'pg_class'::regclass
        where r.rulename = '_RETURN' and r.ev_class <> d.refobjid)`;

/**
 * These views and what has to be taken off along with them. A view only ever loses its query and stays, so nothing above it has to
 * go. A materialised view has to be dropped: whatever reads it goes as well. In the order in which they can be made again.
 */
export async function viewsToTakeOff(copy: CopySession, starts: number[]): Promise<StandingView[]> {
  return rows<StandingView>(
    copy,
    "reading the views on the columns",
    `with recursive ${viewReads},
     off(oid) as (
       select oid from unnest($1::oid[]) oid
       union select reads.reader from off join pg_class c on c.oid = off.oid and c.relkind = 'm' join reads on reads.source = off.oid),
     depth(oid, steps) as (
       select oid, 0 from off union select reads.reader, steps + 1 from depth join reads on reads.source = depth.oid)
     select v.oid::int, v.relkind as kind, case
         when not pg_has_role(v.relowner, 'usage') then v.oid::regclass || ' belongs to a role that this login is no member of'
         when v.relkind = 'm' then coalesce(
           (select min(pg_describe_object(d.classid, d.objid, d.objsubid) || ' stands on ' || v.oid::regclass) from pg_depend d
             where (d.refclassid = 'pg_class'::regclass and d.refobjid = v.oid
                 and not (d.classid = 'pg_rewrite'::regclass and exists (
                   select from pg_rewrite r where r.oid = d.objid and r.rulename = '_RETURN' and (r.ev_class = v.oid
                     or r.ev_class in (select reader from reads where source = v.oid))))
               or d.refclassid = 'pg_type'::regclass and d.refobjid in (v.reltype, (select typarray from pg_type where oid = v.reltype)))
               and d.deptype not in ('i', 'a') and d.classid not in ('pg_trigger'::regclass, 'pg_statistic_ext'::regclass)),
           (select v.oid::regclass || ' belongs to an extension' from pg_depend e
             where e.classid = 'pg_class'::regclass and e.objid = v.oid and e.deptype = 'e')) end as held
       from off join pg_class v on v.oid = off.oid
      order by (select max(steps) from depth where depth.oid = v.oid), v.oid`,
    [starts],
  );
}
