import { row, rows } from "../connection";
import type { CopySession } from "../guard";

/** What a rewrite must know of a column beyond the catalogue, because `ALTER TYPE` would reset it. */
export interface ColumnFacts {
  table: number;
  column: string;
  /** ` collate ...` where it is not the type's own. */
  collate: string;
  /** `set storage` and `set compression`, where they are not the type's own. */
  settings: string[];
}

export async function readColumnFacts(copy: CopySession, tables: number[]): Promise<ColumnFacts[]> {
  return rows<ColumnFacts>(
    copy,
    "reading how columns are stored",
    `select a.attrelid::int as table, a.attname::text as column,
            coalesce((select format(' collate %I.%I', n.nspname, l.collname) from pg_collation l join pg_namespace n on n.oid = l.collnamespace
                      where l.oid = a.attcollation and a.attcollation <> t.typcollation), '') as collate,
            array_remove(array[
              case when a.attstorage <> t.typstorage then format('alter column %I set storage %s', a.attname,
                case a.attstorage when 'p' then 'plain' when 'm' then 'main' when 'e' then 'external' else 'extended' end) end,
              case when a.attcompression in ('p', 'l') then format('alter column %I set compression %s', a.attname,
                case a.attcompression when 'p' then 'pglz' else 'lz4' end) end], null) as settings
       from pg_attribute a join pg_type t on t.oid = a.atttypid
      where a.attrelid = any($1::oid[]) and a.attnum > 0 and not a.attisdropped`,
    [tables],
  );
}

/** What a table is beyond the catalogue; reasons to refuse it or to treat it otherwise. */
export interface TableFacts {
  oid: number;
  typed: boolean;
  /** Columns elsewhere whose type is this table's row, or made of it. */
  rowTypeUsers: string[];
  mayOwn: boolean;
  /** Statements that restore what a rewrite loses: statistics targets and, before PostgreSQL 14, marks of indexes. */
  lost: string[];
  /** Columns by which rows stand in their partitions, at any level. */
  partitionKeys: string[];
  /** Tables of the tree that are partitioned by values and have no partition for all other values: with the columns. */
  closed: { table: string; columns: string[] }[];
  /** A partition that stands on another server. */
  foreignPartition: string | null;
  /** Whether it inherits columns from a table that it is not a partition of. */
  inherits: boolean;
  /** Tables that inherit from it without being its partitions. */
  children: number;
  /** Whether a partition has dropped columns. */
  droppedBelow: boolean;
}

/** Partitioned tables of the tree of `c` as `p`, each with the columns that its key reads, directly or in an expression. */
const partitionedBelow = `(select t.relid, k.partstrat, k.partdefid, array(
      select a.attname::text from pg_attribute a where a.attrelid = k.partrelid and a.attnum > 0 and (a.attnum = any(k.partattrs::int2[])
        or k.partexprs is not null and exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = k.partrelid
          and d.objsubid = 0 and d.refclassid = 'pg_class'::regclass and d.refobjid = k.partrelid and d.refobjsubid = a.attnum))) as columns
    from pg_partition_tree(c.oid) t join pg_partitioned_table k on k.partrelid = t.relid) p`;

/**
 * Of every table at once. OFFSET 0: the server takes a tree for a thousand tables, and would read the whole catalogue for each table instead
 * of looking up the few that are there.
 */
export async function readTableFacts(copy: CopySession, tables: number[]): Promise<TableFacts[]> {
  return rows<TableFacts>(
    copy,
    "reading what the tables are",
    `with recursive holds as (
       select a.attrelid, a.attname, a.atttypid as type from pg_attribute a join pg_class u on u.oid = a.attrelid
        where u.relkind in ('r', 'p', 'm') and a.attnum > 0 and not a.attisdropped and a.atttypid >= 16384
       union
       select holds.attrelid, holds.attname, inside.type from holds join pg_type t on t.oid = holds.type
        cross join lateral (select t.typelem where t.typelem >= 16384 union all select t.typbasetype where t.typbasetype >= 16384
          union all select i.atttypid from pg_attribute i where i.attrelid = t.typrelid and i.attnum > 0 and i.atttypid >= 16384) inside(type))
     select c.oid::int, c.reloftype <> 0 as typed,
            array(select distinct format('%s.%I', holds.attrelid::regclass, holds.attname) from holds where holds.type = c.reltype)
              as "rowTypeUsers",
            pg_has_role(c.relowner, 'usage') as "mayOwn",
            array(select format('alter statistics %I.%I set statistics %s', n.nspname, x.stxname, x.stxstattarget)
                from pg_statistic_ext x join pg_namespace n on n.oid = x.stxnamespace where x.stxrelid = c.oid and x.stxstattarget >= 0)
              || array(select format('alter index %s alter column %s set statistics %s', i.indexrelid::regclass, a.attnum, a.attstattarget)
                from pg_index i join pg_attribute a on a.attrelid = i.indexrelid where i.indrelid = c.oid and a.attstattarget >= 0)
              || array(select format('alter table %s %s %I', c.oid::regclass, mark.how, x.relname) from pg_index i
                join pg_class x on x.oid = i.indexrelid cross join lateral (values (i.indisclustered, 'cluster on'),
                  (i.indisreplident, 'replica identity using index')) mark(is_on, how) where i.indrelid = c.oid and mark.is_on) as lost,
            array(select distinct key from ${partitionedBelow}, unnest(p.columns) key) as "partitionKeys",
            coalesce((select json_agg(json_build_object('table', p.relid::regclass, 'columns', p.columns))
              from ${partitionedBelow} where p.partstrat <> 'h' and p.partdefid = 0), '[]') as closed,
            (select min(k.oid::regclass::text) from pg_partition_tree(c.oid) t
              cross join lateral (select x.oid from pg_class x where x.oid = t.relid and x.relkind = 'f' offset 0) k)
              as "foreignPartition",
            not c.relispartition and exists (select from pg_inherits i where i.inhrelid = c.oid) as inherits,
            (select count(*)::int from pg_inherits i join pg_class k on k.oid = i.inhrelid
              where i.inhparent = c.oid and not k.relispartition) as children,
            exists (select from pg_partition_tree(c.oid) t
              cross join lateral (select from pg_attribute d where d.attrelid = t.relid and d.attisdropped offset 0) d) as "droppedBelow"
       from pg_class c where c.oid = any($1::oid[])`,
    [tables],
  );
}

/** What the database holds that stops a run whatever the rules say. */
export interface ServerFacts {
  plpgsql: boolean;
  prepared: number;
}

export async function readServerFacts(copy: CopySession): Promise<ServerFacts> {
  return row<ServerFacts>(
    copy,
    "reading what the database holds",
    `select exists (select from pg_language where lanname = 'plpgsql') as plpgsql,
            (select count(*)::int from pg_prepared_xacts where database = current_database()) as prepared`,
  );
}
