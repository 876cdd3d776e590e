import type { CatalogueColumn, CatalogueTable } from "../../catalogue";
import { elementFamilyOf } from "../rules/families";
import { isPlace } from "./harmless";
import { bareWords } from "./affixes";
import { strongWords } from "./lexicon";
import { canHold, kindWords, type Kind } from "./kinds";
import { kindsOf, saysNothing } from "./nameKinds";
import { isCodeTable, isNamed, subjectOf, type Subject } from "./tableSubject";
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
  // A code by which somebody gets in may be kept as a number.
  const codes =
    /integer|decimal/.test(family) && words.some((word) => /^(codes?|otp|pin|passcode)$/.test(word));
  // `provider_customer_id` as a uuid is a reference to a row here, which a mask would cut.
  const ownReference =
    family === "uuid" &&
    words.at(-1) === "id" &&
    !words.some((word) =>
      /^(visitor|anonymous|tracking|advertising|installation|ad|cookie|device)$/.test(word),
    );
  const named2 =
    words.length === 2 &&
    words[0] === "id" &&
    !/^(number|no|nr|num|card|document|documento)$/.test(words[1] ?? "");
  const reference =
    family === "integer" &&
    (words.at(-1) === "id" || named2) &&
    !/ (national|tax|passport|voter|citizen|government|govt) id $/.test(` ${words.join(" ")} `);
  // `medicare_wages_amount` holds an amount: what a number is, its last words say.
  const strayNumber =
    /integer|decimal/.test(family) &&
    words.length > 2 &&
    ["phone", "number", "sensitive"].some((kind) => hints[0]?.kind === kind) &&
    !kindsOf(words.slice(-2), "unknown").some(({ sure }) => sure >= 0.8);
  const fits = ({ kind }: Hint) => {
    if (family === "text" && !column.isArray && (column.maxLength ?? Infinity) < (shortest[kind] ?? 1))
      return false;
    if (
      /^(id|ids|uuid|guid)$/.test(words.at(-1) ?? "") &&
      !["token", "number", "username", "credential", "network", "picture"].includes(kind)
    ) {
      return false;
    }
    if (kind === "name" && words.length > 1 && /^(code|codes|cd)$/.test(words.at(-1) ?? "")) return false;
    if (strayNumber && kind === hints[0]?.kind) return false;
    if (kind === "network" && family === "integer")
      return /^(ip|ipaddr|ipaddress|addr)$/.test(words.at(-1) ?? "");
    if (kind === "address" && /integer|decimal/.test(family))
      return numberedPlaces.test(` ${words.join(" ")} `);
    if (reference || (family === "uuid" && words.includes("fingerprint"))) return false;
    if (kind === "token" || kind === "credential") return (codes || canHold(kind, family)) && !ownReference;
    if (kind === "location" && family === "integer") return words.some((word) => mapWords.has(word));
    return canHold(kind, family);
  };
  // A number that the table counts its rows by is a key, `emp_no` as well as `emp_id`.
  const counted =
    family === "integer" && table?.primaryKey.length === 1 && table.primaryKey[0] === column.name;
  if (counted) {
    for (const one of hints) {
      if (one.kind === "number" && !personal.test(` ${words.join(" ")} `)) one.sure *= 0.4;
    }
  }
  return hints.filter(fits).sort((a, b) => b.sure - a.sure);
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

