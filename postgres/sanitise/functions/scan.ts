import { filler } from "../words/filler";
import { kinds } from "./tokens";
import { literal } from "../../connection";

/** The kind under which addresses outside the allowed domains are counted; no value of `prodcopy.before` has it. */
export const stranger = 7;

/** What the leak scan calls on texts. */
export const scan = [
  // Pieces of 1 MB that overlap, as text; what is no valid text keeps its ASCII characters.
  `create or replace function prodcopy.pieces(b bytea) returns setof text language plpgsql stable parallel safe as $$
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
     select x = left(repeat(${literal(filler)}, 1 + length(x) / ${filler.length}), length(x)) $$`,
  // Marks of one text: the whole of it, then whatever in it has the shape of something that identifies.
  `create or replace function prodcopy.findings(x text, allowed text) returns table (kind int, h bigint)
   language plpgsql stable parallel safe as $$
   begin
     if prodcopy.is_filler(x) then return; end if;
     return query select * from prodcopy.tokens(x);
     if (position('@' in x) > 0 or position('%40' in x) > 0) and prodcopy.strangers(x, allowed) > 0 then
       kind := ${stranger}; h := 0; return next;
     end if;
   end $$`,
  `create or replace view prodcopy.wanted as select b.h, b.kind::int from prodcopy.before b where not b.kept and b.kind <> ${kinds.word}
     union all select 0, ${stranger}`,
];
