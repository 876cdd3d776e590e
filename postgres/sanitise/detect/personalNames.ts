import type { CatalogueColumn, CatalogueTable } from "../../catalogue";
import { elementFamilyOf } from "../rules/families";
import { bareWords } from "./affixes";
import { strongWords } from "./lexicon";
import { fitting, standsForSomebody } from "./fitting";
import { inContext } from "./context";
import { kindWords, type Kind } from "./kinds";
import { kindsOf, saysNothing } from "./nameKinds";
import { isCodeTable, subjectOf, type Subject } from "./tableSubject";
import { tableWords } from "./tableWords";
import { tableKind } from "./tableKind";
import { nameWords } from "./vocabulary";

/** What a name, comment or type says of a column. */
export interface Hint {
  kind: Kind;
  /** From 0 to 1. */
  sure: number;
  reason: string;
}

/** From here on a hint alone makes a column look personal. */
export const sureEnough = 0.5;

/**
 * Why a column looks personal by its name, comment or type, as `its name speaks of e-mail addresses`; undefined when it
 * does not. Booleans say nothing of the kind, whatever their name. Without its table, a name counts as in a table of people
 * only where it says so itself.
 */
export function looksByName(column: CatalogueColumn, table?: CatalogueTable): string | undefined {
  return hintsOf(column, table).find(({ sure }) => sure >= sureEnough)?.reason;
}

/** Comments explain at length; what a column holds they say at first. */
const commentWords = 12;
const saidInComments: Kind[] = [
  "email",
  "phone",
  "name",
  "address",
  "birth",
  "credential",
  "token",
  "network",
];

/** Everything that name, type and comment say, the surest first; in a table about `subject`, by default what it is about by itself. */
export function hintsOf(
  column: CatalogueColumn,
  table?: CatalogueTable,
  subject: Subject = table ? subjectOf(table) : "unknown",
): Hint[] {
  const family = elementFamilyOf(column);
  if (family === "boolean") return [];
  const words = nameWords(column.name);
  const bare = table && bareWords(table, column.name);
  const said = bare && !saysNothing(words) ? withoutAffix(words, bare, subject) : kindsOf(words, subject);
  const named = inContext(said, column, table, subject);
  const ofTable = table && tableKind(table, bare ?? words);
  if (ofTable) named.unshift(ofTable);
  const hints = named.map(({ kind, sure }) => hint(kind, sure, "its name speaks of"));
  if (family === "ip" || column.baseType.startsWith("macaddr")) {
    hints.push({ kind: "network", sure: 0.9, reason: "its type holds network addresses" });
  }
  if (column.isDomain) {
    const domain = kindsOf(nameWords(column.type.replace(/^.*\./, "").replace(/\(.*/, "")), "unknown");
    hints.push(...domain.map(({ kind, sure }) => hint(kind, sure * 0.9, "its domain speaks of")));
  }
  const ofCodes = table !== undefined && isCodeTable(table);
  if (column.comment !== undefined && !ofCodes && !named.some(({ sure }) => sure >= sureEnough)) {
    const words = nameWords(column.comment).slice(0, commentWords);
    const said = kindsOf(words, "unknown", true).filter(
      (one) =>
        one.sure >= 0.8 &&
        saidInComments.includes(one.kind) &&
        !(one.kind === "name" && saysNothing(words)) &&
        !saysNothing(nameWords(column.name)),
    );
    hints.push(...said.map(({ kind, sure }) => hint(kind, sure * 0.85, "its comment speaks of")));
  }
  const fits = fitting(column, words, hints[0]?.kind);
  // A number that the table counts its rows by is a key, `emp_no` as well as `emp_id`.
  const counted =
    family === "integer" && table?.primaryKey.length === 1 && table.primaryKey[0] === column.name;
  if (counted && !standsForSomebody(words)) {
    for (const one of hints) if (one.kind === "number") one.sure *= 0.4;
  }
  return hints.filter(({ kind }) => fits(kind)).sort((a, b) => b.sure - a.sure);
}

/** What the name says; without its affix, where only words that say little by themselves speak in it. */
function withoutAffix(words: string[], bare: string[], subject: Subject): { kind: Kind; sure: number }[] {
  const enough = (said: { sure: number }[]) => said.some(({ sure }) => sure >= sureEnough);
  const whole = kindsOf(words, subject);
  // `lst_name` beside `lst_id` and `lst_sort` is the name of a list.
  const affix = words.find((word) => !bare.includes(word)) ?? "";
  if (affix.length <= 4 && !strongWords.has(affix) && !tableWords.has(affix)) return kindsOf(bare, subject);
  // In a table about the application itself weak words count for next to nothing.
  if (enough(kindsOf(words, "system"))) return whole;
  const rest = kindsOf(bare, subject);
  return enough(rest) ? rest : [...whole, ...rest];
}

function hint(kind: Kind, sure: number, verb: string): Hint {
  return { kind, sure, reason: `${verb} ${kindWords[kind]}` };
}
