import type { CatalogueTable } from "../../../postgres/catalogue";
import { column, table } from "../catalogues";

/**
 * Tables of libraries, by pack and name, in every shape that they have had. The first step lists the columns (`name:type`, with `!` where NOT
 * NULL), each further one what a later version adds or changes, and with a `-` before it what it takes away.
 */
export type UpstreamTables = Record<string, Record<string, string[]>>;

/** A table after each of its steps, oldest first. */
export function versionsOf(name: string, steps: string[]): CatalogueTable[] {
  const columns = new Map<string, string>();
  return steps.map((step) => {
    for (const word of step.split(" ")) {
      const [, gone, given = "", type = "text", notNull] = /^(-)?([^:]+)(?::([^!]+))?(!)?$/.exec(word) ?? [];
      if (gone) columns.delete(given);
      else columns.set(given, `${type}${notNull ? " not null" : ""}`);
    }
    const all = [...columns].map(([one, words]) => column(one, words));
    return { ...table(name, {}), columns: all, primaryKey: columns.has("id") ? ["id"] : [] };
  });
}
