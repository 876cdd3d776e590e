import {
  checksQuery,
  columnsQuery,
  foreignKeysQuery,
  keptForeignKeysQuery,
  keysQuery,
  relationsQuery,
} from "./catalogue/queries";
import { row, rows, run, type Session } from "./connection";

/** The schema in which the tool keeps its own tables inside a copy. It is no part of the catalogue. */
export const ownSchema = "prodcopy";

/**
 * One database as its catalogue shows it: every relation of every user schema that no extension owns. Read once at the
 * start of a run; names are unquoted.
 */
export interface Catalogue {
  database: string;
  serverVersion: number;
  /** By schema, then name. */
  tables: CatalogueTable[];
  foreignKeys: ForeignKey[];
}

export interface CatalogueTable {
  oid: number;
  schema: string;
  name: string;
  /** `partition`: one that holds rows or is partitioned itself, attached to a `partitioned` parent. */
  kind: "table" | "partitioned" | "partition" | "view" | "materialised view" | "foreign";
  /** For a partition: the table that it is attached to. */
  parent: { schema: string; name: string } | undefined;
  /** For a table made with INHERITS: its parents. Empty for partitions. */
  inherits: { schema: string; name: string }[];
  owner: string;
  comment: string | undefined;
  /** What the planner believes; 0 where it was never analysed. */
  estimatedRows: number;
  /** Values of dropped columns stay in the rows until the table is rewritten. */
  hasDroppedColumns: boolean;
  rowSecurity: boolean;
  columns: CatalogueColumn[];
  primaryKey: string[];
  /** Unique and exclusion constraints and unique indexes, partial ones too; for an index over an expression the columns that it reads. */
  uniqueKeys: string[][];
  checks: { name: string; expression: string; columns: string[] }[];
  triggers: string[];
}

export interface CatalogueColumn {
  name: string;
  position: number;
  /** As `format_type` prints it with an empty search path: may stand in a cast as it is. */
  type: string;
  /** `typname` of the base type below domains and arrays, e.g. `varchar`, `jsonb`. */
  baseType: string;
  isArray: boolean;
  isDomain: boolean;
  isEnum: boolean;
  isComposite: boolean;
  /** Of a composite type, or of an array of one: what it is made of. */
  fields?: CatalogueColumn[];
  /** Of the column or of the domain that it is of. */
  notNull: boolean;
  generated: boolean;
  identity: boolean;
  /** In characters, for `varchar(n)` and `char(n)`, also below a domain or an array. */
  maxLength: number | undefined;
  comment: string | undefined;
}

export interface ForeignKey {
  name: string;
  schema: string;
  table: string;
  columns: string[];
  targetSchema: string;
  targetTable: string;
  targetColumns: string[];
  deferrable: boolean;
  onDelete: "no action" | "restrict" | "cascade" | "set null" | "set default";
}

interface RelationRow extends Omit<
  CatalogueTable,
  "kind" | "parent" | "inherits" | "columns" | "primaryKey" | "uniqueKeys" | "checks" | "comment"
> {
  kind: "r" | "p" | "v" | "m" | "f";
  isPartition: boolean;
  parents: [string, string][] | null;
  comment: string | null;
}

interface ColumnRow extends Omit<
  CatalogueColumn,
  "isEnum" | "isComposite" | "fields" | "maxLength" | "comment"
> {
  oid: number;
  /** Oid of the relation that a composite type's fields stand under; 0 for other types. */
  rowType: number;
  typeType: string;
  maxLength: number | null;
  comment: string | null;
}

const kinds = { r: "table", p: "partitioned", v: "view", m: "materialised view", f: "foreign" } as const;

/**
 * Reads the catalogue of the session's database, in one read-only transaction of its own (the session must not be inside
 * one), so that all of it is of one moment.
 * @throws when the session is not connected to `database`.
 */
export async function readCatalogue(session: Session, database: string): Promise<Catalogue> {
  const doing = `reading the catalogue of ${database}`;
  await run(session, doing, "begin isolation level repeatable read, read only");
  try {
    await run(session, doing, "set local search_path = ''");
    return await readAll(session, database, doing);
  } finally {
    // Nothing was written; a connection that is gone rejects here as it did above.
    await session.query("rollback").catch(() => undefined);
  }
}

