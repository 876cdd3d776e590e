import { ident } from "../../connection";
import type { CatalogueColumn, CatalogueTable } from "../../catalogue";
import type { MaskSpec } from "../plan";
import { mostOf } from "../valueMasks";
import type { MaskRule } from "./document";
import { maskNames, transformations, type MaskName } from "./domains";
import { familyOf } from "./families";
import { allSpecs, innerSpecs } from "./inner";
import { hint } from "./names";

/** Why a mask cannot stand on a column; empty when it can. Each reads on after "`table.column` (type)". */
export function misfits(
  rule: MaskRule,
  column: CatalogueColumn,
  table: CatalogueTable,
  domains: string[],
): string[] {
  if (column.generated) return ["is generated from other columns of its row and follows them: leave it out"];
  const { spec } = rule;
  const wrongType = typeMisfits(spec, column);
  if (wrongType.length > 0) return wrongType;
  const own = [column.name, ident(column.name)];
  if (spec.with === "sql" && own.includes(String(spec.params.expression).trim())) {
    return ["is left as it is by this expression: name it below `keep`, or write what becomes of it"];
  }
  const nulls = spec.with === "null" || rule.exact.some((one) => one.value === null);
  return [
    ...(nulls && column.notNull ? ["is NOT NULL and cannot become NULL: choose another transformation"] : []),
    ...lengthMisfits(spec, column, domains),
    ...valueMisfits(rule, column),
    ...numberMisfits(spec, column),
    ...domainMisfits(spec, domains),
    ...personMisfits(spec, column, table),
    ...uniqueMisfits(spec, column, table, domains),
  ];
}

/** Why a transformation does not take the type of a column; empty when it does. */
export function typeMisfits(spec: MaskSpec, column: CatalogueColumn): string[] {
  const family = familyOf(column);
  const { types } = transformations[spec.with];
  if (types !== "any" && !types.includes(family)) {
    const inside = family === "array" && typeMisfits(spec, { ...column, isArray: false }).length === 0;
    const remedy = inside ? `: write \`{ with: array, each: ${spec.with} }\`` : "";
    return [`\`${spec.with}\` takes ${types.join(", ")}, not ${family}${remedy}`];
  }
  const inner = innerSpecs(spec);
  if (spec.with === "array") return inner.flatMap((one) => typeMisfits(one, { ...column, isArray: false }));
  if (spec.with === "composite") return fieldMisfits(spec, column);
  return inner.flatMap((one) => insideDocument(one));
}

function fieldMisfits(spec: MaskSpec, column: CatalogueColumn): string[] {
  const names = (column.fields ?? []).map((one) => one.name);
  const unknown = Object.keys((spec.params.fields ?? {}) as Record<string, MaskSpec>).filter(
    (name) => !names.includes(name),
  );
  return [
    ...unknown.map((name) => `has no field \`${name}\`.${hint(name, names)}`),
    ...inFields(spec, column, (inner, field) => {
      if (inner.with === "sql") return ["takes no `sql` inside a row: write the whole row by `sql`"];
      const nulls = inner.with === "null" && field.notNull;
      return [...typeMisfits(inner, field), ...(nulls ? ["is NOT NULL and cannot become NULL"] : [])];
    }),
  ];
}

function fieldOf(column: CatalogueColumn, name: string): CatalogueColumn | undefined {
  return column.fields?.find((one) => one.name === name);
}

/** Documents hold strings and numbers; what is neither has no meaning in them. */
function insideDocument(spec: MaskSpec): string[] {
  const { types } = transformations[spec.with];
  const fits =
    types === "any" || types.includes("text") || types.includes("integer") || types.includes("decimal");
  return fits && spec.with !== "sql" && spec.with !== "geo"
    ? innerSpecs(spec).flatMap(insideDocument)
    : [`\`${spec.with}\` cannot stand inside a document`];
}

function lengthMisfits(spec: MaskSpec, column: CatalogueColumn, domains: string[]): string[] {
  if (spec.with === "array") {
    return innerSpecs(spec).flatMap((one) => lengthMisfits(one, { ...column, isArray: false }, domains));
  }
  if (spec.with === "composite") {
    return inFields(spec, column, (one, field) => lengthMisfits(one, field, domains));
  }
  const most = column.maxLength;
  const least = transformations[spec.with].minimumLength?.(spec.params, domains) ?? 0;
  return most !== undefined && least > most
    ? [`holds ${most} characters, \`${spec.with}\` needs at least ${least} here`]
    : [];
}

/** What is asked of each field that has a transformation, with the field's name before each answer. */
function inFields(
  spec: MaskSpec,
  column: CatalogueColumn,
  ask: (inner: MaskSpec, field: CatalogueColumn) => string[],
): string[] {
  return Object.entries((spec.params.fields ?? {}) as Record<string, MaskSpec>).flatMap(([name, inner]) => {
    const field = fieldOf(column, name);
    return field === undefined
      ? []
      : ask(inner, field).map((why) => `(its field \`${name}\`, ${field.type}) ${why}`);
  });
}

function valueMisfits({ keepValues, exact }: MaskRule, { maxLength: most }: CatalogueColumn): string[] {
  if (most === undefined) return [];
  return [...keepValues, ...exact.map((one) => one.value ?? "")].flatMap((value) =>
    [...value].length > most ? [`holds ${most} characters, not "${value}"`] : [],
  );
}

