import type { CatalogueColumn, CatalogueTable } from "../../catalogue";
import { ident, qualified, rows, type Session } from "../../connection";
import { familyOf, rareFamilies } from "../rules/families";
import { digitsOf, shapeParameters, shapes } from "./shapes";

/** What a look at some of a column's values found: counts, no values. */
export interface ColumnSample {
  /** Rows that were looked at. */
  rows: number;
  /** Of these the ones with a value, empty text aside. */
  values: number;
  distinct: number;
  /** Averages of the values: characters, and words divided by blanks. */
  characters: number;
  words: number;
  /** Values that are short words of capitals, digits and signs. */
  codes: number;
  /** By the key of a shape. */
  found: Readonly<Record<string, number>>;
}

export const sampledRows = 2_000;
/** Longer values are looked at this far, in characters. */
const lookedAt = 4_000;
const columnsAtOnce = 150;

/** Columns of one table. */
export interface Wanted {
  table: CatalogueTable;
  columns: CatalogueColumn[];
}

/** Divides tables so that each group is one look: some columns of many tables, or all of a wide one. */
export function inLooks<T extends Wanted>(wanted: T[]): T[][] {
  const groups: T[][] = [];
  let size = columnsAtOnce;
  for (const one of wanted) {
    if (size + one.columns.length > columnsAtOnce) {
      groups.push([]);
      size = 0;
    }
    groups.at(-1)?.push(one);
    size += one.columns.length;
  }
  return groups;
}

/**
 * Looks at a sample of the values of these columns, inside the server and in one query: a value that stands in many rows is tested once.
 * @returns for each table, in the order of its columns.
 */
export async function sampleColumns(session: Session, wanted: Wanted[]): Promise<ColumnSample[][]> {
  const [first] = wanted;
  if (first === undefined) return [];
  const others = wanted.length === 1 ? "" : ` and ${wanted.length - 1} more tables`;
  const doing = `looking at a sample of ${first.table.schema}.${first.table.name}${others}`;
  const names = await shapeParameters(session);
  const counts = await rows<Record<string, number>>(session, doing, sampleQuery(wanted), names);
  const byPlace = new Map(counts.map((one) => [one.p, one]));
  let place = 0;
  return wanted.map(({ columns }) =>
    columns.map(() => {
      const found = byPlace.get(place++);
      const of = (name: string) => found?.[name] ?? 0;
      return {
        rows: of("total"),
        values: of("n"),
        distinct: of("d"),
        characters: of("l"),
        words: of("w"),
        codes: of("k"),
        found: Object.fromEntries(shapes.map(({ key }, s) => [key, of(`c${s}`)])),
      };
    }),
  );
}

/** Whether values of the column may have text in them. */
export function canHoldText(column: CatalogueColumn): boolean {
  return ["text", "json", "array", "composite", "bytes", ...rareFamilies].includes(familyOf(column));
}

function sampleQuery(wanted: Wanted[]): string {
  let place = 0;
  const taken = wanted.map(({ table, columns }) => {
    const values = columns.map((column) => `(${place++}, nullif(${asText(column)}, ''))`);
    // Blocks from all over a large table; the same ones each time, so that a run can be repeated.
    const share =
      table.estimatedRows > 50 * sampledRows ? (100 * 20 * sampledRows) / table.estimatedRows : undefined;
    const sample = share === undefined ? "" : ` tablesample system (${share.toFixed(6)}) repeatable (0)`;
    const names = columns.map(({ name }) => ident(name)).join(", ");
    return `select x.p, x.v from (select ${names} from ${qualified(table.schema, table.name)}${sample} limit ${sampledRows}) t,
      lateral (values ${values.join(", ")}) x(p, v)`;
  });
  const counts = shapes.map(({ test }, s) => `coalesce(sum(n) filter (where ${test("v")}), 0)::int as c${s}`);
  return `select p, sum(n)::int as total, coalesce(sum(n) filter (where v is not null), 0)::int as n, count(v)::int as d,
      coalesce(sum(n * length(v)) / nullif(sum(n) filter (where v is not null), 0), 0)::float8 as l,
      coalesce(sum(n * (1 + length(v) - length(replace(v, ' ', '')))) / nullif(sum(n) filter (where v is not null), 0), 0)::float8 as w,
      coalesce(sum(n) filter (where v ~ '^[A-Z0-9_.:/-]{1,12}$'), 0)::int as k, ${counts.join(", ")}
    from (select p, v, n, ${digitsOf("v")} from (
      select p, v, count(*) as n from (${taken.join(" union all ")}) taken group by p, v) each offset 0) as sampled
    group by p`;
}

/** Names are those of the table, which stands as `t`. */
function asText(column: CatalogueColumn): string {
  const name = `t.${ident(column.name)}`;
  return familyOf(column) === "bytes"
    ? `encode(substring(${name} from 1 for ${lookedAt}), 'escape')`
    : `left(${name}::text collate "default", ${lookedAt})`;
}
