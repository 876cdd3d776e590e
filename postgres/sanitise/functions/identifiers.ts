import { literal } from "../../connection";
import { userAgents } from "../words/userAgents";

/** Ranges that the brands give out for tests, by a card's first digit. */
const testRanges = `case left(d, 1) when '2' then '222300' when '3' then '378282' when '5' then '510510' when '6' then '601111' else '424242' end`;

/** Numbers with check digits, and names of machines. */
export const identifiers = [
  // The characters of v that are digits (or, with letters, letters too) become those of d, in order; what stands between stays.
  `create or replace function prodcopy.lay(v text, d text, letters boolean) returns text language plpgsql immutable parallel safe as $$
   declare answer text := ''; c text; p int := 0; i int;
   begin
     for i in 1..length(v) loop
       c := substr(v, i, 1);
       if c ~ '[0-9]' or letters and c ~ '[A-Za-z]' then
         p := p + 1;
         c := case when c ~ '[a-z]' then lower(substr(d, p, 1)) else substr(d, p, 1) end;
       end if;
       answer := answer || c;
     end loop;
     return answer;
   end $$`,
  // The digit that makes d a number with a right check digit, after Luhn.
  `create or replace function prodcopy.luhn(d text) returns text language plpgsql immutable parallel safe as $$
   declare total int := 0; n int; i int;
   begin
     for i in 1..length(d) loop
       n := substr(d, length(d) - i + 1, 1)::int * case when i % 2 = 1 then 2 else 1 end;
       total := total + n / 10 + n % 10;
     end loop;
     return ((10 - total % 10) % 10)::text;
   end $$`,
  `create or replace function prodcopy.card(v text) returns text language plpgsql stable parallel safe as $$
   declare
     d constant text := prodcopy.only_digits(v); answer text; i bigint;
   begin
     if length(d) not between 12 and 19 then return prodcopy.fresh_shape(v, 0, false); end if;
     i := prodcopy.pick('card:' || d) / 2;
     loop
       answer := ${testRanges} || lpad(right(i::text, length(d) - 7), length(d) - 7, '0');
       answer := answer || prodcopy.luhn(answer);
       exit when answer <> d;
       i := i + 1;
     end loop;
     return prodcopy.lay(v, answer, false);
   end $$`,
  // Letters count as two digits, A = 10.
  `create or replace function prodcopy.mod97(v text) returns int language plpgsql immutable parallel safe as $$
   declare c text; rest int := 0;
   begin
     foreach c in array string_to_array(v, null) loop
       rest := case when c ~ '[0-9]' then (rest * 10 + c::int) % 97 else (rest * 100 + ascii(c) - 55) % 97 end;
     end loop;
     return rest;
   end $$`,
  `create or replace function prodcopy.iban(v text) returns text language plpgsql stable parallel safe as $$
   declare s constant text := upper(regexp_replace(v, '[^A-Za-z0-9]', '', 'g')); body text;
   begin
     if s !~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{8,30}$' then return prodcopy.fresh_shape(v, 0, false); end if;
     body := prodcopy.move_shape(substr(s, 5), 0, false);
     return prodcopy.lay(v, left(s, 2) || lpad((98 - prodcopy.mod97(body || left(s, 2) || '00'))::text, 2, '0') || body, true);
   end $$`,
  // Bit 1 of the first byte says that no maker gave it out.
  `create or replace function prodcopy.mac(v text) returns text language plpgsql stable parallel safe as $$
   declare size constant int := case when length(regexp_replace(v, '[^0-9A-Fa-f]', '', 'g')) = 16 then 14 else 10 end;
   begin
     return '02' || regexp_replace(left(prodcopy.hex('mac:' || lower(v)), size), '(..)', ':\\1', 'g');
   end $$`,
  `create or replace function prodcopy.user_agent(v text) returns text language plpgsql stable parallel safe as $$
   declare
     list constant text[] := array[${userAgents.map(literal).join(", ")}];
     i constant bigint := prodcopy.pick('agent:' || v) / 2;
     answer constant text := list[1 + i % ${userAgents.length}];
   begin
     return case when answer = v then list[1 + (i + 1) % ${userAgents.length}] else answer end;
   end $$`,
];
