import { filler } from "../words/filler";
import { literal } from "../../connection";
import { longest } from "./digits";

/** What ends an address on either side. Said by what it is not, so that letters of any script count under any locale. */
const divider = `][[:space:]@<>,;:"()|{}=&?/\\\\`;
/** The part before the @ of an address, and the part after it, as SQL on the text before and after that character. */
export const localPart = (before: string) =>
  `nullif(ltrim(substring(right(${before}, 64) from '[^${divider}]+$'), '''.*_~!#$%^+-'), '')`;
export const domainPart = (after: string) =>
  `nullif(rtrim(substring(left(${after}, 255) from '^[^${divider}''!#$%*+~^]+'), '.-'), '')`;

/** Every address in a text with the signs beside it, for `regexp_matches`; `addressOf` trims them. Captures would cost as much again. */
export const addressShape = `[^${divider}]+@[^${divider}''!#$%*+~^]+`;
/** The address itself, lower case, of what `addressShape` found; NULL when nothing is left of one of its parts. */
export const addressOf = (found: string) =>
  `lower(nullif(ltrim(split_part(${found}, '@', 1), '''.*_~!#$%^+-'), '') || '@' || nullif(rtrim(split_part(${found}, '@', 2), '.-'), ''))`;

/**
 * SQL that answers every address in the text `x` as `address`, lower case. Only what stands beside each @ is looked at, sixty-four
 * characters before it unless they are all of them the address's; a regexp over all of a long text takes ten times as long.
 * @param where under which condition it is looked at, at all
 */
export const addressesOf = (x: string, where: string) => `
    select lower(nullif(ltrim(near, '''.*_~!#$%^+-'), '') || '@' || nullif(rtrim(far, '.-'), '')) as address
      from (select case when length(near) = 64 then substring(before from '[^${divider}]+$') else near end as near, far
        from (select before, substring(right(before, 64) from '[^${divider}]+$') as near,
                     substring(left(after, 255) from '^[^${divider}''!#$%*+~^]+') as far
          from (select unnest(parts) as before, unnest(parts[2:]) as after
            from (select string_to_array(${x}, '@') as parts where ${where} offset 0) split offset 0) sides
         where after is not null offset 0) found) address
     where near is not null and far is not null`;

/** What an address looks like in running text, for replacing it there; to find addresses, `prodcopy.addresses` is faster. */
export const addressPattern = `[^${divider}]+@[^${divider}]+`;

/**
 * Texts from texts. Each takes the value as text and returns a text that differs from it; NULL and the empty string are
 * the caller's affair (`../cell.ts`). Words come from `prodcopy.word_*` (`../words/install.ts`).
 */
