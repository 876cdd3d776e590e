import { literal } from "../connection";
import type { Texts } from "./finds";
import { once, textsOf, type ScanColumn, type ScanTable } from "./scanColumns";
import { nameOf, type TableWork } from "./work";

/** What the scan asks of a table's work; `compare` and `whole` are set when the run masked it. */
export type ScannedTable = Pick<TableWork, "schema" | "table" | "compare" | "whole" | "expected"> & {
  columns: readonly { column: string; action: "mask" | "keep" }[];
};

/** One place of a text: a column of a table, or something outside of tables. */
export interface Place {
  schema: string;
  table: string;
  /** Empty: what a find shows as its place. */
  column: string;
  /** Kinds that the rules expect here, by their words. */
  expected: readonly string[];
  /** The table whose rows' `ctid` a find shows; undefined where it shows a name. */
  of: ScanTable | undefined;
}

/** Texts of some places, searched in one pass; the column's number is the place's. */
export interface Unit {
  name: string;
  places: Place[];
  texts: Texts;
  /** The same texts of some rows of large tables, to be searched first. */
  sample?: Texts | undefined;
}

/** Tables above this many bytes are sampled, by so many of their first rows. */
const sampled = { bytes: 256 * 1024, rows: 200 };

/** Small tables are searched together, so that what stood there before is read once for many of them; but not more than make one of several shares. */
const together = { leastBytes: 1024 * 1024, mostBytes: 32 * 1024 * 1024, tables: 40, shares: 4 };

/**
 * Everything to search, in passes: the tables, large objects, and the planner's samples.
 * @param workers how many sessions search side by side
 */
export function unitsOf(
  tables: ScanTable[],
  works: readonly ScannedTable[],
  workers: number,
  how: How,
): Unit[] {
  const all = tables.reduce((sum, table) => sum + table.bytes, 0);
  const share = Math.max(together.leastBytes, all / workers / together.shares);
  const groups = groupsOf(tables, Math.min(together.mostBytes, share));
  return [...groups.map((group) => unitOf(group, works, how)), ...besideTables];
}

/** What can be asked of the server. */
export interface How {
  /** Whether the run's functions are there; see `Search`. */
  before: boolean;
  /** See `once`. */
  comparesPlaces: boolean;
}

function groupsOf(tables: ScanTable[], most: number): ScanTable[][] {
  const groups: ScanTable[][] = [];
  let bytes = 0;
  // Large ones first, so that nobody is left with one at the end.
  const largest = tables.filter((one) => one.columns.length > 0).sort((a, b) => b.bytes - a.bytes);
  for (const table of largest) {
    const last = groups.at(-1);
    if (last === undefined || bytes + table.bytes > most || last.length >= together.tables) {
      groups.push([table]);
      bytes = table.bytes;
    } else {
      last.push(table);
      bytes += table.bytes;
    }
  }
  return groups;
}

/** The columns that are taken apart; what the run made as single values is compared whole (`compare`). */
function unitOf(group: ScanTable[], works: readonly ScannedTable[], how: How): Unit {
  const places: Place[] = [];
  const texts: Texts[] = [];
  const samples: Texts[] = [];
  for (const table of group) {
    const work = works.find((one) => nameOf(one) === nameOf(table.top));
    const masked = (name: string) => work?.columns.find((one) => one.column === name)?.action === "mask";
    const kept = (column: ScanColumn) => !masked(column.name);
    const filled = (column: ScanColumn) => how.before && masked(column.name) && column.category === "S";
    const add = (columns: ScanColumn[], wrap: (texts: Texts) => Texts) => {
      if (columns.length === 0) return;
      const of = (more: { limit?: number } = {}) =>
        wrap(textsOf(table, columns, kept, places.length, { ...more, filled }));
      texts.push(of());
      if (table.bytes > sampled.bytes) samples.push(of({ limit: sampled.rows }));
      places.push(
        ...columns.map(({ name }) => ({
          schema: table.schema,
          table: table.table,
          column: name,
          expected: work?.expected[name] ?? [],
          of: table,
        })),
      );
    };
    const open = table.columns.filter((column) => work?.whole.includes(column.name) !== true);
    const single = open.filter((column) => !column.repeats);
    // Apart, since rows in which all of these are filler or NULL are passed over at once.
    for (const columns of [single.filter(filled), single.filter((column) => !filled(column))]) {
      add(columns, (all) => all);
    }
    add(
      open.filter((column) => column.repeats),
      (all) => once(all, how.comparesPlaces),
    );
  }
  const name = group.map((table) => nameOf(table)).join(", ");
  return {
    name,
    places,
    texts: texts.length === 0 ? nothing : texts.join(" union all "),
    sample: samples.length === 0 ? undefined : samples.join(" union all "),
  };
}

const nothing = "select 0, true, null::tid, 1, null::text where false";

const largeObjects: Unit = {
  name: "large objects",
  places: [{ schema: "pg_catalog", table: "pg_largeobject", column: "data", expected: [], of: undefined }],
  texts: `select 0, true, 'object ' || m.oid, 1, replace(encode(lo_get(m.oid, i, 1048576 + 1024), 'escape'), ${literal("\\000")}, '')
    from pg_largeobject_metadata m, generate_series(0, 1073741824, 1048576) i where length(lo_get(m.oid, i, 1)) > 0`,
};

/**
 * Samples of values that the planner keeps, as far as this login may read them, each once. Those of dates, booleans, intervals, geometry
 * and enums hold nothing that is marked or has a shape; those of numbers may hold former ones.
 */
const ownSchema = (schema: string) => `${schema} not in ('pg_catalog', 'information_schema', 'prodcopy')`;
const statistics: Unit = {
  name: "the planner's samples",
  places: [
    { schema: "pg_catalog", table: "pg_statistic", column: "sample values", expected: [], of: undefined },
  ],
  texts: `select 0, false, min(place), 1, e from (
      select format('%s.%s.%s', s.schemaname, s.tablename, s.attname) as place, e
        from pg_stats s
        left join (pg_namespace n join pg_class c on c.relnamespace = n.oid join pg_attribute a on a.attrelid = c.oid join pg_type t on t.oid = a.atttypid)
          on n.nspname = s.schemaname and c.relname = s.tablename and a.attname = s.attname
       cross join lateral unnest(s.most_common_vals::text::text[] || s.histogram_bounds::text::text[] || s.most_common_elems::text::text[]) e
       where ${ownSchema("s.schemaname")} and coalesce(t.typcategory not in ('B', 'D', 'T', 'E', 'G'), true)
      union all select format('%s.%s', s.statistics_schemaname, s.statistics_name), e
        from pg_stats_ext s, unnest(s.most_common_vals) e where ${ownSchema("s.statistics_schemaname")}) sampled
     where octet_length(e) >= 6 group by e`,
};

/** Values that stand in no table of the application's. */
export const besideTables: readonly Unit[] = [largeObjects, statistics];
