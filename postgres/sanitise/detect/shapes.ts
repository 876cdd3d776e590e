import { literal, row, type Session } from "../../connection";
import type { Kind } from "./kinds";
import { familyNames, givenNames } from "./commonNames";
import { moreShapes } from "./moreShapes";

/** The column that tests expect beside the value `v`: `vd`, how many digits it has; 0 where no two stand side by side. */
export function digitsOf(v: string): string {
  return `case when ${v} ~ '[0-9]{2}' then length(${v}) - length(translate(${v}, '0123456789', '')) else 0 end as ${v}d`;
}

/** Something that a value looks like, found inside the server. */
export interface Shape {
  key: string;
  /** In the plural, as in "e-mail addresses in 12 of 500 sampled rows". */
  what: string;
  kind: Kind;
  /** A boolean SQL expression over the value `v`, a text. The cheap part stands first: most values fail there. */
  test: (v: string) => string;
  /** How sure it makes one when every value looks so. */
  whole: number;
  /** The share of values from which on the column holds just this. */
  from: number;
  /** How sure a single value among others makes one that the column has such things in its text; 0: not at all. */
  single: number;
  /** Whether the coverage gate takes a single value for a sign as well. */
  gate: boolean;
}

const matches = (pattern: string) => (v: string) => `${v} ~ ${literal(pattern)}`;
const afterAnyCase = (cheap: (v: string) => string, pattern: string) => (v: string) =>
  `${cheap(v)} and ${v} ~* ${literal(pattern)}`;
const after = (cheap: (v: string) => string, pattern: string) => (v: string) =>
  `${cheap(v)} and ${v} ~ ${literal(pattern)}`;
/** Computed once a value by whoever asks (`digitsOf`): most patterns need digits, and most values have fewer. */
const digits = (least: number) => (v: string) => `${v}d >= ${least}`;
const within = (least: string, most: number) => (v: string) =>
  `strpos(${v}, ${literal(least)}) > 0 and length(${v}) <= ${most}`;
const anyOf =
  (...texts: string[]) =>
  (v: string) =>
    `(${texts.map((text) => `strpos(${v}, ${literal(text)}) > 0`).join(" or ")})`;
const has1 = (v: string) => `${within(" ", 160)(v)} and ${v} ~ '[0-9]'`;
const has = (text: string) => (v: string) => `strpos(${v}, ${literal(text)}) > 0`;

/** A card's last digit checks the others (Luhn). */
const luhn = (v: string) => {
  const number = `regexp_replace(substring(${v} from '[3-6][0-9 -]{12,22}'), '[^0-9]', '', 'g')`;
  return `(select sum(case when i % 2 = 1 then d when d > 4 then 2 * d - 9 else 2 * d end) % 10 = 0 from generate_series(1, length(${number})) i, lateral (select substr(reverse(${number}), i, 1)::int) one(d))`;
};
/** Encodings that hold Cyrillic letters, as the names that are known here are written. */
const cyrillic = ["UTF8", "WIN1251", "WIN866", "KOI8R", "KOI8U", "ISO_8859_5"];

/**
 * What the tests take as parameters: $1 and $2. The server refuses a text that its encoding has no letters for (22P05), and with it the
 * whole query: names that cannot stand in the database are left out.
 */
export async function shapeParameters(session: Session): Promise<[given: string[], family: string[]]> {
  const { encoding } = await row<{ encoding: string }>(
    session,
    "reading the encoding",
    "select getdatabaseencoding()::text as encoding",
  );
  const known = (names: readonly string[]) =>
    names.filter((name) => cyrillic.includes(encoding) || /^[\x00-\x7f]*$/.test(name));
  return [known(givenNames), known(familyNames)];
}
const isGiven = (text: string) => `lower(${text}) = any ($1::text[])`;
const isFamily = (text: string) => `lower(${text}) = any ($2::text[])`;
const namePart = "[[:upper:]][[:alpha:]'.-]*";
const joint = "van|von|de|der|den|la|le|da|di|do|dos|del|bin|al|el|ter|y|e";

