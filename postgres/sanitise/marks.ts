import { ident } from "../connection";
import type { CatalogueColumn, CatalogueTable } from "../catalogue";
import { goes } from "./cell";
import { kinds, longestValue, markOf, mentions, rowsOf } from "./functions/tokens";
import { familyOf } from "./rules/families";
import type { ColumnPlan, TablePlan } from "./plan";

/** What a column's text is turned into, once for all marks that need it. */
type Form = "text" | "norm" | "words";

/** One kind of mark of one value: SQL that is NULL where the value is not of that kind. Kind 0: whatever running text mentions. */
interface Mark {
  kind: number;
  sql: string;
}

/** A mark with the condition under which its value goes, or with the column that it is of. */
type MarkOfCell = Mark & { goes: string };

/** Forms of columns that one row's marks read, each computed once. */
class Cells {
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

/**
 * SQL that turns one row into the marks of the identifying values in it: rows of `(kind, h, kept)`. What is kept by a
 * rule (`where`, `keep_values`) is marked as kept, and a value that is kept anywhere alarms nowhere.
 * Undefined when nothing of the table identifies anybody.
 */
export function collectSql(plan: TablePlan, table: CatalogueTable): string | undefined {
  const gone = plan.action === "truncate";
  const cells = new Cells();
  const marked = plan.columns.flatMap((column): MarkOfCell[] => {
    const facts = table.columns.find((c) => c.name === column.name);
    if (facts === undefined || (column.action === "keep" && !gone)) return [];
    if (
      column.mask === undefined &&
      !["text", "json", "hstore", "array", "composite"].includes(familyOf(facts))
    ) {
      return [];
    }
    const marks = marksOf(column, facts, cells);
    if (marks.length === 0) return [];
    const goes = cellGoes(column, facts, cells);
    return marks.map((mark) => ({ ...mark, goes }));
  });
  return together([...marked, ...namePairs(plan, table, cells)], cells);
}

/** Transformations whose every result is one value of their own making. */
const oneValue = new Set(
  "email phone digits first-name last-name full-name username postcode address-line city company hash token ip unusable-password".split(
    " ",
  ),
);

/** Whether a masked column holds single values that the run made, so that comparing them whole says everything. */
function comparedWhole(column: ColumnPlan): boolean {
  const plain = column.where === undefined && column.keepValues.length === 0 && column.exact.length === 0;
  return column.action === "mask" && plain && oneValue.has(column.mask?.with ?? "");
}

export function wholeColumns(plan: TablePlan): string[] {
  return plan.columns.filter(comparedWhole).map((column) => column.name);
}

/** Shorter numbers fill their domain: what one person had another may get. */
const shortestNumber = 9;

/**
 * The same marks of the table as it is after the run, of the columns that are compared whole: rows of `(col, kind, h)`. A find
 * among them would say that a mask did not act.
 */
export function compareSql(plan: TablePlan, table: CatalogueTable): string | undefined {
  if (plan.action === "truncate") return undefined;
  const cells = new Cells();
  const whole = { ...plan, columns: plan.columns.filter(comparedWhole) };
  const marks = whole.columns.flatMap((column, i) => {
    const facts = table.columns.find((c) => c.name === column.name);
    // Whole numbers move within their length without regard to what stood there.
    if (facts === undefined || familyOf(facts) === "integer") return [];
    return marksOf(column, facts, cells)
      .filter((mark) => mark.kind !== kinds.word && mark.kind !== 0)
      .map((mark) => {
        const long = `length(prodcopy.only_digits(${cells.of(facts, "text")})) >= ${shortestNumber}`;
        return {
          ...mark,
          sql: mark.kind === kinds.digits ? `case when ${long} then ${mark.sql} end` : mark.sql,
          col: i,
        };
      });
  });
  const last = whole.columns.findIndex((column) => column.mask?.with === "last-name");
  const pairs = namePairs(whole, table, cells).map((mark) => ({ ...mark, col: last }));
  const all = [...marks, ...pairs];
  if (all.length === 0) return undefined;
  const marked = rowsOf(
    all.map((mark) => String(mark.col)),
    all.map((mark) => String(mark.kind)),
    all.map((mark) => mark.sql),
  );
  return `select m.* from ${cells.select()} cross join lateral (${marked}) m`;
}

function together(all: MarkOfCell[], cells: Cells): string | undefined {
  if (all.length === 0) return undefined;
  const fixed = all.filter((mark) => mark.kind !== 0);
  const running = all.filter((mark) => mark.kind === 0);
  const goes = (marks: MarkOfCell[]) => marks.map((mark) => `not ${mark.goes}`);
  const marks = [
    ...(fixed.length > 0
      ? [
          rowsOf(
            fixed.map((mark) => String(mark.kind)),
            fixed.map((mark) => mark.sql),
            goes(fixed),
          ),
        ]
      : []),
    ...(running.length > 0
      ? [
          mentions(
            rowsOf(
              running.map((mark) => mark.sql),
              goes(running),
            ),
          ),
        ]
      : []),
  ].join(" union all ");
  // OFFSET 0: or "is there a mark" is asked of every branch by computing the mark there a second time.
  return `select m.* from ${cells.select()} cross join lateral (${marks} offset 0) m`;
}

/** Marks by what the mask says that the column holds. */
function marksOf(column: ColumnPlan, facts: CatalogueColumn, cells: Cells): Mark[] {
  const how = column.mask?.with;
  const text = () => cells.of(facts, "text");
  const norm = () => cells.of(facts, "norm");
  const words = () => cells.of(facts, "words");
  // Of a table that is emptied whole, addresses are looked for; its ids may stand elsewhere by right.
  const running = (): Mark => ({ kind: 0, sql: text() });
  const mark = (kind: number, when: string, of: string): Mark => ({
    kind,
    sql: `case when ${when} then ${markOf(of)} end`,
  });
  const email = () => mark(kinds.email, `position('@' in ${norm()}) > 1`, norm());
  const digits = (): Mark => ({
    kind: kinds.digits,
    sql: `case when octet_length(${text()}) between 1 and 40 then ${markOf(`nullif(prodcopy.only_digits(${text()}), '')`)} end`,
  });
  const common = () => mark(kinds.common, `prodcopy.usual(${norm()})`, norm());
  // In running text the padding of a token cannot be told from the text around it.
  const value = () =>
    mark(
      kinds.value,
      `octet_length(${norm()}) >= 12 and position(' ' in ${norm()}) = 0 and prodcopy.distinctive(${norm()})`,
      `rtrim(${norm()}, '=')`,
    );
  const account = () =>
    mark(kinds.digits, `octet_length(${text()}) between 9 and 40`, `prodcopy.account(${text()})`);
  const word = (n: string): Mark => ({ kind: kinds.word, sql: markOf(n) });
  if (how === undefined) return [running()];
  // The word lists avoid what stood there, whether or not a rule calls the column identifying.
  if (how === "last-name") return [word(`split_part(${words()}, ' ', 1)`), word(lastWord(words()))];
  if (how === "first-name") return [];
  // Permuted numbers avoid them too.
  if (!column.identifying) return how === "phone" || how === "digits" ? [digits()] : [];
  switch (how) {
    case "email":
      // More than an address, perhaps with a name before it, or several.
      return [email(), { kind: 0, sql: `case when ${text()} ~ '[ ,;]' then ${text()} end` }];
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

/** A given name in one column and a family name in another identify together what neither does alone. */
function namePairs(plan: TablePlan, table: CatalogueTable, cells: Cells): MarkOfCell[] {
  const only = (how: string) => {
    const found = plan.columns.filter((column) => column.mask?.with === how);
    const facts = table.columns.find((column) => column.name === found[0]?.name);
    return found[0] !== undefined && found.length === 1 && facts !== undefined
      ? { words: cells.of(facts, "words"), goes: cellGoes(found[0], facts, cells) }
      : undefined;
  };
  const [first, last] = [only("first-name"), only("last-name")];
  if (first === undefined || last === undefined) return [];
  const goes = `(${first.goes} and ${last.goes})`;
  return [
    nameMark(`split_part(${first.words}, ' ', 1)`, `split_part(${last.words}, ' ', 1)`),
    nameMark(lastWord(first.words), `split_part(${last.words}, ' ', 1)`),
  ].map((mark) => ({ ...mark, goes }));
}

function cellGoes(column: ColumnPlan, facts: CatalogueColumn, cells: Cells): string {
  return cells.condition(column.mask === undefined ? "true" : goes(column, facts));
}

const lastWord = (words: string) => `right(${words}, strpos(reverse(${words}) || ' ', ' ') - 1)`;
const firstThree = (words: string) =>
  `split_part(${words}, ' ', 1) || ' ' || split_part(${words}, ' ', 2) || ' ' || split_part(${words}, ' ', 3)`;

/** Words that make no name: what stands for nobody in particular, and what stands beside any word. */
const noNames =
  "user users test admin demo account guest customer unknown anonymous system support team sales info contact client member none null " +
  "and of the for to in on at with new not no all any de da del della der den des di do dos du el la le las los van von al bin ibn";

/** Two words of two letters or more, both of which could be a name. NULL otherwise. */
function nameMark(one: string, two: string): Mark {
  const list = `'{"${noNames.replaceAll(" ", '","')}"}'::text[]`;
  return {
    kind: kinds.name,
    sql: `case when length(${one}) > 1 and length(${two}) > 1 and ${one} <> all (${list}) and ${two} <> all (${list})
      then ${markOf(`${one} || ' ' || ${two}`)} end`,
  };
}
