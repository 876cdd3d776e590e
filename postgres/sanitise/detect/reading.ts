import type { CatalogueTable } from "../../catalogue";
import { qualified, rows, type Session } from "../../connection";
import { columnKey } from "../rules/lookup";
import { kindWords } from "./kinds";
import { kindsOf } from "./nameKinds";
import { sureEnough, type Hint } from "./personalNames";
import { nameWords } from "./vocabulary";

/** Columns that the login may read, by `columnKey`. */
export async function readableColumns(
  session: Session,
  tables: CatalogueTable[],
): Promise<ReadonlySet<string>> {
  const allowed = await rows<{ oid: number; columns: number[] }>(
    session,
    "reading which columns may be read",
    `select c.oid, array(select a.attnum::int from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        and has_schema_privilege(c.relnamespace, 'usage') and has_column_privilege(c.oid, a.attnum, 'select')) as columns
       from pg_class c where c.oid = any($1::oid[])`,
    [tables.map(({ oid }) => oid)],
  );
  const byOid = new Map(allowed.map(({ oid, columns }) => [oid, new Set(columns)]));
  return new Set(
    tables.flatMap((table) =>
      table.columns
        .filter(({ position }) => byOid.get(table.oid)?.has(position) ?? false)
        .map(({ name }) => columnKey(table, name)),
    ),
  );
}

const tablesAtOnce = 200;

/** Tables that have rows, as far as that may be read; one that may not be read counts as one that has. */
export async function filledTables(
  session: Session,
  tables: CatalogueTable[],
  readable: ReadonlySet<string>,
): Promise<ReadonlySet<CatalogueTable>> {
  const filled = new Set<CatalogueTable>();
  const askable = tables.filter((table) => {
    const may =
      table.kind !== "foreign" && table.columns.every(({ name }) => readable.has(columnKey(table, name)));
    if (!may) filled.add(table);
    return may;
  });
  for (let at = 0; at < askable.length; at += tablesAtOnce) {
    const some = askable.slice(at, at + tablesAtOnce);
    const asks = some.map(
      ({ schema, name }, i) => `select ${i} as i where exists (select from ${qualified(schema, name)})`,
    );
    const found = await rows<{ i: number }>(
      session,
      "reading which tables are empty",
      asks.join(" union all "),
    );
    for (const { i } of found) {
      const table = some[i];
      if (table) filled.add(table);
    }
  }
  return filled;
}

/** What the names of a composite type's parts say, by `columnKey` of the columns that are of it. */
export async function compositeParts(
  session: Session,
  tables: CatalogueTable[],
): Promise<ReadonlyMap<string, Hint[]>> {
  const composite = tables.flatMap((table) =>
    table.columns.filter(({ isComposite }) => isComposite).map((column) => ({ table, column })),
  );
  if (composite.length === 0) return new Map();
  const parts = await rows<{ oid: number; position: number; parts: string[] }>(
    session,
    "reading the parts of composite types",
    `select a.attrelid as oid, a.attnum::int as position,
            array(select p.attname::text from pg_attribute p where p.attrelid = coalesce(nullif(t.typrelid, 0), e.typrelid) and p.attnum > 0 and not p.attisdropped) as parts
       from pg_attribute a join pg_type t on t.oid = a.atttypid left join pg_type e on e.oid = t.typelem
      where a.attrelid = any($1::oid[]) and a.attnum > 0`,
    [composite.map(({ table }) => table.oid)],
  );
  return new Map(
    composite.map(({ table, column }) => {
      const names =
        parts.find((one) => one.oid === table.oid && one.position === column.position)?.parts ?? [];
      const hints = names.flatMap((name) =>
        kindsOf(nameWords(name), "person")
          .filter(({ sure }) => sure >= sureEnough)
          .map(({ kind, sure }) => ({ kind, sure, reason: `its part ${name} speaks of ${kindWords[kind]}` })),
      );
      return [columnKey(table, column.name), hints];
    }),
  );
}
