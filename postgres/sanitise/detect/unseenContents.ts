import type { CatalogueColumn, CatalogueTable } from "../../catalogue";
import { familyOf } from "../rules/families";
import type { Around } from "./hiddenHints";
import type { Hint } from "./personalNames";
import { bareName, bareNames, strongIn } from "./tableSubject";
import { tableWords } from "./tableWords";
import { nameWords } from "./vocabulary";
import { aboutTails, harmlessWords } from "./weakWords";
import { singulars } from "./words";

const set = (words: string): ReadonlySet<string> => new Set(words.split(" "));
const hint = (kind: Hint["kind"], sure: number, reason: string): Hint => ({ kind, sure, reason });

/**
 * Columns of which names do not say what stands in them, as caches, sessions, settings and answers to forms: without a value that was
 * seen, what their table is for decides.
 */
export function unseenContents(
  table: CatalogueTable,
  column: CatalogueColumn,
  words: string[],
  around: Around,
): Hint | undefined {
  if ((around.sample?.values ?? 0) > 0) return undefined;
  if (!["text", "json", "bytes", "xml", "hstore", "array"].includes(familyOf(column))) return undefined;
  const of = new Set(nameWords(table.name).flatMap(singulars));
  return (
    stored(of, words) ??
    settings(table, of, words) ??
    answers(of, words, around) ??
    searched(words, around) ??
    partOfName(table, words, around) ??
    longText(table, column, words, around)
  );
}

const contentWords = set(
  "binary blob value values val data vdata content contents vars payload state response result body entry valor valore valeur wert session",
);
const has = (of: ReadonlySet<string>, words: ReadonlySet<string>) => [...words].some((word) => of.has(word));

/** What an application puts aside of what it shows to people. */
function stored(of: ReadonlySet<string>, words: string[]): Hint | undefined {
  if (!contentWords.has(words.at(-1) ?? "")) return undefined;
  if (of.has("cache")) return hint("text", 0.5, "a cache holds what was shown to people");
  if (has(of, set("session sess"))) return hint("text", 0.55, "a session holds what somebody did");
  return undefined;
}

const settingTables = set(
  "config configuration setting property preference option parameter param variable registry conf impostazione impostazioni einstellung einstellungen parametre ajuste configuracion configuracao instelling ustawienia prefs preferencias",
);
const settingValues = set("value val valor valore valeur wert waarde wartosc properties content data");
const settingNames =
  /^(k|key|name|nome|nom|nombre|nazwa|title|option|setting|param|parameter|var|variable|property|code|id|(\w+_)?(key|name|nome|nombre|var|title|option|param))$/i;

/** An application's settings: the password of its mail server stands among them. */
function settings(table: CatalogueTable, of: ReadonlySet<string>, words: string[]): Hint | undefined {
  if (!has(of, settingTables) || !settingValues.has(words.at(-1) ?? "")) return undefined;
  const keyed = table.columns.some(
    (one) =>
      familyOf(one) === "text" && settingNames.test(one.name) && nameWords(one.name).at(-1) !== words.at(-1),
  );
  return keyed ? hint("credential", 0.5, "settings may hold passwords, and none was seen") : undefined;
}

const answerTables = set(
  "answer response champ reponse respuesta risposta antwort resposta submission questionnaire survey intake form attr attribute field property metadata meta data value entry attribut revision version history audit",
);
const answerValues = set(
  "value val answer response content text data valeur valor valore wert reponse respuesta",
);

/** What somebody filled in, under a question or a field that stands elsewhere. */
function answers(of: ReadonlySet<string>, words: string[], { ofPeople }: Around): Hint | undefined {
  if (!answerValues.has(words.at(-1) ?? "") || words.length > 2 || !has(of, answerTables)) return undefined;
  if (
    has(of, set("option type definition")) ||
    words.some((word) => /^(default|placeholder|select)$/.test(word))
  ) {
    return undefined;
  }
  const asked = has(
    of,
    set("answer response champ reponse respuesta risposta antwort resposta submission intake"),
  );
  const kept = of.has("form") ? has(of, set("value entry")) : has(of, set("revision version history audit"));
  const somebodys = ofPeople || [...of].some((word) => tableWords.get(word) === "person");
  return asked || kept || somebodys ? hint("text", 0.5, "it holds what somebody filled in") : undefined;
}

/** Words gathered from other columns, so that people are found by them. */
function searched(words: string[], { ofPeople, subject }: Around): Hint | undefined {
  const joined = ` ${words.join(" ")} `;
  return / (search|fulltext|full text|text search) (terms?|text|index|vector|data|content|body|blob) $/.test(
    joined,
  ) &&
    (ofPeople || subject === "person" || subject === "message")
    ? hint("text", 0.5, "it gathers the words by which people are found")
    : undefined;
}

/** `suffix` beside a first and a last name. */
function partOfName(table: CatalogueTable, words: string[], { subject }: Around): Hint | undefined {
  if (words.length === 1 && bareNames(table) >= 2) {
    if (bareName.test(words[0] ?? "")) {
      return hint("name", 0.8, "first and last names stand beside each other");
    }
    if (/^(suffix|prefix|initials?)$/.test(words[0] ?? "")) {
      return hint("name", 0.6, "it is a part of the names beside it");
    }
  }
  const part =
    words.length === 1 &&
    /^(suffix|prefix|initial|initials|salutation|alias|altname|aka)$/.test(words[0] ?? "");
  return part && subject === "person" && strongIn(table).ownNames > 0
    ? hint("name", 0.6, "it is a part of the names beside it")
    : undefined;
}

const notText = set(
  "id ids uuid guid key keys url uri urls link path slug code codes hash digest token ref type class handler script template sql css html json xml yaml query pattern regex fields columns filter filters options",
);

/** In a table that limits its short texts, the ones without limit are written by hand: of somebody, where rows are somebody's. */
function longText(
  table: CatalogueTable,
  column: CatalogueColumn,
  words: string[],
  { ofPeople, subject }: Around,
): Hint | undefined {
  if (column.baseType !== "text" || column.isArray || column.maxLength !== undefined) return undefined;
  const short = table.columns.filter((one) => one.baseType === "varchar");
  const long = table.columns.filter((one) => one.baseType === "text");
  if (short.length < 2 || long.length > short.length + 1) return undefined;
  const last = words.at(-1) ?? "";
  if (notText.has(last) || aboutTails.has(last) || words.some((word) => harmlessWords.has(word))) {
    return undefined;
  }
  const people = subject === "person" || subject === "message";
  return people || (ofPeople && ["unknown", "log", "party"].includes(subject))
    ? hint("text", 0.5, "a text without limit beside short ones, in a table of people")
    : undefined;
}
