import { literal, row, run } from "../../connection";
import type { CopySession } from "../../guard";
import { wordForms, wordLists, type WordForms, type WordKind, type WordList } from "./names";

/** With fewer words than this left of a list, pairs of its words are used: a list that repeats too much looks wrong. */
const fewest = 20;

/**
 * Makes `prodcopy.word_<list>(i)`, which answers the i-th word, `prodcopy.word_of(kind, script, i)`, and
 * `prodcopy.form_of(kind, script, i)`, which says how a word is written out. Words
 * that stood in production's names and addresses (kind 6 of `prodcopy.before`) are left out, so that no generated full name
 * or address line is one that stood there. Given names stay: alone they point at nobody, and the family name beside them is
 * never a former one.
 */
export async function installWords(copy: CopySession): Promise<void> {
  const { encoding } = await row<{ encoding: string }>(
    copy,
    "reading the encoding",
    "select getdatabaseencoding() as encoding",
  );
  const lists = wordLists(encoding !== "UTF8");
  const made = [...lists.map(installList), chooser(lists), writer(wordForms(encoding !== "UTF8"))];
  await run(copy, "preparing the word lists", made.join(";\n"));
}

function installList({ name, words, given }: WordList): string {
  const all = `array[${words.map(literal).join(", ")}]::text[]`;
  // An array of `name` has elements of one size, so that a word is found without walking over those before it.
  return `do $do$ declare
    every constant text[] := ${all};
    list text[] := case when ${given} then every else array(
      select w from unnest(every) w
      where not exists (select from prodcopy.before b where b.kind = 6 and b.h = prodcopy.mark(lower(w))) order by w) end;
  begin
    if cardinality(list) < ${fewest} then
      list := array(select a || '-' || b from unnest(every[1:${fewest}]) a, unnest(every[1:${fewest}]) b where a <> b);
    end if;
    execute format('create or replace function prodcopy.word_${name}(i bigint) returns text language sql immutable parallel safe as %L',
      format('select (%L::name[])[1 + (i %% %s)::int]::text', list::name[], cardinality(list)));
  end $do$`;
}

/** The word of a kind in a script; in Latin where there is no such list. */
function chooser(lists: WordList[]): string {
  const cases = (kind: WordKind) => {
    const others = lists.filter(({ of }) => of.kind === kind && of.script !== "latin");
    const latin = `return prodcopy.word_${kind}(i);`;
    if (others.length === 0) return latin;
    const each = others.map(
      ({ name, of }) => `when ${literal(of.script)} then return prodcopy.word_${name}(i);`,
    );
    return `if script = 'latin' then ${latin} end if; case script ${each.join(" ")} else ${latin} end case;`;
  };
  const kinds = [...new Set(lists.map(({ of }) => of.kind))];
  return `create or replace function prodcopy.word_of(kind text, script text, i bigint) returns text
    language plpgsql stable parallel safe as $fn$
    begin
      ${kinds.map((kind) => `if kind = ${literal(kind)} then ${cases(kind)} end if;`).join("\n      ")}
      return null;
    end $fn$`;
}

/** `prodcopy.form_of(kind, script, i)`: how a word of that kind is written out. */
function writer(forms: WordForms[]): string {
  const of = ({ forms: all }: WordForms) =>
    `(array[${all.map(literal).join(", ")}]::text[])[1 + (i % ${all.length})::int]`;
  const latin = (kind: string) => forms.find((one) => one.kind === kind && one.script === "latin");
  const each = forms
    .filter((one) => one.script !== "latin")
    .map((one) => `when kind = ${literal(one.kind)} and script = ${literal(one.script)} then ${of(one)}`);
  const rest = ["town", "street", "company"].flatMap((kind) => {
    const one = latin(kind);
    return one === undefined ? [] : [`when kind = ${literal(kind)} then ${of(one)}`];
  });
  return `create or replace function prodcopy.form_of(kind text, script text, i bigint) returns text
    language plpgsql stable parallel safe as $fn$
    begin
      if script = 'latin' then return case ${rest.join(" ")} end; end if;
      return case ${[...each, ...rest].join(" ")} end;
    end $fn$`;
}
