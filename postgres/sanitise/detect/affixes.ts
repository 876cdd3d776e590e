import type { CatalogueTable } from "../../catalogue";
import { nameWords } from "./vocabulary";

/** Below this many columns that share a word, it may be chance. */
const fewest = 3;
const share = 0.6;
/** With these gone, a reference to a user would be the user. */
const ends = new Set("id ids uuid by at on key code no number name date type".split(" "));

/**
 * The words of a column's name without what most columns of its table begin or end with: `nom_adh` beside `prenom_adh` and `ville_adh`
 * is `nom`, `rc_ip` beside `rc_title` is `ip`. Undefined where its name has no such affix.
 */
export function bareWords(table: CatalogueTable, column: string): string[] | undefined {
  const { heads, tails } = affixesOf(table);
  const words = nameWords(column);
  const from = words.length > 1 && heads.has(words[0] ?? "") ? 1 : 0;
  const to = words.length - from > 1 && tails.has(words.at(-1) ?? "") ? -1 : undefined;
  return from === 0 && to === undefined ? undefined : words.slice(from, to);
}

interface Affixes {
  heads: ReadonlySet<string>;
  tails: ReadonlySet<string>;
}

const affixes = new WeakMap<CatalogueTable, Affixes>();

function affixesOf(table: CatalogueTable): Affixes {
  const known = affixes.get(table);
  if (known) return known;
  const names = table.columns.map(({ name }) => nameWords(name));
  const most = Math.max(fewest, share * names.length);
  const shared = (words: (string | undefined)[]) => {
    const counts = new Map<string, number>();
    for (const word of words) if (word !== undefined) counts.set(word, (counts.get(word) ?? 0) + 1);
    return new Set(
      [...counts].filter(([word, count]) => count >= most && !ends.has(word)).map(([word]) => word),
    );
  };
  const found = {
    heads: shared(names.map((words) => words[0])),
    tails: shared(names.map((words) => words.at(-1))),
  };
  affixes.set(table, found);
  return found;
}
