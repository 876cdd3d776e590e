import { createHash } from "node:crypto";
import { ident, literal, qualified, type Session } from "../../postgres/connection";
import type { Catalogue, CatalogueColumn, CatalogueTable, ForeignKey } from "../../postgres/catalogue";

/** Finds every generated text that is long enough to be told from others. */
export const generatedShape = /zq[0-9a-f]{8}x\d+/g;

/** The generated texts of the columns that rules of `aggressiveRules` mask. */
export function generatedNeedles(catalogue: Catalogue, rules: string, rows: number): string[] {
  const { tables } = JSON.parse(rules) as { tables: Record<string, { mask?: Record<string, unknown> }> };
  return catalogue.tables.flatMap((table) =>
    table.columns.flatMap((column) => {
      if (tables[nameInRules(table)]?.mask?.[column.name] === undefined) return [];
      const root = rootOf(catalogue, { table, column });
      const place = `${root.table.schema}.${root.table.name}.${root.column.name}`;
      const tag = createHash("md5").update(place).digest("hex").slice(0, 8);
      return Array.from({ length: rows }, (_, i) => `zq${tag}x${i + 1}`);
    }),
  );
}

function nameInRules(table: CatalogueTable): string {
  return [table.schema, table.name]
    .map((part) => (/[."]/.test(part) ? `"${part.replaceAll('"', '""')}"` : part))
    .join(".");
}

/** Columns by name below their table, e.g. `public.member` and `email`. */
type Place = { table: CatalogueTable; column: CatalogueColumn };

/**
 * Fills every empty table of a database with rows that its catalogue allows: types, lengths, NOT NULL, foreign keys (row i refers to row i), unique
 * keys, and checks that list values. As a superuser; triggers and rules stay silent.
 * @returns tables that took no rows, each with the server's reason.
 */
export async function fillTables(session: Session, catalogue: Catalogue, rows: number): Promise<string[]> {
  const failed: string[] = [];
  const labels = await enumLabels(session);
  for (const table of catalogue.tables.filter((one) => ["table", "partitioned"].includes(one.kind))) {
    const columns = table.columns.filter((column) => !column.generated);
    if (columns.length === 0) continue;
    const values = columns.map(
      (column) => `${valueOf(catalogue, { table, column }, labels)} as ${ident(column.name)}`,
    );
    const { rows: found } = await session.query<object>(
      `select from ${qualified(table.schema, table.name)} limit 1`,
    );
    if (found.length > 0) continue;
    try {
      await session.query(
        `begin; set local session_replication_role = replica; set local search_path = pg_catalog;
         insert into ${qualified(table.schema, table.name)} (${columns.map((one) => ident(one.name)).join(", ")}) overriding system value
         select ${values.join(", ")} from pg_catalog.generate_series(1, ${rows}) i; commit`,
      );
    } catch (error) {
      await session.query("rollback");
      failed.push(`${table.schema}.${table.name}: ${(error as Error).message}`);
    }
  }
  return failed;
}

/** The column at the far end of the foreign keys that a column is part of; itself where there is none. */
export function rootOf(catalogue: Catalogue, place: Place): Place {
  const seen = new Set<string>();
  let at = place;
  for (;;) {
    seen.add(`${at.table.oid}.${at.column.name}`);
    const next = keysOf(catalogue, at).find((one) => !seen.has(`${one.table.oid}.${one.column.name}`));
    if (next === undefined) return at;
    at = next;
  }
}

/** What a column refers to, directly. */
export function keysOf(catalogue: Catalogue, { table, column }: Place): Place[] {
  return catalogue.foreignKeys.flatMap((key: ForeignKey) => {
    const at = key.columns.indexOf(column.name);
    if (key.schema !== table.schema || key.table !== table.name || at < 0) return [];
    const target = catalogue.tables.find(
      (one) => one.schema === key.targetSchema && one.name === key.targetTable,
    );
    const found = target?.columns.find((one) => one.name === key.targetColumns[at]);
    return target && found ? [{ table: target, column: found }] : [];
  });
}

/** SQL of the value of row `i`. */
function valueOf(catalogue: Catalogue, place: Place, labels: Map<string, string[]>): string {
  const { table, column } = rootOf(catalogue, place);
  const cast = `::${place.column.type}`;
  const checks = table.checks
    .filter((check) => check.columns.includes(column.name))
    .map((check) => check.expression);
  const listed = checks.flatMap((check) => /ANY \(\(?ARRAY\[\(?'((?:[^']|'')*)'/.exec(check)?.[1] ?? []);
  if (listed[0] !== undefined) return `${literal(listed[0])}${cast}`;
  const least = Math.max(0, ...checks.map((check) => Number(/>=? \(?(\d{1,6})/.exec(check)?.[1] ?? 0)));
  const value = scalar(table, column, least, labels);
  return column.isArray ? `array[${value}]${cast}` : `${value}${cast}`;
}

function scalar(
  table: CatalogueTable,
  column: CatalogueColumn,
  least: number,
  labels: Map<string, string[]>,
): string {
  const enumerated = labels.get(column.type.replace(/\[\]$/, ""));
  if (enumerated !== undefined) {
    return `(${literal(`{${enumerated.map((one) => JSON.stringify(one)).join(",")}}`)}::text[])[1 + i % ${enumerated.length}]`;
  }
  const tag = `'zq' || left(md5(${literal(`${table.schema}.${table.name}.${column.name}`)}), 8) || 'x' || i`;
  switch (column.baseType) {
    case "int2":
    case "int4":
    case "int8":
    case "numeric":
    case "float4":
    case "float8":
    case "money":
      return column.isDomain ? `(1950 + i % 100)` : `(${least} + i)`;
    case "bool":
      return "(i % 2 = 0)";
    case "uuid":
      return `md5(${tag})`;
    case "date":
    case "timestamp":
    case "timestamptz":
      return `(timestamp '2022-02-01' + i % 150 * interval '1 day')`;
    case "time":
    case "timetz":
      return `(time '00:00' + i * interval '1 minute')`;
    case "interval":
      return `(i * interval '1 minute')`;
    case "json":
    case "jsonb":
      return `jsonb_build_object('note', ${tag}, 'mail', ${tag} || '@real.org', 'list', jsonb_build_array(${tag}, i, null))`;
    case "bytea":
      return `convert_to(${tag}, 'UTF8')`;
    case "inet":
    case "cidr":
      return `('10.1.' || i / 250 || '.' || i % 250)`;
    case "xml":
      return `('<a>' || ${tag} || '</a>')`;
    case "tsvector":
      return `to_tsvector('simple', ${tag})`;
    case "bit":
    case "varbit":
      return "'1'";
    case "point":
      return "point(i, i)";
    default:
      return texts(column, tag);
  }
}

function texts(column: CatalogueColumn, tag: string): string {
  if (column.baseType.endsWith("range")) return "'empty'";
  if (column.baseType === "hstore") return `('k=>' || ${tag})`;
  if (
    column.isComposite ||
    !["text", "varchar", "bpchar", "citext", "name", "char"].includes(column.baseType)
  ) {
    return "null";
  }
  const most = column.maxLength ?? 100;
  // Shorter than that, an own value a row is all that there is room for.
  if (most < 20) return `left(to_hex(i), ${most})`;
  return /mail/i.test(column.name) && most > 30 ? `(${tag} || '@real.org')` : `(${tag})`;
}

async function enumLabels(session: Session): Promise<Map<string, string[]>> {
  const found = await session.query<{ type: string; labels: string[] }>(
    `select set_config('search_path', '', true), format_type(enumtypid, null) as type, array_agg(enumlabel::text order by enumsortorder) as labels
       from pg_catalog.pg_enum group by enumtypid`,
  );
  return new Map(found.rows.map((row) => [row.type, row.labels]));
}

/** Rules that mask whatever of it can be masked: every text, document, array of texts, address and binary value. */
export function aggressiveRules(catalogue: Catalogue, database: string): string {
  const linked = catalogue.tables.flatMap((table) => table.columns.map((column) => ({ table, column })));
  const id = ({ table, column }: Place) => `${table.oid}.${column.name}`;
  // What foreign keys tie together is masked together or not at all.
  const group = new Map<string, string>();
  for (const place of linked) group.set(id(place), id(rootOf(catalogue, place)));
  const kept = new Set<string>();
  for (const place of linked) {
    if (keysOf(catalogue, place).length > 1) {
      for (const key of keysOf(catalogue, place)) kept.add(group.get(id(key)) ?? "");
    }
    if (maskOf(place) === undefined) kept.add(group.get(id(place)) ?? "");
  }
  const types = new Map<string, string>();
  for (const place of linked) {
    const root = group.get(id(place)) ?? "";
    if (types.has(root) && types.get(root) !== place.column.type) kept.add(root);
    types.set(root, place.column.type);
  }
  const tables = catalogue.tables.filter((one) => ["table", "partitioned"].includes(one.kind));
  const entries = tables.map((table) => {
    const masked = table.columns.filter(
      (column) => !column.generated && !kept.has(group.get(id({ table, column })) ?? ""),
    );
    const rest = table.columns.filter((column) => !column.generated && !masked.includes(column));
    const mask = Object.fromEntries(
      masked.map((column): [string, unknown] => [column.name, maskOf({ table, column })]),
    );
    return [
      nameInRules(table),
      { keep: rest.map((column) => column.name), ...(masked.length > 0 && { mask }) },
    ];
  });
  return JSON.stringify({
    database,
    allowed_domains: ["example.invalid"],
    tables: Object.fromEntries(entries) as Record<string, unknown>,
  });
}

function maskOf({ table, column }: Place): unknown {
  if (column.isEnum || column.isComposite) return undefined;
  const unique = [table.primaryKey, ...table.uniqueKeys].some((key) => key.includes(column.name));
  const checked = column.isDomain || table.checks.some((check) => check.columns.includes(column.name));
  const texts =
    ["text", "varchar", "bpchar", "citext"].includes(column.baseType) &&
    (column.maxLength ?? 100) >= 20 &&
    !checked;
  if (texts && column.isArray) return { with: "array", each: "token" };
  if (column.isArray) return undefined;
  if (texts) {
    return unique
      ? "token"
      : /mail/i.test(column.name) && (column.maxLength ?? 100) > 40
        ? "email"
        : column.position % 2 === 0
          ? "redact"
          : "token";
  }
  if (["json", "jsonb"].includes(column.baseType) && !checked) {
    return { with: "json", paths: { "$.mail": "email" } };
  }
  if (column.baseType === "bytea" && !checked) return "hash";
  if (["inet"].includes(column.baseType) && !unique && !checked) return "ip";
  if (["xml", "tsvector", "hstore"].includes(column.baseType) && !column.notNull) return "null";
  return undefined;
}
