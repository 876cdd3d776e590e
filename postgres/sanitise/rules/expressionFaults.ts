import { literal, qualified, type Session } from "../../connection";
import { DatabaseError, safeDatabaseError } from "../../errors";
import type { CatalogueColumn } from "../../catalogue";
import type { MaskRule } from "./document";
import type { Place, RuleFault } from "./faults";
import type { TableIntent } from "./intent";
import { hint } from "./names";

/** One text of SQL in the rules, as a query that the server plans. */
interface Expression {
  what: string;
  place: Place;
  select: string;
  /** A condition is read more than once and must mean the same rows each time: the query that shows whether it does. */
  steady?: string;
  /** The same between other brackets: what closes those around it before it opens them again is not one expression. */
  alone?: string;
  /** Of a value that the rules name: the type that it is to be of. */
  type?: string;
}

/**
 * Has the server plan (never run) each SQL condition and expression of the rules on its table, and read each value in them, before
 * anything changes: every one that it does not take.
 */
export async function expressionFaults(
  session: Session,
  intents: Iterable<TableIntent>,
): Promise<RuleFault[]> {
  const faults: RuleFault[] = [];
  for (const intent of intents) {
    const names = intent.table.columns.map((column) => column.name);
    for (const expression of expressionsOf(intent)) {
      const why = await refusal(session, expression);
      if (why === undefined) continue;
      const [, unknown] = /column "([^"]+)" does not exist/.exec(why) ?? [];
      const near = unknown === undefined ? "" : hint(unknown, names);
      const message = `${expression.what} is refused: ${why}${near && `.${near}`}`;
      faults.push({ place: expression.place, message, kind: "does not fit" });
    }
  }
  return faults;
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

function expressionsOf({ table, action, delete: goes, columns }: TableIntent): Expression[] {
  if (action !== undefined || table.kind === "foreign") return [];
  const from = qualified(table.schema, table.name);
  const where = goes?.rule.where;
  const whole =
    goes && where !== undefined
      ? [{ what: "the condition of `delete`", place: goes.rule.place, ...conditionOn(from, where) }]
      : [];
  return [
    ...whole,
    ...table.columns.flatMap((column) => {
      const mask = columns.get(column.name)?.mask;
      return mask === undefined ? [] : columnExpressions(mask, column, from);
    }),
  ];
}

function columnExpressions(mask: MaskRule, { name, type }: CatalogueColumn, from: string): Expression[] {
  const { place, spec } = mask;
  const conditions = [mask.where ?? [], mask.exact.map((one) => one.where)].flat();
  const values = [...mask.keepValues, ...mask.exact.flatMap((one) => one.value ?? [])];
  const expression = spec.with === "sql" ? [String(spec.params.expression)] : [];
  return [
    ...conditions.map((text) => ({
      what: `the condition \`${text}\` of ${name}`,
      place,
      ...conditionOn(from, text),
    })),
    ...values.map((value) => ({
      what: `the value "${value}" of ${name}`,
      place,
      select: `select ${literal(value)}::${type}`,
      type,
    })),
    ...expression.map((text) => ({
      what: `the expression of ${name}`,
      place,
      select: `select (${text}\n)::${type} from ${from}`,
      alone: inBrackets(text, from),
    })),
  ];
}
