import type { CatalogueColumn } from "../../catalogue";
import type { MaskSpec } from "../plan";
import type { MaskRule, TableRule } from "./document";
import type { CatalogueIndex } from "./lookup";
import { textLength } from "./domains/transformation";
import { hint, splitName, writtenName } from "./names";
import { shown, type YamlReader } from "./reader";

interface Target {
  rule: TableRule;
  mask: MaskRule;
}

/**
 * Gives each mask that says `same_as: table.column` what stands at that column: the transformation with its parameters and the kept
 * values. So a copy of a value, such as the address on an invoice, cannot be forgotten when the rule of its source changes.
 * @param tables the rules' own; then those of packs, in which a source may stand as well.
 */
export function resolveSameAs(reader: YamlReader, tables: TableRule[], packs: TableRule[]): TableRule[] {
  const targets = new Map<string, Target>();
  for (const rule of [...packs, ...tables]) {
    for (const mask of rule.mask) {
      targets.set(writtenName(rule.schema ?? "public", rule.table, mask.column), { rule, mask });
    }
  }
  return tables.map((rule) => ({
    ...rule,
    mask: rule.mask.flatMap((mask) => {
      if (mask.sameAs === undefined) return [mask];
      return (
        resolve(reader, mask, targets, [writtenName(rule.schema ?? "public", rule.table, mask.column)]) ?? []
      );
    }),
  }));
}

function resolve(
  reader: YamlReader,
  mask: MaskRule,
  targets: Map<string, Target>,
  seen: string[],
): MaskRule | undefined {
  const refuse = (message: string): undefined => {
    reader.faults.push({
      place: mask.place,
      message: `\`same_as: ${mask.sameAs}\` ${message}`,
      kind: "shape",
    });
    return undefined;
  };
  const name = fullName(mask.sameAs ?? "");
  if (name === undefined) return refuse(`is no column: write \`table.column\` or \`schema.table.column\``);
  if (seen.includes(name)) return refuse("leads back to itself");
  const found = targets.get(name);
  if (found === undefined) {
    return refuse(`has no mask in these rules or their packs.${hint(name, targets.keys())}`);
  }
  const source =
    found.mask.sameAs === undefined ? found.mask : resolve(reader, found.mask, targets, [...seen, name]);
  if (source === undefined) return undefined;
  if (source.where !== undefined && mask.where === undefined) {
    return refuse(
      "is masked only for some rows: say with `where` for which rows of this table (`where: 'true'` for all)",
    );
  }
  if (source.exact.length > 0 && mask.exact.length === 0) {
    return refuse(
      "has `exact` values for some rows: say with `exact` which rows here hold them (`exact: [{ where: 'false', value: null }]` for none)",
    );
  }
  const spec = withPerson(source.spec, mask.spec.params.person);
  if (source.spec.params.person !== undefined && mask.spec.params.person === undefined) {
    return refuse(
      `says \`person: ${shown(source.spec.params.person)}\`, a column of its own table: name here with \`person\` the column that refers to it`,
    );
  }
  return { ...mask, spec, keepValues: mask.keepValues.length > 0 ? mask.keepValues : source.keepValues };
}

/** Characters from which on a result is no longer cut to its column. */
function whole(spec: MaskSpec, domains: string[]): number {
  const domain = textLength(spec.params.domain, domains[0]);
  const named = spec.params.person === undefined ? 20 : 40;
  if (spec.with === "email") return named + 1 + domain;
  if (spec.with === "username") return named;
  return ["first-name", "last-name", "full-name", "city", "hash"].includes(spec.with) ? 40 : 300;
}

/** Why a copy would not hold the same as its source: one of them is narrower, and a result is cut to what fits. */
export function copyMisfits(
  mask: MaskRule,
  column: CatalogueColumn,
  index: CatalogueIndex,
  domains: string[],
): string[] {
  const [name, table, schema] = [...(splitName(mask.sameAs ?? "") ?? [])].reverse();
  const source =
    table === undefined ? undefined : index.find(schema, table)?.columns.find((one) => one.name === name);
  if (source === undefined) return [];
  const sizes = [source.maxLength, column.maxLength].map((size) =>
    Math.min(size ?? Infinity, whole(mask.spec, domains)),
  );
  if (sizes[0] === sizes[1]) return [];
  const held = (one: CatalogueColumn) =>
    one.maxLength === undefined ? "any number of" : String(one.maxLength);
  return [
    `holds ${held(column)} characters and \`${mask.sameAs}\` ${held(source)}: \`${mask.spec.with}\` is cut to what fits, so the two would differ`,
  ];
}

function withPerson(spec: MaskSpec, person: unknown): MaskSpec {
  return person === undefined ? spec : { ...spec, params: { ...spec.params, person } };
}

function fullName(written: string): string | undefined {
  const parts = splitName(written);
  if (parts === undefined || parts.length < 2 || parts.length > 3) return undefined;
  return writtenName(...(parts.length === 2 ? ["public", ...parts] : parts));
}
