import { isDeepStrictEqual } from "node:util";
import type { MaskRule } from "./document";
import type { Reference } from "./closure";
import type { RuleFault } from "./faults";
import type { TableIntent } from "./intent";
import type { CatalogueIndex } from "./lookup";

/** Foreign keys whose two ends would become different, or which a table's own rows cannot be followed through. */
export function referenceFaults(all: Reference[], index: CatalogueIndex): RuleFault[] {
  return all.flatMap((reference) => [
    ...unequalEnds(reference, index),
    ...unlikeSelves(reference, all, index),
  ]);
}

function unequalEnds({ key, from, to }: Reference, index: CatalogueIndex): RuleFault[] {
  if (from.action !== undefined || to.action !== undefined) return [];
  return key.columns.flatMap((column, i) => {
    const target = key.targetColumns[i] ?? "";
    const [mask, targetMask] = [maskOf(from, column), maskOf(to, target)];
    const place = mask?.place ?? targetMask?.place;
    if (
      place === undefined ||
      mask?.spec.with === "null" ||
      isDeepStrictEqual(meaning(mask), meaning(targetMask))
    ) {
      return [];
    }
    const ends = `\`${index.write(from.table)}.${column}\` refers to \`${index.write(to.table)}.${target}\``;
    const message = `${ends} (${key.name}): mask both in the same way, or neither`;
    return [{ place, message, kind: "does not fit" }];
  });
}

/** A table that loses rows and refers to itself by keys of different columns: the rows that follow cannot be written as one condition. */
function unlikeSelves({ key, from, to }: Reference, all: Reference[], index: CatalogueIndex): RuleFault[] {
  if (from !== to || from.delete === undefined) return [];
  const first = all.find((other) => other.from === from && other.to === from)?.key;
  if (isDeepStrictEqual(first?.targetColumns, key.targetColumns)) return [];
  const message = `\`${index.write(from.table)}\` refers to itself by keys of different columns (${first?.name}, ${key.name}) and cannot lose some of its rows: \`truncate\` it, or mask one of the columns with \`null\``;
  return [{ place: from.delete.rule.place, message, kind: "closure" }];
}

function maskOf(intent: TableIntent, column: string): MaskRule | undefined {
  return intent.columns.get(column)?.mask;
}

function meaning(mask: MaskRule | undefined): unknown {
  return mask && [mask.spec, mask.where, mask.keepValues, mask.exact];
}
