import type { CatalogueColumn, CatalogueTable } from "../../catalogue";
import { ident, qualified, row, type Session } from "../../connection";
import { familyOf, rareFamilies } from "../rules/families";
import { digitsFlag, shapeParameters, shapes } from "./shapes";

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
const mostAtOnce = 40;

/**
 * Looks at a sample of the values of these columns, inside the server.
 * @returns in the order of the columns.
 */
export async function sampleColumns(
  session: Session,
  table: CatalogueTable,
  columns: CatalogueColumn[],
): Promise<ColumnSample[]> {
  // The server takes at most 1664 results of a query.
  if (columns.length > mostAtOnce) {
    const first = await sampleColumns(session, table, columns.slice(0, mostAtOnce));
    return [...first, ...(await sampleColumns(session, table, columns.slice(mostAtOnce)))];
  }
  const doing = `looking at a sample of ${table.schema}.${table.name}`;
  const counts = await row<Record<string, number>>(session, doing, sampleQuery(table, columns), [
    ...shapeParameters,
  ]);
  const of = (name: string) => counts[name] ?? 0;
  return columns.map((_, c) => ({
    rows: of("total"),
    values: of(`n${c}`),
    distinct: of(`d${c}`),
    characters: of(`l${c}`),
    words: of(`w${c}`),
    codes: of(`k${c}`),
    found: Object.fromEntries(shapes.map(({ key }, s) => [key, of(`c${c}_${s}`)])),
  }));
}

/** Whether values of the column may have text in them. */
export function canHoldText(column: CatalogueColumn): boolean {
  return ["text", "json", "array", "composite", "bytes", ...rareFamilies].includes(familyOf(column));
}

function sampleQuery(table: CatalogueTable, columns: CatalogueColumn[]): string {
  const asText = (column: CatalogueColumn) =>
    familyOf(column) === "bytes"
      ? `encode(substring(${ident(column.name)} from 1 for ${lookedAt}), 'escape')`
      : `left(${ident(column.name)}::text, ${lookedAt})`;
  const counts = columns.flatMap((_, c) => [
    `count(v${c})::int as n${c}`,
    `count(distinct md5(v${c}))::int as d${c}`,
    `coalesce(avg(length(v${c})), 0)::float8 as l${c}`,
    `coalesce(avg(1 + length(v${c}) - length(translate(v${c}, ' ', ''))), 0)::float8 as w${c}`,
    `count(*) filter (where v${c} ~ '^[A-Z0-9_.:/-]{1,12}$')::int as k${c}`,
    ...shapes.map(({ test }, s) => `count(*) filter (where ${test(`v${c}`)})::int as c${c}_${s}`),
  ]);
  // Blocks from all over a large table; the same ones each time, so that a run can be repeated.
  const share =
    table.estimatedRows > 50 * sampledRows ? (100 * 20 * sampledRows) / table.estimatedRows : undefined;
  const sample = share === undefined ? "" : ` tablesample system (${share.toFixed(6)}) repeatable (0)`;
  const flagged = columns.map((_, c) => `v${c}, ${digitsFlag(`v${c}`)}`);
  return `select count(*)::int as total, ${counts.join(", ")} from (select ${flagged.join(", ")} from (
    select ${columns.map((column, c) => `nullif(${asText(column)}, '') as v${c}`).join(", ")}
      from ${qualified(table.schema, table.name)}${sample} limit ${sampledRows}) as taken offset 0) as sampled`;
}
