import type { Catalogue, CatalogueColumn, CatalogueTable } from "../../catalogue";
import { ident, qualified, row, type Session } from "../../connection";
import { familyOf } from "./families";
import { columnKey } from "./lookup";

/** By column (`columnKey`), what a look at its values found: `e-mail addresses in 12 of 500 sampled rows`. */
export type PersonalLooks = ReadonlyMap<string, string[]>;

/** POSIX regular expressions as the server reads them. A number alone is no telephone number; a plus sign or a leading 0 is needed. */
const shapes: { what: string; pattern: string }[] = [
  { what: "e-mail addresses", pattern: "[[:alnum:]._%+-]+@[[:alnum:]-]+(\\.[[:alnum:]-]+)+" },
  {
    what: "telephone numbers",
    pattern:
      "(^|[^[:alnum:].+-])(\\+[1-9]|\\(?0[1-9])[0-9]*\\)?([ ./-]?\\(?[0-9]{2,}\\)?){2,5}($|[^[:alnum:].-])",
  },
  { what: "IBANs", pattern: "\\m[A-Z]{2}[0-9]{2}([ ]?[A-Z0-9]{4}){3,7}\\M" },
  {
    what: "card numbers",
    pattern: "(^|[^0-9])[3-6][0-9]{3}[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{2,4}($|[^0-9])",
  },
  { what: "network addresses", pattern: "(^|[^0-9.])([0-9]{1,3}\\.){3}[0-9]{1,3}($|[^0-9.])" },
  {
    what: "password hashes",
    pattern: "(^|[^[:alnum:]])(pbkdf2_sha|argon2|bcrypt|scrypt|\\$2[aby]\\$|\\$6\\$)",
  },
  {
    what: "tokens or keys",
    pattern: "(\\meyJ[A-Za-z0-9_-]{8,}\\.|-----BEGIN |\\mAKIA[A-Z0-9]{12}|\\m(sk|pk|rk)_live_)",
  },
];

const sampledRows = 2_000;
/** Longer values are looked at this far, in characters. */
const lookedAt = 4_000;

/**
 * Looks at a sample of the values of every column that can hold text, inside the server: only counts come back. For
 * each column of `wanted` (by `columnKey`; all when left out).
 */
export async function lookPersonal(
  session: Session,
  catalogue: Catalogue,
  wanted?: ReadonlySet<string>,
): Promise<PersonalLooks> {
  const looks = new Map<string, string[]>();
  for (const table of catalogue.tables) {
    if (table.kind !== "table" && table.kind !== "partitioned") continue;
    const columns = table.columns.filter(
      (column) => canHoldText(column) && (wanted?.has(columnKey(table, column.name)) ?? true),
    );
    if (columns.length === 0) continue;
    const counts = await row<Record<string, number>>(
      session,
      `looking at a sample of ${table.schema}.${table.name}`,
      sampleQuery(table, columns),
    );
    for (const [c, column] of columns.entries()) {
      const found = shapes.flatMap(({ what }, s) => {
        const count = counts[`c${c}_${s}`] ?? 0;
        return count > 0 ? [`${what} in ${count} of ${counts.total ?? 0} sampled rows`] : [];
      });
      if (found.length > 0) looks.set(columnKey(table, column.name), found);
    }
  }
  return looks;
}

/** Whether values of the column may have text in them. */
export function canHoldText(column: CatalogueColumn): boolean {
  return ["text", "json", "array", "composite", "bytes", "other"].includes(familyOf(column));
}

function sampleQuery(table: CatalogueTable, columns: CatalogueColumn[]): string {
  const asText = (column: CatalogueColumn) =>
    familyOf(column) === "bytes"
      ? `encode(substring(${ident(column.name)} from 1 for ${lookedAt}), 'escape')`
      : `left(${ident(column.name)}::text, ${lookedAt})`;
  const counts = columns.flatMap((_, c) =>
    shapes.map(({ pattern }, s) => `count(*) filter (where v${c} ~ '${pattern}')::int as c${c}_${s}`),
  );
  // Blocks from all over a large table; the same ones each time, so that a run can be repeated.
  const share =
    table.estimatedRows > 50 * sampledRows ? (100 * 20 * sampledRows) / table.estimatedRows : undefined;
  const sample = share === undefined ? "" : ` tablesample system (${share.toFixed(6)}) repeatable (0)`;
  return `select count(*)::int as total, ${counts.join(", ")} from (
    select ${columns.map((column, c) => `${asText(column)} as v${c}`).join(", ")}
      from ${qualified(table.schema, table.name)}${sample} limit ${sampledRows}) as sampled`;
}
