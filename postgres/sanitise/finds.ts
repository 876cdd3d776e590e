import { literal } from "../connection";
import { addressOf, addressShape } from "./functions/texts";
import {
  digitsOfTelephone,
  internetAddress,
  kinds,
  longestValue,
  longToken,
  markOf,
  numberShape,
  shortestToken,
  telephone,
} from "./functions/tokens";
import {
  accountShapes,
  numberShapes,
  openSecretShapes,
  secretShapes,
  shapes,
  type Allowed,
} from "./patterns";

/** The shortest text that identifies: `a@b.co`. */
const shortest = 6;

/** Shorter numbers may be anybody's: a date, an order, a part of something longer. */
const longNumber = 9;

/** How texts are searched. */
export interface Search {
  allowed: Allowed;
  /** Whether keyed hashes of what stood there before are at hand, in `prodcopy.before`; without them shapes alone are looked for. */
  before: boolean;
  /** Whether full names or address lines stood there. */
  names: boolean;
}

/**
 * Everything in a text `x` that may be a find, as rows of `(kind, h, outside, rest)`: kind and mark of what may have stood there
 * before; whether it is a find even if it did not; and the part of it that alone proves nothing (`judge.ts`). The text comes with what one
 * look at it says (`looks`). All of it is set-based and in place, so that a large table is searched by several processes. Functions that
 * return sets stand in lists of columns, where the server passes their rows on; after FROM it stores them first.
 */
function findsOf(search: Search): string {
  const mark = (of: string) => (search.before ? markOf(of) : "0::bigint");
  const outside = `m !~ ${literal(search.allowed.domain)} and m !~ ${literal(search.allowed.nowhere)} and m ~ '[.][^0-9.@]{2,}$'`;
  const atSigns = "case when position('%40' in x) > 0 then replace(x, '%40', '@') else x end";
  const addresses = `select ${kinds.email}, ${mark("m")}, ${outside}, '' from (select ${addressOf("f")} as m
      from (select (regexp_matches(${atSigns}, '${addressShape}', 'g'))[1] as f where at offset 0) part offset 0) address where m is not null${unnamed("m", search.allowed)}`;
  const runs = [
    ...(search.before
      ? [`select ${kinds.value}, ${markOf("lower(piece)")}, false, '' where piece ~ '[0-9]'`]
      : []),
    ...secretShapes.map(shapeOf),
  ];
  const numbers = [
    ...(search.before ? [formerNumbers] : []),
    ...numberShapes.map((one) => `select * from (${shapeOf(one)}) number where kept`),
  ];
  const long = [
    ...openSecretShapes.map((one) => `select * from (${shapeOf(one)}) secret`),
    ...accountShapes.map((one) => `select * from (${shapeOf(one)}) account where kept`),
  ];
  const parts = [
    addresses,
    ...(search.before ? former : []),
    gated("number", numbers),
    `select s.* from (select (regexp_matches(x, '${longToken}', 'g'))[1] as piece where token offset 0) run
      cross join lateral (${runs.join(" union all ")}) s`,
    gated(`octet_length(x) >= ${longAccount}`, long),
  ];
  const all = [
    ...(search.before ? [wholeText] : []),
    ...(search.before && search.names ? [words] : []),
    gated("special", parts),
  ];
  return all.join("\n union all ");
}

/** Parts of a query that are asked for texts of which a condition holds: the server takes a microsecond for each that answers nothing. */
function gated(condition: string, parts: string[]): string {
  return `select s.* from (select x, kept, at, number, token where ${condition} offset 0) gated(x, kept, at, number, token)
    cross join lateral (${parts.join("\n union all ")}) s`;
}

/** A shape as a find: none of before, and one all the same. */
const shapeOf = (sql: string) => sql.replace(/^select (.*?), '' /s, "select $1, null::bigint, true, '' ");

/**
 * Whether a text is nothing but one address as the run makes them, without a number in it. Most masked texts are: all that can be
 * found of them is that they stood here before, or that the part before the @ did.
 */
function isPlain(allowed: Allowed): string {
  const at = "position('@' in x)";
  const ends = `array[${allowed.ends.map(literal).join(", ")}]::text[]`;
  return `case when octet_length(x) < 300 and ${at} > 1 and substr(x, ${at}) = any(${ends})
    then left(x, ${at} - 1) !~ '[^a-z0-9]|[0-9]{7}'${unnamed("x", allowed)} else false end`;
}

/** Of an address: that the rules do not name it. */
function unnamed(address: string, { named }: Allowed): string {
  return named.length === 0 ? "" : ` and ${address} not in (${named.map(literal).join(", ")})`;
}

/** What one look says of a text: whether an address can be in it, a number of seven digits, a long run of characters. */
const looks = `case when plain then false else position('@' in x) > 0 or position('%40' in x) > 0 end as at,
  case when plain then false else x ~ '${numberShape}' end as number,
  case when plain or octet_length(x) < ${shortestToken} then false else x ~ '${longToken}' end as token`;

/** The shortest IBAN; keys that say what they are are longer. */
const longAccount = 15;

/**
 * Whether a text can hold more than words: most short ones are a word or two, and not asked about what takes a sign, a number or a run of
 * characters.
 */
const special = `not plain and (at or number or token or octet_length(x) >= ${longAccount} or position('.' in x) > 0 or position('"' in x) > 0)`;

