import type { CatalogueTable } from "../../catalogue";
import { familyOf } from "../rules/families";
import { phrases } from "./phrases";
import { strongWords } from "./lexicon";
import type { Kind } from "./kinds";
import { tableWords, type Subject } from "./tableWords";
import { singulars } from "./words";
import { nameWords } from "./vocabulary";

export type { Subject } from "./tableWords";

/** After these the thing before them is what counts: a `customer_history` tells of customers, a `user_role` of roles. */
const transparent = new Set(
  "log logs audit history data info information detail details list table tbl record records archive backup old new tmp temp view details master base main all unified view".split(
    " ",
  ),
);

/**
 * What the rows of a table are about: by its name, the last word first, and where that says nothing by what stands beside each
 * other in it.
 */
export function subjectOf(table: CatalogueTable): Subject {
  const known = subjects.get(table);
  if (known !== undefined) return known;
  const subject = byName(table.name) ?? byColumns(table);
  subjects.set(table, subject);
  return subject;
}

const subjects = new WeakMap<CatalogueTable, Subject>();

function byName(name: string): Subject | undefined {
  const words = nameWords(name).filter((word) => !["t", "tb", "m", "x"].includes(word));
  const whole = tableWords.get(words.join("_")) ?? tableWords.get(words.join(""));
  if (whole) return whole;
  const found = [...words].reverse().flatMap((word) => {
    const subject = singulars(word)
      .map((one) => tableWords.get(one))
      .find((one) => one !== undefined);
    return subject ? [{ word, subject }] : [];
  });
  const telling = found.find(({ word }) => !transparent.has(word));
  const log = found.find(({ subject }) => subject === "log");
  if (log && found[0] === log) return "log";
  const first = telling ?? found[0];
  // `order_customer` is about customers, `customers_orders` about orders; a person anywhere makes a party's table one of people.
  if (first?.subject === "party" && found.some(({ subject }) => subject === "person")) return "person";
  return first?.subject;
}

function byColumns(table: CatalogueTable): Subject {
  const kinds = new Set<Kind>();
  for (const column of table.columns) {
    if (!["text", "array", "date"].includes(familyOf(column))) continue;
    const words = nameWords(column.name);
    const joined = ` ${words.join(" ")} `;
    const phrase = phrases.find(({ pattern }) => pattern.test(joined));
    if (phrase) {
      if (phrase.kind !== "nothing") kinds.add(phrase.kind);
    } else for (const word of words) kinds.add(strongWords.get(word) ?? "text");
  }
  if (kinds.has("birth") || kinds.has("credential")) return "person";
  if (kinds.has("name") && (kinds.has("email") || kinds.has("phone"))) return "person";
  if (kinds.has("email") || kinds.has("phone") || kinds.has("address")) return "party";
  return "unknown";
}
