import { addressesOf, addressOf, addressShape, domainPart, localPart } from "./texts";

/**
 * Kinds of marks: what a keyed hash in `prodcopy.before` stands for. The numbers stand in the table.
 * `word` only serves the word lists and never alarms; `common` is what others may bear by right: a login name, an
 * organisation, a path, of which one alone proves nothing.
 */
export const kinds = { email: 1, digits: 2, value: 3, name: 4, address: 5, word: 6, common: 9 } as const;

/**
 * Rows of as many columns as there are lists, the first of each list in the first row. As VALUES the server would prepare every
 * expression anew for every row of the table: four times slower.
 */
export const rowsOf = (...columns: string[][]) =>
  `select ${columns.map((list) => `unnest(array[${list.join(", ")}])`).join(", ")}`;

/** A mark as SQL. The secret is read once a query and not once a value; the same as `prodcopy.mark` otherwise. */
export const markOf = (sql: string) =>
  `hashtextextended((${sql}) collate "C", (select mark from prodcopy.run_key))`;

/** Longer values are running text, which is taken apart instead of compared whole. */
export const longestValue = 300;

/** A run of characters that tokens, keys and hashes are made of. */
export const longToken = "[A-Za-z0-9_$+/-][A-Za-z0-9_$+/.-]{10,}[A-Za-z0-9_$+/-]";
/** The fewest characters of one. */
export const shortestToken = 12;
export const internetAddress = "[0-9]{1,3}(?:[.][0-9]{1,3}){3}";
export const telephone = "[+(]?[0-9][0-9 ().\\/-]{5,20}[0-9]";

/** The digits of what `telephone` matches: with so few other characters in it, several times faster than `only_digits`. */
export const digitsOfTelephone = (sql: string) => `translate(${sql}, '+ ()./-', '')`;

/** A number that may be a telephone's or an account's, without captures: one pass says whether there is any. */
export const numberShape = "[0-9](?:[ ().\\/-]*[0-9]){6}";

const divided = [...'.,;:!?"()[]{}<>=&|/*+-_#~', "\\t", "\\n", "\\r", "\\\\n", "\\\\t", "\\\\r", "%20"];
const joined = ["''", "`"];
/** Only where the server's encoding has them: no-break space, dashes, quotation marks. */
const dividedInUnicode = ["00a0", "2013", "2014", "201c", "201d", "00ab", "00bb"].map((code) => `\\u${code}`);
const joinedInUnicode = ["\\u2019"];

/** The words of a text, lower case, one blank between them. Most names have nothing in them that divides. */
function wordsOf(v: string, unicode: boolean): string {
  const replaced = (sql: string, what: string, by: string) => `replace(${sql}, E'${what}', '${by}')`;
  const none = [...joined, ...(unicode ? joinedInUnicode : [])];
  const blank = [...divided, ...(unicode ? dividedInUnicode : [])];
  let sql = none.reduce((all, one) => replaced(all, one, ""), `lower(${v})`);
  sql = blank.reduce((all, one) => replaced(all, one, " "), sql);
  const single = Array.from({ length: 4 }).reduce<string>((all) => replaced(all, "  ", " "), sql);
  return `case when ${v} ~ '[^[:alnum:] ]|  ' then ${single} else lower(${v}) end`;
}

/** A number that is written as a telephone's is, without captures. */
const telephoneShape = `[+(0]${numberShape}`;

/** Longer texts are looked at beside each @ alone: a regexp over all of it would take ten times as long. In bytes. */
const long = 600;

/**
 * What running text that is masked identifies people by, of rows `(x, kept)`: addresses, and numbers that are written as telephone
 * numbers. Everything else in it (ids, dates, amounts) may stand elsewhere by right. SQL that answers `(kind, h, kept)`. Most texts
 * with an address have one, which a regexp finds in a third of the time that it takes to find all; and where it is all of the text, no
 * number is looked for. One pass without captures says whether there is a number. What is rare stands behind one question, since the
 * server takes a microsecond for each part of a query that answers nothing.
 */
