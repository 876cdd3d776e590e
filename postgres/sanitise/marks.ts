import { ident, literal } from "../connection";
import type { CatalogueColumn, CatalogueTable } from "../catalogue";
import { acts } from "./cell";
import { kinds, numberShape } from "./functions/tokens";
import { familyOf } from "./rules/families";
import type { ColumnPlan, TablePlan } from "./plan";

/** One kind of mark of one value: SQL that is NULL where the value is not of that kind. */
interface Mark {
  kind: number;
  sql: string;
}

/** A mark with the condition under which its value goes. */
type MarkOfCell = Mark & { goes: string };

/**
 * SQL that turns one row into the marks of the identifying values in it: `values (kind, h, kept), ...`. What is kept by a
 * rule (`where`, `keep_values`) is marked as kept, and a value that is kept anywhere alarms nowhere.
 * Undefined when nothing of the table identifies anybody.
 */
export function collectSql(plan: TablePlan, table: CatalogueTable): string | undefined {
  const gone = plan.action === "truncate";
  const marked = plan.columns.flatMap((column): MarkOfCell[] => {
    const facts = table.columns.find((c) => c.name === column.name);
    if (facts === undefined || (column.action === "keep" && !gone)) return [];
    if (column.mask === undefined && !["text", "json", "array"].includes(familyOf(facts))) return [];
    const goes = cellGoes(column, facts);
    return marksOf(column, `${ident(column.name)}::text`).map((mark) => ({ ...mark, goes }));
  });
  const all = [...marked, ...namePairs(plan, table)];
  if (all.length === 0) return undefined;
  const fixed = all
    .filter((mark) => mark.kind !== 0)
    .map((mark) => `(${mark.kind}, ${mark.sql}, not ${mark.goes})`);
  const searched = all
    .filter((mark) => mark.kind === 0)
    .map(
      (mark) =>
        `select prodcopy_kind, prodcopy_h, not ${mark.goes} from prodcopy.mentions(${mark.sql}) t(prodcopy_kind, prodcopy_h)
        where position('@' in ${mark.sql}) > 0 or ${mark.sql} ~ '${numberShape}'`,
    );
  return [...(fixed.length > 0 ? [`values ${fixed.join(", ")}`] : []), ...searched].join(" union all ");
}

/** Marks by what the mask says that the column holds. Kind 0 stands for whatever is found in running text. */
function marksOf(column: ColumnPlan, v: string): Mark[] {
  const how = column.mask?.with;
  // Of a table that is emptied whole, addresses are looked for; its ids may stand elsewhere by right.
  if (how === undefined) return [{ kind: 0, sql: v }];
  const words = `prodcopy.words(${v})`;
  const norm = `prodcopy.norm(${v})`;
  const email: Mark = {
    kind: kinds.email,
    sql: `case when position('@' in ${v}) > 1 then prodcopy.mark(${norm}) end`,
  };
  const value: Mark = {
    kind: kinds.value,
    // An address is marked as one, once.
    sql: `case when prodcopy.distinctive(${norm}) and ${norm} !~ '^[^ @]+@[^ @]+$' then prodcopy.mark(${norm}) end`,
  };
  // In running text the padding of a token cannot be told from the text around it.
  const unpadded: Mark = {
    kind: kinds.value,
    sql: `case when right(${norm}, 1) = '=' and prodcopy.distinctive(${norm}) then prodcopy.mark(rtrim(${norm}, '=')) end`,
  };
  const digits: Mark = {
    kind: kinds.digits,
    sql: `case when length(prodcopy.only_digits(${v})) between 1 and 18 then prodcopy.mark(prodcopy.only_digits(${v})) end`,
  };
  const word = (n: string): Mark => ({ kind: kinds.word, sql: `prodcopy.mark(${n})` });
  // The word lists avoid what stood there, whether or not a rule calls the column identifying.
  if (how === "last-name") return [word(`substring(${words} from '[^ ]+$')`)];
  if (how === "first-name") return [];
  // Permuted numbers avoid them too.
  if (!column.identifying) return how === "phone" || how === "digits" ? [digits] : [];
  switch (how) {
    case "email":
      return [email, value];
    case "phone":
    case "digits":
      return [digits, value];
    case "full-name":
      return [
        nameMark(`split_part(${words}, ' ', 1)`, `substring(${words} from ' ([^ ]+)$')`),
        nameMark(`substring(${words} from '([^ ]+) [^ ]+$')`, `substring(${words} from ' ([^ ]+)$')`),
        word(`substring(${words} from '[^ ]+$')`),
      ];
    case "address-line":
      return [
        value,
        {
          kind: kinds.address,
          sql: `prodcopy.mark(substring(${words} from '^[0-9][^ ]* [^ ]+ [^ ]+'))`,
        },
        word(`substring(${words} from '^[0-9][^ ]* ([^ ]+)')`),
      ];
    case "company":
      return [value, word(`split_part(${words}, ' ', 1)`)];
    case "ip":
      return [
        {
          kind: kinds.value,
          sql: `case when prodcopy.real_ip(${norm}) then prodcopy.mark(split_part(${norm}, '/', 1)) end`,
        },
      ];
    case "email-list":
    case "redact":
    case "json":
    case "array":
      return [{ kind: 0, sql: v }];
    default:
      return [email, value, unpadded];
  }
}

/** A given name in one column and a family name in another identify together what neither does alone. */
function namePairs(plan: TablePlan, table: CatalogueTable): MarkOfCell[] {
  const only = (how: string) => {
    const found = plan.columns.filter((column) => column.mask?.with === how);
    const facts = table.columns.find((column) => column.name === found[0]?.name);
    return found[0] !== undefined && found.length === 1 && facts !== undefined
      ? { words: `prodcopy.words(${ident(facts.name)}::text)`, goes: cellGoes(found[0], facts) }
      : undefined;
  };
  const [first, last] = [only("first-name"), only("last-name")];
  if (first === undefined || last === undefined) return [];
  const goes = `(${first.goes} and ${last.goes})`;
  return [
    nameMark(`split_part(${first.words}, ' ', 1)`, `split_part(${last.words}, ' ', 1)`),
    nameMark(`substring(${first.words} from '[^ ]+$')`, `split_part(${last.words}, ' ', 1)`),
  ].map((mark) => ({ ...mark, goes }));
}

function cellGoes(column: ColumnPlan, facts: CatalogueColumn): string {
  return column.mask === undefined ? "true" : `coalesce(${acts(column, facts) || "true"}, false)`;
}

/** Two words of two letters or more. NULL otherwise. */
function nameMark(one: string, two: string): Mark {
  return {
    kind: kinds.name,
    sql: `case when length(${one}) > 1 and length(${two}) > 1 then prodcopy.mark(${one} || ${literal(" ")} || ${two}) end`,
  };
}
