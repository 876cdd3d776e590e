import type { CatalogueTable } from "../../catalogue";
import type { RulesDocument, TableRule } from "./document";
import type { Place, RuleFault } from "./faults";
import type { CatalogueIndex } from "./lookup";
import { hint, writtenName } from "./names";

/** Every name in the rules that the database does not have, or that rules may not use. Packs name what may be absent. */
export function checkNames(document: RulesDocument, index: CatalogueIndex): RuleFault[] {
  const names = index.catalogue.tables.map((table) => index.write(table));
  const faults = document.tables.flatMap((rule) => checkTable(rule, index, names));
  for (const { schema, table: name, match, passwordColumn, place } of document.logins) {
    const table = index.find(schema, name);
    faults.push(
      ...(table
        ? [match.column, passwordColumn].flatMap((column) => unknownColumn(table, column, place, index))
        : [unknownTable(schema, name, place, names)]),
    );
  }
  for (const { schema, table: name, column, place } of document.media) {
    const table = index.find(schema, name);
    faults.push(
      ...(table ? unknownColumn(table, column, place, index) : [unknownTable(schema, name, place, names)]),
    );
  }
  return faults;
}

function checkTable(rule: TableRule, index: CatalogueIndex, names: string[]): RuleFault[] {
  const { schema = "public", place } = rule;
  const table = index.find(schema, rule.table);
  if (table === undefined) {
    // What isolate has dropped already is as the rules want it.
    return rule.action === "drop" ? [] : [unknownTable(schema, rule.table, place, names)];
  }
  const written = index.write(table);
  const refused = (message: string): RuleFault[] => [{ place, message, kind: "unknown name" }];
  if (table.kind === "view" || table.kind === "materialised view") {
    return refused(`\`${written}\` is a ${table.kind}: it shows what its tables hold and takes no rules`);
  }
  if (table.kind === "partition") {
    const top = index.write(index.top(table));
    return refused(
      `\`${written}\` is a partition of \`${top}\`: the rules stand there and hold for it as well`,
    );
  }
  if (rule.action === "drop" && table.kind !== "foreign") {
    return refused(`\`${written}\` is no foreign table; \`drop\` is for those. Write \`truncate\``);
  }
  if (table.kind === "foreign" && (rule.action === "truncate" || rule.delete || rule.mask.length > 0)) {
    return refused(
      `\`${written}\` is a foreign table: its rows stand on another server. Write \`drop\` or keep it`,
    );
  }
  const kept = rule.keep === "all" ? [] : rule.keep;
  return [
    ...[...kept, ...rule.mask, ...rule.expect].flatMap((one) =>
      unknownColumn(table, one.column, one.place, index),
    ),
    ...(rule.delete?.follows ?? []).flatMap((one) =>
      index.find(one.schema, one.table)
        ? []
        : [unknownTable(one.schema ?? "public", one.table, one.place, names)],
    ),
  ];
}

function unknownTable(schema: string, name: string, place: Place, names: string[]): RuleFault {
  const written = writtenName(schema, name);
  return {
    place,
    message: `the database has no table \`${written}\`.${hint(written, names)}`,
    kind: "unknown name",
  };
}

function unknownColumn(
  table: CatalogueTable,
  column: string,
  place: Place,
  index: CatalogueIndex,
): RuleFault[] {
  const columns = table.columns.map((one) => one.name);
  if (columns.includes(column)) return [];
  const message = `\`${index.write(table)}\` has no column \`${column}\`.${hint(column, columns)}`;
  return [{ place, message, kind: "unknown name" }];
}
