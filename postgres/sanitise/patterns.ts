import { literal } from "../connection";

/**
 * What gives itself away by its shape alone, without knowing what stood in the database before. SQL on a text `x`, without
 * functions of ours, so that it also runs where nothing may be created. Each branch answers rows of `(kind, rest)`.
 */
export const shapes = {
  stranger: 7,
  card: 20,
  notCard: 21,
  iban: 22,
  jwt: 23,
  privateKey: 24,
  key: 25,
  phone: 26,
  shortNumber: 27,
} as const;

/** What a digit group may be divided by: at most one character, so that dates in a row are not one number. */
const cardShape =
  "\\m(?:4[0-9]{3}|5[1-5][0-9]{2}|2[2-7][0-9]{2}|6011|65[0-9]{2}|64[4-9][0-9]|35[2-8][0-9])(?:[ -]?[0-9]{4}){3}\\M|\\m3[47][0-9]{2}[ -]?[0-9]{6}[ -]?[0-9]{5}\\M";

const shortestCard = 15;

const ibanShape = "\\m[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\\M";

/** How long the account numbers of each country are (ISO 13616). */
const ibanLengths =
  "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18 FR27 GB22 " +
  "GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 MC27 MD24 ME22 MK19 " +
  "MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20";

/** A telephone number that says that it is one: with a +, or with an area code that begins with 0 or stands in parentheses. */
const phoneShape = "(?:[+][1-9][0-9 ()./-]{7,18}[0-9]|[(]0?[0-9]{2,4}[)][ -]?[0-9][0-9 -]{4,9}[0-9])";

/** Beginnings that the makers of keys gave them. Where one is met, `keys` decides. */
const keyMark =
  "AKIA|ASIA|AIza|gh[pousr]_|github_pat_|glpat-|[rs]k_live_|whsec_|xox[abeoprs]-|SG[.]|npm_|pypi-AgE|sk-[a-z]|dop_v1_|shpat_|hooks[.]slack[.]com";
/** Of which every one has something: a test of a few states, since most runs of characters are in lower case or numbers. */
const keyHint = "[A-Z_]|glpat-|xox|sk-|slack";
const keys = [
  "A[KS]IA[A-Z0-9]{16}", // Amazon
  "AIza[A-Za-z0-9_-]{35}", // Google
  "gh[pousr]_[A-Za-z0-9]{36}", // GitHub
  "github_pat_[A-Za-z0-9_]{30}",
  "glpat-[A-Za-z0-9_-]{20}", // GitLab
  "[rs]k_live_[A-Za-z0-9]{16}", // Stripe
  "whsec_[A-Za-z0-9+/]{24}",
  "xox[abeoprs]-[A-Za-z0-9]+-[A-Za-z0-9-]{10}", // Slack
  "hooks[.]slack[.]com/services/T[A-Z0-9]+/B[A-Z0-9]+/[A-Za-z0-9]{16}",
  "SG[.][A-Za-z0-9_-]{22}[.][A-Za-z0-9_-]{40}", // SendGrid
  "npm_[A-Za-z0-9]{36}",
  "pypi-AgE[A-Za-z0-9_-]{40}",
  "sk-(?:ant-|proj-)[A-Za-z0-9_-]{20}",
  "dop_v1_[a-f0-9]{64}", // DigitalOcean
  "shpat_[a-f0-9]{32}", // Shopify
].join("|");
/** Azure's, which is told by a word and a sign before it. */
const azureKey = "(?:AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{40}";
/** The key in Amazon's own manual. */
const sampleKey = "EXAMPLE";

const jwt = "\\meyJ[A-Za-z0-9_-]+[.]eyJ[A-Za-z0-9_-]+[.][A-Za-z0-9_-]{16}";
const privateKey = "-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY|PuTTY-User-Key-File-";

const all = (pattern: string, of = "x") => `regexp_matches(${of}, ${literal(`(${pattern})`)}, 'g') f`;
const digitsOf = (sql: string) => `translate(${sql}, ' -', '')`;

/** Luhn's check of a string of digits: every second digit from the right counts double, and the sum ends in 0. */
const luhn = (d: string) =>
  `(select sum(case when (length(${d}) - i) % 2 = 1 then n * 2 - case when n > 4 then 9 else 0 end else n end) % 10 = 0
     from (select i, substr(${d}, i, 1)::int as n from generate_series(1, length(${d})) i) digit)`;

