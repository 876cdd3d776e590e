import type { CatalogueColumn, CatalogueTable } from "../../catalogue";
import { familyOf } from "../rules/families";
import { bareWords } from "./affixes";
import { unseenContents } from "./unseenContents";
import { link, ofSomebody, ownNumber, session } from "./somebodysHints";
import type { Hint } from "./personalNames";
import type { ColumnSample } from "./sample";
import { strongIn, type Subject } from "./tableSubject";
import { nameWords } from "./vocabulary";
import { tableWords } from "./tableWords";
import { aboutTails } from "./weakWords";
import { singulars } from "./words";

export interface Around {
  subject: Subject;
  sample: ColumnSample | undefined;
  ofPeople: boolean;
  refersTo: string | undefined;
}

/** What a column may hide though its table is about no one: what people wrote, what others answered, codes that are worth money. */
export function hiddenHints(table: CatalogueTable, column: CatalogueColumn, around: Around): Hint[] {
  const words = bareWords(table, column.name) ?? nameWords(column.name);
  const hints = [
    written(table, column, words, around),
    opaque(table, column, words, around),
    voucher(table, words),
    anyValue(table, words, around),
    slug(words, around),
    elsewhere(words, around),
    ofSomebody(table, column, words, around),
    session(table, column, words),
    link(table, words),
    ownNumber(table, column, words, around),
    unseenContents(table, column, words, around),
  ];
  return hints
    .filter((one) => one !== undefined)
    .filter(({ kind }) => kind !== "token" || familyOf(column) === "text");
}

const writtenWords = set(
  "content text reason reasons details detail description descriptions notes note comment comments commentary message messages body explanation explanations remark remarks feedback statement justification complaint answer response summary bemerkung begrundung kommentar commentaire motif observaciones opmerking",
);
const writtenTables = set(
  "report reports flag flags ticket tickets feedback feedbacks complaint complaints appeal appeals review reviews post posts dispute disputes objection objections ban bans warning warnings suspension suspensions commentary commentaries cancellation cancellations rejection rejections moderation moderations block blocks strike strikes sanction sanctions",
);
const surelyWritten =
  /^(text|content|notes?|comments?|message|messages|body|feedback|complaint|remarks?|bemerkung|kommentar|commentaire|reply)$/;
/** Shorter texts are names and labels. */
const shortestText = 100;

/** Free text in a table whose rows somebody writes. */
function written(
  table: CatalogueTable,
  column: CatalogueColumn,
  words: string[],
  { subject, ofPeople }: Around,
): Hint | undefined {
  const last = words.at(-1) ?? "";
  if (familyOf(column) !== "text" || (column.maxLength ?? shortestText) < shortestText) return undefined;
  if (!writtenWords.has(last) || (aboutTails.has(last) && words.length > 1)) return undefined;
  const byUsers = nameWords(table.name).some((word) => writtenTables.has(word));
  if (byUsers && ofPeople) return hint("text", 0.6, "its name speaks of what a user wrote about somebody");
  if (byUsers && !["content", "system"].includes(subject)) {
    return hint("text", 0.5, "its name speaks of what a user wrote");
  }
  return ofPeople
    ? hint(
        "text",
        surelyWritten.test(last) ? 0.5 : 0.4,
        "its name speaks of free text, and its table refers to people",
      )
    : undefined;
}

const opaqueWords = set(
  "source payload response raw data event webhook metadata meta extra extras callback body request params result notification record snapshot document xml json info content object value values attributes properties context details variables additional custom unstructured camt ebics kyc",
);
const partyWords = set(
  "bank payment payments transaction transactions camt ebics mt stripe paypal adyen webhook charge refund payout sepa mandate kyc provider integration gateway iban swift",
);