async function readAll(session: Session, database: string, doing: string): Promise<Catalogue> {
  const server = await row<{ database: string; version: number }>(
    session,
    doing,
    "select current_database()::text as database, current_setting('server_version_num')::int as version",
  );
  if (server.database !== database) {
    throw new Error(`${doing}: the session is connected to the database ${server.database} instead`);
  }
  const relations = await rows<RelationRow>(session, doing, relationsQuery, [ownSchema]);
  const oids = [relations.map((r) => r.oid)];
  const columns = await readColumns(session, doing, oids[0] ?? []);
  const keys = byOid(
    await rows<{ oid: number; isPrimary: boolean; columns: string[] | null }>(
      session,
      doing,
      keysQuery,
      oids,
    ),
  );
  const checks = byOid(
    await rows<{ oid: number; name: string; expression: string; columns: string[] }>(
      session,
      doing,
      checksQuery,
      oids,
    ),
  );
  const standing = await rows<ForeignKey>(session, doing, foreignKeysQuery, oids);
  const foreignKeys = [...standing, ...(await takenOff(session, doing))];
  const tables = relations.map(({ isPartition, parents, ...relation }): CatalogueTable => {
    const above = (parents ?? []).map(([schema, name]) => ({ schema, name }));
    const own = keys.get(relation.oid) ?? [];
    return {
      ...relation,
      kind: isPartition && relation.kind !== "f" ? "partition" : kinds[relation.kind],
      parent: isPartition ? above[0] : undefined,
      inherits: isPartition ? [] : above,
      comment: relation.comment ?? undefined,
      columns: (columns.get(relation.oid) ?? []).map((one) => toColumn(one, columns)),
      primaryKey: own.find((key) => key.isPrimary)?.columns ?? [],
      uniqueKeys: own.filter((key) => !key.isPrimary).map((key) => key.columns ?? []),
      checks: (checks.get(relation.oid) ?? []).map(({ name, expression, columns }) => ({
        name,
        expression,
        columns,
      })),
    };
  });
  return { database, serverVersion: server.version, tables, foreignKeys };
}

/** Foreign keys that a sanitiser which was killed had taken off: its copy's rules are bound as they were at first. */
async function takenOff(session: Session, doing: string): Promise<ForeignKey[]> {
  const { kept } = await row<{ kept: boolean }>(session, doing, keptForeignKeysQuery, [ownSchema]);
  if (!kept) return [];
  const found = await rows<{ key: ForeignKey }>(
    session,
    doing,
    `select s.foreign_key as key from ${ownSchema}.saved s where s.foreign_key is not null and not exists (
       select from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
        where k.conname = s.foreign_key ->> 'name' and c.relname = s.foreign_key ->> 'table' and n.nspname = s.foreign_key ->> 'schema')`,
  );
  return found.map((one) => one.key);
}

/** Columns by relation, and the fields of every composite type that is met on the way. */
async function readColumns(
  session: Session,
  doing: string,
  relations: number[],
): Promise<Map<number, ColumnRow[]>> {
  const found = new Map<number, ColumnRow[]>();
  for (let next = relations; next.length > 0;) {
    const read = await rows<ColumnRow>(session, doing, columnsQuery, [next]);
    for (const [oid, columns] of byOid(read)) found.set(oid, columns);
    const types = new Set(read.filter((one) => one.typeType === "c").map((one) => one.rowType));
    next = [...types].filter((oid) => !found.has(oid));
  }
  return found;
}

function toColumn(
  { oid: _oid, rowType, typeType, maxLength, comment, ...column }: ColumnRow,
  all: Map<number, ColumnRow[]>,
): CatalogueColumn {
  return {
    ...column,
    isEnum: typeType === "e",
    isComposite: typeType === "c",
    ...(typeType === "c" ? { fields: (all.get(rowType) ?? []).map((one) => toColumn(one, all)) } : {}),
    maxLength: maxLength ?? undefined,
    comment: comment ?? undefined,
  };
}

function byOid<R extends { oid: number }>(all: R[]): Map<number, R[]> {
  const grouped = new Map<number, R[]>();
  for (const one of all) {
    const group = grouped.get(one.oid);
    if (group) group.push(one);
    else grouped.set(one.oid, [one]);
  }
  return grouped;
}
