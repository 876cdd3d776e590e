/**
 * Digits become other digits by a keyed permutation of all numbers of the same length, so that different values stay
 * different, exactly, without a table of what was given out.
 *
 * The permutation is `inverse(P)(P(x) + 1)` for a keyed Feistel permutation P: one single cycle through the whole
 * domain, hence no value maps to itself. P's domain is any n, by cycle-walking in the next larger rectangle. Its round
 * function is the server's fast hash of a half under words that key and class give.
 *
 * Nobody gets a former number of somebody else, or the leak scan could not tell it from a leak. Along the cycle former numbers are opening
 * brackets and all others closing ones, and each former number gets the one that closes it: never a former one, and no two of them the
 * same, though nobody keeps a list of what was given out. Values that do not have a format's shape are the exception (`../swaps.ts`):
 * their places stand in `prodcopy.swap` and are passed over. Where former numbers fill more than a quarter of the domain, neighbours stand.
 */
const half = (part: string, round: string) =>
  `(hashint8extended(${part} # k2, k1 # ${round}) & 4611686018427387903)`;

/** A longer text, in bytes, is no number: its characters go all together, since one by one would take hours. */
export const longest = 2000;

/** Whether these digits are a former number: kind 2 of `prodcopy.before`. */
export const stood = (d: string) => `prodcopy.stood(${d})`;

/**
 * PL/pgSQL that sets `answer` to what becomes of the place `y` among `n`: its neighbour in the cycle, or the place that closes it.
 * @param full SQL of the value at place `y`
 * @param numberOf SQL of the digits of `answer`
 * @param own SQL of the digits of the value itself
 * @param given SQL: whether `answer` was given to a value without the format's shape
 */
const closing = (full: string, numberOf: string, own: string, given: string) => `
     y := prodcopy.next_in_cycle(y, n, class); answer := ${full};
     if former between 1 and n / 4 and (${stood(numberOf)} or ${given}) and ${stood(own)} then
       loop
         if ${stood(numberOf)} then depth := depth + 1; elsif not (${given}) then depth := depth - 1; end if;
         exit when depth = 0;
         y := prodcopy.next_in_cycle(y, n, class); answer := ${full};
       end loop;
     end if;`;

const given = "prodcopy.given(format, answer)";
/** How many former numbers there are; none is known before they are hashed. */
export const former = "former constant bigint := current_setting('prodcopy.former')";

/** Inside JSON and arrays nothing is prepared, and nothing must be unique: there a number that stood before is walked past. */
export const walkingPast = (name: string, params: string, step: (v: string) => string) =>
  `create or replace function prodcopy.${name}(v text${params}) returns text
   language plpgsql stable parallel safe as $$
   declare answer text := ${step("v")};
   begin
     while length(prodcopy.only_digits(answer)) >= 7 and ${stood("prodcopy.only_digits(answer)")} loop
       answer := ${step("answer")};
     end loop;
     return answer;
   end $$`;