/** What the columns beside it add: `state` is of an address only beside one, `name` a person's beside an e-mail address. */
function inContext(
  named: { kind: Kind; sure: number }[],
  column: CatalogueColumn,
  table: CatalogueTable | undefined,
  subject: Subject,
): { kind: Kind; sure: number }[] {
  if (table === undefined) return named;
  const beside = new Set(besides(table));
  const words = nameWords(column.name);
  const last = words.at(-1) ?? "";
  const ofThings = ["thing", "geo", "system", "content"].includes(subject);
  return named.map(({ kind, sure }) => {
    if (kind === "address" && ["state", "region", "place", "st"].includes(last)) {
      const own = bareWords(table, column.name) ?? words;
      const ofAddress =
        own.length === 1 ||
        words.slice(0, -1).some((word) => addressParts.has(word) || tableWords.get(word) === "person");
      // Alone beside a postcode, it is more likely how far the row has come.
      const bare = last === "state" && (bareWords(table, column.name) ?? words).length === 1;
      const among = beside.has("address") && (!bare || besideTown(table));
      return { kind, sure: among && ofAddress ? sure : sure * 0.3 };
    }
    if (kind === "address" && subject === "unknown" && words.length === 1 && addressColumns(table) >= 3) {
      return { kind, sure: Math.max(sure, 0.6) };
    }
    // A log that notes where a request came from notes the town as well.
    if (
      ["address", "location"].includes(kind) &&
      ["log", "credential", "geo", "unknown"].includes(subject) &&
      beside.has("network") &&
      words.length === 1
    ) {
      return { kind, sure: Math.max(sure, last === "country" ? 0.3 : 0.55) };
    }
    const open =
      ["message", "log", "unknown", "credential"].includes(subject) ||
      (subject === "party" && !isNamed(table));
    // Which machine took a job.
    if (
      kind === "username" &&
      /^(locked|reserved|run|picked|executed|processed) by$/.test(words.join(" ")) &&
      jobs.test(table.name)
    ) {
      return { kind, sure: sure * 0.3 };
    }
    if (kind === "name" && open && sure >= 0.3 && (beside.has("email") || beside.has("phone"))) {
      return { kind, sure: Math.max(sure, 0.65) };
    }
    // People have names to show, and so have plans, organisations and whatever else is listed.
    const shown = kind === "username" && last === "name" && words.at(-2) === "display";
    if (shown && ofThings) return { kind, sure: sure * 0.4 };
    const ofOne = table.columns.some((one) => /avatar|user_?id$|account_?id$/i.test(one.name));
    const alone =
      !ofOne && !(["email", "phone", "credential", "birth"] as const).some((one) => beside.has(one));
    if (shown && alone && ["party", "unknown"].includes(subject)) return { kind, sure: sure * 0.5 };
    if (kind === "name" && subject === "party" && words.length === 1 && isPlace(table)) {
      return { kind, sure: sure * 0.4 };
    }
    // Organisations and packages have handles as well.
    const owner = tableWords.get(words.at(-2) ?? "");
    const ofOthers = ofThings || subject === "party" || owner === "party" || owner === "thing";
    if (kind === "username" && last === "handle" && ofOthers) return { kind, sure: sure * 0.5 };
    // What a payment service calls a plan is nobody's.
    if (kind === "token" && last === "id" && ofThings) return { kind, sure: sure * 0.5 };
    if (
      (kind === "picture" || kind === "username") &&
      words.some((word) => /^(icon|logo|favicon|emoji|flag|badge)$/.test(word))
    ) {
      return { kind, sure: sure * 0.5 };
    }
    if (kind === "name" && subject === "system") return { kind, sure: sure * 0.5 };
    if (kind === "text" && ["system", "content"].includes(subject)) return { kind, sure: sure * 0.4 };
    if (
      kind === "text" &&
      elementFamilyOf(column) === "json" &&
      jsonOfPeople.has(last) &&
      !ofThings &&
      sure >= 0.3
    ) {
      return { kind, sure: Math.max(sure, 0.52) };
    }
    return { kind, sure };
  });
}

const jobs = /(jobs?|queues?|tasks?|outbox|batch(es)?|workers?|locks?)$/i;
/** Shorter ones there are not, in characters: a `gets_mail char(1)` is a flag. */
const shortest: Partial<Record<Kind, number>> = {
  email: 6,
  phone: 4,
  credential: 4,
  token: 4,
  network: 4,
  number: 3,
  text: 4,
  username: 2,
  address: 2,
};
/** What of an address may be kept as a number. */
const numberedPlaces =
  / (zip|zipcode|postcode|postalcode|plz|cep|cap|psc|postnummer|postnr|(house|hausnr|huis|street|door|apartment|flat) ?(no|nr|number|num|nummer|numero)?|housenumber|hausnummer|huisnummer) $/;
/** Numbers for fractions of a degree. */
const mapWords = new Set("latitude longitude lat lng lon".split(" "));
/** Numbers that stand for a person outside the database as well. */
const personal =
  / (national|tax|passport|ssn|social|identity|insurance|voter|citizen|card|account|acct|iban|licen[cs]e|mrn|nhs) /;
const addressParts = new Set(
  "billing bill shipping ship home mailing delivery address addr residence residential postal work".split(
    " ",
  ),
);
const besideOf = new WeakMap<CatalogueTable, Kind[]>();

/** Kinds that the names of a table's columns say themselves. */
function besides(table: CatalogueTable): Kind[] {
  const known = besideOf.get(table);
  if (known) return known;
  const all = table.columns.filter((one) => elementFamilyOf(one) === "text");
  const kinds = all.flatMap((one) => {
    const said = kindsOf(nameWords(one.name), "unknown").filter(({ sure }) => sure >= 0.8);
    return [
      ...said.map(({ kind }) => kind),
      ...(nameWords(one.name).at(-1) === "city" ? (["address"] as const) : []),
    ];
  });
  if (table.columns.some((one) => elementFamilyOf(one) === "ip")) kinds.push("network");
  if (table.columns.some((one) => elementFamilyOf(one) === "ip")) kinds.push("network");
  besideOf.set(table, kinds);
  return kinds;
}

/** How many columns may each be a part of an address. */
function addressColumns(table: CatalogueTable): number {
  const said = (name: string) =>
    kindsOf(nameWords(name), "address").some((one) => one.kind === "address" && one.sure >= 0.8);
  return table.columns.filter((one) => elementFamilyOf(one) === "text" && said(one.name)).length;
}

/** A town by itself: `recipient_town` says nothing of a `state`. */
function besideTown(table: CatalogueTable): boolean {
  return table.columns.some(({ name }) => {
    const words = bareWords(table, name) ?? nameWords(name);
    return words.length === 1 && /^(city|town|suburb|locality|county|zip|zipcode)$/.test(words[0] ?? "");
  });
}

function hint(kind: Kind, sure: number, verb: string): Hint {
  return { kind, sure, reason: `${verb} ${kindWords[kind]}` };
}

const jsonOfPeople = new Set(
  "profile preferences info details data payload params context ctx extra metadata meta headers body fields raw request response changes object snapshot attachments".split(
    " ",
  ),
);
