import { literal, row, run } from "../../connection";
import type { CopySession } from "../../guard";
import { wordLists } from "./names";

/** With fewer words than this left of a list, pairs of its words are used: a list that repeats too much looks wrong. */
const fewest = 20;

/**
 * Makes `prodcopy.word_<list>(i)`, which answers the i-th word. Words that stood in production's names and addresses
 * (kind 6 of `prodcopy.before`) are left out, so that no generated full name or address line is one that stood there.
 * Given names stay: alone they point at nobody, and the family name beside them is never a former one.
 */
export async function installWords(copy: CopySession): Promise<void> {
  const { encoding } = await row<{ encoding: string }>(
    copy,
    "reading the encoding",
    "select getdatabaseencoding() as encoding",
  );
  for (const [name, words] of Object.entries(wordLists(encoding !== "UTF8"))) {
    const all = `array[${words.map(literal).join(", ")}]::text[]`;
    // An array of `name` has elements of one size, so that a word is found without walking over those before it.
    await run(
      copy,
      `preparing the word list ${name}`,
      `do $do$ declare
         every constant text[] := ${all};
         list text[] := case when ${literal(name)} = 'first' then every else array(
           select w from unnest(every) w
           where not exists (select from prodcopy.before b where b.kind = 6 and b.h = prodcopy.mark(lower(w))) order by w) end;
       begin
         if cardinality(list) < ${fewest} then
           list := array(select a || '-' || b from unnest(every[1:${fewest}]) a, unnest(every[1:${fewest}]) b where a <> b);
         end if;
         execute format('create or replace function prodcopy.word_${name}(i bigint) returns text language sql immutable parallel safe as %L',
           format('select (%L::name[])[1 + (i %% %s)::int]::text', list::name[], cardinality(list)));
       end $do$`,
    );
  }
}
