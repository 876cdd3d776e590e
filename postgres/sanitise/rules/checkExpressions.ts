import { literal, qualified, type Session } from "../../connection";
import { DatabaseError, safeDatabaseError } from "../../errors";
import type { ColumnPlan, SanitisePlan, TablePlan } from "../plan";
import type { RulesDocument } from "./document";
import { RulesError, type Place, type RuleFault } from "./faults";

/** One text of SQL in the rules, as a query that the server plans. */
interface Expression {
  what: string;
  select: string;
  origin: string;
  /** A condition is read more than once and must mean the same rows each time: the query that shows whether it does. */
  steady?: string;
  /** The same between other brackets: what closes those around it before it opens them again is not one expression. */
  alone?: string;
  /** Of a value that the rules name: the type that it is to be of. */
  type?: string;
}

/**
 * Has the server plan (never run) each SQL condition and expression of the rules on its table, and read each value in them, before
 * anything changes.
 * @throws RulesError with every one that the server does not take.
 */
export async function checkExpressions(
  session: Session,
  document: RulesDocument,
  plan: SanitisePlan,
): Promise<void> {
  const faults: RuleFault[] = [];
  for (const table of plan.tables.filter((one) => one.partitionOf === undefined)) {
    for (const expression of expressionsOf(table)) {
      const why = await refusal(session, expression);
      if (why === undefined) continue;
      const message = `${expression.what} is refused: ${why}`;
      faults.push({ place: placeOf(expression.origin, document.file), message, kind: "does not fit" });
    }
  }
  if (faults.length > 0) throw new RulesError(faults, document.file);
}

async function refusal(
  session: Session,
  { what, select, steady, alone, type }: Expression,
): Promise<string | undefined> {
  try {
    await explain(session, select);
    if (alone !== undefined && !(await parses(session, alone))) return "it is not one expression";
    const steps = steady === undefined ? "" : await explain(session, steady);
    if (!steps.includes(`Subquery Scan on ${evaluated}`)) return undefined;
    return "it calls what answers differently each time (random, clock_timestamp, a sequence), and the rows that it is about would not be the same twice";
  } catch (error) {
    const { code, message } = safeDatabaseError(error, what);
    if (code.startsWith("08") || code.startsWith("57")) throw new DatabaseError(message, code);
    if (type !== undefined && /^2[23]/.test(code)) return `it is no ${type}`;
    return code === "42601" ? "it is not SQL (42601)" : message;
  }
}

async function explain(session: Session, select: string): Promise<string> {
  // The extended protocol takes one statement, so that a condition cannot end this one and begin another.
  const statement = { text: `explain (costs off) ${select}`, queryMode: "extended" };
  const { rows } = await session.query<{ "QUERY PLAN": string }>(statement);
  return rows.map((row) => row["QUERY PLAN"]).join("\n");
}

/** Whether it is SQL, whatever else the server has against it. */
async function parses(session: Session, select: string): Promise<boolean> {
  return explain(session, select).then(
    () => true,
    (error: unknown) => safeDatabaseError(error, "parsing").code !== "42601",
  );
}

/** The planner dissolves a subquery unless something in it is volatile. */
const evaluated = "prodcopy_evaluated";

const inBrackets = (text: string, from: string) => `select (array[${text}\n])[1] from ${from}`;

function conditionOn(from: string, text: string): Pick<Expression, "select" | "steady" | "alone"> {
  return {
    alone: inBrackets(text, from),
    select: `select from ${from} where (${text}\n)`,
    steady: `select x, x from (select (${text}\n) as x from ${from}) ${evaluated}`,
  };
}

function expressionsOf(table: TablePlan): Expression[] {
  const from = qualified(table.schema, table.table);
  const { where, origin } = table;
  const whole = where ? [{ what: "the condition of `delete`", ...conditionOn(from, where), origin }] : [];
  return [...whole, ...table.columns.flatMap((column) => columnExpressions(column, from))];
}

function columnExpressions(column: ColumnPlan, from: string): Expression[] {
  const { name, origin, mask, type } = column;
  const conditions = [column.where ?? [], column.exact.map((one) => one.where)].flat();
  const values = [...column.keepValues, ...column.exact.flatMap((one) => one.value ?? [])];
  const expression = mask?.with === "sql" ? [String(mask.params.expression)] : [];
  return [
    ...conditions.map((text) => ({
      what: `the condition \`${text}\` of ${name}`,
      ...conditionOn(from, text),
      origin,
    })),
    ...values.map((value) => ({
      what: `the value "${value}" of ${name}`,
      select: `select ${literal(value)}::${type}`,
      origin,
      type,
    })),
    ...expression.map((text) => ({
      what: `the expression of ${name}`,
      select: `select (${text}\n)::${type} from ${from}`,
      alone: inBrackets(text, from),
      origin,
    })),
  ];
}

function placeOf(origin: string, file: string): Place {
  const [, at = file, line = "1"] = /^(.*):(\d+)$/.exec(origin) ?? [];
  return { file: at, line: Number(line), column: 1 };
}
