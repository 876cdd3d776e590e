import { kinds } from "./functions/tokens";
import { shapes } from "./patterns";

/** What rules may expect in a column that they keep. */
export const expectable = ["email", "phone", "name", "address", "value", "card", "iban", "secret"] as const;

/**
 * What a find of the leak scan means. A run is stopped by what cannot be a coincidence: a whole value that points at one
 * person. What others may bear by right is reported and stops nothing, or nobody could use this on a database of his own.
 */
export interface Kind {
  /** The word by which a rule expects it in a column. */
  word: (typeof expectable)[number];
  /** What was found, for the report. */
  text: string;
}

export const kindOf: Record<number, Kind> = {
  [kinds.email]: { word: "email", text: "an e-mail address that stood here before" },
  [kinds.digits]: { word: "phone", text: "a telephone or account number that stood here before" },
  [kinds.value]: { word: "value", text: "a value that stood here before" },
  [kinds.common]: { word: "value", text: "a value that stood here before and may be another's too" },
  [kinds.name]: { word: "name", text: "the full name of a person who stood here before" },
  [kinds.address]: { word: "address", text: "an address line that stood here before" },
  [shapes.stranger]: { word: "email", text: "an e-mail address outside the allowed domains" },
  [shapes.card]: { word: "card", text: "a card's number" },
  [shapes.iban]: { word: "iban", text: "a bank account's number (IBAN)" },
  [shapes.jwt]: { word: "secret", text: "a signed token (JWT)" },
  [shapes.privateKey]: { word: "secret", text: "a private key" },
  [shapes.key]: { word: "secret", text: "a key of a cloud or payment service" },
  [shapes.shortNumber]: { word: "phone", text: "a number of seven or eight digits that stood here before" },
  [shapes.phone]: { word: "phone", text: "a telephone number by its shape" },
};

/** Finds of one kind in one column. */
export interface Found {
  col: number;
  kind: number;
  /** How many times. */
  count: number;
  /** How many different values. */
  different: number;
  /** Where, for one of them. */
  key: string;
}

/** Kinds of which the column's other contents say whether they are a coincidence. */
export const weighed: readonly number[] = [kinds.name, kinds.address, kinds.digits, kinds.common];

/** Kinds of which one find stops the run, whatever else the column holds. */
const certain: readonly number[] = [
  kinds.email,
  shapes.stranger,
  shapes.iban,
  shapes.jwt,
  shapes.privateKey,
  shapes.key,
];

/** What the column holds beside the finds; see `weigh.ts`. */
export interface Weight {
  /** Finds among what resembles them. */
  hits: number;
  /** All that resembles them: the same family name behind any word, the same street at any number, numbers as long, all values. */
  alike: number;
  /** How many different values the hits are. */
  different: number;
}

/**
 * Whether finds stop the run.
 *
 * A full name or an address line: unless its last words stand in the column mostly without their first ("williams" in a list
 * of firms). A number: unless the column holds thousands as long, of which a few must meet by chance. A login name, an
 * organisation, a path: only when they are a fifth of what the column holds. A long token: unless the same one stands in
 * many rows, as the words of a list do. A card's number: unless most numbers of that shape in the column fail
 * the check that one of ten passes by chance.
 */
export function stops(found: Found, weight: Weight | undefined, notCards: number): boolean {
  const share = weight === undefined || weight.alike === 0 ? 1 : weight.hits / weight.alike;
  switch (found.kind) {
    case kinds.name:
    case kinds.address:
      return share >= 0.5;
    case kinds.digits:
      return share >= 0.01 || (weight?.alike ?? 0) < 1000;
    case kinds.common:
      return share >= 0.2 && (weight?.different ?? 0) >= 3;
    case kinds.value:
      return found.count < 20 * found.different;
    case shapes.card:
      return found.count >= notCards;
    default:
      return certain.includes(found.kind);
  }
}

/** Whether what was found in some rows stops the run whatever stands in the others: twenty people among little else do. */
export function isCertain(found: Found, weight: Weight | undefined): boolean {
  if (certain.includes(found.kind)) return true;
  return weight !== undefined && weight.different >= 20 && weight.hits >= 0.8 * weight.alike;
}
