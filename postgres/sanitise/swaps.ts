import { literal, run } from "../connection";
import type { CopySession } from "../guard";
import { longest, stood } from "./functions/digits";
import { nameOf, type SwapFamily, type TableWork } from "./work";

/**
 * The permutation of digits moves a value to its neighbour in one big cycle. Two kinds of values need another answer: those
 * whose neighbour is a number that stood there before (the leak scan could not tell it from a leak), and those that do
 * not have the shape that a format asks for. Each gets the next free place of the cycle: one that is nobody's
 * former number and nobody's neighbour, so that different values still stay different. There are few, since telephone
 * numbers fill a small part of their domain; where more than a quarter of it is in use nothing is prepared and neighbours stand.
 */
export async function prepareSwaps(copy: CopySession, works: readonly TableWork[]): Promise<void> {
  for (const work of works) {
    for (const swap of work.swaps) {
      // The values go from one function to the other inside the server.
      await run(copy, `preparing numbers of ${nameOf(work)}`, `do ${literal(loop(work, swap))}`);
    }
  }
}

function loop(work: TableWork, swap: SwapFamily): string {
  const own = `${swap.column}::text collate "default"`;
  const { value, needs, place } = wordsOf(swap, own);
  return `#variable_conflict use_column
  declare v text; former constant bigint := (select count(*) from prodcopy.before b where b.kind = 2); begin
    for v in select x from (select distinct ${value} from ${work.source} where ${swap.acts} and octet_length(${own}) <= ${longest}) d(x)
             where ${needs} order by prodcopy.mark(x) loop
      perform ${place};
    end loop;
  end`;
}

/** As SQL: what of a value is looked up, whether it needs another answer (asked of all at once: one by one it takes four times as long), and what prepares one. */
function wordsOf(swap: SwapFamily, own: string): { value: string; needs: string; place: string } {
  switch (swap.kind) {
    case "format": {
      const format = literal(swap.format);
      return {
        value: own,
        needs: `prodcopy.format_digits(${format}, x) is null or ${stood(`prodcopy.only_digits(prodcopy.move_format(x, ${format}))`)}`,
        place: `prodcopy.place_format(v, ${format}, former)`,
      };
    }
    case "phone":
      return {
        value: `prodcopy.phone_number(${own})`,
        needs: `x is not null and ${stood("prodcopy.only_digits(prodcopy.next_phone(x))")}`,
        place: "prodcopy.place_phone(v, former)",
      };
    case "digits":
      return {
        value: `prodcopy.only_digits(${own})`,
        needs: `length(x) between 4 and ${18 + swap.keep} and ${stood(`prodcopy.move_digits(x, ${swap.keep})`)}`,
        place: `prodcopy.place_digits(v, ${swap.keep}, former)`,
      };
  }
}
