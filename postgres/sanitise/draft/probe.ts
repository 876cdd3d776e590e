import type { CatalogueColumn, CatalogueTable } from "../../catalogue";
import { ident, qualified, rows, type Session } from "../../connection";
import { DatabaseError } from "../../errors";
import type { MaskSpec } from "../plan";
import { approximation, keepsShape } from "./approximate";

/** Checks that a column's new values have to pass: those of its table that read it, and those of its domain. */
export interface Checks {
  /** In the scope of the table's columns. */
  ofTable: string[];
  /** Over `value`. */
  ofDomain: string[];
}

const triedRows = 500;

/** Checks of the domains of these columns, by `oid.position`. */
export async function domainChecks(
  session: Session,
  tables: CatalogueTable[],
): Promise<ReadonlyMap<string, string[]>> {
  const found = await rows<{ oid: number; position: number; text: string }>(
    session,
    "reading the checks of domains",
    `with recursive d as (
        select a.attrelid as oid, a.attnum::int as position, a.atttypid as typid from pg_attribute a where a.attrelid = any($1::oid[]) and a.attnum > 0
        union all
        select d.oid, d.position, t.typbasetype from d join pg_type t on t.oid = d.typid where t.typtype = 'd')
      select d.oid, d.position, pg_get_constraintdef(k.oid) as text from d join pg_constraint k on k.contypid = d.typid and k.contype = 'c'`,
    [tables.map(({ oid }) => oid)],
  );
  const checks = new Map<string, string[]>();
  for (const { oid, position, text } of found) {
    const expression = /^CHECK \((.*)\)(?: NOT VALID)?$/s.exec(text)?.[1];
    const key = `${oid}.${position}`;
    if (expression !== undefined) checks.set(key, [...(checks.get(key) ?? []), expression]);
  }
  return checks;
}

/**
 * Whether values as a mask makes them would pass the checks, tried inside the server on values of the table where it has any that may be
 * read, else on a made-up one. A shape that stays is taken to pass.
 */
export async function passes(
  session: Session,
  table: CatalogueTable,
  column: CatalogueColumn,
  spec: MaskSpec,
  { ofTable, ofDomain }: Checks,
  { domain, filled }: { domain: string; filled: boolean },
): Promise<boolean> {
  if (ofTable.length + ofDomain.length === 0) return true;
  const name = ident(column.name);
  const value = filled ? `t.${name}` : `'Sample 1234'`;
  const changed = approximation(spec, column, value, domain);
  if (changed === undefined) return spec.with !== "sql";
  if (!filled && keepsShape(spec)) return true;
  const base = column.isDomain ? column.baseType : column.type;
  const others = table.columns.filter((one) => one !== column);
  const select = others.map((one) =>
    filled ? `t.${ident(one.name)}` : `null::${one.type} as ${ident(one.name)}`,
  );
  const from = filled ? ` from ${qualified(table.schema, table.name)} t limit ${triedRows}` : "";
  const broken = [
    ...ofTable.map((check) => `(${check}) is false`),
    ...ofDomain.map((check) => `(select (${check}) from (select changed.${name} as value) one) is false`),
  ];
  const query = `select count(*)::int as broken from (select ${[`(${changed})::${base} as ${name}`, ...select].join(", ")}${from}) changed where ${broken.join(" or ")}`;
  try {
    const [answer] = await rows<{ broken: number }>(
      session,
      `trying checks of ${table.schema}.${table.name}`,
      query,
    );
    return answer?.broken === 0;
  } catch (error) {
    if (!(error instanceof DatabaseError) || /^(08|57P)/.test(error.code)) throw error;
    return false;
  }
}

/** A format of digits that a check demands: `^04[0-9]{8}$` reads `04########`. */
export function formatOf(check: string): string | undefined {
  const pattern = /~ '\^((?:[^'\\]|\\.)*)\$'/.exec(check)?.[1];
  if (pattern === undefined) return undefined;
  const part = /(\[0-9\]|\\d|[A-Za-z0-9 +/-]|\\[().+-])(?:\{(\d+)\})?/y;
  let format = "";
  while (part.lastIndex < pattern.length) {
    const match = part.exec(pattern);
    if (match === null) return undefined;
    const one = match[1] === "[0-9]" || match[1] === "\\d" ? "#" : (match[1] ?? "").replace(/^\\/, "");
    format += one.repeat(Number(match[2] ?? 1));
  }
  return format.includes("#") && format.length <= 64 ? format : undefined;
}

/** The texts that a check allows: those of `= ANY (ARRAY['M'::text, 'F'::text])`. */
export function listOf(check: string): string[] {
  const list = /= ANY \(\(?ARRAY\[([^\]]*)\]/.exec(check)?.[1] ?? "";
  return [...list.matchAll(/'((?:[^']|'')*)'/g)].map(([, value = ""]) => value.replaceAll("''", "'"));
}
