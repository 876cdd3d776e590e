import type { CatalogueTable } from "../../catalogue";
import { familyOf } from "../rules/families";
import type { Kind } from "./kinds";
import { strongWords } from "./lexicon";
import { kindsOf } from "./nameKinds";
import { phrases } from "./phrases";
import { tableWords, type Subject } from "./tableWords";
import { singulars } from "./words";
import { nameWords } from "./vocabulary";

/** Tables of what may be chosen: `address_type`, `contact_status`. */
export function isCodeTable(table: CatalogueTable): boolean {
  const words = nameWords(table.name);
  return words.length > 1 && singulars(words.at(-1) ?? "").some((word) => codeWords.has(word));
}

const codeWords = new Set(
  "preset type kind status category method role class level template format".split(" "),
);

/** Programs that act for somebody, not the somebody. */
const programs =
  / (oauth2?|saml|sso|oidc|openid|api|http|auth|identity|payment|email|mail|sms|storage|cloud) (client|clients|provider|providers|agent|agents|application|applications|consumer|consumers) /;

export type { Subject } from "./tableWords";

/** After these the thing before them is what counts: a `customer_history` tells of customers, a `user_role` of roles. */
const transparent = new Set(
  "content contents body text texts log logs audit history data info information detail details list table tbl record records archive backup old new tmp temp view details master base main all unified view".split(
    " ",
  ),
);

/**
 * What the rows of a table are about: by its name, the last word first, and where that says nothing by what stands beside each
 * other in it. A table whose columns hold a person is about people whatever its name.
 */
export function subjectOf(table: CatalogueTable): Subject {
  const known = subjects.get(table);
  if (known !== undefined) return known;
  const named = byName(table.name);
  const subject = named === undefined ? byColumns(table) : corrected(named, table);
  subjects.set(table, subject);
  return subject;
}

/** Whether its name says what the table is about, or only its columns do. */
export function isNamed(table: CatalogueTable): boolean {
  return byName(table.name) !== undefined;
}

/** Puts right what a table is about, where its values say more than its names did. */
export function learnSubject(table: CatalogueTable, subject: Subject): void {
  subjects.set(table, subject);
}

const subjects = new WeakMap<CatalogueTable, Subject>();

function byName(name: string): Subject | undefined {
  const words = nameWords(name).filter((word) => !["t", "tb", "m", "x"].includes(word));
  const whole = tableWords.get(words.join("_")) ?? tableWords.get(words.join(""));
  if (whole) return whole;
  if (programs.test(` ${words.join(" ")} `)) return "system";
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
  if (
    first?.subject === "system" &&
    /^migrations?$/.test(first.word) &&
    found.some(({ subject }) => subject === "person")
  ) {
    return "person";
  }
  // `order_customer` is about customers, `customers_orders` about orders; a person anywhere makes a party's table one of people.
  if (first?.subject === "party" && found.some(({ subject }) => subject === "person")) return "person";
  return first?.subject;
}

/** What the name says, unless the columns know better: `membership_applications` with a surname and a birthday is about people. */
function corrected(named: Subject, table: CatalogueTable): Subject {
  if (named === "log" && isArranged(table)) return "thing";
  if (named === "person" && codeHeads.test(table.name) && strongIn(table).kinds.size === 0) return "thing";
  if (named === "person" && doubtful.test(table.name)) return ofPersons(table) ? "person" : "party";
  if (named === "person" && /accounts?$/i.test(table.name) && isLedger(table)) return "thing";
  if (named === "geo" && /(location|place|loc)s?$/i.test(table.name) && isAddress(table)) return "address";
  if (["person", "address", "credential"].includes(named)) return named;
  const { kinds, ownNames } = strongIn(table);
  const others = kinds.size - (kinds.has("name") ? 1 : 0);
  if (ownNames >= 2 && others >= 1) return "person";
  if (["party", "message", "log"].includes(named)) return named;
  if ((ownNames >= 1 && others >= 1) || (kinds.has("birth") && kinds.size >= 2)) return "person";
  return kinds.has("email") && kinds.size >= 2 ? "party" : named;
}

