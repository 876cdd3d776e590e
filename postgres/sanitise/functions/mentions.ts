import { addressPattern } from "./texts";
import { kinds, telephone } from "./tokens";

const stoodAs = (kind: number, mark: string) =>
  `exists (select from prodcopy.before known where known.kind = ${kind} and known.h = prodcopy.mark(${mark}))`;

/** A word that may be a name, of letters of any script; "O'Brien" and "Smith-Jones" are two, as in the marks. */
const word = "[[:alpha:]]+";

/**
 * Running text in which people are mentioned: what identifies them becomes what it becomes in its own column, the rest stays.
 * A text is taken apart at its addresses, what lies between at its numbers, what lies between those at its words.
 */
export const mentions = [
  `create or replace function prodcopy.replace_mentions(x text, domain text, format text, names boolean) returns text
   language plpgsql stable parallel safe as $$
   declare between text[]; found text[]; answer text; i int; near text; far text; whole text;
   begin
     if position('@' in x) = 0 then return prodcopy.replace_numbers(x, format, names); end if;
     between := regexp_split_to_array(x, '${addressPattern}');
     found := array(select f[1] from regexp_matches(x, '${addressPattern}', 'g') f);
     answer := prodcopy.replace_numbers(between[1], format, names);
     for i in 1..cardinality(found) loop
       -- What the pattern takes too much of, such as the full stop after an address, stands where it stood.
       whole := (select a from prodcopy.addresses(found[i]) a limit 1);
       if whole is null then answer := answer || found[i];
       else
         near := left(found[i], position(whole in found[i]) - 1);
         far := substr(found[i], position(whole in found[i]) + length(whole));
         answer := answer || near || prodcopy.email(whole, domain, 20, false) || far;
       end if;
       answer := answer || prodcopy.replace_numbers(between[i + 1], format, names);
     end loop;
     return answer;
   end $$`,
  `create or replace function prodcopy.replace_numbers(x text, format text, names boolean) returns text
   language plpgsql stable parallel safe as $$
   declare between text[]; found text[]; answer text; i int;
   begin
     if x !~ '[0-9](?:[ ().\\/-]*[0-9]){6}' then return prodcopy.replace_names(x, names); end if;
     between := regexp_split_to_array(x, '${telephone}');
     found := array(select f[1] from regexp_matches(x, '(${telephone})', 'g') f);
     answer := prodcopy.replace_names(between[1], names);
     for i in 1..cardinality(found) loop
       answer := answer || prodcopy.replace_number(found[i], format) || prodcopy.replace_names(between[i + 1], names);
     end loop;
     return answer;
   end $$`,
  // A number that stood in a column of numbers, or, where several stand together, those of its parts that did; and what is
  // written as a telephone's number is.
  `create or replace function prodcopy.replace_number(m text, format text) returns text language plpgsql stable parallel safe as $$
   declare parts text[]; i int; j int; one text; d text := prodcopy.only_digits(m);
   begin
     if length(d) between 7 and 18 and (${stoodAs(kinds.digits, "d")}
        or m ~ '^[+(0]' and length(d) between 8 and 15 and m !~ '^[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{4}') then
       if prodcopy.format_digits(format, d) is not null then
         return prodcopy.lay_digits(m, prodcopy.only_digits(prodcopy.move_format(d, format)));
       elsif m ~ '^[+(0]' or prodcopy.phone_class('', d) = 'american' then return prodcopy.fresh_phone(m);
       end if;
       return prodcopy.lay_digits(m, prodcopy.only_digits(prodcopy.fresh_shape(d, 0, false)));
     end if;
     parts := string_to_array(m, ' ');
     for i in 1..cardinality(parts) loop
       for j in reverse least(cardinality(parts), i + 5)..i loop
         continue when i = 1 and j = cardinality(parts);
         one := array_to_string(parts[i:j], ' ');
         if length(prodcopy.only_digits(one)) between 7 and 18 and ${stoodAs(kinds.digits, "prodcopy.only_digits(one)")} then
           return array_to_string(parts[:i - 1], ' ') || case when i > 1 then ' ' else '' end || prodcopy.replace_number(one, format)
             || case when j < cardinality(parts) then ' ' || prodcopy.replace_number(array_to_string(parts[j + 1:], ' '), format) else '' end;
         end if;
       end loop;
     end loop;
     return m;
   end $$`,
  // Two words that stood beside each other as a given and a family name, in either order; else a family name that stood, where
  // it is written with a capital.
  `create or replace function prodcopy.replace_names(x text, names boolean) returns text language plpgsql stable parallel safe as $$
   declare between text[]; found text[]; answer text; i int := 1; a text; b text;
   begin
     if not names or x !~ '${word}' then return x; end if;
     between := regexp_split_to_array(x, '${word}');
     found := array(select f[1] from regexp_matches(x, '(${word})', 'g') f);
     answer := between[1];
     while i <= cardinality(found) loop
       a := found[i]; b := found[i + 1];
       if b is not null and between[i + 1] ~ '^[ ,.]{1,3}$' and ${stoodAs(kinds.name, "lower(a) || ' ' || lower(b)")} then
         answer := answer || prodcopy.first_name(a, null, prodcopy.script(a)) || between[i + 1]
           || prodcopy.last_name(b, null, prodcopy.script(b)) || between[i + 2];
         i := i + 2; continue;
       elsif b is not null and between[i + 1] ~ '^, ?$' and ${stoodAs(kinds.name, "lower(b) || ' ' || lower(a)")} then
         answer := answer || prodcopy.last_name(a, null, prodcopy.script(a)) || between[i + 1]
           || prodcopy.first_name(b, null, prodcopy.script(b)) || between[i + 2];
         i := i + 2; continue;
       elsif length(a) > 2 and a <> lower(a) and ${stoodAs(kinds.word, "lower(a)")} then
         a := prodcopy.last_name(a, null, prodcopy.script(a));
       end if;
       answer := answer || a || between[i + 1];
       i := i + 1;
     end loop;
     return answer;
   end $$`,
];
