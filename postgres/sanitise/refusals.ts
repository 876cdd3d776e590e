import type { ServerFacts } from "./facts";
import type { SanitisePlan } from "./plan";
import type { Known } from "./tableWork";

/** @throws one error that names every refusal, when there is any. */
export function refuse(refusals: string[]): void {
  if (refusals.length === 0) return;
  throw new Error(
    `refused before anything was changed, because this version cannot sanitise:\n${[...new Set(refusals)]
      .map((one) => `- ${one}`)
      .join("\n")}\nKeep, truncate or leave out what is named here in the rules, or change it in production.`,
  );
}

export function serverRefusals(plan: SanitisePlan, server: ServerFacts): string[] {
  return [
    ...(server.plpgsql ? [] : ["this database: the language plpgsql is not installed in it"]),
    ...(server.prepared > 0
      ? [
          `this database: ${server.prepared} prepared transactions hold rows and locks (isolate rolls them back)`,
        ]
      : []),
    ...plan.testLogins
      .filter((login) => login.hash !== "django-pbkdf2-sha256")
      .map((login) => `${login.schema}.${login.table}: no password hash ${String(login.hash)}`),
  ];
}

/** What about one table is not handled; each as `schema.table: why`. */
export function tableRefusals({ plan, table, facts, columns, dependents, updateOnly }: Known): string[] {
  const name = `${plan.schema}.${plan.table}`;
  const masked = plan.columns.filter((column) => column.action === "mask");
  const changes = plan.action !== "keep" || masked.length > 0;
  const found: string[] = [];
  if (!changes) return found;
  const add = (why: string) => found.push(`${name}${why}`);
  if (!facts.mayOwn) add(`: its owner ${table.owner} is a role that this login is no member of`);
  if (table.kind === "foreign") add(": a foreign table");
  if (table.inherits.length > 0 || facts.children > 0) add(": a table with inheritance (INHERITS)");
  if (facts.forcedRowSecurity) add(": row security is forced on it, and this login does not bypass it");
  if (facts.rules.length > 0) add(`: the rule ${facts.rules[0]} rewrites what is done to it`);
  if (masked.length > 0 && facts.typed) add(": a table OF a type");
  if (masked.length > 0 && facts.rowTypeUsers.length > 0) {
    add(`: the column ${facts.rowTypeUsers[0]} holds rows of its type`);
  }
  for (const column of masked) {
    const at = columns.find((one) => one.column === column.name);
    const known = table.columns.find((one) => one.name === column.name);
    if (known === undefined) add(`.${column.name}: the column is not there`);
    if (known?.generated) add(`.${column.name}: a generated column; mask what it is generated from`);
    if (at?.partitionKey || facts.deeperKeys.includes(column.name)) {
      add(`.${column.name}: rows stand in partitions by it, so it cannot be masked in place`);
    }
    if (facts.inheritedKeys.includes(column.name) && table.kind !== "partition") {
      add(`.${column.name}: the column is inherited`);
    }
    const format = column.mask?.params.format;
    if (typeof format === "string" && format.split("#").length > 19) {
      add(`.${column.name}: its format has more than 18 digits`);
    }
    const unique = table.uniqueKeys.some((key) => key.includes(column.name));
    const why = updateOnly.get(column.name);
    if (why !== undefined && unique && ["phone", "digits"].includes(column.mask?.with ?? "")) {
      add(
        `.${column.name}: it is unique, numbers change places in it, and it must be updated row by row since ${why}`,
      );
    }
    for (const one of dependents.filter((d) => d.column === column.name)) {
      if (one.kind === "unknown") add(`.${column.name}: ${one.description} stands on it`);
    }
  }
  return found;
}
