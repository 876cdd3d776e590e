import type { Catalogue, CatalogueColumn, CatalogueTable, ForeignKey } from "../../postgres/catalogue";

/** A column from a few words: `varchar(40) not null`, `text[]`, `int4 identity`; anything else by overriding. */
export function column(name: string, words: string, more: Partial<CatalogueColumn> = {}): CatalogueColumn {
  const [, baseType = "text", length, array] = /^(\w+)(?:\((\d+)\))?(\[\])?/.exec(words) ?? [];
  return {
    name,
    position: 1,
    type: words.split(" ")[0] ?? words,
    baseType,
    isArray: array !== undefined,
    isDomain: false,
    isEnum: false,
    isComposite: false,
    notNull: words.includes("not null"),
    generated: words.includes("generated"),
    identity: words.includes("identity"),
    maxLength: length === undefined ? undefined : Number(length),
    comment: undefined,
    ...more,
  };
}

/** A table of `public` with an integer key `id`, unless `columns` says otherwise. */
export function table(
  name: string,
  columns: Record<string, string>,
  more: Partial<CatalogueTable> = {},
): CatalogueTable {
  const all = { id: "int4 not null", ...columns };
  return {
    oid: 1,
    schema: "public",
    name,
    kind: "table",
    parent: undefined,
    inherits: [],
    owner: "app",
    comment: undefined,
    estimatedRows: 0,
    hasDroppedColumns: false,
    rowSecurity: false,
    columns: Object.entries(all).map(([one, words]) => column(one, words)),
    primaryKey: ["id"],
    uniqueKeys: [],
    checks: [],
    triggers: [],
    ...more,
  };
}

/** `child.parent_id -> parent.id`, both in `public`. */
export function reference(written: string, more: Partial<ForeignKey> = {}): ForeignKey {
  const [, from = "", by = "", to = "", key = ""] = /^(\w+)\.(\w+) -> (\w+)\.(\w+)$/.exec(written) ?? [];
  return {
    name: `${from}_${by}_fk`,
    schema: "public",
    table: from,
    columns: [by],
    targetSchema: "public",
    targetTable: to,
    targetColumns: [key],
    deferrable: true,
    onDelete: "no action",
    ...more,
  };
}

export function catalogue(tables: CatalogueTable[], foreignKeys: ForeignKey[] = []): Catalogue {
  return { database: "shop", serverVersion: 150000, tables, foreignKeys };
}
