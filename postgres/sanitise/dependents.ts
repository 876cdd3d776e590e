import { rows } from "../connection";
import type { CopySession } from "../guard";

/** Something that stands on a column and may stand in the way of its rewrite. */
export interface Dependent {
  /** The table of the plan; a partition's dependents count for its parent. */
  root: number;
  column: string;
  kind: "view" | "trigger" | "generated" | "update only" | "rule" | "unknown";
  /** Of the view, or of the trigger. */
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
            case when r.oid is not null then case when v.relkind in ('v', 'm') then 'view' else 'rule' end
                 when d.classid = 'pg_trigger'::regclass then 'trigger'
                 when g.attnum is not null then 'generated'
                 when d.classid in ('pg_policy'::regclass, 'pg_proc'::regclass, 'pg_publication_rel'::regclass) then 'update only'
                 else 'unknown' end as kind,
            coalesce(r.ev_class, d.objid)::int as oid, pg_describe_object(d.classid, d.objid, d.objsubid) as description
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

export interface ViewTree {
  /** In the order in which they can be created again. */
  oids: number[];
  /** Views that may not be dropped, each with what stands on it. */
  held: string[];
}

/** These views, the views on them, and so on; and what else stands on any of them. */
export async function viewTree(copy: CopySession, views: number[]): Promise<ViewTree> {
  const above = `with recursive tree(oid, depth) as (
      select oid, 0 from unnest($1::oid[]) oid
      union
      select r.ev_class, tree.depth + 1 from tree
        join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = tree.oid and d.classid = 'pg_rewrite'::regclass
        join pg_rewrite r on r.oid = d.objid where r.ev_class <> tree.oid)`;
  const ordered = await rows<{ oid: number }>(
    copy,
    "reading the views on the columns",
    `${above} select oid::int from tree group by oid order by max(depth), oid`,
    [views],
  );
  const held = await rows<{ what: string }>(
    copy,
    "reading what stands on the views",
    `${above}
     select distinct pg_describe_object(d.classid, d.objid, d.objsubid) || ' stands on ' || v.oid::regclass as what
       from (select distinct oid from tree) v join pg_class c on c.oid = v.oid
       join pg_depend d on (d.refclassid = 'pg_class'::regclass and d.refobjid = v.oid)
         or (d.refclassid = 'pg_type'::regclass and d.refobjid in (c.reltype, (select typarray from pg_type where oid = c.reltype)))
      where d.deptype not in ('i', 'a') and d.classid not in ('pg_trigger'::regclass, 'pg_attrdef'::regclass, 'pg_statistic_ext'::regclass)
        and not (d.classid = 'pg_rewrite'::regclass and exists (
          select from pg_rewrite r where r.oid = d.objid and r.ev_class in (select oid from tree)))
     union all
     select v.oid::regclass || ' belongs to an extension' from (select distinct oid from tree) v
       join pg_depend e on e.classid = 'pg_class'::regclass and e.objid = v.oid and e.deptype = 'e'`,
    [views],
  );
  return { oids: ordered.map((view) => view.oid), held: held.map((one) => one.what) };
}
