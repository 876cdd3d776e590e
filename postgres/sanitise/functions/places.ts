import { stood } from "./digits";

/**
 * Gives a value that does not have the format's shape a place in its domain: from where its hash points on, the first one that is no
 * former number and nobody else's. Why, and for which values: see `../swaps.ts`. `taken` is how many former numbers there are, and how
 * many places were given.
 */
export const places = [
  `create or replace function prodcopy.place_format(v text, format text, taken bigint) returns void language plpgsql as $$
   declare
     size constant int := length(format) - length(replace(format, '#', ''));
     n constant bigint := rpad('1', size + 1, '0')::bigint;
     y bigint := prodcopy.pick('format' || v) % n; answer text;
   begin
     if taken > n / 4 or exists (select from prodcopy.swap s where s.family = 'format' || format and s.old = prodcopy.mark(v)) then
       return;
     end if;
     loop
       y := prodcopy.next_in_cycle(y, n, 'format' || format);
       answer := prodcopy.fill_format(format, lpad(y::text, size, '0'));
       exit when not ${stood("prodcopy.only_digits(answer)")}
         and not exists (select from prodcopy.swap s where s.family = 'format' || format and s.new = answer);
     end loop;
     insert into prodcopy.swap values ('format' || format, prodcopy.mark(v), answer);
   end $$`,
];
