import type { CatalogueColumn, CatalogueTable } from "../catalogue";
import { goes } from "./cell";
import { Cells, lastWord, marksOf, nameMark, type Mark } from "./columnMarks";
import { kinds, markOf, mentions, rowsOf } from "./functions/tokens";
import { familyOf } from "./rules/families";
import type { ColumnPlan, TablePlan } from "./plan";

/** A mark with the condition under which its value goes, or with the column that it is of. */
type MarkOfCell = Mark & { goes: string };

const sqlOf = ({ of, when }: Mark) =>
  when === undefined ? markOf(of) : `case when ${when} then ${markOf(of)} end`;

/**
 * SQL that answers the marks of the identifying values in a table: rows of `(kind, h, kept)`. What is kept by a rule (`where`,
 * `keep_values`) is marked as kept, and a value that is kept anywhere alarms nowhere. Running texts that stand in many rows (`repeating`
 * columns) are taken apart once. Undefined when nothing of the table identifies anybody.
 * @param source the table, as it stands after FROM
 */
export function collectSql(
  plan: TablePlan,
  table: CatalogueTable,
  source: string,
  repeating: ReadonlySet<string>,
): string | undefined {
  const gone = plan.action === "truncate";
  const [cells, often] = [new Cells(), new Cells()];
  const repeated: MarkOfCell[] = [];
  const marked = plan.columns.flatMap((column): MarkOfCell[] => {
    const facts = table.columns.find((c) => c.name === column.name);
    if (facts === undefined || (column.action === "keep" && !gone)) return [];
    if (
      column.mask === undefined &&
      !["text", "json", "hstore", "array", "composite"].includes(familyOf(facts))
    ) {
      return [];
    }
    const ofCell = (marks: Mark[], of: Cells) =>
      marks.length === 0 ? [] : marks.map((mark) => ({ ...mark, goes: cellGoes(column, facts, of) }));
    const marks = marksOf(column, facts, cells);
    if (!repeating.has(column.name)) return ofCell(marks, cells);
    repeated.push(...ofCell(marksOf(column, facts, often).filter(isRunning), often));
    return ofCell(
      marks.filter((mark) => !isRunning(mark)),
      cells,
    );
  });
  const parts = [
    ...rowByRow([...marked, ...namePairs(plan, table, cells)], cells, source),
    ...(repeated.length === 0
      ? []
      : [
          mentions(`select part.x, part.kept from ${source} cross join lateral (select r.* from ${often.select()}
          cross join lateral (${textsOf(repeated)}) r) part(x, kept) where part.x <> '' group by 1, 2`),
        ]),
  ];
  return parts.length === 0 ? undefined : parts.join(" union all ");
}

const isRunning = (mark: Mark) => mark.kind === 0;

/** Running texts of one row, as `(x, kept)`. */
const textsOf = (marks: readonly MarkOfCell[]) =>
  rowsOf(
    marks.map((mark) => mark.of),
    marks.map((mark) => `not ${mark.goes}`),
  );

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
 * The same marks of one row of the table as it is after the run, of the columns that are compared whole: rows of `(col, kind, h)`. A find
 * among them would say that a mask did not act. Under which condition a value is of a kind was asked when it was marked: what has the
 * mark of one that was is that one.
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
        const digits = mark.kind === kinds.digits;
        return { kind: mark.kind, of: digits ? longNumbers(mark, cells.of(facts, "text")) : mark.of, col: i };
      });
  });
  const last = whole.columns.findIndex((column) => column.mask?.with === "last-name");
  const pairs = namePairs(whole, table, cells).map((mark) => ({ ...mark, col: last }));
  const all = [...marks, ...pairs];
  if (all.length === 0) return undefined;
  const marked = rowsOf(
    all.map((mark) => String(mark.col)),
    all.map((mark) => String(mark.kind)),
    all.map((mark) => markOf(mark.of)),
  );
  return `select m.* from ${cells.select()} cross join lateral (${marked}) m`;
}

/** A number of so many digits that few others have it; NULL for others. */
function longNumbers({ of, when }: Mark, text: string): string {
  const long = `length(prodcopy.only_digits(${text})) >= ${shortestNumber}`;
  return `case when ${when ?? "true"} and ${long} then ${of} end`;
}

/** The marks of each row, and what is mentioned in its running texts. */
function rowByRow(all: MarkOfCell[], cells: Cells, source: string): string[] {
  if (all.length === 0) return [];
  const fixed = all.filter((mark) => !isRunning(mark));
  const running = all.filter(isRunning);
  const marks = [
    ...(fixed.length > 0
      ? [
          rowsOf(
            fixed.map((mark) => String(mark.kind)),
            fixed.map(sqlOf),
            fixed.map((mark) => `not ${mark.goes}`),
          ),
        ]
      : []),
    ...(running.length > 0
      ? [mentions(`select r.* from (${textsOf(running)}) r(x, kept) where r.x <> ''`)]
      : []),
  ].join(" union all ");
  // OFFSET 0: or "is there a mark" is asked of every branch by computing the mark there a second time.
  return [
    `select prodcopy_marks.* from ${source} cross join lateral (select m.* from ${cells.select()} cross join lateral (${marks} offset 0) m) prodcopy_marks`,
  ];
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
