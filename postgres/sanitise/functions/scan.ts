import { filler } from "../words/filler";
import { literal } from "../../connection";

/** Filler up to this many repetitions is recognised by one comparison of bytes. */
const fillerRepeats = 200;

/** What the leak scan calls on texts. */
export const scan = [
  // Our own filler says nothing; comparing with it is a hundred times faster than taking it apart.
  `create or replace function prodcopy.is_filler(x text) returns boolean language sql immutable parallel safe as $$
     select starts_with(repeat(${literal(filler)}, ${fillerRepeats}), x) or octet_length(x) > ${fillerRepeats * filler.length}
       and x = left(repeat(${literal(filler)}, 1 + length(x) / ${filler.length}), length(x)) $$`,
];
