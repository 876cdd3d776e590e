import { literal } from "../../connection";
import type { Shape } from "./shapes";

const matches = (v: string, pattern: string) => `${v} ~ ${literal(pattern)}`;
const likes = (v: string, pattern: string) => `${v} ~* ${literal(pattern)}`;

/** The digits of a value times these weights, added up. */
function weighted(v: string, weights: number[]): string {
  const terms = weights.map((weight, i) => `${weight} * substr(${v}, ${i + 1}, 1)::int`);
  return `(${terms.join(" + ")})`;
}

/** Numbers of people that check themselves: by chance one in ten or twenty does. */
const checked: { pattern: string; passes: (v: string) => string }[] = [
  // The Dutch BSN.
  { pattern: "^[0-9]{9}$", passes: (v) => `${weighted(v, [9, 8, 7, 6, 5, 4, 3, 2, -1])} % 11 = 0` },
  // The Polish PESEL, and the Brazilian CPF without its signs.
  {
    pattern: "^[0-9]{11}$",
    passes: (v) =>
      `(${weighted(v, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1])} % 10 = 0 or (${weighted(v, [10, 9, 8, 7, 6, 5, 4, 3, 2])} * 10 % 11) % 10 = substr(${v}, 10, 1)::int and (${weighted(v, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2])} * 10 % 11) % 10 = substr(${v}, 11, 1)::int)`,
  },
  // The Spanish DNI.
  {
    pattern: "^[0-9]{8}-?[A-Z]$",
    passes: (v) => `right(${v}, 1) = substr('TRWAGMYFPDXBNJZSQVHLCKE', left(${v}, 8)::int % 23 + 1, 1)`,
  },
];

const isGiven = (text: string) => `lower(${text}) = any ($1::text[])`;
const part = "[[:upper:]][[:alpha:]'-]+";

/** What is sure only where all values of a column look so; a single value of these says nothing. */
export const moreShapes: Shape[] = [
  ...(
    [
      [
        "checked",
        "national numbers",
        "number",
        (v) =>
          `${v}d between 8 and 11 and length(${v}) between 8 and 11 and case ${checked
            .map(({ pattern, passes }) => `when ${matches(v, pattern)} then ${passes(v)}`)
            .join(" ")} else false end`,
        0.9,
        0.9,
      ],
      [
        "national",
        "national numbers",
        "number",
        (v) =>
          `${v}d between 6 and 13 and length(${v}) between 9 and 16 and ${matches(v, "^([A-CEGHJ-PR-TW-Z]{2}( ?[0-9]{2}){3} ?[A-D]|[XYZ]-?[0-9]{7}-?[A-Z]|[2-9][0-9]{3} [0-9]{4} [0-9]{4}|756\\.[0-9]{4}\\.[0-9]{4}\\.[0-9]{2})$")}`,
        0.75,
        0.9,
      ],
      [
        "local_phone",
        "telephone numbers",
        "phone",
        (v) => `${v}d between 8 and 12 and ${matches(v, "^\\([0-9]{2,4}\\) ?[0-9]{3,5}[- ][0-9]{3,4}$")}`,
        0.9,
        0.4,
      ],
      [
        "plain_phone",
        "telephone numbers",
        "phone",
        (v) => `${v}d = 10 and length(${v}) = 10 and ${matches(v, "^[2-9][0-9]{2}[2-9][0-9]{6}$")}`,
        0.6,
        0.97,
      ],
      [
        "titled",
        "names with a form of address",
        "name",
        (v) =>
          `length(${v}) <= 60 and ${likes(v, "^(mr|mrs|ms|miss|mx|dr|prof|sir|herr|frau|sr|sra|dott|sig|mme|mlle|dhr|mevr)\\M\\.? [[:alpha:]]")}`,
        0.85,
        0.5,
      ],
      [
        "initial",
        "initials and family names",
        "name",
        (v) =>
          `length(${v}) <= 40 and ${matches(v, `^([[:upper:]]\\. ?){1,3}(van |von |de |der )*${part}$`)}`,
        0.8,
        0.6,
      ],
      [
        "family_first",
        "family and first names",
        "name",
        (v) =>
          `strpos(${v}, ' ') > 0 and length(${v}) <= 60 and ${matches(v, `^${part}( ${part}){1,3}$`)} and ${isGiven(`reverse(split_part(reverse(${v}), ' ', 1))`)}`,
        0.82,
        0.4,
      ],
      [
        "street_abroad",
        "streets with numbers",
        "address",
        (v) =>
          `${v} ~ '[0-9]' and strpos(${v}, ' ') > 0 and length(${v}) <= 160 and ${likes(v, "((gracht|plein|laan|kade|dijk|singel|steeg|damm|ufer|graben|gasse|markt|vagen|gata|gade|katu|tie|utca) [0-9]+|^[0-9]+ ?(bis|ter)?,? (av\\.?|ave\\.?|bd|boulevard|all[^ ]{1,2}e|impasse|quai|cours|square|route|chemin|rue|place) |^(p\\.? ?o\\.? ?box|postfach|postbus|apartado|casella postale|boite postale|bp) [0-9]+$)")}`,
        0.9,
        0.4,
      ],
      [
        "town_and_code",
        "towns with postcodes",
        "address",
        (v) =>
          `${v}d between 4 and 9 and length(${v}) <= 60 and ${matches(v, "^([[:upper:]][[:alpha:] .'-]+, [A-Z]{2},? [0-9]{5}(-[0-9]{4})?|([A-Z]{1,2}-)?[0-9]{4,5} [[:upper:]][[:alpha:] .'-]{2,})$")}`,
        0.85,
        0.5,
      ],
      [
        "postcode",
        "postcodes",
        "address",
        (v) =>
          `length(${v}) between 5 and 8 and ${matches(v, "^([A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2}|[A-Z][0-9][A-Z] [0-9][A-Z][0-9]|[0-9]{4} [A-Z]{2})$")}`,
        0.7,
        0.9,
      ],
      [
        "place",
        "places on the map",
        "location",
        (v) =>
          `${v}d >= 6 and length(${v}) <= 60 and ${matches(v, "^(POINT ?)?\\(?-?[0-9]{1,3}\\.[0-9]{3,}[, ] ?-?[0-9]{1,3}\\.[0-9]{3,}\\)?$")}`,
        0.7,
        0.8,
      ],
      [
        "mixed",
        "tokens of mixed letters and digits",
        "token",
        (v) =>
          `length(${v}) between 24 and 600 and ${v} ~ '^[A-Za-z0-9+/=_-]+$' and ${v} ~ '[0-9].*[0-9]' and ${v} ~ '[a-z].*[a-z].*[a-z]' and ${v} ~ '[A-Z].*[A-Z].*[A-Z]'`,
        0.6,
        0.9,
      ],
    ] as const satisfies [string, string, Shape["kind"], Shape["test"], number, number][]
  ).map(([key, what, kind, test, whole, from]): Shape => ({
    key,
    what,
    kind,
    test,
    whole,
    from,
    single: 0,
    gate: false,
  })),
];
