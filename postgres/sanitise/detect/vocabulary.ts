import { strongWords } from "./lexicon";
import { tableWords } from "./tableWords";
import { aboutTails, harmlessWords, weakByWord } from "./weakWords";
import { fold, wordsOf } from "./words";

/** Further words of which names are made, so that `customerfirstname` falls apart in the right places. */
const joints =
  "first last full given family middle maiden name number nummer numer nr no id date datum data of de birth tel code reply private public api access refresh session device user " +
  "new old display ship bill privat private sat mfa additional info approval social sess push remote received naam navn namn strasse haus straat telefon mobil handy geburts postal zip billing shipping home work emergency contact bank account card credit social security tax national passport " +
  "dd mm yyyy health closed opened large visiting executing year month day death check server log cliente razon ragione raison razao social sociale cli prov deceased actor verify credit expiration failed two factor net src dst person labor lab alt other father spouse partner clinician representative callee driver license licence line primary secondary mother father middle preferred legal secret answer question hashed encrypted reset token verification confirmation client customer member order";

/** Every word that a list knows. */
export const vocabulary: ReadonlySet<string> = new Set([
  ...strongWords.keys(),
  ...weakByWord.keys(),
  ...tableWords.keys(),
  ...aboutTails,
  ...harmlessWords,
  ...joints.split(" ").map(fold),
]);

/** The words of a table's or column's name. */
export function nameWords(name: string): string[] {
  const known = remembered.get(name);
  if (known !== undefined) return known;
  const words = joinPairs(wordsOf(name, vocabulary));
  if (remembered.size > 100_000) remembered.clear();
  remembered.set(name, words);
  return words;
}

/** `file_name` is one thing, as `filename` is; a `state_name` is a state. */
function joinPairs(words: string[]): string[] {
  const joined = ` ${words.join(" ")} `
    .replace(/ (?:file|upload|uploaded) (?:name|nm) /g, " filename ")
    .replace(/ (ship|bill|sold|deliver)to /g, " $1 to ")
    // What a text was made into is the text all the same.
    .replace(/(?<= \S+) (?:html|markdown|rendered) $/, " ")
    .replace(/ (city|town|state|region|province|county|district|suburb) (?:name|nm) /g, " $1 ");
  return joined
    .trim()
    .split(" ")
    .filter((word) => word !== "");
}

const remembered = new Map<string, string[]>();
