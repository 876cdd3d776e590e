import { literal, run } from "../connection";
import type { CopySession } from "../guard";
import { kinds } from "./functions/tokens";

/** Bits in the map for each former number: one of so many others is taken for one until the hashes are asked. */
const bitsEach = 8;
const fewestBits = 256;
/** 16 MB of memory in each session. With more numbers the map is fuller and the hashes are asked more often. */
const mostBits = 2 ** 27;

/** Makes `prodcopy.maybe_former(h)` as it is while nothing is hashed: there is no former number. */
export const noFormerNumbers = maker("select false");

/**
 * Makes `prodcopy.maybe_former(h)`, which says of a mark of digits whether it may be that of a former number, or of one that was given to
 * a value without its format's shape: a map of bits in the function itself, read in a fraction of a microsecond where a query takes ten.
 * The map is of keyed hashes, and gone with the functions.
 */
export async function installFormerNumbers(copy: CopySession): Promise<void> {
  const marks = `select h from prodcopy.before where kind = ${kinds.digits}
    union all select prodcopy.mark(prodcopy.only_digits(new)) from prodcopy.swap`;
  await run(
    copy,
    "making the map of former numbers",
    `do $do$ declare
       former constant bigint := (select count(*) from (${marks}) m);
       bits bigint := ${fewestBits}; map text;
     begin
       while bits < least(former * ${bitsEach}, ${mostBits}) loop bits := bits * 2; end loop;
       -- Four bytes at a time, as get_bit counts: from the first byte on, from the lowest bit on.
       select string_agg(lpad(to_hex(coalesce(w.bits, 0)), 8, '0'), '' order by n) into map
         from generate_series(0, bits / 32 - 1) n
         left join (select at >> 5 as n, bit_or(1::bigint << (24 - 8 * (at >> 3 & 3) + (at & 7))::int) as bits
                      from (select h & (bits - 1) as at from (${marks}) m) place group by 1) w using (n);
       execute format(${literal(maker("%L"))}, format('select get_bit(%L::bytea, (h & %s)::int) = 1', '\\x' || map, bits - 1));
     end $do$`,
  );
}

function maker(body: string): string {
  const source = body === "%L" ? body : literal(body);
  return `create or replace function prodcopy.maybe_former(h bigint) returns boolean language sql immutable parallel safe as ${source}`;
}
