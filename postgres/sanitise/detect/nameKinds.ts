import type { Kind } from "./kinds";
import { strongWords } from "./lexicon";
import { phrases } from "./phrases";
import type { Subject } from "./tableWords";
import { singulars } from "./words";
import { aboutTails, weakByWord, type WeakWord } from "./weakWords";

/** What words say together, in a table about `subject`; in `prose` (a comment) only what they say anywhere. */
export function kindsOf(words: string[], subject: Subject, prose = false): { kind: Kind; sure: number }[] {
  const joined = ` ${words.join(" ")} `;
  const phrase = phrases.find(({ pattern, kind }) => pattern.test(joined) && !(prose && kind === "nothing"));
  if (phrase?.kind === "nothing") return [];
  const last = words.at(-1) ?? "";
  const about = !prose && words.length > 1 && singulars(last).some((one) => aboutTails.has(one));
  // `email_status` holds a status; `phone_number_type` too.
  if (phrase && !(about && !joined.match(phrase.pattern)?.[0].trimEnd().endsWith(last))) {
    return [{ kind: phrase.kind, sure: phrase.sure }];
  }
  if (about) return [];
  const strong = words.map((word) => strongWords.get(word)).findLast((kind) => kind !== undefined);
  if (strong) return [{ kind: strong, sure: 0.9 }];
  if (prose) return [];
  return weakKinds(words, subject);
}

/** What only sounds personal: `product_name`, `email_template`. */
export function saysNothing(words: string[]): boolean {
  const joined = ` ${words.join(" ")} `;
  return phrases.find(({ pattern }) => pattern.test(joined))?.kind === "nothing";
}

const otherThings = new Set("id ids uuid guid code codes cd key keys number no nr count".split(" "));

const looseTokens = new Set("value code identifier state url".split(" "));
/** After the noun, as in `info_public` and `nom_complet`. */
const adjectives = new Set(
  "public publique private prive privee priv complet complete completo completa principal principale secondaire secundario secundaria fixe fijo perso personal personnel personnelle sede legale residenza ufficio casa bureau domicile dienstlich geschaeftlich beruflich zamieszkania zameldowania sluzbowy institucional zakelijk residencial comercial interne interna interno intern externe actual courant".split(
    " ",
  ),
);

/** The last word is the thing that a name names; the words before it count for less. */
function weakKinds(words: string[], subject: Subject): { kind: Kind; sure: number }[] {
  const ofAnother = words.length > 1 && otherThings.has(words.at(-1) ?? "");
  const telling = words.length > 1 ? words.filter((word, i) => i === 0 || !adjectives.has(word)) : words;
  return (ofAnother ? words.slice(-1) : telling.reverse()).flatMap((word, i) =>
    // A town in Danish and Swedish, but not in `grouped_by`.
    (word === "by" && words.length > 1 ? [] : weakOf(word)).map(({ kind, sure }) => {
      const here = subject === "unknown" ? sure.other : (sure[subject] ?? sure.other);
      // `unit_source_value` of a device is no key.
      const loose = kind === "token" && words.length > 1 && looseTokens.has(word);
      return { kind, sure: i === 0 && !loose ? here : here * 0.4 };
    }),
  );
}

/** Several people are named in one column as well: `photographers`. */
function weakOf(word: string): readonly WeakWord[] {
  const own = weakByWord.get(word);
  if (own !== undefined) return own;
  return singulars(word).flatMap((one) => (weakByWord.get(one) ?? []).filter(({ kind }) => kind === "name"));
}