export const texts = [
  // An exact variant tells addresses apart that differ only in case, for columns where both stand under a unique key.
  `create or replace function prodcopy.email(v text, domain text, size int, exact boolean) returns text
   language plpgsql stable parallel safe as $$
   declare normal constant text := prodcopy.norm(v);
   begin
     return left(prodcopy.letters('email:' || case when exact then v else normal end), size) || '@' || domain;
   end $$`,
  `create or replace function prodcopy.email_list(v text, domain text, size int, separator text, most int) returns text
   language plpgsql stable parallel safe as $$
   declare answer text;
     gap constant text := separator || case when position(separator || ' ' in v) > 0 then ' ' else '' end;
   begin
     if v ~ '^[^ @<>,;"]+@[^ @<>,;"]+$' then return prodcopy.email(v, domain, size, false); end if;
     -- As many as there is room for.
     select string_agg(m, gap order by n) into answer from (
       select m, n, sum(length(m) + length(gap)) over (order by n) - length(gap) as needs from (
         select prodcopy.email(a, domain, size, false) as m, n from prodcopy.addresses(v) with ordinality found(a, n)) mapped) fitting
      where needs <= most;
     return coalesce(answer, prodcopy.email(v, domain, size, false));
   end $$`,
  // Every digit and letter becomes another of its kind. Not one to one: for values that repeat anyway.
  `create or replace function prodcopy.scramble(v text) returns text language plpgsql stable parallel safe as $$
   declare h constant bytea := prodcopy.digest('scramble:' || v); answer text := ''; c text; i int;
   begin
     if octet_length(v) > ${longest} then return prodcopy.characters('scramble:' || v, length(v)); end if;
     for i in 1..length(v) loop
       c := substr(v, i, 1);
       if c ~ '[0-9]' then c := ((c::int + 1 + get_byte(h, i % 32) % 9) % 10)::text;
       elsif c ~ '[a-z]' then c := chr(97 + (ascii(c) - 97 + 1 + get_byte(h, i % 32) % 25) % 26);
       elsif c ~ '[A-Z]' then c := chr(65 + (ascii(c) - 65 + 1 + get_byte(h, i % 32) % 25) % 26);
       elsif c ~ '[[:alpha:]]' or ascii(c) > 127 then c := case c when 'x' then 'y' else 'x' end;
       end if;
       answer := answer || c;
     end loop;
     return answer;
   end $$`,
  `create or replace function prodcopy.scramble_format(v text, format text) returns text
   language plpgsql stable parallel safe as $$
   declare size constant int := length(format) - length(replace(format, '#', '')); i bigint; answer text;
   begin
     i := prodcopy.pick('fill:' || v);
     loop
       answer := prodcopy.fill_format(format, lpad(right(i::text, size), size, '0'));
       exit when answer <> v;
       i := i + 1;
     end loop;
     return answer;
   end $$`,
  `create or replace function prodcopy.characters(v text, size int) returns text language plpgsql stable parallel safe as $$
   declare answer text := ''; i int := 0;
   begin
     -- What is longer repeats: different values differ in the first part of it already.
     while length(answer) < least(size, 1000) loop
       answer := answer || translate(encode(prodcopy.digest('chars:' || i || ':' || v), 'base64'), '+/=', 'xY');
       i := i + 1;
     end loop;
     return left(repeat(answer, 1 + size / length(answer)), size);
   end $$`,
  `create or replace function prodcopy.file_name(v text, keep_folder boolean, most int) returns text
   language plpgsql stable parallel safe as $$
   declare
     ending constant text := coalesce(substring(v from '[.][A-Za-z0-9]{1,5}$'), '');
     name constant text := left(prodcopy.hex('file:' || v), least(16, most - length(ending))) || ending;
     folder constant text := coalesce(substring(v from '^(.*/)'), '');
   begin
     return case when keep_folder and length(folder) + length(name) <= most then folder || name else name end;
   end $$`,
  // What fits, and is not by chance what stood there: in a column of a few characters that happens.
  `create or replace function prodcopy.cut(m text, v text, most int) returns text language plpgsql immutable parallel safe as $$
   declare answer constant text := regexp_replace(left(m, most), ' $', '.');
   begin
     if lower(answer) <> lower(v) then return answer; end if;
     return left(answer, -1) || case when lower(right(answer, 1)) = 'x' then 'y' else 'x' end;
   end $$`,
  // Filler of the same length class: the largest power of two that is not above the length. It ends in no blank, since checks forbid
  // that more often than anything else.
  `create or replace function prodcopy.redact(v text, most int) returns text language plpgsql immutable parallel safe as $$
   declare
     size constant int := least(most, greatest(8, power(2::float8, floor(ln(length(v)::float8) / ln(2::float8)))::int));
     words constant text := ${literal(filler)};
     answer text := left(repeat(words, 1 + size / length(words)), size);
   begin
     if answer like '% ' then answer := left(answer, -1) || '.'; end if;
     return case when answer = v then left('(' || answer, size) else answer end;
   end $$`,
  `create or replace function prodcopy.ip(v text) returns text language plpgsql stable parallel safe as $$
   declare i constant bigint := prodcopy.pick('ip:' || v) / 2; answer text;
   begin
     if position(':' in v) > 0 then
       return '2001:db8:' || regexp_replace(left(prodcopy.hex('ip:' || v), 24), '(....)(?!$)', '\\1:', 'g');
     end if;
     answer := '198.51.100.' || (1 + i % 254);
     return case when v = answer or v like answer || '/%' then '198.51.100.' || (1 + (i + 1) % 254) else answer end;
   end $$`,
  `create or replace function prodcopy.url(v text, host text, keep_path boolean) returns text
   language plpgsql stable parallel safe as $$
   declare
     scheme constant text := coalesce(substring(v from '^[A-Za-z][A-Za-z0-9+.-]*://'), '');
     path constant text := substring(substr(v, length(scheme) + 1) from '^[^/?#]*([^?#]*)');
     more constant boolean := v ~ '[?#]' or substr(v, length(scheme) + 1) ~ '^[^/?#]*@';
     answer text := scheme || host;
   begin
     if not keep_path then return answer || '/' || left(prodcopy.hex('url:' || v), 16); end if;
     answer := answer || path || case when more then '?' || left(prodcopy.hex('url:' || v), 16) else '' end;
     return case when answer = v then answer || '?' || left(prodcopy.hex('url:' || v), 16) else answer end;
   end $$`,
];
