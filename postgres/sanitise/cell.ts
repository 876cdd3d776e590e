import { ident, literal } from "../connection";
import type { CatalogueColumn } from "../catalogue";
import type { ColumnPlan } from "./plan";
import { familyOf, type TypeFamily } from "./rules/families";
import { subjectOf, type CompileContext } from "./subject";
import { compile } from "./transformations";

/**
 * Under which condition the mask acts on a cell; everything else keeps its value or has an exact one. A row's `where`
 * that is neither true nor false masks: in doubt a value goes.
 */
export function acts(plan: ColumnPlan, column: CatalogueColumn): string {
  const c = ident(column.name);
  const texts = subjectOf(column, c, false).family === "text";
  return [
    ...plan.exact.map((one) => `(${one.where}) is not true`),
    // A row with a field that is NULL is not "not null".
    ...(createsValues(plan) ? [] : [column.isComposite ? `${c} is distinct from null` : `${c} is not null`]),
    ...(texts && plan.mask?.with !== "sql" ? [`(${c} is null or ${c}::text <> '')`] : []),
    ...(plan.keepValues.length > 0 ? [`(${c} is null or ${notAmong(c, plan.keepValues, column)})`] : []),
    ...(plan.where === undefined ? [] : [`(${plan.where}) is not false`]),
  ].join(" and ");
}

/**
 * Under which condition what stands in a cell is gone after the run: where the mask acts, and where an exact value takes its
 * place. Never NULL.
 */
export function goes(plan: ColumnPlan, column: CatalogueColumn): string {
  const c = ident(column.name);
  const mask = `(${acts(plan, column) || "true"})`;
  const exact = plan.exact.map(({ where, value }) => {
    const other = value === null ? "" : ` and ${notAmong(c, [value], column)}`;
    return `((${where})${other})`;
  });
  return `coalesce(${[mask, ...exact].join(" or ")}, false)`;
}

/** The cell's value after the run: exact values first, then the mask where it acts, else the value as it is. */
export function cellExpression(
  plan: ColumnPlan,
  column: CatalogueColumn,
  exactCase: boolean,
  context: CompileContext,
): string {
  if (plan.mask === undefined) throw new Error(`the column ${column.name} has no mask`);
  const c = ident(column.name);
  const exact = plan.exact.map(
    (one) => `when (${one.where}) then ${one.value === null ? "null" : literal(one.value)}::${column.type}`,
  );
  const masked = compile(plan.mask, subjectOf(column, c, exactCase), context);
  const when = [acts(plan, column), plan.mask.with === "sql" ? neverFolded : ""].filter((one) => one !== "");
  return `case ${[...exact, `when ${when.join(" and ") || "true"} then ${masked}`].join(" ")} else ${c} end`;
}

/** True, and the server does not know so beforehand: where an expression comes down to the column itself, it would not write the table anew. */
const neverFolded = "pg_catalog.pg_backend_pid() > 0";

/** Whether NULL may become a value: only where the rules say so. */
function createsValues(plan: ColumnPlan): boolean {
  return plan.mask?.with === "sql" || (plan.mask?.with === "constant" && plan.mask.params.also_null === true);
}

/** Families that know when two values are equal, however each is written: 1.5 and 1.50. */
const equalByType: readonly TypeFamily[] = [
  "uuid",
  "integer",
  "decimal",
  "boolean",
  "date",
  "timestamp",
  "time",
  "ip",
  "mac",
  "enum",
];

/** Whether a value that is not NULL is none of these, as its type compares; texts letter by letter. */
function notAmong(c: string, values: string[], column: CatalogueColumn): string {
  const among = (of: string, list: string[]) => `${of} not in (${list.join(", ")})`;
  if (equalByType.includes(familyOf(column))) {
    return among(
      c,
      values.map((value) => `${literal(value)}::${column.type}`),
    );
  }
  if (column.baseType !== "citext") return among(`${c}::text`, values.map(literal));
  return among(
    `lower(${c}::text)`,
    values.map((value) => `lower(${literal(value)})`),
  );
}