/** Tables of what may be chosen, noun first: `tipo_usuario`. */
const codeHeads =
  /^(tipos?|types?|categorias?|categories|estados?|situacao|statuts?|clases?|classes|rodzaj|soort)_/i;
/** A provider may be a doctor or a service. */
const doubtful = /(provider|agent|operator)s?$/i;

function ofPersons(table: CatalogueTable): boolean {
  const { kinds, ownNames } = strongIn(table);
  const signs = ["name", "birth", "number", "credential"].some((kind) => kinds.has(kind as Kind));
  return ownNames > 0 || signs || hasSex(table) || table.columns.some(({ name }) => ofLogins.test(name));
}

/** Columns that only those have who log in. */
const ofLogins = /^(user_?name|login|login_?name|(current|last)_sign_?in_(ip|at)|last_?login(_at|_ip)?)$/i;

/** Only people, and few other rows, have a sex. */
function hasSex(table: CatalogueTable): boolean {
  return table.columns.some(({ name }) =>
    /(^|_)(gender|sex|geschlecht|sexe|sexo|sesso|plec|kon)$/i.test(name),
  );
}

/** The accounts of a book-keeper. */
function isLedger(table: CatalogueTable): boolean {
  const signs = /^(accno|chart|heading|gifi|ledger|contra|balance_type|account_type)/i;
  return strongIn(table).kinds.size === 0 && table.columns.some(({ name }) => signs.test(name));
}

/** A `location` with a street or a postcode is somebody's. */
function isAddress(table: CatalogueTable): boolean {
  const said = table.columns.map(({ name }) => ` ${nameWords(name).join(" ")} `);
  const line = said.some(
    (one) => / (street|address|addr|address line) /.test(one) && !/ (id|type) $/.test(one),
  );
  return line && said.some((one) => / (zip|postcode|postal|zipcode|postalcode) /.test(one));
}

/** Kinds that the columns' names say by themselves, and how many are names of the one whom a row is about (no `contact_name`). */
export function strongIn(table: CatalogueTable): { kinds: ReadonlySet<Kind>; ownNames: number } {
  const kinds = new Set<Kind>();
  let ownNames = 0;
  for (const column of table.columns) {
    if (!["text", "date"].includes(familyOf(column))) continue;
    const words = nameWords(column.name);
    for (const { kind, sure } of kindsOf(words, "unknown")) {
      if (sure < 0.85 || !identifying.includes(kind)) continue;
      kinds.add(kind);
      if (kind === "name" && words.length <= 2 && words.some((word) => ownName.test(word))) ownNames++;
    }
  }
  return { kinds, ownNames };
}

const identifying: Kind[] = ["email", "phone", "name", "birth", "number", "credential", "address"];
const ownName =
  /^(first|last|full|given|family|middle|maiden|sur|fst|lst|firstname|lastname|surnames?|fullname|givenname|familyname|forename|fname|lname|vorname|nachname|familienname|prenom|apellidos?|cognome|sobrenome|voornaam|achternaam|fornamn|efternamn|imie|nazwisko)$/;

/** What some tables call the parts of a name: `first`, `last`, `given`. */
export const bareName = /^(l|s|u)?(first|last|middle|given|family|maiden|fn|ln|sn|mn|surname)$/i;

/** How many parts of a name stand beside each other without the word name. */
export function bareNames(table: CatalogueTable): number {
  return table.columns.filter(
    (one) => familyOf(one) === "text" && bareName.test(nameWords(one.name).join(" ")),
  ).length;
}

/** An event that people go to, not one that a machine notes. */
function isArranged(table: CatalogueTable): boolean {
  if (!/events?$/i.test(table.name)) return false;
  const signs = /^(title|slug|venue|capacity|starts?|ends?|admission|location|poster|agenda)$/;
  return table.columns.some(({ name }) => nameWords(name).some((word) => signs.test(word)));
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
  if (strongIn(table).ownNames >= 2 || bareNames(table) >= 2) return "person";
  if (kinds.has("birth") || kinds.has("credential") || hasSex(table)) return "person";
  if (kinds.has("name") && (kinds.has("email") || kinds.has("phone"))) return "person";
  if (kinds.has("email") || kinds.has("phone") || kinds.has("address")) return "party";
  return "unknown";
}
