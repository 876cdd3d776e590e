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
  partitionKey: boolean;
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
                case a.attcompression when 'p' then 'pglz' else 'lz4' end) end], null) as settings,
            coalesce(a.attnum = any(p.partattrs::int2[]), false)
              or exists (select from pg_depend d where p.partexprs is not null and d.classid = 'pg_class'::regclass and d.objid = a.attrelid
                and d.objsubid = 0 and d.refclassid = 'pg_class'::regclass and d.refobjid = a.attrelid and d.refobjsubid = a.attnum) as "partitionKey"
       from pg_attribute a join pg_type t on t.oid = a.atttypid
       left join pg_partitioned_table p on p.partrelid in (select a.attrelid union select relid from pg_partition_tree(a.attrelid))
         and p.partrelid = a.attrelid
      where a.attrelid = any($1::oid[]) and a.attnum > 0 and not a.attisdropped`,
    [tables],
  );
}

/** What a table is beyond the catalogue; reasons to refuse it or to treat it otherwise. */
export interface TableFacts {
  oid: number;
  forcedRowSecurity: boolean;
  typed: boolean;
  /** Rules other than a view's own. */
  rules: string[];
  /** Columns elsewhere whose type is this table's row. */
  rowTypeUsers: string[];
  mayOwn: boolean;
  /** Statements that restore statistics targets after a rewrite. */
  targets: string[];
  /** Columns of partitions below that key a deeper level, by name. */
  deeperKeys: string[];
  /** Columns that came from a parent. */
  inheritedKeys: string[];
  /** Tables that inherit from it without being its partitions. */
  children: number;
  /** Whether a partition has dropped columns. */
  droppedBelow: boolean;
  /** Whether a partition has its columns in other places than the table at the top. */
  mixedLayout: boolean;
}

export async function readTableFacts(copy: CopySession, tables: number[]): Promise<TableFacts[]> {
  return rows<TableFacts>(
    copy,
    "reading what the tables are",
    `select c.oid::int, c.relforcerowsecurity and c.relrowsecurity and not me.rolsuper and not me.rolbypassrls as "forcedRowSecurity",
            c.reloftype <> 0 as typed,
            array(select rulename::text from pg_rewrite where ev_class = c.oid and rulename <> '_RETURN') as rules,
            array(select format('%s.%I', u.attrelid::regclass, u.attname) from pg_attribute u join pg_class uc on uc.oid = u.attrelid
              where u.atttypid in (c.reltype, (select typarray from pg_type where oid = c.reltype)) and c.reltype <> 0
                and uc.relkind in ('r', 'p', 'm') and not u.attisdropped) as "rowTypeUsers",
            pg_has_role(c.relowner, 'usage') as "mayOwn",
            array(select format('alter statistics %I.%I set statistics %s', n.nspname, x.stxname, x.stxstattarget)
                from pg_statistic_ext x join pg_namespace n on n.oid = x.stxnamespace where x.stxrelid = c.oid and x.stxstattarget >= 0)
              || array(select format('alter index %s alter column %s set statistics %s', i.indexrelid::regclass, a.attnum, a.attstattarget)
                from pg_index i join pg_attribute a on a.attrelid = i.indexrelid where i.indrelid = c.oid and a.attstattarget >= 0) as targets,
            array(select distinct k.attname::text from pg_partition_tree(c.oid) t join pg_partitioned_table p on p.partrelid = t.relid
                join pg_attribute k on k.attrelid = p.partrelid and k.attnum = any(p.partattrs::int2[]) where t.relid <> c.oid) as "deeperKeys",
            array(select attname::text from pg_attribute where attrelid = c.oid and attnum > 0 and attinhcount > 0) as "inheritedKeys",
            (select count(*)::int from pg_inherits i join pg_class k on k.oid = i.inhrelid
              where i.inhparent = c.oid and not k.relispartition) as children,
            exists (select from pg_partition_tree(c.oid) t join pg_attribute d on d.attrelid = t.relid where d.attisdropped) as "droppedBelow",
            exists (select from pg_partition_tree(c.oid) t join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
              join pg_attribute b on b.attrelid = t.relid and b.attname = a.attname where b.attnum <> a.attnum) as "mixedLayout"
       from pg_class c, pg_roles me where c.oid = any($1::oid[]) and me.rolname = current_user`,
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
