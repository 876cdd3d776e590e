import type { CatalogueColumn, CatalogueTable } from "../../catalogue";
import { rows, type Session } from "../../connection";
import { canHoldText } from "../detect/sample";
import { columnKey } from "../rules/lookup";
import type { DraftColumn } from "./columns";

/** For each generated column (by `columnKey`) the names of the columns of its table from which it is made. */
export type Origins = ReadonlyMap<string, readonly string[]>;

/** Reads from which columns generated ones are made. */
export async function originsOfGenerated(session: Session, tables: CatalogueTable[]): Promise<Origins> {
  const having = tables.filter(({ columns }) => columns.some(({ generated }) => generated));
  if (having.length === 0) return new Map();
  const found = await rows<{ oid: number; name: string; origins: string[] }>(
    session,
    "reading what generated columns are made from",
    `select d.adrelid as oid, a.attname::text as name, array_agg(o.attname::text) as origins
       from pg_attrdef d
       join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum and a.attgenerated <> ''
       join pg_depend p on p.classid = 'pg_attrdef'::regclass and p.objid = d.oid and p.refclassid = 'pg_class'::regclass
        and p.refobjid = d.adrelid and p.refobjsubid <> d.adnum
       join pg_attribute o on o.attrelid = p.refobjid and o.attnum = p.refobjsubid and p.refobjsubid > 0
      where d.adrelid = any($1::oid[])
      group by 1, 2`,
    [having.map(({ oid }) => oid)],
  );
  const byOid = new Map(having.map((table) => [table.oid, table]));
  return new Map(
    found.flatMap(({ oid, name, origins }) => {
      const table = byOid.get(oid);
      return table ? [[columnKey(table, name), origins] as const] : [];
    }),
  );
}

/**
 * What is said of a generated column: it needs no rule, since the server makes it anew, but holds what is personal as soon as one
 * of its origins is masked. Undefined for a column that is not generated, or whose origins are kept.
 */
export function ofOrigins(
  table: CatalogueTable,
  column: CatalogueColumn,
  origins: Origins,
  of: (column: string) => DraftColumn | undefined,
): DraftColumn | undefined {
  if (!column.generated || !canHoldText(column)) return undefined;
  const masked = (origins.get(columnKey(table, column.name)) ?? []).filter(
    (name) => of(name)?.action === "mask",
  );
  const [first] = masked;
  if (first === undefined) return undefined;
  return {
    action: "mask",
    with: "generated",
    confidence: of(first)?.confidence ?? 0,
    reasons: [`the server makes it anew from ${masked.join(", ")}, which is masked`],
  };
}