const shape = (
  key: string,
  what: string,
  kind: Kind,
  test: Shape["test"],
  { whole = 0.9, from = 0.4, single = 0, gate = false } = {},
): Shape => ({ key, what, kind, test, whole, from, single, gate });

export const shapes: Shape[] = [
  shape(
    "email",
    "e-mail addresses",
    "email",
    after(has("@"), "[[:alnum:]._%+-]+@[[:alnum:]-]+(\\.[[:alnum:]-]+)+"),
    { whole: 0.98, single: 0.9, gate: true },
  ),
  shape(
    "phone",
    "telephone numbers",
    "phone",
    after(
      digits(5),
      "(^|[^[:alnum:].+-])(\\+[1-9]|\\(?0[1-9])[0-9]*\\)?([ ./-]?\\(?[0-9]{2,}\\)?){2,5}($|[^[:alnum:].-])",
    ),
    { whole: 0.85, from: 0.5, single: 0.55, gate: true },
  ),
  shape(
    "us_phone",
    "telephone numbers",
    "phone",
    after(
      digits(10),
      "^(\\+?1[ .-]?)?(\\([2-9][0-9]{2}\\) ?|[2-9][0-9]{2}[ .-])[0-9]{3}[ .-]?[0-9]{4}( ?x[0-9]+)?$",
    ),
    { whole: 0.92, from: 0.3 },
  ),
  shape(
    "iban",
    "IBANs",
    "number",
    after(
      // The shortest has 15 characters (Norway's); what is shorter is a VAT number.
      (v) => `length(${v}) >= 15 and ${digits(2)(v)}`,
      "\\m[A-Z]{2}[0-9]{2}(([ ]?[A-Z0-9]{4}){2}[ ]?[A-Z0-9]{3}|([ ]?[A-Z0-9]{4}){3,7}([ ]?[A-Z0-9]{1,3})?)\\M",
    ),
    { whole: 0.93, from: 0.3, single: 0.4, gate: true },
  ),
  shape(
    "card",
    "card numbers",
    "number",
    (v) =>
      `${digits(14)(v)} and ${matches("(^|[^[:alnum:]])[3-6][0-9]{3}[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{2,4}($|[^[:alnum:]])")(v)} and ${luhn(v)}`,
    { whole: 0.93, single: 0.5, gate: true },
  ),
  shape(
    "ip",
    "network addresses",
    "network",
    after((v) => `${has(".")(v)} and ${digits(4)(v)}`, "(^|[^0-9.])([0-9]{1,3}\\.){3}[0-9]{1,3}($|[^0-9.])"),
    { whole: 0.9, from: 0.3, single: 0.55, gate: true },
  ),
  shape(
    "ip6",
    "network addresses",
    "network",
    after(has(":"), "^([0-9a-fA-F]{1,4}:){2,7}(:?[0-9a-fA-F]{1,4})+(/[0-9]+)?$"),
    { whole: 0.85, from: 0.2 },
  ),
  shape(
    "mac",
    "addresses of devices",
    "network",
    after((v) => `length(${v}) = 17`, "^([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}$"),
    {
      whole: 0.9,
    },
  ),
  shape(
    "hash",
    "password hashes",
    "credential",
    after(
      anyOf("$", "crypt", "pbkdf2", "argon2"),
      "(^|[^[:alnum:]])(pbkdf2_sha|argon2|bcrypt|scrypt|\\$2[aby]\\$|\\$6\\$|\\$P\\$)",
    ),
    { whole: 0.98, from: 0.2, single: 0.9, gate: true },
  ),
  shape(
    "key",
    "tokens or keys",
    "token",
    after(
      anyOf("eyJ", "-----BEGIN ", "AKIA", "_live_", "gh", "xox"),
      "(\\meyJ[A-Za-z0-9_-]{8,}\\.|-----BEGIN |\\mAKIA[A-Z0-9]{12}|\\m(sk|pk|rk)_live_|\\mgh[pousr]_[A-Za-z0-9]{20}|\\mxox[abp]-)",
    ),
    { whole: 0.97, from: 0.2, single: 0.9, gate: true },
  ),
  shape(
    "ssn",
    "national numbers",
    "number",
    after(
      digits(7),
      "^([0-9]{3}-[0-9]{2}-[0-9]{4}|[0-9]{3}\\.[0-9]{3}\\.[0-9]{3}-[0-9]{2}|[A-Z]{6}[0-9]{2}[A-Z][0-9]{2}[A-Z][0-9]{3}[A-Z]|[12][0-9]{2}(0[1-9]|1[0-2])[0-9]{10})$",
    ),
    { whole: 0.92, from: 0.3 },
  ),
  shape(
    "person",
    "first and last names",
    "name",
    (v) =>
      `${within(" ", 80)(v)} and ${matches(`^${namePart}( (${namePart}|${joint})){1,3}$`)(v)} and ${isGiven(`split_part(${v}, ' ', 1)`)}`,
    { whole: 0.9, from: 0.25 },
  ),
  shape(
    "reversed",
    "last and first names",
    "name",
    (v) =>
      `${within(", ", 62)(v)} and ${matches("^[^,0-9]{2,30}, [^,0-9]{2,30}$")(v)} and ${isGiven(`split_part(split_part(${v}, ', ', 2), ' ', 1)`)}`,
    { whole: 0.9, from: 0.25 },
  ),
  shape("given", "first names", "name", (v) => `length(${v}) <= 30 and ${isGiven(v)}`, {
    whole: 0.82,
    from: 0.4,
  }),
  shape("family", "family names", "name", (v) => `length(${v}) <= 30 and ${isFamily(v)}`, {
    whole: 0.75,
    from: 0.35,
  }),
  shape(
    "street",
    "streets with numbers",
    "address",
    afterAnyCase(
      has1,
      "(^[0-9]+[a-z]? ([[:alpha:].'-]+ ){1,4}(st|street|rd|road|ave|avenue|dr|drive|ln|lane|ct|court|blvd|boulevard|way|place|pl|square|terrace|trail|parkway|hill|close|crescent|highway|route|plaza|circle|row)\\M|^[0-9]+,? (rue|avenue|place|boulevard|chemin|via) |(stra(ss|[^\\x01-\\x7f]{1,2})e|str\\.|weg|platz|allee|gasse|straat|laan|gatan|vej|ulica|ul\\.) ?[0-9]+|^(calle|rua|via|ulica|ul\\.|avenida|avda|c/) .*[0-9])",
    ),
    { whole: 0.92, from: 0.2, single: 0.3 },
  ),
  shape(
    "handle",
    "accounts at networks",
    "username",
    after(
      anyOf("@", "://"),
      "(^@[A-Za-z0-9_]{2,30}$|^https?://(www\\.)?(facebook|twitter|x|instagram|linkedin|github|t|vk|xing)\\.(com|me)/.)",
    ),
    { whole: 0.75 },
  ),
  shape(
    "signed",
    "addresses that carry a key",
    "token",
    after(has("://"), "([?&](token|sig|signature|key|X-Amz-Signature)=|://[^/@ ]+:[^/@ ]+@)"),
    { whole: 0.85, from: 0.2, single: 0.6 },
  ),
  shape(
    "agent",
    "user agents",
    "network",
    after(has("/"), "^(Mozilla|Opera|Dalvik|okhttp|curl|PostmanRuntime)/"),
    {
      whole: 0.9,
      from: 0.2,
    },
  ),
  shape(
    "random",
    "random-looking keys",
    "token",
    (v) =>
      `length(${v}) between 20 and 600 and ${v} ~ '^[A-Za-z0-9+/=_.-]+$' and ${v} ~ '[0-9].*[0-9]' and ${v} ~ '[a-zA-Z].*[a-zA-Z]' and ${v} !~ '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-' and ${v} !~ '[.][a-z]{2,4}$' and length(regexp_replace(${v}, '[^0-9]', '', 'g')) * 8 > length(${v})`,
    { whole: 0.42, from: 0.7 },
  ),
  ...moreShapes,
];
