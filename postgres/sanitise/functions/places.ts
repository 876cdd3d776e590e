import { stood } from "./digits";

/** Another column of the same shape holds the value too. */
const known = (family: string, v: string) =>
  `exists (select from prodcopy.swap s where s.family = ${family} and s.old = prodcopy.mark(${v}))`;

/** Walks the cycle from p to a place that no former number has, no former number moves to, and nobody was given. */
const walk = (full: (x: string) => string, family: string) => `
     if former > n / 4 then return; end if;
     loop
       y := prodcopy.next_in_cycle(p, n, class);
       exit when not ${stood(full("p"))} and not ${stood(full("y"))}
         and not exists (select from prodcopy.swap s where s.family = ${family} and s.new = ANSWER);
       p := y;
     end loop;`;

const fullDigits = (x: string) => `head || lpad(${x}::text, size, '0')`;
const fullFormat = (x: string) =>
  `prodcopy.only_digits(prodcopy.fill_format(format, lpad(${x}::text, size, '0')))`;

/**
 * Prepared answers of `move_shape` and `move_format`; why and for which values: see `../swaps.ts`. `former` is how many
 * numbers stood there before, counted once for all values.
 */
export const places = [
  `create or replace function prodcopy.place_digits(d text, keep int, former bigint) returns void language plpgsql as $$
   declare
     head constant text := case when keep < length(d) then left(d, keep) else '' end;
     size constant int := length(d) - length(head);
     n bigint; p bigint; y bigint;
     class constant text := 'digits' || length(d) || ':' || head;
   begin
     if size not between 4 and 18 or ${known("'digits' || keep", "d")} then return; end if;
     n := rpad('1', size + 1, '0')::bigint;
     p := prodcopy.next_in_cycle(right(d, size)::bigint, n, class);
     if not ${stood(fullDigits("p"))} then return; end if;
     ${walk(fullDigits, "'digits' || keep").replace("ANSWER", fullDigits("y"))}
     insert into prodcopy.swap values ('digits' || keep, prodcopy.mark(d), ${fullDigits("y")});
   end $$`,
  `create or replace function prodcopy.place_format(v text, format text, former bigint) returns void language plpgsql as $$
   declare
     d constant text := prodcopy.format_digits(format, v);
     size constant int := length(format) - length(replace(format, '#', ''));
     n constant bigint := rpad('1', size + 1, '0')::bigint;
     p bigint; y bigint;
     class constant text := 'format' || format;
   begin
     if ${known("'format' || format", "v")} then return; end if;
     if d is null then
       p := prodcopy.pick('format' || v) % n;
     else
       p := prodcopy.next_in_cycle(d::bigint, n, class);
       if not ${stood(fullFormat("p"))} then return; end if;
     end if;
     ${walk(fullFormat, "'format' || format").replace("ANSWER", "prodcopy.fill_format(format, lpad(y::text, size, '0'))")}
     insert into prodcopy.swap values ('format' || format, prodcopy.mark(v), prodcopy.fill_format(format, lpad(y::text, size, '0')));
   end $$`,
];