/** JSON or XML of which no document was seen: what a bank or a service answers names people somewhere. */
function opaque(
  table: CatalogueTable,
  column: CatalogueColumn,
  words: string[],
  { subject, sample, ofPeople }: Around,
): Hint | undefined {
  const family = familyOf(column);
  const raw =
    family === "text" &&
    !/^(url|uri|key|id|type|name|path|file|digest|hash)$/.test(words.at(-1) ?? "") &&
    words.some((word) => /^(payload|raw|webhook|camt|ebics|xml|json)$/.test(word));
  if (!["json", "xml", "hstore"].includes(family) && !raw) return undefined;
  if (raw && (column.maxLength ?? shortestText) < shortestText) return undefined;
  if (sample !== undefined && sample.values > 0) return undefined;
  const last = words.at(-1) ?? "";
  const ofOne = aboutSomebody(table) && /^(preferences|settings|prefs|options|state)$/.test(last);
  if (ofOne && subject !== "person") {
    return hint("text", 0.35, "its documents are unknown, and somebody's own");
  }
  if (aboutTails.has(last) && last !== "source") return undefined;
  if (family !== "text" && subject === "person" && strongIn(table).ownNames > 0) {
    return hint("text", 0.5, "its documents are unknown, and its table is one of people");
  }
  if (!words.some((word) => opaqueWords.has(word))) return undefined;
  if (ofPeople && (family !== "text" || !["thing", "system", "content"].includes(subject))) {
    return hint("text", 0.5, "its documents are unknown, and its table refers to people");
  }
  if (subject === "person" || strongIn(table).kinds.size > 0) {
    return hint("text", 0.6, "its documents are unknown, and its table is personal");
  }
  const party = [...words, ...nameWords(table.name)].some((word) => partyWords.has(word));
  return hint(
    "text",
    party ? 0.45 : 0.35,
    party ? "its documents are a bank's or a service's, and unknown" : "its documents are unknown",
  );
}

const worthWords = set(
  "coupon coupons voucher vouchers gift upgrade promo promotion redeem redemption redemptions referral referrals invite invites invitation invitations license licence activation claim giftcard giftcards gutschein",
);

/** Codes by which whoever holds them gets something. */
function voucher(table: CatalogueTable, words: string[]): Hint | undefined {
  if (!/^(codes?|key|serial|pin)$/.test(words.at(-1) ?? "")) return undefined;
  const near = [...words, ...nameWords(table.name)].some((word) => worthWords.has(word));
  const other = words.length > 1 && !words.slice(0, -1).some((word) => worthWords.has(word));
  const byInvitation = nameWords(table.name).some((word) => /^(invites?|invitations?)$/.test(word));
  return near && !other
    ? hint("token", byInvitation ? 0.55 : 0.4, "its name speaks of codes that are worth something")
    : undefined;
}

/** A value under a key, in a table that hangs on people: whatever the users of the application put there. */
function anyValue(table: CatalogueTable, words: string[], { ofPeople, sample }: Around): Hint | undefined {
  if (!/^(value|values|v|val|vals)$/.test(words.at(-1) ?? "") || (sample?.values ?? 0) > 0) return undefined;
  const keyed = table.columns.some(({ name }) => /^(k|key|name|field|attribute|custom_field_id)$/.test(name));
  if (
    keyed &&
    nameWords(table.name).some((word) => /^(variables?|secrets?|credentials?|env|environment)$/.test(word))
  ) {
    return hint("token", 0.5, "its values may be secrets, as those of variables are");
  }
  return (ofPeople || aboutSomebody(table)) && keyed
    ? hint("text", 0.4, "its values may be anything, and its table is about people")
    : undefined;
}

/** A person is named in the table's name: `customer_metadata`. */
function aboutSomebody(table: CatalogueTable): boolean {
  return nameWords(table.name).some((word) =>
    singulars(word).some((one) => tableWords.get(one) === "person"),
  );
}

/** A number by which another system knows somebody. */
function elsewhere(words: string[], { subject }: Around): Hint | undefined {
  const id = words.length > 1 && /^(id|uid|ref|reference)$/.test(words.at(-1) ?? "");
  const other = words.some((word) =>
    /^(external|third|remote|legacy|foreign|upstream|import|imported)$/.test(word),
  );
  return id && other && (subject === "person" || subject === "credential")
    ? hint("token", 0.5, "another system knows somebody by it")
    : undefined;
}

/** In an address on the web a person's name stands as it is. */
function slug(words: string[], { subject, sample }: Around): Hint | undefined {
  const named = /^(slug|permalink|vanity)$/.test(words.at(-1) ?? "");
  return named && subject === "person" && (sample?.values ?? 0) === 0
    ? hint("username", 0.4, "it is made of the name of the one whom its table is about")
    : undefined;
}

function hint(kind: Hint["kind"], sure: number, reason: string): Hint {
  return { kind, sure, reason };
}

function set(words: string): ReadonlySet<string> {
  return new Set(words.split(" "));
}
