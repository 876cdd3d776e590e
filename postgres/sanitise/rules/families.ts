import type { CatalogueColumn } from "../../catalogue";

/** What kind of values a column holds, as far as a transformation cares. */
export type TypeFamily =
  | "text"
  | "uuid"
  | "integer"
  | "decimal"
  | "boolean"
  | "date"
  | "timestamp"
  | "time"
  | "json"
  | "bytes"
  | "ip"
  | "mac"
  | "bits"
  | "hstore"
  | "xml"
  | "tsvector"
  | "point"
  | "range"
  | "date range"
  | "enum"
  | "array"
  | "composite"
  | "other";

/** Types of rarer columns, whose values are known by their text alone. */
export const rareFamilies: readonly TypeFamily[] = [
  "hstore",
  "xml",
  "tsvector",
  "mac",
  "bits",
  "point",
  "range",
  "date range",
  "other",
];

const families: Record<string, TypeFamily> = {
  text: "text",
  varchar: "text",
  bpchar: "text",
  citext: "text",
  name: "text",
  uuid: "uuid",
  int2: "integer",
  int4: "integer",
  int8: "integer",
  numeric: "decimal",
  float4: "decimal",
  float8: "decimal",
  money: "decimal",
  bool: "boolean",
  date: "date",
  timestamp: "timestamp",
  timestamptz: "timestamp",
  time: "time",
  timetz: "time",
  interval: "time",
  json: "json",
  jsonb: "json",
  bytea: "bytes",
  inet: "ip",
  cidr: "ip",
  macaddr: "mac",
  macaddr8: "mac",
  bit: "bits",
  varbit: "bits",
  hstore: "hstore",
  xml: "xml",
  tsvector: "tsvector",
  point: "point",
  int4range: "range",
  int8range: "range",
  numrange: "range",
  daterange: "date range",
  tsrange: "date range",
  tstzrange: "date range",
};

/** The family of a column; an array is of the family `array` whatever its elements are. */
export function familyOf(column: CatalogueColumn): TypeFamily {
  return column.isArray ? "array" : elementFamilyOf(column);
}

/** The family of a column's values or, for an array, of its elements. */
export function elementFamilyOf(column: CatalogueColumn): TypeFamily {
  if (column.isEnum) return "enum";
  if (column.isComposite) return "composite";
  return families[column.baseType] ?? "other";
}
