/** Values that are not texts: dates, numbers, bytes. Sessions run in UTC with ISO dates, so that texts of them are stable. */
export const values = [
  // Which way: -1 to the past, 1 to the future, 0 either.
  `create or replace function prodcopy.days(v text, most int, way int) returns int language plpgsql stable parallel safe as $$
   declare i constant bigint := prodcopy.pick('days:' || v);
   begin
     return (1 + (i / 2) % most)::int * case when way <> 0 then way when i % 2 = 0 then 1 else -1 end;
   end $$`,
  // A date as text, with whatever stands behind it. A parallel query may not catch an error, so the calendar is asked before the cast.
  `create or replace function prodcopy.shift_text(v text, days int) returns text language plpgsql stable parallel safe as $$
   declare y int; m int;
   begin
     if v ~ '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])($|[^0-9])' and left(v, 4) <> '0000' then
       y := left(v, 4)::int; m := substr(v, 6, 2)::int;
       if substr(v, 9, 2)::int <= extract(day from make_date(y, m, 1) + interval '1 month - 1 day') then
         return (left(v, 10)::date + days)::text || substr(v, 11);
       end if;
     end if;
     return prodcopy.scramble(v);
   end $$`,
  // Degrees, moved by a tenth of most to most of them. A latitude stays one.
  `create or replace function prodcopy.geo(v numeric, who text, most numeric, places int) returns numeric
   language plpgsql stable parallel safe as $$
   declare
     i constant bigint := prodcopy.pick('geo:' || who);
     step constant numeric := most * (0.1 + 0.9 * ((i / 2) % 1000003) / 1000003) * case when i % 2 = 0 then 1 else -1 end;
     limits constant numeric := case when abs(v) <= 90 then 90 else 180 end;
     answer numeric := round(v + step, places);
   begin
     if abs(answer) > limits then answer := round(v - step, places); end if;
     return case when answer = v then v - sign(v + 0.1) * 10::numeric ^ -places else answer end;
   end $$`,
  `create or replace function prodcopy.bits(v text, size int) returns text language plpgsql stable parallel safe as $$
   declare answer text := ''; i int := 0;
   begin
     while length(answer) < size loop
       answer := answer || ('x' || prodcopy.hex('bits:' || i || ':' || v))::bit(256)::text; i := i + 1;
     end loop;
     answer := left(answer, size);
     return case when answer = v then overlay(answer placing case left(v, 1) when '0' then '1' else '0' end from 1) else answer end;
   end $$`,
  // Elements, attributes and their names stay, what they hold goes; comments and instructions go whole.
  `create or replace function prodcopy.redact_xml(v text) returns text language plpgsql immutable parallel safe as $$
   declare x text := v; part text;
   begin
     x := regexp_replace(x, '<!--.*?-->', '', 'g');
     x := regexp_replace(x, '<[?].*?[?]>', '', 'g');
     x := regexp_replace(x, '<!\\[CDATA\\[.*?\\]\\]>', 'x', 'g');
     x := regexp_replace(x, '<!DOCTYPE[^>[]*(\\[[^]]*\\])?[^>]*>', '', 'i');
     x := regexp_replace(x, '([[:space:]](?!xmlns[=: ])[^[:space:]=<>"''/]+[[:space:]]*=[[:space:]]*)("[^"<]*"|''[^''<]*'')', '\\1"redacted"', 'g');
     x := regexp_replace(x, '>[^<]*[^<[:space:]][^<]*(?=<)', '>redacted', 'g');
     x := regexp_replace(x, '^[[:space:]]*[^<[:space:]][^<]*', 'redacted');
     return regexp_replace(x, '>[^<>]*[^<>[:space:]][^<>]*$', '>redacted');
   end $$`,
  `create or replace function prodcopy.whole(v bigint, low bigint, high bigint) returns bigint
   language plpgsql stable parallel safe as $$
   declare answer constant bigint := low + prodcopy.pick('number:' || v) % (high - low + 1);
   begin
     return case when answer <> v then answer when answer < high then answer + 1 else low end;
   end $$`,
  `create or replace function prodcopy.decimal(v numeric, low numeric, high numeric, places int) returns numeric
   language plpgsql stable parallel safe as $$
   declare
     answer numeric := round(low + (high - low) * (prodcopy.pick('number:' || trim_scale(v)) % 1000000007) / 1000000007, places);
   begin
     if answer < low then answer := answer + 10::numeric ^ -places; end if;
     if answer > high then answer := answer - 10::numeric ^ -places; end if;
     return case when answer <> v then answer
       when answer + 10::numeric ^ -places <= high then answer + 10::numeric ^ -places
       else answer - 10::numeric ^ -places end;
   end $$`,
  // Text that should be JSON and is not becomes a JSON string, rather than stopping the run with a row in the message. It catches
  // an error, which PostgreSQL forbids in a parallel query, in workers and leader alike.
  `create or replace function prodcopy.as_json(v text) returns jsonb language plpgsql immutable parallel unsafe as $$
   begin
     return v::jsonb;
   exception when others then
     return '"redacted"'::jsonb;
   end $$`,
];
