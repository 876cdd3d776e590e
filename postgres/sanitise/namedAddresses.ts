import type { MaskSpec, SanitisePlan } from "./plan";
import { innerSpecs } from "./rules/inner";

/** What ends an address, as `functions/texts.ts` says it to the server. */
const address = /([^\][\s@<>,;:"()|{}=&?/\\]+)@([^\][\s@<>,;:"()|{}=&?/\\'!#$%*+~^]+)/g;

/**
 * The addresses that rules name letter by letter, in lower case: values that stay (`keep_values`), exact results, constants and
 * choices. Whoever wrote them there expects them in the copy, in whichever domain they are.
 */
export function namedAddresses(plan: SanitisePlan): string[] {
  const texts = plan.tables.flatMap((table) =>
    table.columns.flatMap(({ mask, keepValues, exact }) => [
      ...keepValues,
      ...exact.map((one) => one.value),
      ...(mask === undefined ? [] : literalsOf(mask)),
    ]),
  );
  return [...new Set(texts.flatMap((text) => (typeof text === "string" ? addressesIn(text) : [])))].sort();
}

function literalsOf(spec: MaskSpec): unknown[] {
  const { value, values, text } = spec.params;
  const choices: unknown[] = Array.isArray(values) ? values : [];
  return [value, text, ...choices, ...innerSpecs(spec).flatMap(literalsOf)];
}

function addressesIn(text: string): string[] {
  return [...text.matchAll(address)].flatMap(([, local = "", domain = ""]) => {
    const [before, after] = [local.replace(/^['.*_~!#$%^+-]+/, ""), domain.replace(/[.-]+$/, "")];
    return before === "" || after === "" ? [] : [`${before}@${after}`.toLowerCase()];
  });
}
