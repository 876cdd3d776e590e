import { ident } from "../connection";
import type { CatalogueColumn } from "../catalogue";
import { accountShape, kinds, longestValue } from "./functions/tokens";
import type { ColumnPlan } from "./plan";

/** What a column's text is turned into, once for all marks that need it. */
type Form = "text" | "norm" | "words";

/** One kind of mark of one value. Kind 0: whatever running text mentions. */
export interface Mark {
  kind: number;
  /** SQL of what is marked; NULL where there is nothing. */
  of: string;
  /** Under which condition the value is of that kind; always, if there is none. */
  when?: string;
}

/** Forms of columns that one row's marks read, each computed once. */
export class Cells {
  private readonly cells = new Map<string, string>();

  /** The name of a column's value in a form. */
  of({ name, baseType }: CatalogueColumn, form: Form): string {
    const short = longestValue + 1;
    const c = ident(name);
    // Some collations know no search in a text; what is compared here is never of theirs.
    const v =
      baseType === "bytea"
        ? `case when octet_length(${c}) < ${short} then encode(${c}, 'escape') end`
        : `${c}::text collate "default"`;
    // What is longer is running text; its length is known without reading it.
    return this.add(
      form === "text" ? v : `case when octet_length(${v}) < ${4 * short} then prodcopy.${form}(${v}) end`,
    );
  }

  /** The name of a condition. NULL is false. */
  condition(sql: string): string {
    return sql === "true" ? sql : this.add(`coalesce(${sql}, false)`);
  }

  select(): string {
    const all = [...this.cells].map(([sql, name]) => `${sql} as ${name}`);
    // OFFSET 0 keeps each from being computed again at every place that reads it.
    return `(select ${all.join(", ")} offset 0) prodcopy_cells`;
  }

  private add(sql: string): string {
    const name = this.cells.get(sql) ?? `prodcopy_${this.cells.size}`;
    this.cells.set(sql, name);
    return name;
  }
}

/** Marks by what the mask says that the column holds. */
export function marksOf(column: ColumnPlan, facts: CatalogueColumn, cells: Cells): Mark[] {
  const how = column.mask?.with;
  const text = () => cells.of(facts, "text");
  const norm = () => cells.of(facts, "norm");
  const words = () => cells.of(facts, "words");
  // Of a table that is emptied whole, addresses are looked for; its ids may stand elsewhere by right.
  const running = (): Mark => ({ kind: 0, of: text() });
  const mark = (kind: number, when: string, of: string): Mark => ({ kind, when, of });
  const email = () => mark(kinds.email, `position('@' in ${norm()}) > 1`, norm());
  const digits = () =>
    mark(
      kinds.digits,
      `octet_length(${text()}) between 1 and 40`,
      `nullif(prodcopy.only_digits(${text()}), '')`,
    );
  const common = () => mark(kinds.common, `prodcopy.usual(${norm()})`, norm());
  // In running text the padding of a token cannot be told from the text around it.
  const value = () =>
    mark(
      kinds.value,
      `octet_length(${norm()}) >= 12 and position(' ' in ${norm()}) = 0 and prodcopy.distinctive(${norm()})`,
      `rtrim(${norm()}, '=')`,
    );
  const account = () =>
    mark(
      kinds.digits,
      `octet_length(${text()}) between 9 and 40 and ${text()} ~ '${accountShape}'`,
      `prodcopy.account(${text()})`,
    );
  const word = (of: string): Mark => ({ kind: kinds.word, of });
  const laterWord = (): Mark => mark(kinds.word, `position(' ' in ${words()}) > 0`, lastWord(words()));
  if (how === undefined) return [running()];
  // The word lists avoid what stood there, whether or not a rule calls the column identifying.
  if (how === "last-name") return [word(`split_part(${words()}, ' ', 1)`), laterWord()];
  if (how === "first-name") return [];
  // Permuted numbers avoid them too.
  if (!column.identifying) return how === "phone" || how === "digits" ? [digits()] : [];
  switch (how) {
    case "email":
      // More than an address, perhaps with a name before it, or several.
      return [email(), { kind: 0, of: `case when ${holdsOne(text(), " ,;")} then ${text()} end` }];
    case "phone":
    case "digits":
    case "iban":
    case "card":
      return [digits(), ...(how === "phone" ? [] : [value()])];
    case "full-name":
      return [
        nameMark(`split_part(${words()}, ' ', 1)`, lastWord(words())),
        nameMark(`split_part(${words()}, ' ', 2)`, `split_part(${words()}, ' ', 3)`),
        // Names of scripts that put no blank between words are known as a whole.
        mark(
          kinds.name,
          `octet_length(${words()}) > length(${words()}) and position(' ' in ${words()}) = 0`,
          words(),
        ),
        word(lastWord(words())),
      ];
    case "address-line":
      return [
        common(),
        mark(
          kinds.address,
          `ascii(${words()}) between 48 and 57 and split_part(${words()}, ' ', 3) <> ''`,
          firstThree(words()),
        ),
        word(`split_part(${words()}, ' ', 2)`),
      ];
    case "company":
      return [common(), word(`split_part(${words()}, ' ', 1)`)];
    case "username":
    case "url":
      return [email(), common()];
    case "ip":
      return [mark(kinds.value, `prodcopy.real_ip(${norm()})`, `split_part(${norm()}, '/', 1)`)];
    case "email-list":
    case "redact":
    case "mentions":
    case "json":
    case "hstore":
    case "array":
    case "composite":
      return [running()];
    case "null":
    case "constant":
    case "sql":
      return [running(), value(), account()];
    default:
      return [email(), value(), account()];
  }
}

/** Whether one of these characters stands in a text; several times faster than by a regexp. */
const holdsOne = (text: string, characters: string) =>
  `(${[...characters].map((one) => `position('${one}' in ${text}) > 0`).join(" or ")})`;

export const lastWord = (words: string) => `right(${words}, strpos(reverse(${words}) || ' ', ' ') - 1)`;
const firstThree = (words: string) =>
  `split_part(${words}, ' ', 1) || ' ' || split_part(${words}, ' ', 2) || ' ' || split_part(${words}, ' ', 3)`;

/** Words that make no name: what stands for nobody in particular, and what stands beside any word. */
const noNames =
  "user users test admin demo account guest customer unknown anonymous system support team sales info contact client member none null " +
  "and of the for to in on at with new not no all any de da del della der den des di do dos du el la le las los van von al bin ibn";

/** Two words of two letters or more, both of which could be a name. NULL otherwise. */
export function nameMark(one: string, two: string): Mark {
  const list = `'{"${noNames.replaceAll(" ", '","')}"}'::text[]`;
  return {
    kind: kinds.name,
    when: `length(${one}) > 1 and length(${two}) > 1 and ${one} <> all (${list}) and ${two} <> all (${list})`,
    of: `${one} || ' ' || ${two}`,
  };
}
