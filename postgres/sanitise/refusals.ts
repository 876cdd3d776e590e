import type { ServerFacts } from "./facts";
import type { ForeignKey } from "../catalogue";
import type { ColumnPlan, SanitisePlan, TablePlan } from "./plan";
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

/** Why the table's masked columns are out of reach of `ALTER TABLE`; undefined when they are not. */
export function refillReason(known: Omit<Known, "refillWhy">): string | undefined {
  const { plan, facts, dependents } = known;
  const masked = maskedOf(plan);
  const first = masked[0];
  if (first === undefined || plan.action === "truncate") return undefined;
  const key = masked.find((column) => facts.partitionKeys.includes(column.name));
  const other = dependents.find((one) => one.kind === "other");
  if (key !== undefined) return `rows stand in partitions by ${key.name}`;
  if (other !== undefined) return `${other.description} stands on ${other.column}`;
  if (facts.children > 0) return "other tables inherit from it";
  if (facts.inherits) return "it inherits columns";
  if (facts.typed) return "it is a table OF a type";
  return facts.rowTypeUsers[0] && `${facts.rowTypeUsers[0]} holds rows of its type`;
}

/** What about one table is not handled; each as `schema.table: why`. */
export function tableRefusals({ plan, table, facts }: Known): string[] {
  const name = `${plan.schema}.${plan.table}`;
  const masked = maskedOf(plan);
  const found: string[] = [];
  if (plan.action === "keep" && masked.length === 0) return found;
  const add = (why: string) => found.push(`${name}${why}`);
  if (!facts.mayOwn) {
    add(`: its owner ${table.owner} is a role that this login is no member of and may not grant to itself`);
  }
  if (table.kind === "foreign") add(": a foreign table");
  if (facts.foreignPartition !== null) add(`: its partition ${facts.foreignPartition} is a foreign table`);
  for (const column of masked) {
    const known = table.columns.find((one) => one.name === column.name);
    if (known === undefined) add(`.${column.name}: the column is not there`);
    if (known?.generated) add(`.${column.name}: a generated column; mask what it is generated from`);
    const closed = facts.closed.find((one) => one.columns.includes(column.name));
    if (closed !== undefined && table.kind === "partitioned") {
      add(
        `.${column.name}: rows stand in partitions by it, and ${closed.table} has no default partition for what they become`,
      );
    }
    const format = column.mask?.params.format;
    if (typeof format === "string" && format.split("#").length > 19) {
      add(`.${column.name}: its format has more than 18 digits`);
    }
  }
  return found;
}

/** Foreign keys that have to be taken off a table of somebody else. */
export function keyRefusals(keys: ForeignKey[], known: Known[]): string[] {
  return keys.flatMap((key) => {
    const { schema, table } = key;
    const source = known.find((one) => one.plan.schema === schema && one.plan.table === table);
    if (source === undefined || source.facts.mayOwn) return [];
    return [
      `${schema}.${table}: its foreign key ${key.name} has to be taken off for a while, and its owner ${source.table.owner} is a role that ` +
        "this login is no member of",
    ];
  });
}

function maskedOf(plan: TablePlan): ColumnPlan[] {
  return plan.columns.filter((column) => column.action === "mask");
}
