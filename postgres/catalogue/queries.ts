/**
 * The queries behind `readCatalogue`. Each is set-based over the whole database, so that thousands of tables cost a few
 * round trips. They run with an empty search path: every type, function and relation comes back schema-qualified, except
 * those of pg_catalog.
 */

/** $1: the schema of the tool itself. Tables of extensions belong to the extension, not to the application. */
export const relationsQuery = `
  select c.oid, n.nspname::text as schema, c.relname::text as name, c.relkind::text as kind,
         c.relispartition as "isPartition",
         (select array_agg(array[pn.nspname::text, p.relname::text] order by i.inhseqno)
            from pg_inherits i join pg_class p on p.oid = i.inhparent join pg_namespace pn on pn.oid = p.relnamespace
           where i.inhrelid = c.oid) as parents,
         pg_get_userbyid(c.relowner)::text as owner, obj_description(c.oid, 'pg_class') as comment,
         greatest(c.reltuples, 0)::float8 as "estimatedRows", c.relrowsecurity as "rowSecurity",
         exists (select from pg_attribute a where a.attrelid = c.oid and a.attisdropped) as "hasDroppedColumns",
         coalesce((select array_agg(t.tgname::text order by t.tgname) from pg_trigger t
                    where t.tgrelid = c.oid and not t.tgisinternal), '{}') as triggers
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where c.relkind in ('r', 'p', 'v', 'm', 'f')
     and n.nspname not like 'pg\\_%' and n.nspname not in ('information_schema', $1)
     and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid
                        and d.refclassid = 'pg_extension'::regclass and d.deptype = 'e')
   order by n.nspname, c.relname`;

/** $1: oids of relations or of composite types' own. Walks each column's type down through domains and arrays to its base type. */
export const columnsQuery = `
  with recursive walk as (
    select a.attrelid, a.attnum, a.atttypid as typid, a.atttypmod as typmod, false as "isArray", false as "isDomain",
           a.attnotnull as "notNull", 0 as depth
      from pg_attribute a where a.attrelid = any($1::oid[]) and a.attnum > 0 and not a.attisdropped
    union all
    select w.attrelid, w.attnum, case when t.typtype = 'd' then t.typbasetype else t.typelem end,
           case when t.typtype = 'd' and t.typtypmod <> -1 then t.typtypmod else w.typmod end,
           w."isArray" or t.typtype <> 'd', w."isDomain" or t.typtype = 'd',
           w."notNull" or (t.typtype = 'd' and not w."isArray" and t.typnotnull), w.depth + 1
      from walk w join pg_type t on t.oid = w.typid
     where t.typtype = 'd' or (t.typcategory = 'A' and t.typelem <> 0)
  ), base as (
    select distinct on (attrelid, attnum) * from walk order by attrelid, attnum, depth desc
  )
  select a.attrelid as oid, a.attname::text as name, a.attnum::int as position,
         format_type(a.atttypid, a.atttypmod) as type, t.typname::text as "baseType", t.typtype::text as "typeType",
         t.typrelid::int8::float8 as "rowType", b."isArray", b."isDomain", b."notNull",
         a.attgenerated <> '' as generated, a.attidentity <> '' as identity,
         case when t.typname in ('varchar', 'bpchar') and b.typmod > 4 then b.typmod - 4 end as "maxLength",
         col_description(a.attrelid, a.attnum) as comment
    from base b join pg_attribute a using (attrelid, attnum) join pg_type t on t.oid = b.typid
   order by a.attrelid, a.attnum`;

/** $1: oids of relations. For an index over an expression: the columns that the expression reads. */
export const keysQuery = `
  select i.indrelid as oid, i.indisprimary as "isPrimary",
         case when i.indexprs is null then
           (select array_agg(a.attname::text order by k.n)
              from unnest(i.indkey::int2[]) with ordinality k(attnum, n)
              join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum where k.n <= i.indnkeyatts)
         else
           (select array_agg(a.attname::text order by a.attnum)
              from (select distinct d.refobjsubid from pg_depend d
                     where d.classid = 'pg_class'::regclass and d.objid = i.indexrelid
                       and d.refclassid = 'pg_class'::regclass and d.refobjid = i.indrelid and d.refobjsubid > 0) d
              join pg_attribute a on a.attrelid = i.indrelid and a.attnum = d.refobjsubid)
         end as columns
    from pg_index i join pg_class x on x.oid = i.indexrelid
   where i.indrelid = any($1::oid[]) and (i.indisunique or i.indisexclusion)
   order by i.indrelid, x.relname`;

/** $1: oids of relations. */
export const checksQuery = `
  select k.conrelid as oid, k.conname::text as name, pg_get_expr(k.conbin, k.conrelid) as expression,
         coalesce((select array_agg(a.attname::text order by a.attnum) from pg_attribute a
                    where a.attrelid = k.conrelid and a.attnum = any(k.conkey)), '{}') as columns
    from pg_constraint k where k.contype = 'c' and k.conrelid = any($1::oid[])
   order by k.conrelid, k.conname`;

/** $1: oids of relations. Constraints that a partition inherits are told once, on the partitioned table. */
export const foreignKeysQuery = `
  select k.conname::text as name, n.nspname::text as schema, c.relname::text as table,
         (select array_agg(a.attname::text order by x.n) from unnest(k.conkey) with ordinality x(attnum, n)
            join pg_attribute a on a.attrelid = k.conrelid and a.attnum = x.attnum) as columns,
         fn.nspname::text as "targetSchema", f.relname::text as "targetTable",
         (select array_agg(a.attname::text order by x.n) from unnest(k.confkey) with ordinality x(attnum, n)
            join pg_attribute a on a.attrelid = k.confrelid and a.attnum = x.attnum) as "targetColumns",
         k.condeferrable as deferrable,
         case k.confdeltype when 'a' then 'no action' when 'r' then 'restrict' when 'c' then 'cascade'
           when 'n' then 'set null' else 'set default' end as "onDelete"
    from pg_constraint k
    join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
    join pg_class f on f.oid = k.confrelid join pg_namespace fn on fn.oid = f.relnamespace
   where k.contype = 'f' and k.conparentid = 0 and k.conrelid = any($1::oid[])
   order by n.nspname, c.relname, k.conname`;

/** $1: the schema of the tool itself. Whether a sanitiser keeps in it what it has taken off. */
export const keptForeignKeysQuery = `
  select exists (select from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = $1 and c.relname = 'saved' and a.attname = 'foreign_key' and has_table_privilege(c.oid, 'select')) as kept`;