/** ISO 13616: the first four characters at the end, letters as two digits, and the rest of a division by 97 is 1. */
const iban = (v: string) =>
  `(select string_agg(case when c ~ '[A-Z]' then (ascii(c) - 55)::text else c end, '' order by i)::numeric % 97 = 1
     from (select i, substr(substr(${v}, 5) || left(${v}, 4), i, 1) as c from generate_series(1, length(${v})) i) digit)`;

/**
 * Credentials: these say what they are and are looked for in masked columns, too. Of such, all but those of `openSecretShapes` are looked
 * for in the long runs of characters of a text (`longToken`), each as `piece`: every one is such a run, or lies within one.
 */
export const secretShapes: readonly string[] = [
  `select ${shapes.jwt}, '' where position('eyJ' in piece) > 0 and piece ~ ${literal(jwt)}`,
  `select ${shapes.key}, '' from ${all(keys, "piece")} where length(piece) >= 20 and piece ~ ${literal(keyHint)} and piece ~ ${literal(keyMark)}
     and position(${literal(sampleKey)} in f[1]) = 0`,
];

/** Credentials that are told by what stands around them. */
export const openSecretShapes: readonly string[] = [
  `select ${shapes.privateKey}, '' where (position('PRIVATE KEY' in x) > 0 or position('PuTTY-User' in x) > 0) and x ~ ${literal(privateKey)}`,
  `select ${shapes.key}, '' from ${all(azureKey)} where position('Key=' in x) > 0 and position(${literal(sampleKey)} in f[1]) = 0`,
];

/**
 * Numbers. A masked one keeps its shape, and one of ten such passes Luhn's check by chance, so these are looked for only in what
 * the rules keep; and numbers of a card's shape that fail the check are counted beside those that pass (`judge.ts`). Each has seven digits in
 * a row as `numberShape` finds them. Length and signs are asked for first, which takes a tenth of a regexp.
 */
export const numberShapes: readonly string[] = [
  `select case when ${luhn(digitsOf("f[1]"))} then ${shapes.card} else ${shapes.notCard} end, '' from ${all(cardShape)} where octet_length(x) >= ${shortestCard} and x ~ ${literal(cardShape)}`,
  `select ${shapes.phone}, '' from ${all(phoneShape)}
    where (position('+' in x) > 0 or position('(' in x) > 0) and x ~ ${literal(phoneShape)} and length(regexp_replace(f[1], '[^0-9]+', '', 'g')) between 8 and 15`,
];

/** Account numbers, which may have letters among their digits; of what the rules keep, too. */
export const accountShapes: readonly string[] = [
  `select ${shapes.iban}, '' from ${all(ibanShape)} cross join lateral (select replace(f[1], ' ', '') as v offset 0) account
    where x ~ '[A-Z]{2}[0-9]{2}' and position(left(v, 2) || length(v) in ${literal(ibanLengths)}) > 0 and ${iban("v")}`,
];

/** Patterns of addresses: those that may stand in the copy, and those that need not be asked about. */
export interface Allowed {
  /** What stands behind the first part of an address that the run makes: `@` and an allowed domain. */
  ends: string[];
  /** On a lower-case address: its domain is an allowed one or below one. */
  domain: string;
  /** On a lower-case address: no mail can arrive there, or it is no address. */
  nowhere: string;
  /** Addresses that the rules name, in lower case: they are expected wherever they stand. */
  named: string[];
}

/** Domains of RFC 2606 and RFC 6762 that lead nowhere, endings of files that stand behind an @ (`logo@2x.png`), users of repositories. */
const nowhere =
  "[.](?:invalid|test|localhost|local|localdomain|internal|lan|png|jpe?g|gif|svg|webp|ico|s?css|js|tsx?|json|html?|php|pdf|gz|jar)$|^(?:git|npm)@";

export function allowedPattern(domains: string[], named: string[] = []): Allowed {
  const escaped = domains.map((domain) => domain.toLowerCase().replace(/[^a-z0-9-]/g, "[$&]"));
  const ends = domains.map((domain) => `@${domain.toLowerCase()}`);
  return { ends, domain: domains.length === 0 ? "$^" : `[@.](?:${escaped.join("|")})$`, nowhere, named };
}
