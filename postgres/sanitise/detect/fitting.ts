import type { CatalogueColumn } from "../../catalogue";
import { elementFamilyOf } from "../rules/families";
import { canHold, type Kind } from "./kinds";
import { kindsOf } from "./nameKinds";

/** Whether a column of its type and length can hold such a thing, as its words (and what they say at first, `said`) have it. */
export function fitting(
  column: CatalogueColumn,
  words: string[],
  said: Kind | undefined,
): (kind: Kind) => boolean {
  const family = elementFamilyOf(column);
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
  const idOf =
    words.length === 2 &&
    words[0] === "id" &&
    !/^(number|no|nr|num|card|document|documento)$/.test(words[1] ?? "");
  const reference =
    family === "integer" &&
    (words.at(-1) === "id" || idOf) &&
    !/ (national|tax|passport|voter|citizen|government|govt) id $/.test(` ${words.join(" ")} `);
  // `medicare_wages_amount` holds an amount: what a number is, its last words say.
  const strayNumber =
    /integer|decimal/.test(family) &&
    words.length > 2 &&
    ["phone", "number", "sensitive"].some((kind) => said === kind) &&
    !kindsOf(words.slice(-2), "unknown").some(({ sure }) => sure >= 0.8);
  return (kind) => {
    if (family === "text" && !column.isArray && (column.maxLength ?? Infinity) < (shortest[kind] ?? 1)) {
      return false;
    }
    if (
      /^(id|ids|uuid|guid)$/.test(words.at(-1) ?? "") &&
      !["token", "number", "username", "credential", "network", "picture"].includes(kind)
    ) {
      return false;
    }
    if (kind === "name" && words.length > 1 && /^(code|codes|cd)$/.test(words.at(-1) ?? "")) return false;
    if (strayNumber && kind === said) return false;
    if (kind === "network" && family === "integer") {
      return /^(ip|ipaddr|ipaddress|addr)$/.test(words.at(-1) ?? "");
    }
    if (kind === "address" && /integer|decimal/.test(family)) {
      return numberedPlaces.test(` ${words.join(" ")} `);
    }
    if (reference || (family === "uuid" && words.includes("fingerprint"))) return false;
    if (kind === "token" || kind === "credential") return (codes || canHold(kind, family)) && !ownReference;
    if (kind === "location" && family === "integer") return words.some((word) => mapWords.has(word));
    return canHold(kind, family);
  };
}

/** Whether a number that rows are counted by stands for a person outside the database as well. */
export function standsForSomebody(words: string[]): boolean {
  return personal.test(` ${words.join(" ")} `);
}

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
