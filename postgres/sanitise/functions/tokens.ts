import { addressPattern } from "./texts";

/**
 * Kinds of marks: what a keyed hash in `prodcopy.before` stands for. The numbers stand in the table.
 * `word` only serves the word lists and never alarms.
 */
export const kinds = { email: 1, digits: 2, value: 3, name: 4, address: 5, word: 6 } as const;

/** A run of characters that tokens, keys and hashes are made of. */
const longToken = "[A-Za-z0-9_$+/=-]{12,}";
const internetAddress = "[0-9]{1,3}([.][0-9]{1,3}){3}";
const telephone = "[+(]?[0-9][0-9 ().\\/-]{5,20}[0-9]";

/**
 * Finds in running text whatever has the shape of an identifying value, as marks. Runs of plain digits count only when
 * they look like a telephone number (`+`, a leading 0, or punctuation inside) or have ten digits or more: shorter ones
 * meet some number of production's by chance in any large table.
 */
export const tokens = [
  // Lower case, punctuation to single blanks: words of names and addresses as they are compared.
  `create or replace function prodcopy.words(v text) returns text language sql immutable parallel safe as $$
     select btrim(regexp_replace(lower(v), '[^[:alnum:]]+', ' ', 'g')) $$`,
  `create or replace function prodcopy.only_digits(v text) returns text language sql immutable parallel safe as $$
     select regexp_replace(v, '[^0-9]', '', 'g') $$`,
  // Not a single common word, not a date, not a short number.
  `create or replace function prodcopy.distinctive(n text) returns boolean language sql immutable parallel safe as $$
     select case
       when length(n) < 8 then false
       when n ~ '^[0-9 .,:/t+z-]*$' then n ~ '^[0-9]{10,}$'
       when n ~ '[0-9]' then true
       when n ~ '^[^ ]+$' then length(n) >= 12 and n ~ '[^[:alpha:]]'
       else length(n) >= 10 end $$`,
  // Ranges that are for documentation name nobody.
  `create or replace function prodcopy.real_ip(n text) returns boolean language sql immutable parallel safe as $$
     select n !~ '^(198[.]51[.]100[.]|203[.]0[.]113[.]|192[.]0[.]2[.]|2001:db8:|127[.]|::1|0[.]0[.]0[.]0)' $$`,
  `create or replace function prodcopy.tokens(x text) returns table (kind int, h bigint)
   language plpgsql stable parallel safe as $$
   declare v text := x; m text; d text; list text[]; w text; one text; two text;
   begin
     if position('%40' in v) > 0 then v := replace(v, '%40', '@'); end if;
     if position('@' in v) > 0 then
       return query select ${kinds.email}, prodcopy.mark(lower(f[1])) from regexp_matches(v, '(${addressPattern})', 'g') f;
     end if;
     if v ~ '[0-9]{2}' then
       for m in select f[1] from regexp_matches(v, '(${telephone})', 'g') f loop
         d := prodcopy.only_digits(m);
         if length(d) between 7 and 18 and (m ~ '^[+(0]' or length(d) >= 10 or m <> d) then
           kind := ${kinds.digits}; h := prodcopy.mark(d); return next;
         end if;
       end loop;
       if v ~ '${internetAddress}' then
         return query select ${kinds.value}, prodcopy.mark(f[1]) from regexp_matches(v, '(${internetAddress})', 'g') f;
       end if;
     end if;
     if v ~ '${longToken}' then
       return query select ${kinds.value}, prodcopy.mark(lower(f[1])) from regexp_matches(v, '(${longToken})', 'g') f;
     end if;
     if current_setting('prodcopy.names') = 'on' and v ~ '[[:alnum:]][^[:alnum:]]+[[:alnum:]]' then
       list := string_to_array(prodcopy.words(v), ' ');
       foreach w in array list loop
         if two is not null and one ~ '^[0-9]' or two ~ '^[0-9]' then
           kind := ${kinds.address}; h := prodcopy.mark(two || ' ' || one || ' ' || w); return next;
         end if;
         if one is not null and length(w) > 1 and length(one) > 1 then
           kind := ${kinds.name}; h := prodcopy.mark(one || ' ' || w); return next;
         end if;
         two := one; one := w;
       end loop;
     end if;
   end $$`,
  // What running text that is masked identifies people by: addresses, and numbers that are written as telephone numbers.
  // Everything else in it (ids, dates, amounts) may stand elsewhere by right.
  `create or replace function prodcopy.mentions(x text) returns table (kind int, h bigint)
   language sql stable parallel safe as $$
     select ${kinds.email}, prodcopy.mark(lower(f[1])) from regexp_matches(x, '(${addressPattern})', 'g') f
     where position('@' in x) > 0
     union all
     select ${kinds.digits}, prodcopy.mark(prodcopy.only_digits(f[1])) from regexp_matches(x, '(${telephone})', 'g') f
     where f[1] ~ '^[+(0]' and f[1] !~ '^[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{4}'
       and length(prodcopy.only_digits(f[1])) between 8 and 15 $$`,
  // Addresses outside the allowed domains that were not kept by name.
  `create or replace function prodcopy.strangers(x text, allowed text) returns bigint
   language plpgsql stable parallel safe as $$
   declare v text := x;
   begin
     if position('%40' in v) > 0 then v := replace(v, '%40', '@'); end if;
     return (select count(*) from regexp_matches(v, '(${addressPattern})', 'g') f
       where lower(f[1]) ~ '[.][[:alpha:]]{2,}$' and lower(f[1]) !~ allowed
         and not exists (select from prodcopy.before b
           where b.h = prodcopy.mark(lower(f[1])) and b.kind = ${kinds.email} and b.kept));
   end $$`,
];
