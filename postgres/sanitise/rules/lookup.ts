import type { Catalogue, CatalogueTable } from "../../catalogue";
import { writtenName } from "./names";

/** The catalogue by name, as rules need it. */
export interface CatalogueIndex {
  catalogue: Catalogue;
  /** Tables of which rules speak: all that hold rows, each partition tree once, by its top. */
  ruled: CatalogueTable[];
  /** Any relation by its name. */
  find(schema: string | undefined, name: string): CatalogueTable | undefined;
  /** Ruled tables of a name; without schema, in all schemas. */
  named(schema: string | undefined, name: string): CatalogueTable[];
  /** As `find`; without schema, in the schema of `table`. */
  beside(table: CatalogueTable, schema: string | undefined, name: string): CatalogueTable | undefined;
  /** The top of a partition's tree; any other table itself. */
  top(table: CatalogueTable): CatalogueTable;
  partitions(table: CatalogueTable): CatalogueTable[];
  /** Its name as it would stand in a rules file. */
  write(table: CatalogueTable): string;
}

export function indexCatalogue(catalogue: Catalogue): CatalogueIndex {
  const byName = new Map(catalogue.tables.map((table) => [writtenName(table.schema, table.name), table]));
  const find = (schema: string | undefined, name: string) =>
    byName.get(writtenName(schema ?? "public", name));
  const top = (table: CatalogueTable): CatalogueTable => {
    const parent = table.parent && table.kind === "partition" && find(table.parent.schema, table.parent.name);
    return parent ? top(parent) : table;
  };
  const partitions = new Map<CatalogueTable, CatalogueTable[]>();
  for (const table of catalogue.tables.filter((one) => one.kind === "partition")) {
    const above = top(table);
    partitions.set(above, [...(partitions.get(above) ?? []), table]);
  }
  const ruled = catalogue.tables.filter(
    ({ kind }) => kind === "table" || kind === "partitioned" || kind === "foreign",
  );
  return {
    catalogue,
    ruled,
    find,
    named: (schema, name) =>
      ruled.filter((table) => table.name === name && (schema === undefined || table.schema === schema)),
    beside: (table, schema, name) => find(schema ?? table.schema, name),
    top,
    partitions: (table) => partitions.get(table) ?? [],
    write: (table) => writtenName(table.schema, table.name),
  };
}

export function columnKey(table: CatalogueTable, column: string): string {
  return writtenName(table.schema, table.name, column);
}
