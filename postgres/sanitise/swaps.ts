import { literal, row, run } from "../connection";
import type { CopySession } from "../guard";
import { longest } from "./functions/digits";
import { nameOf, type Misfits, type TableWork } from "./work";

/**
 * Values of a column that do not have the shape that its format asks for get a place in the format's domain beforehand, each another
 * one, so that different values still stay different: nobody else is given it (`functions/digits.ts`). There are few. Where more than a
 * quarter of the domain is in use nothing is prepared, and two of them may meet. Answers whether there were any.
 */
export async function prepareSwaps(copy: CopySession, works: readonly TableWork[]): Promise<boolean> {
  for (const work of works) {
    for (const misfits of work.misfits) {
      // The values go from one function to the other inside the server.
      await run(copy, `preparing numbers of ${nameOf(work)}`, `do ${literal(loop(work, misfits))}`);
    }
  }
  const { any } = await row<{ any: boolean }>(
    copy,
    "looking for prepared numbers",
    "select exists (select from prodcopy.swap) as any",
  );
  return any;
}

function loop(work: TableWork, { column, acts, format }: Misfits): string {
  const own = `${column}::text collate "default"`;
  return `#variable_conflict use_column
  declare
    v text;
    taken bigint := (select former from prodcopy.run_key)
      + (select count(*) from prodcopy.swap where family = ${literal(`format${format}`)});
  begin
    for v in select x from (select distinct ${own} from ${work.source} where ${acts} and octet_length(${own}) <= ${longest}
               and ${own} !~ ${literal(shapeOf(format))}) d(x) order by prodcopy.mark(x) loop
      perform prodcopy.place_format(v, ${literal(format)}, taken);
      taken := taken + 1;
    end loop;
  end`;
}

/** The format as a regexp: each # is a digit, everything else itself. */
function shapeOf(format: string): string {
  return `^${[...format].map((c) => (c === "#" ? "[0-9]" : /[A-Za-z0-9 ]/.test(c) ? c : `\\${c}`)).join("")}$`;
}
