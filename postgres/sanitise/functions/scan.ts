import { filler } from "../words/filler";
import { domainPart, localPart } from "./texts";
import { internetAddress, kinds, longToken, numberShape, telephone } from "./tokens";
import { literal } from "../../connection";

/** The kind under which addresses outside the allowed domains are counted; no value of `prodcopy.before` has it. */
export const stranger = 7;

/** Filler up to this many repetitions is recognised by one comparison of bytes. */
const fillerRepeats = 200;

/** What the leak scan calls on texts. */
export const scan = [
  // Pieces of 1 MB that overlap, as text; what is no valid text keeps its ASCII characters.
  `create or replace function prodcopy.pieces(b bytea) returns setof text language plpgsql stable parallel safe rows 2 as $$
   declare i int; piece bytea;
   begin
     for i in 0..(coalesce(octet_length(b), 0) - 1) / 1048576 loop
       piece := substr(b, i * 1048576 + 1, 1048576 + 1024);
       begin
         return next convert_from(piece, 'UTF8');
       exception when others then
         return next replace(encode(piece, 'escape'), '\\000', '');
       end;
     end loop;
   end $$`,
  // Our own filler says nothing; comparing with it is a hundred times faster than taking it apart.
  `create or replace function prodcopy.is_filler(x text) returns boolean language sql immutable parallel safe as $$
     select starts_with(repeat(${literal(filler)}, ${fillerRepeats}), x) or octet_length(x) > ${fillerRepeats * filler.length}
       and x = left(repeat(${literal(filler)}, 1 + length(x) / ${filler.length}), length(x)) $$`,
  // What in a text has the shape of something that identifies, as marks, and addresses outside the allowed domains that
  // were not kept by name. Runs of plain digits count only when they look like a telephone number (a +, a leading 0, or
  // punctuation inside) or have ten digits or more: shorter ones meet some number of production's by chance in any large table.
  // Everything stands in one function without inner queries: it runs once for every text of the database.
  `create or replace function prodcopy.findings(x text, allowed text, ours text) returns table (kind int, h bigint)
   language plpgsql stable parallel safe rows 4 as $$
   declare v text := x; part text; before text; near text; far text; m text; d text; one text; two text;
   begin
     if position('%40' in v) > 0 then v := replace(v, '%40', '@'); end if;
     if position('@' in v) > 0 then
       foreach part in array string_to_array(v, '@') loop
         if before is not null then
           near := ${localPart("before")};
           far := ${domainPart("part")};
           if near is not null and far is not null then
             m := lower(near || '@' || far);
             kind := ${kinds.email}; h := prodcopy.mark(m); return next;
             if m !~ allowed and far ~ '[.][^0-9.]{2,}$' then
               if not exists (select from prodcopy.before b where b.h = prodcopy.mark(m) and b.kind = ${kinds.email} and b.kept) then
                 kind := ${stranger}; h := 0; return next;
               end if;
             end if;
           end if;
         end if;
         before := part;
       end loop;
       -- Lists of addresses as this run makes them say nothing more.
       if v ~ ('^(?:' || ours || '[,; ]*)+$') then return; end if;
     end if;
     if v ~ '${numberShape}' then
       for m in select f[1] from regexp_matches(v, '${telephone}', 'g') f loop
         d := prodcopy.only_digits(m);
         if length(d) between 7 and 18 and (m ~ '^[+(0]' or length(d) >= 10 or m <> d) then
           kind := ${kinds.digits}; h := prodcopy.mark(d); return next;
         end if;
       end loop;
     end if;
     if v ~ '${internetAddress}' then
       return query select ${kinds.value}, prodcopy.mark(f[1]) from regexp_matches(v, '${internetAddress}', 'g') f;
     end if;
     if v ~ '${longToken}' then
       return query select ${kinds.value}, prodcopy.mark(lower(f[1])) from regexp_matches(v, '${longToken}', 'g') f;
     end if;
     if current_setting('prodcopy.names') = 'on' and v ~ '[[:alnum:]][^[:alnum:]]+[[:alnum:]]' then
       foreach m in array regexp_split_to_array(lower(v), '[^[:alnum:]]+') loop
         continue when m = '';
         if two ~ '^[0-9]' then
           kind := ${kinds.address}; h := prodcopy.mark(two || ' ' || one || ' ' || m); return next;
         end if;
         if one is not null and length(m) > 1 and length(one) > 1 then
           kind := ${kinds.name}; h := prodcopy.mark(one || ' ' || m); return next;
         end if;
         two := one; one := m;
       end loop;
     end if;
   end $$`,
  `create or replace view prodcopy.wanted as select b.h, b.kind from prodcopy.before b where not b.kept and b.kind <> ${kinds.word}
     union all select 0, ${stranger}`,
];
