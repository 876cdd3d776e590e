import { ident, literal, qualified } from "../connection";
import type { CatalogueTable } from "../catalogue";
import { acts, cellExpression } from "./cell";
import type { Dependent } from "./dependents";
import type { ColumnFacts, TableFacts } from "./facts";
import { collectSql, compareSql, wholeColumns } from "./marks";
import type { ColumnPlan, TablePlan } from "./plan";
import type { CompileContext } from "./subject";
import type { Misfits, TableWork } from "./work";

/** Everything that the decisions about one table rest on. */
export interface Known {
  plan: TablePlan;
  table: CatalogueTable;
  facts: TableFacts;
  columns: ColumnFacts[];
  /** On masked columns of this table. */
  dependents: Dependent[];
  /** Why `ALTER TABLE` cannot rewrite the table, where it cannot. */
  refillWhy: string | undefined;
  /** Columns in which addresses that differ in case must stay different. */
  exactCase: Set<string>;
  /** Columns of which few values stand in many rows. */
  repeating: ReadonlySet<string>;
  context: CompileContext;
}

/** The strategy of one table with everything that carries it out. `mustDelete`: TRUNCATE is not open to it. */
export function tableWork(known: Known, mustDelete: boolean): TableWork {
  const { plan, table, facts, columns, context } = known;
  const masked = plan.action === "truncate" ? [] : plan.columns.filter((column) => column.action === "mask");
  const alter: string[] = [];
  const becomes = new Map<string, string>();
  for (const column of masked) {
    const catalogued = table.columns.find((one) => one.name === column.name);
    if (catalogued === undefined) throw new Error(`${column.name} vanished from ${plan.table}`);
    const plain = cellExpression(column, catalogued, known.exactCase.has(column.name), context);
    if (known.refillWhy !== undefined) {
      becomes.set(column.name, `(${plain})::${catalogued.type}`);
      continue;
    }
    const value = table.kind === "partitioned" ? wrapped(plain, catalogued.type, table, context) : plain;
    const at = columns.find((one) => one.column === column.name);
    alter.push(
      `alter column ${ident(column.name)} type ${catalogued.type}${at?.collate ?? ""} using (${value})`,
      ...(at?.settings ?? []),
    );
  }
  const stored = table.columns.filter((column) => !column.generated);
  const refill =
    becomes.size === 0
      ? undefined
      : stored.map(({ name }) => ({ column: ident(name), value: becomes.get(name) ?? ident(name) }));
  const remove = removal(plan, mustDelete);
  const dropped = table.hasDroppedColumns || facts.droppedBelow;
  const gone = plan.action === "truncate";
  return {
    schema: plan.schema,
    table: plan.table,
    oid: table.oid,
    owner: table.owner,
    ...explain(known, masked, dropped, mustDelete),
    source: sourceOf(known),
    partitioned: table.kind === "partitioned",
    alter,
    refill,
    byHand: masked.some(holdsSql),
    after: alter.length > 0 ? facts.lost : [],
    remove,
    full:
      alter.length === 0 &&
      refill === undefined &&
      remove?.how !== "truncate" &&
      (remove !== undefined || dropped),
    collect: collectSql(plan, table, sourceOf(known), known.repeating),
    compare: compareSql(plan, table),
    whole: wholeColumns(plan),
    expected: Object.fromEntries(
      plan.columns.flatMap((column) =>
        column.expected === undefined ? [] : [[column.name, column.expected]],
      ),
    ),
    misfits: masked.flatMap((column) => misfits(column, table)),
    keptColumns: gone
      ? []
      : table.columns
          .filter((c) => !c.generated && !masked.some((one) => one.name === c.name))
          .map((c) => ident(c.name)),
    fingerprint: undefined,
    columns: plan.columns.map((column) => ({
      column: column.name,
      type: column.type,
      action: column.action,
      with: column.mask?.with,
      rule: column.origin,
    })),
  };
}

/**
 * The expression inside a function of the columns that it reads. PostgreSQL (tried on 15) carries `IS NULL` and `IS TRUE` over to partitions
 * with the column numbers of the table at the top, and then reads another column where they stand in another order; `IS NOT FALSE` it
 * does not carry over at all (XX000). The server puts the function's body in its place after the columns are found, so it costs nothing.
 */
