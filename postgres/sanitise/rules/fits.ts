import type { CatalogueColumn, CatalogueTable } from "../../catalogue";
import type { MaskSpec } from "../plan";
import type { MaskRule } from "./document";
import { transformations } from "./domains";
import { familyOf, type TypeFamily } from "./families";

/** Why a mask cannot stand on a column; empty when it can. Each reads on after "`table.column` (type)". */
export function misfits(
  rule: MaskRule,
  column: CatalogueColumn,
  table: CatalogueTable,
  domains: string[],
): string[] {
  if (column.generated) return ["is generated from other columns of its row and follows them: leave it out"];
  const { spec } = rule;
  const reasons = typeMisfits(spec, column);
  const nulls = spec.with === "null" || rule.exact.some((one) => one.value === null);
  if (nulls && column.notNull) {
    reasons.push("is NOT NULL and cannot become NULL: choose another transformation");
  }
  const least = transformations[spec.with].minimumLength?.(spec.params, domains) ?? 0;
  const most = column.maxLength;
  if (most !== undefined && least > most) {
    reasons.push(`holds ${most} characters, \`${spec.with}\` needs at least ${least} here`);
  }
  for (const value of [...rule.keepValues, ...rule.exact.map((one) => one.value ?? "")]) {
    if (most !== undefined && [...value].length > most) {
      reasons.push(`holds ${most} characters, not "${value}"`);
    }
  }
  for (const [key, value] of Object.entries(spec.params)) {
    if ((key === "domain" || key === "host") && typeof value === "string" && !isAllowed(value, domains)) {
      reasons.push(`may not be given the ${key} ${value}, which allowed_domains does not hold`);
    }
  }
  if (!keepsDistinct(spec)) {
    for (const key of uniqueKeysOf(table).filter((columns) => columns.includes(column.name))) {
      reasons.push(
        `is part of a unique key (${key.join(", ")}) and \`${spec.with}\` makes different values equal: choose one that keeps them apart`,
      );
    }
  }
  return reasons;
}

/** Why a transformation does not take the type of a column; empty when it does. */
export function typeMisfits(spec: MaskSpec, column: CatalogueColumn): string[] {
  const refused = (name: string, family: TypeFamily) => {
    const { types } = transformations[name as MaskSpec["with"]];
    return types === "any" || types.includes(family)
      ? []
      : [`\`${name}\` takes ${types.join(", ")}, not ${family}`];
  };
  if (spec.with === "json") {
    const bad = innerSpecs(spec).flatMap((inner) =>
      ["text", "integer", "boolean", "decimal"].some((f) => refused(inner.with, f as TypeFamily).length === 0)
        ? []
        : [`\`${inner.with}\` cannot stand inside JSON`],
    );
    return [...refused(spec.with, familyOf(column)), ...bad];
  }
  const wrong = refused(spec.with, familyOf(column));
  if (spec.with !== "array" || wrong.length > 0) return wrong;
  return innerSpecs(spec).flatMap((inner) => typeMisfits(inner, { ...column, isArray: false }));
}

/** The transformations inside `json` and `array`. */
export function innerSpecs(spec: MaskSpec): MaskSpec[] {
  if (spec.with === "array") return [spec.params.each as MaskSpec];
  return spec.with === "json" ? Object.values((spec.params.paths ?? {}) as Record<string, MaskSpec>) : [];
}

/** Whether what a mask replaces identifies a person. */
export function isIdentifying(rule: MaskRule): boolean {
  return rule.identifying ?? identifies(rule.spec);
}

function identifies(spec: MaskSpec): boolean {
  return spec.with === "array" ? innerSpecs(spec).some(identifies) : transformations[spec.with].identifying;
}

function keepsDistinct(spec: MaskSpec): boolean {
  return spec.with === "array" ? innerSpecs(spec).every(keepsDistinct) : transformations[spec.with].unique;
}

function isAllowed(domain: string, allowed: string[]): boolean {
  return allowed.some((one) => domain === one || domain.endsWith(`.${one}`));
}

function uniqueKeysOf(table: CatalogueTable): string[][] {
  return [table.primaryKey, ...table.uniqueKeys];
}
