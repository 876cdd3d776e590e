import { literal } from "../connection";
import { addressOf, addressParts } from "./functions/texts";
import {
  internetAddress,
  kinds,
  longestValue,
  longToken,
  markOf,
  numberShape,
  telephone,
} from "./functions/tokens";
import { numberShapes, secretShapes, shapeMark, shapes, type Allowed } from "./patterns";

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
 * before; whether it is a find even if it did not; and the part of it that alone proves nothing (`judge.ts`). `kept` is
 * SQL: whether the rules keep the column. All of it is set-based and in place, so that a large table is searched by several processes.
 */
function findsOf(search: Search): string {
  if (!search.before) return takenApart(search);
  return `select ${kinds.email}, ${markOf("x")}, false, '' where plain
    union all select ${kinds.value}, ${markOf("split_part(x, '@', 1)")}, false, '' where plain
    union all select s.* from (select x where not plain offset 0) other(x) cross join lateral (${takenApart(search)}) s`;
}

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

function takenApart(search: Search): string {
  const row = (kind: number | string, of: string, rest = "''") =>
    `${kind} as kind, ${search.before ? markOf(of) : "0::bigint"} as h, false as outside, ${rest} as rest`;
  const outside = `m !~ ${literal(search.allowed.domain)} and m !~ ${literal(search.allowed.nowhere)} and m ~ '[.][^0-9.@]{2,}$'`;
  const addresses = `select ${kinds.email}, ${search.before ? markOf("m") : "0::bigint"}, ${outside}, ''
      from regexp_matches(case when position('%40' in x) > 0 then replace(x, '%40', '@') else x end, '${addressParts}', 'g') f
      cross join lateral (select ${addressOf("f")} as m offset 0) address
     where m is not null and (position('@' in x) > 0 or position('%40' in x) > 0)${unnamed("m", search.allowed)}`;
  const former = [
    `select ${row(kinds.value, "rtrim(prodcopy.norm(x), '=')")} where length(x) between 8 and ${longestValue + 50}`,
    `select ${row(kinds.name, "prodcopy.words(x)", "prodcopy.words(x)")} where octet_length(x) between length(x) + 1 and 100 and position(' ' in x) = 0`,
    // Strings inside JSON, hstore and whatever else puts values between quotation marks.
    `select ${row(kinds.value, "rtrim(prodcopy.norm(e), '=')")} from unnest(string_to_array(x, '"')) e
      where position('"' in x) > 0 and length(e) between 8 and ${longestValue + 50}`,
    // Runs of plain digits count only when they look like a telephone number (a +, a leading 0, or punctuation inside), have ten digits
    // or more, or are the whole text: shorter ones meet some number of production's by chance in any large table. Nobody has 0000000000.
    `select ${row(`case when length(d) < ${longNumber} then ${shapes.shortNumber} else ${kinds.digits} end`, "d", "length(d)::text")}
       from regexp_matches(x, '(${telephone})', 'g') f
      cross join lateral (select prodcopy.only_digits(f[1]) as d offset 0) number
      where x ~ '${numberShape}' and length(d) between 7 and 18 and d !~ '^(.)\\1*$' and position(d in '01234567890123456789') = 0
        and f[1] !~ '^(?:[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4})'
        and (f[1] ~ '^[+(0]' or length(d) >= 10 or f[1] <> d or length(d) = ${longNumber} and x = f[1])`,
    `select ${row(kinds.value, "f[1]")} from regexp_matches(x, '(${internetAddress})', 'g') f where x ~ '${internetAddress}'`,
    `select ${row(kinds.value, "rtrim(lower(f[1]), '=')")} from regexp_matches(x, '(${longToken})', 'g') f
      where x ~ '[0-9]' and x ~ '${longToken}' and f[1] ~ '[0-9]'`,
    ...(search.names ? [words] : []),
  ];
  const shape = (sql: string) => sql.replace(/^select (.*?), '' /s, "select $1, null::bigint, true, '' ");
  return [
    addresses,
    ...(search.before ? former : []),
    `select s.* from (select x where x ~ ${literal(shapeMark)} offset 0) marked(x) cross join lateral (${[
      ...secretShapes.map(shape),
      ...numberShapes.map((one) => `select * from (${shape(one)}) number where kept`),
    ].join(" union all ")}) s`,
  ].join("\n union all ");
}

/** Two words that may be a full name, three that may begin an address line; alone the last of them prove nothing. */
const words = `select case when address then ${kinds.address} else ${kinds.name} end,
    ${markOf("case when address then one || ' ' || two || ' ' || three else one || ' ' || two end")}, false,
    case when address then two || ' ' || three else two end
  from (select string_to_array(prodcopy.words(x), ' ') as w offset 0) list, unnest(list.w, list.w[2:], list.w[3:]) word(one, two, three)
  cross join lateral (select ascii(one) between 48 and 57 as address) a
 where x ~ '[[:alnum:]][^[:alnum:]]+[[:alnum:]]' and length(two) > 1 and (length(one) > 1 or address)`;

/** Texts to search: SQL that answers rows of `(col int, kept boolean, key, n int, x text)`: the text `x` stands `n` times. */
export type Texts = string;

/** Each possible find of texts: `(col, key, n, kind, h, outside, rest)`. */
export function everyFind(texts: Texts, search: Search): string {
  const filler = search.before ? " and not prodcopy.is_filler(x)" : "";
  // OFFSET 0 keeps what is asked of a cell from being asked again in each branch.
  const cells = search.before
    ? `select *, ${isPlain(search.allowed)} from (${texts}) every(col, kept, key, n, x) offset 0`
    : `select *, false from (${texts}) every(col, kept, key, n, x)`;
  return `select cell.col, cell.key, cell.n, f.kind, f.h, f.outside, f.rest
    from (${cells}) cell(col, kept, key, n, x, plain) cross join lateral (${findsOf(search)}) f(kind, h, outside, rest)
   where octet_length(x) >= ${shortest}${filler}`;
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
