import type { CatalogueTable, ForeignKey } from "../../catalogue";
import type { RuleFault } from "./faults";
import type { Intents, TableIntent } from "./intent";
import type { CatalogueIndex } from "./lookup";

/** A foreign key between tables of which rules speak: both ends are the top of their partition tree. */
export interface Reference {
  key: ForeignKey;
  from: TableIntent;
  to: TableIntent;
}

export function references({ byTable }: Intents, index: CatalogueIndex): Reference[] {
  const intentOf = (schema: string, name: string) => {
    const table = index.find(schema, name);
    return table && byTable.get(index.top(table));
  };
  return index.catalogue.foreignKeys.flatMap((key) => {
    const from = intentOf(key.schema, key.table);
    const to = intentOf(key.targetSchema, key.targetTable);
    return from && to ? [{ key, from, to }] : [];
  });
}

/** Tables that lose rows while others still refer to those rows, with everything that has to go as well. */
export function closureFaults(all: Reference[], intents: Intents, index: CatalogueIndex): RuleFault[] {
  return [...intents.byTable.values()].flatMap((intent) => {
    if (intent.action !== "truncate" && intent.delete === undefined) return [];
    return [...danglingFault(intent, all, index), ...followFaults(intent, all, index)];
  });
}

function danglingFault(intent: TableIntent, all: Reference[], index: CatalogueIndex): RuleFault[] {
  const dangling = new Map<CatalogueTable, string>();
  const open = [intent];
  for (let gone = open.pop(); gone !== undefined; gone = open.pop()) {
    for (const { key, from, to } of all) {
      if (to !== gone || from === to || goesAlong(from, to, key) || dangling.has(from.table)) continue;
      const columns = `${index.write(from.table)} (${key.columns.join(", ")})`;
      dangling.set(from.table, gone === intent ? columns : `${columns} through ${index.write(gone.table)}`);
      open.push(from);
    }
  }
  if (dangling.size === 0 || intent.place === undefined) return [];
  const written = index.write(intent.table);
  const all_ = intent.action === "truncate";
  const verb = all_ ? "loses all its rows" : "loses rows";
  const way = all_
    ? "`truncate` them as well"
    : `give them \`delete: {follows: ${written}}\` or \`truncate\``;
  const message = `\`${written}\` ${verb}, and these tables refer to it and would dangle: ${[...dangling.values()].join("; ")}. Either ${way}, or mask the referring column with \`null\``;
  return [{ place: intent.delete?.rule.place ?? intent.place, message, kind: "closure" }];
}

/** Whether no row of `from` can refer to a removed row of `to` by this key afterwards. */
function goesAlong(from: TableIntent, to: TableIntent, key: ForeignKey): boolean {
  if (from.action === "truncate" || from.delete?.follows.includes(to.table)) return true;
  return key.columns.some((column) => {
    const mask = from.columns.get(column)?.mask;
    const always = mask && mask.where === undefined && mask.exact.length + mask.keepValues.length === 0;
    return always === true && mask.spec.with === "null";
  });
}

function followFaults(intent: TableIntent, all: Reference[], index: CatalogueIndex): RuleFault[] {
  const written = index.write(intent.table);
  const place = intent.delete?.rule.place;
  if (place === undefined) return [];
  const refused = (message: string): RuleFault => ({ place, message, kind: "closure" });
  return (intent.delete?.follows ?? []).flatMap((target) => {
    const keys = all.filter(({ from, to }) => from === intent && to.table === target);
    const to = keys[0]?.to;
    const followed = index.write(target);
    if (to === undefined) {
      return [refused(`\`${written}\` has no foreign key to \`${followed}\`: there is nothing to follow`)];
    }
    if (to.action !== "truncate" && to.delete === undefined) {
      return [refused(`\`${followed}\` loses no rows: there is nothing for \`${written}\` to follow`)];
    }
    if (follows(to, intent, all)) {
      return [
        refused(
          `\`${written}\` and \`${followed}\` follow each other; write the rows of one of them as \`where\``,
        ),
      ];
    }
    return [];
  });
}

/** Whether `a` follows `b`, directly or through others. */
function follows(a: TableIntent, b: TableIntent, all: Reference[], seen = new Set<TableIntent>()): boolean {
  if (seen.has(a)) return false;
  seen.add(a);
  return all.some(
    ({ from, to }) =>
      from === a &&
      from !== to &&
      from.delete?.follows.includes(to.table) &&
      (to === b || follows(to, b, all, seen)),
  );
}

/** Followers before those whom they follow; otherwise in the order that they had. */
export function followersFirst(intents: TableIntent[], all: Reference[]): TableIntent[] {
  const done = new Set<TableIntent>();
  const add = (intent: TableIntent): void => {
    if (done.has(intent)) return;
    for (const { from, to } of all) {
      if (to === intent && from !== to && from.delete?.follows.includes(to.table)) add(from);
    }
    done.add(intent);
  };
  intents.forEach(add);
  return [...done];
}
