/** One database as its catalogue shows it. Read once at the start of a run; names are unquoted. */
export interface Catalogue {
  database: string;
  serverVersion: number;
  tables: CatalogueTable[];
  foreignKeys: ForeignKey[];
}

export interface CatalogueTable {
  oid: number;
  schema: string;
  name: string;
  kind: "table" | "partitioned" | "partition" | "view" | "materialised view" | "foreign";
  /** For a partition: its parent, as `schema.name`. */
  parent: string | undefined;
  owner: string;
  comment: string | undefined;
  estimatedRows: number;
  hasDroppedColumns: boolean;
  rowSecurity: boolean;
  columns: CatalogueColumn[];
  primaryKey: string[];
  uniqueKeys: string[][];
  checks: { name: string; expression: string; columns: string[] }[];
  triggers: string[];
}

export interface CatalogueColumn {
  name: string;
  position: number;
  /** As `format_type` prints it. */
  type: string;
  /** `typname` of the base type below domains and arrays, e.g. `varchar`, `jsonb`. */
  baseType: string;
  isArray: boolean;
  isDomain: boolean;
  isEnum: boolean;
  notNull: boolean;
  generated: boolean;
  identity: boolean;
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