export const digits = [
  // Most are none, which is known without a query (`../formerNumbers.ts`).
  `create or replace function prodcopy.stood(d text) returns boolean language plpgsql stable parallel safe as $$
   begin
     if not prodcopy.maybe_former(prodcopy.mark(d)) then return false; end if;
     return exists (select from prodcopy.before b where b.kind = 2 and b.h = prodcopy.mark(d));
   end $$`,
  `create or replace function prodcopy.given(format text, answer text) returns boolean language plpgsql stable parallel safe as $$
   begin
     if current_setting('prodcopy.swaps') <> 'on' or not prodcopy.maybe_former(prodcopy.mark(prodcopy.only_digits(answer))) then
       return false;
     end if;
     return exists (select from prodcopy.swap s where s.family = 'format' || format and s.new = answer);
   end $$`,
  `create or replace function prodcopy.next_in_cycle(x bigint, n bigint, class text) returns bigint
   language plpgsql stable parallel safe as $$
   declare
     -- Two secret words of this class; the rounds differ in their number.
     k1 constant bigint := hashtextextended(current_setting('prodcopy.key') || class collate "C", 1);
     k2 constant bigint := hashtextextended(current_setting('prodcopy.key') || class collate "C", 2);
     v constant bigint := ceil(sqrt(n))::bigint;
     u constant bigint := (n + v - 1) / v;
     y bigint := x; a bigint; b bigint; i int;
   begin
     loop
       a := y / v; b := y % v;
       for i in 1..4 loop
         a := (a + ${half("b", "i::bigint")} % u) % u;
         b := (b + ${half("a", "(i + 10)::bigint")} % v) % v;
       end loop;
       y := a * v + b;
       exit when y < n;
     end loop;
     y := (y + 1) % n;
     loop
       a := y / v; b := y % v;
       for i in reverse 4..1 loop
         b := (b + v - ${half("a", "(i + 10)::bigint")} % v) % v;
         a := (a + u - ${half("b", "i::bigint")} % u) % u;
       end loop;
       y := a * v + b;
       exit when y < n;
     end loop;
     return y;
   end $$`,
  // A string of digits; the first keep stay. Longer ones go in pieces of 18, each under the pieces before it.
  `create or replace function prodcopy.move_digits(d text, keep int) returns text language plpgsql stable parallel safe as $$
   declare done text := left(d, keep); rest text := substr(d, keep + 1); part text;
   begin
     if rest = '' then rest := d; done := ''; end if;
     while rest <> '' loop
       part := left(rest, 18); rest := substr(rest, 19);
       done := done || lpad(prodcopy.next_in_cycle(part::bigint, rpad('1', length(part) + 1, '0')::bigint,
         'digits' || length(d) || ':' || done)::text, length(part), '0');
     end loop;
     return done;
   end $$`,
  // The same, and never to a former number.
  `create or replace function prodcopy.free_digits(d text, keep int) returns text language plpgsql stable parallel safe as $$
   declare
     ${former};
     head constant text := case when keep < length(d) then left(d, keep) else '' end;
     size constant int := length(d) - length(head);
     n bigint; y bigint; answer text; depth int := 1;
     class constant text := 'digits' || length(d) || ':' || head;
   begin
     if size not between 4 and 18 then return prodcopy.move_digits(d, keep); end if;
     n := rpad('1', size + 1, '0')::bigint; y := right(d, size)::bigint;${closing("head || lpad(y::text, size, '0')", "answer", "d", "false")}
     return answer;
   end $$`,
  // The digits of v become those of d, in order; what stands between stays. Run by run, which is faster than one by one.
  `create or replace function prodcopy.lay_digits(v text, d text) returns text language plpgsql immutable parallel safe as $$
   declare answer text := ''; between constant text := translate(v, '0123456789', ''); rest text; p int := 0; i int;
   begin
     while v <> '' loop
       rest := ltrim(v, '0123456789'); i := length(v) - length(rest);
       v := ltrim(rest, between);
       answer := answer || substr(d, p + 1, i) || left(rest, length(rest) - length(v));
       p := p + i;
     end loop;
     return answer;
   end $$`,
  // Letters move within their alphabet under the digits that are already moved: still different for different values.
  // Up to three letters beside four digits or more are a country or a series, not a word, and stay where asked.
  `create or replace function prodcopy.move_shape(v text, keep int, series boolean) returns text
   language plpgsql stable parallel safe as $$
   declare
     beyond constant int := case when getdatabaseencoding() = 'UTF8' then 191 else 127 end;
     d text;
     moved text := ''; answer text := ''; between text; c text; p int := 0; i int; stay boolean; h bytea;
   begin
     if octet_length(v) > ${longest} then return prodcopy.characters('shape:' || v, length(v)); end if;
     -- What divides the digits, and the digits without it: several times faster than a regexp.
     between := translate(v, '0123456789', '');
     d := translate(v, between, '');
     if d <> '' then
       moved := prodcopy.free_digits(d, keep);
     end if;
     if d = v then return moved; end if;
     stay := octet_length(v) = length(v) and (between !~ '[A-Za-z]'
       or series and length(d) >= 4 and v ~ '^[^[:alpha:]]*[A-Za-z]{0,3}[^[:alpha:]]*$');
     if stay then return prodcopy.lay_digits(v, moved); end if;
     for i in 1..length(v) loop
       c := substr(v, i, 1);
       if c ~ '[0-9]' then
         p := p + 1; c := substr(moved, p, 1);
       -- Beyond ASCII everything is a letter whatever the locale knows, but for blanks, dashes and other punctuation.
       elsif c ~ '[A-Za-z]' or ascii(c) > beyond and ascii(c) not between 8192 and 8303 then
         h := coalesce(h, prodcopy.digest('letters:' || moved || ':' || length(v)));
         if c ~ '[a-z]' then c := chr(97 + (ascii(c) - 97 + 1 + get_byte(h, i % 32) % 25) % 26);
         elsif c ~ '[A-Z]' then c := chr(65 + (ascii(c) - 65 + 1 + get_byte(h, i % 32) % 25) % 26);
         -- One of the sixteen around it: an alphabet's capitals and small letters move together.
         elsif getdatabaseencoding() = 'UTF8' then c := chr(ascii(c) # (2 + 2 * (get_byte(h, i % 32) % 7)));
         else c := case c when 'x' then 'y' else 'x' end; end if;
       end if;
       answer := answer || c;
     end loop;
     return answer;
   end $$`,
  // Whole numbers: as many digits as before, the first of them not zero, within the type.
  `create or replace function prodcopy.move_number(v bigint, keep int, most bigint) returns bigint
   language plpgsql stable parallel safe as $$
   declare
     d constant text := abs(v)::text;
     low constant bigint := case when length(d) = 1 then 0 else rpad('1', length(d), '0')::bigint end;
     high constant bigint := case when length(d) > 18 then most else least(most, rpad('', length(d), '9')::bigint) end;
     kept bigint;
   begin
     if keep between 1 and length(d) - 1 then
       kept := rpad('1', length(d) - keep + 1, '0')::bigint;
       return sign(v) * (abs(v) / kept * kept + prodcopy.next_in_cycle(abs(v) % kept, kept, 'number' || left(d, keep)));
     end if;
     return (case when v < 0 then -1 else 1 end) * (low + prodcopy.next_in_cycle(abs(v) - low, high - low + 1, 'number'));
   end $$`,
  walkingPast("fresh_shape", ", keep int, series boolean", (v) => `prodcopy.move_shape(${v}, keep, series)`),
  walkingPast("fresh_format", ", format text", (v) => `prodcopy.move_format(${v}, format)`),
  `create or replace function prodcopy.fill_format(format text, d text) returns text
   language plpgsql immutable parallel safe as $$
   declare answer text := ''; c text; p int := 0;
   begin
     if position(repeat('#', length(d)) in format) > 0 then
       return overlay(format placing d from position('#' in format));
     end if;
     foreach c in array string_to_array(format, null) loop
       if c = '#' then p := p + 1; c := substr(d, p, 1); end if;
       answer := answer || c;
     end loop;
     return answer;
   end $$`,
  // The digits of a value that has exactly the format's shape, else NULL.
  `create or replace function prodcopy.format_digits(format text, v text) returns text
   language plpgsql immutable parallel safe as $$
   declare answer text := ''; c text; p int := 0; given text; start int; size int;
   begin
     if length(v) <> length(format) then return null; end if;
     start := position('#' in format); size := length(format) - length(replace(format, '#', ''));
     if position(repeat('#', size) in format) > 0 then
       -- One run of digits: no need to go through it one by one.
       answer := substr(v, start, size);
       return case when overlay(format placing answer from start) = v and answer ~ '^[0-9]+$' then answer end;
     end if;
     foreach c in array string_to_array(format, null) loop
       p := p + 1; given := substr(v, p, 1);
       if c = '#' and given ~ '[0-9]' then answer := answer || given;
       elsif c = '#' or c <> given then return null; end if;
     end loop;
     return answer;
   end $$`,
  `create or replace function prodcopy.move_format(v text, format text) returns text
   language plpgsql stable parallel safe as $$
   declare
     ${former};
     size constant int := length(format) - length(replace(format, '#', ''));
     n constant bigint := rpad('1', size + 1, '0')::bigint;
     d constant text := prodcopy.format_digits(format, v); answer text; y bigint; depth int := 1;
     class constant text := 'format' || format;
   begin
     if d is not null then
       y := d::bigint;${closing("prodcopy.fill_format(format, lpad(y::text, size, '0'))", "prodcopy.only_digits(answer)", "prodcopy.only_digits(v)", given)}
       return answer;
     end if;
     if current_setting('prodcopy.swaps') = 'on' then
       select s.new into answer from prodcopy.swap s where s.family = 'format' || format and s.old = prodcopy.mark(v);
     end if;
     return coalesce(answer, prodcopy.fill_format(format, lpad((prodcopy.pick('format' || v) % n)::text, size, '0')));
   end $$`,
];