function wrapped(expression: string, type: string, table: CatalogueTable, context: CompileContext): string {
  const read = table.columns.filter(
    ({ name }) => expression.includes(name) || expression.includes(ident(name)),
  );
  const columns = read.map((column) => ident(column.name));
  const name = context.addFunction(
    (
      fn,
    ) => `create or replace function prodcopy.${fn}(${read.map((column) => `${ident(column.name)} ${column.type}`).join(", ")})
      returns ${type} language sql stable as ${literal(`select ${expression}`)}`,
  );
  return `prodcopy.${name}(${columns.join(", ")})::${type}`;
}

function removal(plan: TablePlan, mustDelete: boolean): TableWork["remove"] {
  if (plan.action === "delete") return { how: "delete", where: plan.where ?? "true" };
  if (plan.action !== "truncate") return undefined;
  return mustDelete ? { how: "delete", where: "true" } : { how: "truncate" };
}

/** A table that others inherit from is read and written without their rows; a partitioned one has no rows of its own. */
export function sourceOf({ plan, table }: Pick<Known, "plan" | "table">): string {
  return `${table.kind === "partitioned" ? "" : "only "}${qualified(plan.schema, plan.table)}`;
}

const plurals: Record<Exclude<Dependent["kind"], "other">, string> = {
  view: "views",
  "materialised view": "materialised views",
  trigger: "triggers",
  policy: "policies",
  rule: "rules",
};

/** The strategy's name and the reason in words. */
function explain(
  known: Known,
  masked: ColumnPlan[],
  dropped: boolean,
  mustDelete: boolean,
): Pick<TableWork, "strategy" | "reason"> {
  const { plan, dependents, refillWhy } = known;
  const off = [...new Set(dependents.flatMap((d) => (d.kind === "other" ? [] : [plurals[d.kind]])))].sort();
  const aside =
    off.length > 0 && refillWhy === undefined
      ? `; ${off.join(", ")} on it are taken off and put back exactly`
      : "";
  if (plan.action === "truncate") {
    return mustDelete
      ? {
          strategy: "delete",
          reason: "all rows go; DELETE, since a table that stays refers to it, then written anew",
        }
      : { strategy: "truncate", reason: "all rows go; the old file goes with them" };
  }
  if (plan.action === "delete") {
    const rest = masked.length > 0 ? "the rewrite that masks the others" : "VACUUM FULL";
    return {
      strategy: "delete",
      reason: `rows go by condition; ${rest} leaves nothing of them in the file${aside}`,
    };
  }
  if (masked.length > 0 && refillWhy !== undefined) {
    return {
      strategy: "refill",
      reason: `it cannot be rewritten in place: ${refillWhy}; its rows are made aside, it is emptied, and they are put back`,
    };
  }
  if (masked.length > 0) {
    return {
      strategy: "rewrite",
      reason: `one rewrite for ${masked.length} ${masked.length === 1 ? "column" : "columns"}; indexes are built once${aside}`,
    };
  }
  if (dropped) {
    return {
      strategy: "rewrite for dropped columns",
      reason: "values of dropped columns stay in its rows until it is written anew",
    };
  }
  return { strategy: "kept", reason: "the rules keep every column" };
}

/** Whether the rules give SQL of their own for a column. */
function holdsSql({ where, exact, mask }: ColumnPlan): boolean {
  return where !== undefined || exact.length > 0 || JSON.stringify(mask ?? {}).includes('"with":"sql"');
}

/** A column with a format: values without its shape need a place in it; see `swaps.ts`. */
function misfits(column: ColumnPlan, table: CatalogueTable): Misfits[] {
  const catalogued = table.columns.find((one) => one.name === column.name);
  const format = column.mask?.params.format;
  if (catalogued === undefined || !["phone", "digits"].includes(column.mask?.with ?? "")) return [];
  if (typeof format !== "string") return [];
  return [{ column: ident(column.name), acts: acts(column, catalogued) || "true", format }];
}
