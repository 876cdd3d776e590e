import { ident, qualified, rows } from "../connection";
import type { CopySession } from "../guard";
import { userSchemas } from "./structure";

/** A table or materialised view with every column that can hold text. */
export interface ScanTable {
  schema: string;
  table: string;
  bytes: number;
  /** Whole-number or UUID key that may be shown for a find; NULL when the key itself could be a person's. */
  key: string | null;
  columns: { name: string; type: string; category: string; elementCategory: string }[];
}

/**
 * Every table that holds rows, of rules and of extensions alike, with all columns but those whose type cannot hold a text: numbers,
 * booleans, dates, ranges, enums, geometry.
 */
export async function scanTables(copy: CopySession): Promise<ScanTable[]> {
  return rows<ScanTable>(
    copy,
    "listing the columns to scan",
    `select n.nspname::text as schema, c.relname::text as table, pg_table_size(c.oid)::float8 as bytes,
            (select quote_ident(k.attname) from pg_index i join pg_attribute k on k.attrelid = c.oid and k.attnum = i.indkey[0]
              where i.indrelid = c.oid and i.indisprimary and i.indnkeyatts = 1
                and k.atttypid in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'uuid'::regtype)) as key,
            coalesce((select json_agg(json_build_object('name', a.attname, 'type', base.typname, 'category', base.typcategory,
                'elementCategory', coalesce(element.typcategory, '')) order by a.attnum)
              from pg_attribute a
              cross join lateral (
                with recursive down(oid, base) as (
                  select t.oid, t.typbasetype from pg_type t where t.oid = a.atttypid
                  union all select t.oid, t.typbasetype from down join pg_type t on t.oid = down.base where down.base <> 0)
                select t.* from down join pg_type t on t.oid = down.oid where down.base = 0) base
              left join pg_type element on element.oid = base.typelem and base.typcategory = 'A'
              where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                and coalesce(element.typcategory, base.typcategory) not in ('N', 'B', 'D', 'T', 'R', 'E', 'G')), '[]') as columns
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'm') and ${userSchemas} and c.relispopulated order by 1, 2`,
  );
}

/** The texts in one column of a row: `(column number, text)`. Elements and JSON strings come one by one, unescaped. */
export function cellsOf(table: ScanTable): string {
  const own = qualified(table.schema, table.table);
  return table.columns
    .map(({ name, type, category, elementCategory }, i) => {
      const c = `${own}.${ident(name)}`;
      if (category === "A" && elementCategory !== "A") return `select ${i}, e::text from unnest(${c}) e`;
      if (type === "jsonb") return jsonCells(i, c);
      if (type === "json") {
        return `select ${i}, ${c}::text union all ${jsonCells(i, `prodcopy.as_json(${c}::text)`)}`;
      }
      if (type === "bytea") return `select ${i}, t from prodcopy.pieces(${c}) t`;
      if (type === "inet") return `select ${i}, host(${c})`;
      return `select ${i}, ${c}::text`;
    })
    .join(" union all ");
}

function jsonCells(i: number, json: string): string {
  return `select ${i}, v #>> '{}' from jsonb_path_query(${json}, 'strict $.**') v where jsonb_typeof(v) in ('string', 'number')
    union all select ${i}, k #>> '{}' from jsonb_path_query(${json}, 'lax $.** ? (@.type() == "object").keyvalue().key') k`;
}