function numberMisfits(spec: MaskSpec, column: CatalogueColumn): string[] {
  if (spec.with === "composite") return inFields(spec, column, numberMisfits);
  const family = familyOf(column);
  const shaped = ["format", "fictional"].filter((name) => spec.params[name] !== undefined);
  if (family === "integer" && (spec.with === "phone" || spec.with === "digits" || spec.with === "postcode")) {
    return shaped.map((name) => `is a whole number and keeps its number of digits: leave \`${name}\` out`);
  }
  if (shaped.length > 1) return ["has a `format`, which says every digit: leave `fictional` out"];
  if (spec.with !== "number" || family === "array") return [];
  const most = mostOf(column);
  return [spec.params.min, spec.params.max].flatMap((limit) =>
    typeof limit === "number" && Math.abs(limit) > most ? [`holds at most ${most}, not ${limit}`] : [],
  );
}

function domainMisfits(spec: MaskSpec, domains: string[]): string[] {
  return allSpecs(spec).flatMap(({ params }) =>
    ["domain", "host"].flatMap((key) => {
      const value = params[key];
      return typeof value === "string" && !isAllowed(value, domains)
        ? [`may not be given the ${key} ${value}, which allowed_domains does not hold`]
        : [];
    }),
  );
}

function personMisfits(spec: MaskSpec, column: CatalogueColumn, table: CatalogueTable): string[] {
  if (
    allSpecs(spec)
      .slice(1)
      .some((one) => one.params.person !== undefined)
  ) {
    return ["can have `person` for the whole column only, not inside a document, an array or a row"];
  }
  const { person } = spec.params;
  if (typeof person !== "string") return [];
  const names = table.columns.map((one) => one.name);
  if (!names.includes(person)) {
    return [`names \`person: ${person}\`, and there is no such column.${hint(person, names)}`];
  }
  const alone = uniqueKeysOf(table).some((key) => key.length === 1 && key[0] === person);
  return alone || keysWith(column, table).length === 0
    ? []
    : [`is unique and \`person: ${person}\` is not: two rows of one person would become equal`];
}

function uniqueMisfits(
  spec: MaskSpec,
  column: CatalogueColumn,
  table: CatalogueTable,
  domains: string[],
): string[] {
  const key = keysWith(column, table)[0];
  if (key === undefined) return [];
  const name = `is part of a unique key (${key.join(", ")})`;
  const long = (one: MaskSpec) => transformations[one.with].uniqueLength?.(one.params, domains) ?? 0;
  if (keepsDistinct(spec)) {
    // What does not fit at all is told already.
    const short =
      column.maxLength !== undefined &&
      long(spec) > column.maxLength &&
      lengthMisfits(spec, column, domains).length === 0;
    const why = `and \`${spec.with}\` needs ${long(spec)} characters to keep values apart, not ${column.maxLength}`;
    return short ? [`${name}, ${why}: ${instead(column, domains)}`] : [];
  }
  return [`${name} and \`${spec.with}\` makes different values equal: ${instead(column, domains)}`];
}

/** Transformations that would do, for the message. */
function instead(column: CatalogueColumn, domains: string[]): string {
  const family = familyOf(column);
  const fit = maskNames.filter((name: MaskName) => {
    const { unique, types, minimumLength, uniqueLength, params } = transformations[name];
    const least = Math.max(minimumLength?.({}, domains) ?? 0, uniqueLength?.({}, domains) ?? 0);
    const fits = least <= (column.maxLength ?? Infinity);
    return unique && types !== "any" && types.includes(family) && fits && params.safeParse({}).success;
  });
  const some = ["digits", "hash", "token", "username", "email"].filter((name) =>
    fit.includes(name as MaskName),
  );
  return some.length > 0
    ? `choose one that keeps them apart, e.g. ${some.map((name) => `\`${name}\``).join(", ")}`
    : "choose one that keeps them apart";
}

/** Unique keys that a column's values hold up: those that are no longer unique without it. */
function keysWith(column: CatalogueColumn, table: CatalogueTable): string[][] {
  const keys = uniqueKeysOf(table).filter((key) => key.length > 0);
  return keys.filter(
    (key) =>
      key.includes(column.name) &&
      !keys.some((other) => !other.includes(column.name) && other.every((name) => key.includes(name))),
  );
}

/** Whether what a mask replaces identifies a person. */
export function isIdentifying(rule: MaskRule): boolean {
  return rule.identifying ?? identifies(rule.spec);
}

/** Whether what a transformation replaces identifies a person, unless the rule says otherwise. */
export function identifies(spec: MaskSpec): boolean {
  return spec.with === "array" ? innerSpecs(spec).some(identifies) : transformations[spec.with].identifying;
}

function keepsDistinct(spec: MaskSpec): boolean {
  if (spec.with === "array") return innerSpecs(spec).every(keepsDistinct);
  const { unique, equalWith } = transformations[spec.with];
  return unique && equalWith?.(spec.params) !== true;
}

function isAllowed(domain: string, allowed: string[]): boolean {
  return allowed.some((one) => domain === one || domain.endsWith(`.${one}`));
}

function uniqueKeysOf(table: CatalogueTable): string[][] {
  return [table.primaryKey, ...table.uniqueKeys];
}
