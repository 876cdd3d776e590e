import { ident, literal, qualified, rows, type Session } from "../connection";
import type { Texts } from "./finds";
import { rowsOf } from "./functions/tokens";
import { repeats } from "./repeating";
import { userSchemas } from "./structure";

/** A table or materialised view with every column that can hold text. */
export interface ScanTable {
  schema: string;
  table: string;
  /** The partitioned table at the top, or the table itself: the one of which the rules speak. */
  top: { schema: string; table: string };
  bytes: number;
  /** Whole-number or UUID key that may be shown for a find; NULL when the key itself could be a person's. */
  key: string | null;
  columns: ScanColumn[];
}

export interface ScanColumn {
  name: string;
  type: string;
  category: string;
  /** Of an array's elements. */
  element: string;
  /** Whether few values stand in many rows, as far as the planner knows: then each is looked at once. */
  repeats: boolean;
}

/** Categories of types that hold no text: numbers, booleans, dates, intervals, geometry. Labels of enums are looked at once, as definitions. */
export const textless = "'N', 'B', 'D', 'T', 'E', 'G'";

/**
 * Every table that holds rows, of rules and of extensions alike, with all columns but those whose type cannot hold a text. Ranges count
 * where their bounds are texts.
 */
export async function scanTables(session: Session): Promise<ScanTable[]> {
  return rows<ScanTable>(
    session,
    "listing the columns to scan",
    `select n.nspname::text as schema, c.relname::text as table, pg_table_size(c.oid)::float8 as bytes,
            (select json_build_object('schema', r.relnamespace::regnamespace::name, 'table', r.relname) from pg_class r
              where r.oid = coalesce(case when c.relispartition then pg_partition_root(c.oid) end, c.oid)) as top,
            (select quote_ident(k.attname) from pg_index i join pg_attribute k on k.attrelid = c.oid and k.attnum = i.indkey[0]
              where i.indrelid = c.oid and i.indisprimary and i.indnkeyatts = 1
                and k.atttypid in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'uuid'::regtype)) as key,
            coalesce((select json_agg(json_build_object('name', a.attname, 'type', base.typname, 'category', base.typcategory,
                'element', coalesce(element.typname, ''), 'repeats', ${repeats("s", "c")}) order by a.attnum)
              from pg_attribute a
              left join pg_stats s on s.schemaname = n.nspname and s.tablename = c.relname and s.attname = a.attname and not s.inherited
              cross join lateral (
                with recursive down(oid, base) as (
                  select t.oid, t.typbasetype from pg_type t where t.oid = a.atttypid
                  union all select t.oid, t.typbasetype from down join pg_type t on t.oid = down.base where down.base <> 0)
                select t.* from down join pg_type t on t.oid = down.oid where down.base = 0) base
              left join pg_type element on element.oid = base.typelem and base.typcategory = 'A'
              left join pg_range range on range.rngtypid = base.oid
              left join pg_type bound on bound.oid = range.rngsubtype
              where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                and coalesce(element.typcategory, bound.typcategory, base.typcategory) not in (${textless})), '[]') as columns
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'm') and ${userSchemas} and c.relispopulated order by 1, 2`,
  );
}

/**
 * A table's columns as texts: all of it in one pass. `first` is the number of the first column; `limit`: of so many rows alone.
 * @param filled whether a column holds our filler, which is passed over where it stands: a wide text is then not even copied
 */
export function textsOf(
  table: ScanTable,
  columns: ScanColumn[],
  kept: (column: ScanColumn) => boolean,
  first: number,
  { limit, filled = () => false }: { limit?: number; filled?: (column: ScanColumn) => boolean } = {},
): Texts {
  const plain: { col: number; kept: boolean; x: string }[] = [];
  const several: string[] = [];
  for (const [i, column] of columns.entries()) {
    const many = elementsOf(column);
    const x = textOf(column);
    const other = filled(column) ? `case when not prodcopy.is_filler(${x}) then ${x} end` : x;
    if (many === undefined) plain.push({ col: first + i, kept: kept(column), x: other });
    else several.push(`select ${first + i}, ${kept(column)}, ${many}`);
  }
  const each = (of: (one: (typeof plain)[number]) => string) => plain.map(of);
  const all = [
    ...(plain.length > 0
      ? [
          rowsOf(
            each((one) => String(one.col)),
            each((one) => String(one.kept)),
            each((one) => one.x),
          ),
        ]
      : []),
    ...several,
  ].join(" union all ");
  const whole = `only ${qualified(table.schema, table.table)}`;
  const source = limit === undefined ? whole : `(select ctid, * from ${whole} limit ${limit})`;
  const any =
    several.length > 0 || !columns.every(filled)
      ? ""
      : ` and (${each((one) => `octet_length(${one.x}) >= 6`).join(" or ")})`;
  return `select c.col, c.kept, t.ctid, 1, c.x from ${source} t
    cross join lateral (${all}) c(col, kept, x) where octet_length(c.x) >= 6${any}`;
}

/**
 * The same with each text of a column once and how many rows have it.
 * @param compares whether the server compares places of rows itself, as it does since PostgreSQL 14
 */
export function once(texts: Texts, compares: boolean): Texts {
  const key = compares ? "min(key)" : "min(key::text)::tid";
  return `select col, kept, ${key}, count(*)::int, x from (${texts}) every(col, kept, key, n, x) group by col, kept, x`;
}

/** SQL of a column's one text. */
function textOf({ name, type }: ScanColumn): string {
  const c = `t.${ident(name)}`;
  if (type === "jsonb") return `${c}::text`;
  // Written out, so that no escape hides a letter. A document that cannot be jsonb (it holds \u0000) is read as it stands.
  if (type === "json") {
    return `case when position('\\u0000' in ${c}::text) > 0 then ${c}::text else ${c}::jsonb::text end`;
  }
  if (type === "inet") return `host(${c})`;
  if (type === "xml") return entities(`${c}::text`);
  // Lexemes in the order in which they stood in the text, so that numbers and names are whole again.
  if (type === "tsvector") {
    return `(select string_agg(l, ' ' order by p) from unnest(${c}) u(l, ps, ws) left join lateral unnest(u.ps) p on true)`;
  }
  // Some collations know no search in a text.
  return `${c}::text collate "default"`;
}

/** The signs of XML that may hide an address. */
const entities = (x: string) => `replace(replace(${x}, '&#64;', '@'), '&#x40;', '@')`;

/** SQL of a column's texts where it holds several: `expression from source`. */
function elementsOf({ name, type, category, element }: ScanColumn): string | undefined {
  const c = `t.${ident(name)}`;
  if (category === "A") {
    return `${element === "json" ? "e::jsonb::text" : element === "bytea" ? "encode(e, 'escape')" : 'e::text collate "default"'} from unnest(${c}) e`;
  }
  if (type !== "bytea") return undefined;
  // Pieces of 1 MB that overlap. Bytes that are no letters of ASCII stand as their numbers, zero bytes (of UTF-16) not at all.
  return `replace(encode(substr(${c}, i * 1048576 + 1, 1048576 + 1024), 'escape'), ${literal("\\000")}, '')
     from generate_series(0, (octet_length(${c}) - 1) / 1048576) i`;
}