export const mentions = (texts: string) => `select m.kind, m.h, v.kept from (
    select *, case when f = x then false else x ~ '${telephoneShape}' end as telephone from (
      select *, case when p > 0 and not many then substring(case when octet_length(x) < ${long} then x
          else substr(x, greatest(p - 200, 1), 456) end from '${addressShape}') end as f
        from (select *, p > 0 and position('@' in substr(x, p + 1)) > 0 as many
          from (select x, kept, position('@' in x) as p from (${texts}) t(x, kept) offset 0) found offset 0) counted offset 0) asked offset 0) v
  cross join lateral (
    select ${kinds.email}, ${markOf(addressOf("f"))} where f is not null
    union all
    select rare.* from (select x, many, telephone where many or telephone offset 0) other(x, many, telephone) cross join lateral (
      select ${kinds.email}, ${markOf(addressOf("every"))} from (
        select (regexp_matches(x, '${addressShape}', 'g'))[1] as every where many and octet_length(x) < ${long} offset 0) address
      union all
      select ${kinds.email}, ${markOf("address")} from (${addressesOf("x", `many and octet_length(x) >= ${long}`)}) found
      union all
      select ${kinds.digits}, ${markOf("d")} from (select m, ${digitsOfTelephone("m")} as d
          from (select (regexp_matches(x, '${telephone}', 'g'))[1] as m where telephone offset 0) run offset 0) number
       where m ~ '^[+(0]' and m !~ '^[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{4}' and length(d) between 8 and 15) rare(kind, h)) m(kind, h)
 where p > 0 or telephone`;

/** A number with few letters before or after it and what divides one; `prodcopy.account` says whether it is an account's. */
export const accountShape = "^[A-Za-z]{0,3}[-+0-9 ./()]+[A-Za-z]?$";

/** What texts are taken apart with. */
export const tokens = [
  // Lower case, punctuation to single blanks: words of names and addresses as they are compared. An apostrophe is part of a
  // word, escapes of JSON and URLs are blanks. Replacing one character after the other is several times faster than one regexp.
  `do $do$ begin
     execute format('create or replace function prodcopy.words(v text) returns text language sql immutable parallel safe as %L',
       case when getdatabaseencoding() = 'UTF8' then $$ select btrim(${wordsOf("v", true)}) $$ else $$ select btrim(${wordsOf("v", false)}) $$ end);
   end $do$`,
  // Of a number, all but what is left without digits: several times faster than a regexp.
  `create or replace function prodcopy.only_digits(v text) returns text language sql immutable parallel safe as $$
     select case when octet_length(v) < 100 then translate(v, translate(v, '0123456789', ''), '')
       else regexp_replace(v, '[^0-9]+', '', 'g') end $$`,
  // A run of characters that hardly anybody else has: long, with digits among its letters, and no path, address or file's name.
  `create or replace function prodcopy.distinctive(n text) returns boolean language sql immutable parallel safe as $$
     select length(n) between 12 and ${longestValue} and position(' ' in n) = 0 and position('@' in n) = 0
       and n ~ '[0-9]' and n ~ '[a-su-y]' and n !~ '://|^/|[.][a-z]{2,4}$' $$`,
  // What others may bear by right, and what is no running text.
  `create or replace function prodcopy.usual(n text) returns boolean language sql immutable parallel safe as $$
     select length(n) between 8 and ${longestValue} and position('@' in n) = 0 and n !~ '^[0-9 .,:/t+z()-]*$' $$`,
  // The digits of an account's or a person's number, however it is written; none of a placeholder such as 0000000000.
  `create or replace function prodcopy.account(v text) returns text language plpgsql immutable parallel safe as $$
   declare d text;
   begin
     if octet_length(v) not between 9 and 40 or v !~ '${accountShape}' or v ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}( |$)|^[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{4}' then
       return null;
     end if;
     d := prodcopy.only_digits(v);
     return case when length(d) between 9 and 18 and d !~ '^(.)\\1*$' and position(d in '01234567890123456789') = 0 then d end;
   end $$`,
  // Ranges that are for documentation, for private networks and for the machine itself name nobody.
  `create or replace function prodcopy.real_ip(n text) returns boolean language sql immutable parallel safe as $$
     select n !~ '^(198[.]51[.]100[.]|203[.]0[.]113[.]|192[.]0[.]2[.]|2001:db8:|127[.]|::1|0[.]0[.]0[.]0|10[.]|192[.]168[.]|172[.](1[6-9]|2[0-9]|3[01])[.]|169[.]254[.]|f[cd]|fe80:)' $$`,
  // Every address in a text. It looks only at what stands beside each @, so a long text without one costs nothing.
  `create or replace function prodcopy.addresses(x text) returns setof text language plpgsql immutable parallel safe rows 2 as $$
   declare part text; before text; near text; far text;
   begin
     if x is null or position('@' in x) = 0 then return; end if;
     foreach part in array string_to_array(x, '@') loop
       if before is not null then
         near := ${localPart("before")};
         far := ${domainPart("part")};
         if near is not null and far is not null then return next near || '@' || far; end if;
       end if;
       before := part;
     end loop;
   end $$`,
  `create or replace function prodcopy.numbers(x text) returns setof text language plpgsql immutable parallel safe rows 2 as $$
   begin
     -- One pass without captures says whether there is anything to take out.
     if x ~ '[0-9](?:[ ().\/-]*[0-9]){6}' then
       return query select f[1] from regexp_matches(x, '${telephone}', 'g') f;
     end if;
   end $$`,
];
