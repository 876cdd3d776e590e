import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { writtenName } from "../../postgres/sanitise/rules/names";
import { namedSchemas, readNames, type NamedTable } from "./names";

/** What a reader says of the columns of a schema. Keys are `table.column` or `schema.table.column`. */
export interface Labels {
  heldOut: boolean;
  personal: Map<string, string>;
  either: Set<string>;
  /** The keys under which a column may be labelled. */
  keys(schema: string, table: string, column: string): string[];
}

const folder = path.join(__dirname, "labels");

export function labelNames(): string[] {
  return fs
    .readdirSync(folder)
    .map((file) => path.basename(file, ".yaml"))
    .sort();
}

export function readLabels(name: string): Labels {
  if (namedSchemas().includes(name)) return labelsOf(readNames(name));
  const read = parse(fs.readFileSync(path.join(folder, `${name}.yaml`), "utf8")) as {
    held_out?: boolean;
    personal: Record<string, Record<string, string>>;
    either?: Record<string, string[]>;
  };
  const personal = new Map(
    Object.entries(read.personal).flatMap(([table, columns]) =>
      Object.entries(columns).map(([column, kind]) => [`${table}.${column}`, kind] as const),
    ),
  );
  const either = new Set(
    Object.entries(read.either ?? {}).flatMap(([table, columns]) =>
      columns.map((column) => `${table}.${column}`),
    ),
  );
  return { heldOut: read.held_out ?? false, personal, either, keys };
}

/** The labels that stand beside the names of columns. */
export function labelsOf(tables: NamedTable[]): Labels {
  const labelled = tables.flatMap((table) =>
    table.columns.map((column) => [`${table.name}.${column.name}`, column.label ?? ""] as const),
  );
  return {
    heldOut: false,
    personal: new Map(labelled.filter(([, label]) => label !== "" && label !== "?")),
    either: new Set(labelled.filter(([, label]) => label === "?").map(([column]) => column)),
    keys,
  };
}

function keys(schema: string, table: string, column: string): string[] {
  return [`${table}.${column}`, `${schema}.${table}.${column}`, writtenName(schema, table, column)];
}
