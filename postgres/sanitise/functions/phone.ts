import { literal } from "../../connection";
import { former, stood, walkingPast } from "./digits";
import { fictionalNumbers } from "../words/fictionalNumbers";

/** Country codes of two digits by ITU-T E.164; 1 and 7 stand alone, every other has three. */
const twoDigits = "2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]";

/** What stands behind a number, before its extension. */
const extension = "[ ,;]*(?:x|ext[.]?|extension)[ .:]*([0-9]{1,6})$";

/** The ten digits of a number of North America, else NULL, of `plus` (+ or nothing) and its digits. */
const american = `case when length(d) = 10 and plus = '' then d
  when length(d) = 11 and left(d, 1) = '1' or length(d) = 13 and left(d, 3) = '001' and plus = '' then right(d, 10) end`;

/** Area and exchange begin with 2 to 9, and neither ends in 11: by the North American Numbering Plan. */
const americanShape = (ten: string) =>
  `${ten} ~ '^[2-9][0-8][0-9][2-9][0-9]{6}$' and substr(${ten}, 2, 2) <> '11' and substr(${ten}, 5, 2) <> '11'`;

/**
 * Telephone numbers become others that could be dialled: the country code stays, and so do the zero of a national number and the
 * digit behind either, by which most countries tell mobile from fixed lines; a number of North America keeps its shape. The rest
 * goes through the permutation of digits. Which class a number belongs to can be seen from what stays, and a class is mapped
 * onto itself (numbers that leave it are moved on until they are back), so different values stay different.
 *
 * A number stands in these functions as `+`, when it is written with one, then its digits, then `x` and its extension.
 */
