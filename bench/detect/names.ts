import * as fs from "node:fs";
import * as path from "node:path";
import { ident } from "../../postgres/connection";

/** A column of a schema of which only names, types and labels are kept. */
export interface NamedColumn {
  name: string;
  type: string;
  /** The table that the column refers to. */
  refersTo?: string;
  /** The class of a personal column, `?` for one of which two readers may differ. */
  label?: string;
}

export interface NamedTable {
  name: string;
  columns: NamedColumn[];
}

/** The folder of schemas of others, which are no part of this repository; `PRODCOPY_SCHEMAS` names it. */
function folder(): string | undefined {
  return process.env.PRODCOPY_SCHEMAS;
}

/** The schemas that are there, by their files' names. */
export function namedSchemas(): string[] {
  const where = folder();
  if (where === undefined) return [];
  return fs
    .readdirSync(where)
    .filter((file) => file.endsWith(".txt"))
    .map((file) => path.basename(file, ".txt"))
    .sort();
}

/** A schema of that folder. */
export function readNames(name: string): NamedTable[] {
  return parseNames(fs.readFileSync(path.join(folder() ?? "", `${name}.txt`), "utf8"));
}

/**
 * Reads a schema. A line is a table; after its name come the columns as `name:type>table=class`, of which all but the name may be
 * missing: then it is a varchar, refers to nothing, and is not personal. `?` in place of `=class` is a column that readers may call differently.
 */
export function parseNames(text: string): NamedTable[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [table = "", ...columns] = line.split(" ");
      return { name: table, columns: columns.map(readColumn) };
    });
}

function readColumn(word: string): NamedColumn {
  const read = /^([^:>=?]+)(?::([^>=?]+))?(?:>([^=?]+))?(?:=(.+)|(\?))?$/.exec(word);
  if (read === null) throw new Error(`${word} is not a column`);
  const [, name = "", type = "varchar", refersTo, label, either] = read;
  return { name, type, refersTo, label: label ?? either };
}

/** Statements that make the tables, and those that add the keys. A table that others refer to has its first column as key; keys of other types are left out. */
export function createStatements(tables: NamedTable[]): [tables: string[], keys: string[]] {
  const byName = new Map(tables.map((table) => [table.name, table]));
  const referred = new Set(
    tables.flatMap(({ columns }) => columns.flatMap(({ refersTo }) => (refersTo ? [refersTo] : []))),
  );
  const creates = tables.map(({ name, columns }) => {
    const list = columns.map((column, i) => {
      const key = i === 0 && (referred.has(name) || column.name === "id") ? " primary key" : "";
      return `${ident(column.name)} ${column.type}${key}`;
    });
    return `create table ${ident(name)} (${list.join(", ")})`;
  });
  const keys = tables.flatMap(({ name, columns }) =>
    columns.flatMap((column) => {
      const key = column.refersTo === undefined ? undefined : byName.get(column.refersTo)?.columns[0];
      if (key === undefined || column.refersTo === undefined || key.type !== column.type) return [];
      return [
        `alter table ${ident(name)} add foreign key (${ident(column.name)}) references ${ident(column.refersTo)}`,
      ];
    }),
  );
  return [["create extension citext", ...creates], keys];
}