/** Whole names of scripts that put no blank between words. */
const unbroken = "octet_length(x) between length(x) + 1 and 100 and position(' ' in x) = 0";

/** A text as a whole: itself, and what stands before the @ of an address of ours or a name that is one word. */
const wholeText = `select case when plain then ${kinds.email} else ${kinds.value} end,
      case when plain then ${markOf("x")} else ${markOf("rtrim(prodcopy.norm(x), '=')")} end, false, ''
    where plain or length(x) between 8 and ${longestValue + 50}
  union all select case when plain then ${kinds.value} else ${kinds.name} end,
      case when plain then ${markOf("split_part(x, '@', 1)")} else ${markOf("prodcopy.words(x)")} end, false,
      case when plain then '' else prodcopy.words(x) end
    where plain or ${unbroken}`;

/** Parts of a text that may have stood here before. */
const former = [
  // Strings inside JSON, hstore and whatever else puts values between quotation marks.
  `select ${kinds.value}, ${markOf("rtrim(prodcopy.norm(e), '=')")}, false, ''
     from (select unnest(string_to_array(x, '"')) as e where position('"' in x) > 0) quoted where length(e) between 8 and ${longestValue + 50}`,
  `select ${kinds.value}, ${markOf("f[1]")}, false, '' from (select regexp_matches(x, '${internetAddress}', 'g') as f
    where position('.' in x) > 0 and x ~ '${internetAddress}') address`,
];

/**
 * Runs of plain digits count only when they look like a telephone number (a +, a leading 0, or punctuation inside), have ten digits
 * or more, or are the whole text: shorter ones meet some number of production's by chance in any large table. Nobody has 0000000000.
 */
const formerNumbers = `select case when length(d) < ${longNumber} then ${shapes.shortNumber} else ${kinds.digits} end, ${markOf("d")}, false, length(d)::text
     from (select m, ${digitsOfTelephone("m")} as d
       from (select (regexp_matches(x, '${telephone}', 'g'))[1] as m offset 0) run offset 0) run
    where length(d) between 7 and 18 and replace(d, left(d, 1), '') <> '' and position(d in '01234567890123456789') = 0
      and m !~ '^(?:[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4})'
      and (m ~ '^[+(0]' or length(d) >= 10 or m <> d or length(d) = ${longNumber} and x = m)`;

/** Two words that may be a full name, three that may begin an address line; alone the last of them prove nothing. */
const words = `select case when address then ${kinds.address} else ${kinds.name} end,
    ${markOf("case when address then one || ' ' || two || ' ' || three else one || ' ' || two end")}, false,
    case when address then two || ' ' || three else two end
  from (select one, two, three, ascii(one) between 48 and 57 as address
    from (select unnest(w) as one, unnest(w[2:]) as two, unnest(w[3:]) as three
      from (select string_to_array(prodcopy.words(x), ' ') as w
             where not plain and x ~ '[[:alnum:]][^[:alnum:]]+[[:alnum:]]' offset 0) list) word offset 0) word
 where length(two) > 1 and (length(one) > 1 or address)`;

/** Texts to search: SQL that answers rows of `(col int, kept boolean, key, n int, x text)`: the text `x` stands `n` times. */
export type Texts = string;

/** Each possible find of texts: `(col, key, n, kind, h, outside, rest)`. */
export function everyFind(texts: Texts, search: Search): string {
  const filler = search.before ? " and not prodcopy.is_filler(x)" : "";
  const plain = search.before ? isPlain(search.allowed) : "false";
  // OFFSET 0 keeps what is asked of a text from being asked again in each branch.
  return `select cell.col, cell.key, cell.n, f.kind, f.h, f.outside, f.rest
    from (select *, ${special} as special from (
      select *, ${looks} from (select *, ${plain} as plain from (${texts}) every(col, kept, key, n, x) offset 0) text
       where octet_length(x) >= ${shortest}${filler} offset 0) looked offset 0) cell
    cross join lateral (${findsOf(search)}) f(kind, h, outside, rest)`;
}

/**
 * The finds of texts, column by column and kind by kind: `(col, kind, count, different, key)`. What stood there before and is
 * nowhere kept by a rule, and what is a find by its shape.
 */
export function scanQuery(texts: Texts, search: Search): string {
  const kind = `case when found.kind = ${kinds.email} then ${shapes.stranger} else found.kind end`;
  const result = search.before
    ? `case when found.kind = ${shapes.shortNumber} then found.kind else coalesce(b.kind, ${kind}) end`
    : kind;
  const join = search.before
    ? `left join prodcopy.before b on b.h = found.h and ${sameKind("found.kind")}`
    : "";
  // OFFSET 0 keeps the join outside: what stood here before is hashed once and not once a text.
  return `select found.col, ${result} as kind, sum(found.n)::int as count, count(distinct found.h)::int as different, min(found.key::text) as key
    from (${everyFind(texts, search)} offset 0) found ${join}
   where ${search.before ? "case when b.h is null then found.outside else not b.kept end" : "found.outside"}
   group by 1, 2 order by 1, 2`;
}

/** What was found under one kind may have been marked under another: that was seen when it was marked. */
const sameKind = (kind: string) =>
  `(b.kind = ${kind} or ${kind} = ${kinds.value} and b.kind = ${kinds.common} or ${kind} = ${shapes.shortNumber} and b.kind = ${kinds.digits})`;
