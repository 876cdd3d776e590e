import { domainPart, localPart } from "./texts";

/**
 * Kinds of marks: what a keyed hash in `prodcopy.before` stands for. The numbers stand in the table.
 * `word` only serves the word lists and never alarms.
 */
export const kinds = { email: 1, digits: 2, value: 3, name: 4, address: 5, word: 6 } as const;

/** Longer values are running text, which is taken apart instead of compared whole. */
export const longestValue = 300;

/** A run of characters that tokens, keys and hashes are made of. */
export const longToken = "[A-Za-z0-9_$+/-][A-Za-z0-9_$+/.-]{10,}[A-Za-z0-9_$+/-]";
export const internetAddress = "[0-9]{1,3}(?:[.][0-9]{1,3}){3}";
export const telephone = "[+(]?[0-9][0-9 ().\\/-]{5,20}[0-9]";

/** A number that may be a telephone's or an account's, without captures: one pass says whether there is any. */
export const numberShape = "[0-9](?:[ ().\\/-]*[0-9]){6}";

/** What texts are taken apart with. */
export const tokens = [
  // Lower case, punctuation to single blanks: words of names and addresses as they are compared.
  `create or replace function prodcopy.words(v text) returns text language sql immutable parallel safe as $$
     select btrim(regexp_replace(lower(v), '[^[:alnum:]]+', ' ', 'g')) $$`,
  `create or replace function prodcopy.only_digits(v text) returns text language sql immutable parallel safe as $$
     select regexp_replace(v, '[^0-9]', '', 'g') $$`,
  // Not a single common word, not a date, not a short number.
  `create or replace function prodcopy.distinctive(n text) returns boolean language sql immutable parallel safe as $$
     select case
       when length(n) not between 8 and ${longestValue} then false
       when n ~ '^[0-9 .,:/t+z-]*$' then n ~ '^[0-9]{10,}$'
       when n ~ '[0-9]' then true
       when n ~ '^[^ ]+$' then length(n) >= 12 and n ~ '[^[:alpha:]]'
       else length(n) >= 10 end $$`,
  // Ranges that are for documentation name nobody.
  `create or replace function prodcopy.real_ip(n text) returns boolean language sql immutable parallel safe as $$
     select n !~ '^(198[.]51[.]100[.]|203[.]0[.]113[.]|192[.]0[.]2[.]|2001:db8:|127[.]|::1|0[.]0[.]0[.]0)' $$`,
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
  // What running text that is masked identifies people by: addresses, and numbers that are written as telephone numbers.
  // Everything else in it (ids, dates, amounts) may stand elsewhere by right.
  `create or replace function prodcopy.mentions(x text) returns table (kind int, h bigint)
   language sql stable parallel safe as $$
     select ${kinds.email}, prodcopy.mark(lower(a)) from prodcopy.addresses(x) a
     union all
     select ${kinds.digits}, prodcopy.mark(prodcopy.only_digits(n)) from prodcopy.numbers(x) n
     where n ~ '^[+(0]' and n !~ '^[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{4}'
       and length(prodcopy.only_digits(n)) between 8 and 15 $$`,
];
