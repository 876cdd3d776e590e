/** A table's name as rules write it; without a schema it means `public` (in a pack: any schema). */
export interface WrittenName {
  schema: string | undefined;
  table: string;
}

/**
 * Reads `table` or `schema.table`. Names are as the catalogue shows them: letters keep their case, blanks and any script
 * are fine without quotes. Only a part that holds a dot or begins with a double quote stands in double quotes, a quote
 * inside doubled: `"a.b"."say ""hi"""`. Undefined when it is not such a name.
 */
export function parseTableName(text: string): WrittenName | undefined {
  const parts = splitName(text);
  if (parts?.length === 1 && parts[0] !== undefined) return { schema: undefined, table: parts[0] };
  if (parts?.length === 2 && parts[1] !== undefined) return { schema: parts[0], table: parts[1] };
  return undefined;
}

/** The parts of a dotted name; undefined when a part is empty or a quote is not closed. */
export function splitName(text: string): string[] | undefined {
  const part = /("(?:[^"]|"")+"|[^."][^.]*)(\.|$)/y;
  const parts: string[] = [];
  for (let more = true; more;) {
    const match = part.exec(text);
    const found = match?.[1];
    if (match === null || found === undefined) return undefined;
    parts.push(found.startsWith('"') ? found.slice(1, -1).replaceAll('""', '"') : found);
    more = match[2] === ".";
  }
  return parts;
}

/** A name as it would be written in a rules file. */
export function writtenName(...parts: string[]): string {
  return parts.map((part) => (/\.|^"/.test(part) ? `"${part.replaceAll('"', '""')}"` : part)).join(".");
}

/**
 * The candidate that is nearest to `wanted`, when it is near enough to be what was meant: a few letters away, or longer or
 * shorter by whole parts (`phone`, `telephone`).
 */
export function nearest(wanted: string, candidates: Iterable<string>): string | undefined {
  const all = [...candidates];
  const within = all
    .filter(
      (one) => Math.min(one.length, wanted.length) >= 4 && (one.includes(wanted) || wanted.includes(one)),
    )
    .sort((a, b) => Math.abs(a.length - wanted.length) - Math.abs(b.length - wanted.length))[0];
  return byDistance(wanted, all) ?? within;
}

function byDistance(wanted: string, candidates: string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - wanted.length) >= bestDistance) continue;
    const distance = editDistance(wanted.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** ` Did you mean x?`, or nothing. */
export function hint(wanted: string, candidates: Iterable<string>): string {
  const near = nearest(wanted, candidates);
  return near === undefined ? "" : ` Did you mean \`${near}\`?`;
}

/** Insertions, deletions, replacements and swaps of neighbours between two words. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((last[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      }
      current.push(cost);
    }
    [before, last] = [last, current];
  }
  return last[b.length] ?? 0;
}