export const phone = [
  // NULL for what is none: other letters, fewer than seven digits or more than eighteen.
  `create or replace function prodcopy.phone_number(v text) returns text language plpgsql immutable parallel safe as $$
   declare between constant text := translate(v, '0123456789', ''); ext text := ''; d text;
   begin
     if octet_length(v) > 60 then return null; end if;
     if between ~ '[[:alpha:]]' then
       ext := substring(v from '(?i)${extension}');
       if ext is null then return null; end if;
       v := regexp_replace(v, '(?i)${extension}', '');
       if v ~ '[[:alpha:]]' then return null; end if;
       ext := 'x' || ext;
     end if;
     d := prodcopy.only_digits(v);
     if length(d) not between 7 and 18 then return null; end if;
     return case when v ~ '^[ (]*[+]' then '+' else '' end || d || ext;
   end $$`,
  `create or replace function prodcopy.phone_class(plus text, d text) returns text language plpgsql immutable parallel safe as $$
   declare ten constant text := ${american};
   begin
     if ten is not null and ${americanShape("ten")} then return 'american'; end if;
     return case when plus = '+' then 'international' when left(d, 1) = '0' then 'zero' else 'other' end;
   end $$`,
  // How many digits stay. Four at least move.
  `create or replace function prodcopy.phone_head(class text, plus text, d text) returns int
   language plpgsql immutable parallel safe as $$
   declare begins int := 0; code int;
   begin
     if class = 'american' then return length(d) - 10; end if;
     if class = 'other' then return 0; end if;
     if plus = '' and left(d, 2) = '00' then begins := 2; elsif plus = '' then return 2; end if;
     code := case when substr(d, begins + 1, 1) in ('1', '7') then 1 when substr(d, begins + 1, 2) ~ '^(?:${twoDigits})$' then 2
       when substr(d, begins + 1, 1) = '0' then 0 else 3 end;
     -- The zero that some write in parentheses behind the country code.
     if substr(d, begins + code + 1, 1) = '0' then code := code + 1; end if;
     return least(begins + code + 1, length(d) - 4);
   end $$`,
  // By the number's place among all of that shape: 8 * 89 areas, 8 * 99 exchanges, and four digits.
  `create or replace function prodcopy.next_american(d text) returns text language plpgsql stable parallel safe as $$
   declare
     area constant int := substr(d, 2, 2); exchange constant int := substr(d, 5, 2); i bigint; k int; answer text;
   begin
     i := ((left(d, 1)::bigint - 2) * 89 + area - (area > 11)::int) * 8 + substr(d, 4, 1)::int - 2;
     i := (i * 99 + exchange - (exchange > 11)::int) * 10000 + right(d, 4)::int;
     i := prodcopy.next_in_cycle(i, 8::bigint * 89 * 8 * 99 * 10000, 'american');
     answer := lpad((i % 10000)::text, 4, '0'); i := i / 10000;
     k := i % 99; i := i / 99;
     answer := lpad((k + (k > 10)::int)::text, 2, '0') || answer;
     answer := (2 + i % 8) || answer; i := i / 8;
     k := i % 89;
     return (2 + i / 89) || lpad((k + (k > 10)::int)::text, 2, '0') || answer;
   end $$`,
  `create or replace function prodcopy.next_phone(x text) returns text language plpgsql stable parallel safe as $$
   declare
     plus constant text := case when left(x, 1) = '+' then '+' else '' end;
     d text := ltrim(split_part(x, 'x', 1), '+');
     ext constant text := split_part(x, 'x', 2);
     class constant text := prodcopy.phone_class(plus, d);
     head constant int := prodcopy.phone_head(class, plus, d);
   begin
     if class = 'american' then
       d := left(d, head) || prodcopy.next_american(right(d, 10));
     else
       loop
         d := prodcopy.move_digits(d, head);
         -- Only what stands under the 1 of North America, or under nothing, can leave its class.
         exit when class = 'international' and left(d, 1) <> '1' or class = 'zero' and left(d, 3) <> '001'
           or prodcopy.phone_class(plus, d) = class;
       end loop;
     end if;
     return plus || d || case when ext = '' then '' else 'x' || prodcopy.move_digits(ext, 0) end;
   end $$`,
  // Past former numbers, as digits are (`digits.ts`). Of a class those count that are as long, all but four digits of which may stay.
  `create or replace function prodcopy.free_phone(x text) returns text language plpgsql stable parallel safe as $$
   declare
     ${former};
     size constant int := length(prodcopy.only_digits(x)); y text := prodcopy.next_phone(x); depth int := 1;
   begin
     if former between 1 and 10::numeric ^ (size - 4) / 4 and ${stood("prodcopy.only_digits(y)")} and ${stood("prodcopy.only_digits(x)")} then
       loop
         if ${stood("prodcopy.only_digits(y)")} then depth := depth + 1; else depth := depth - 1; end if;
         -- Number and extension move side by side, and might meet former ones only.
         exit when depth = 0 or depth > 1000;
         y := prodcopy.next_phone(y);
       end loop;
     end if;
     return y;
   end $$`,
  `create or replace function prodcopy.move_phone(v text) returns text language plpgsql stable parallel safe as $$
   declare x text := prodcopy.phone_number(v);
   begin
     if x is null then return prodcopy.move_shape(v, 0, false); end if;
     -- In its own place: the server puts only_digits in line where it is given a variable.
     x := prodcopy.free_phone(x);
     return prodcopy.lay_digits(v, prodcopy.only_digits(x));
   end $$`,
  walkingPast("fresh_phone", "", (v) => `prodcopy.move_phone(${v})`),
  // A national number that belongs to nobody, of those a country keeps for films and books; NULL where none of that length is known.
  `create or replace function prodcopy.fictional_number(country text, n text, i bigint) returns text
   language plpgsql immutable parallel safe as $$
   declare
     known constant text[] := array(select r from unnest(case country
       ${Object.entries(fictionalNumbers)
         .map(([code, list]) => `when ${literal(code)} then array[${list.map(literal).join(", ")}]`)
         .join("\n       ")} end) r where length(r) = length(n));
     alike constant text[] := array(select r from unnest(known) r where left(r, 1) = left(n, 1));
     fit constant text[] := case when cardinality(alike) > 0 then alike else known end;
     one text; size int; second int := i / 8 % 9; third int := i / 72 % 10;
   begin
     if country = '1' and length(n) = 10 then
       if second = 1 and third = 1 then third := 2; end if;
       return (2 + i % 8)::text || second || third || '55501' || lpad((i / 720 % 100)::text, 2, '0');
     elsif cardinality(fit) = 0 then return null;
     end if;
     one := fit[1 + i % cardinality(fit)]; size := length(one) - length(rtrim(one, '#'));
     return rtrim(one, '#') || lpad((i / cardinality(fit) % (10::bigint ^ size)::bigint)::text, size, '0');
   end $$`,
  // home is the country of numbers that are written without one, or nothing.
  `create or replace function prodcopy.fictional_phone(v text, home text) returns text language plpgsql stable parallel safe as $$
   declare
     x constant text := prodcopy.phone_number(v);
     plus constant text := case when left(x, 1) = '+' then '+' else '' end;
     d constant text := ltrim(split_part(x, 'x', 1), '+');
     class constant text := prodcopy.phone_class(plus, d);
     country text := home; head int := 0; answer text; i bigint;
   begin
     if x is null then return prodcopy.fresh_phone(v); end if;
     if class = 'american' and (home in ('', '1') or length(d) > 10) then country := '1'; head := length(d) - 10;
     elsif class = 'international' or left(d, 2) = '00' then
       head := case when plus = '' then 2 else 0 end;
       country := substring(substr(d, head + 1) from '^(?:[17]|${twoDigits})');
       country := coalesce(country, substr(d, head + 1, 3));
       head := head + length(country);
     end if;
     if country <> '1' and substr(d, head + 1, 1) = '0' then head := head + 1; end if;
     i := prodcopy.pick('fiction:' || x) / 2;
     for tried in 1..1000 loop
       answer := left(d, head) || prodcopy.fictional_number(country, substr(d, head + 1), i);
       exit when answer is null or answer <> d and not ${stood("answer")};
       i := i + 1; answer := null;
     end loop;
     if answer is null then return prodcopy.fresh_phone(v); end if;
     return prodcopy.lay_digits(v, answer || prodcopy.only_digits(prodcopy.move_digits(split_part(x, 'x', 2), 0)));
   end $$`,
];
