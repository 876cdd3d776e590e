import { qualified, type Session } from "../../connection";
import { DatabaseError, safeDatabaseError } from "../../errors";
import type { ColumnPlan, SanitisePlan, TablePlan } from "../plan";
import type { RulesDocument } from "./document";
import { RulesError, type Place, type RuleFault } from "./faults";

/**
 * Has the server plan (never run) each SQL condition and expression of the rules on its table, before anything changes.
 * @throws RulesError with every one that the server does not take.
 */
export async function checkExpressions(
  session: Session,
  document: RulesDocument,
  plan: SanitisePlan,
): Promise<void> {
  const faults: RuleFault[] = [];
  for (const table of plan.tables.filter((one) => one.partitionOf === undefined)) {
    for (const { what, select, origin } of expressionsOf(table)) {
      try {
        // The extended protocol takes one statement, so that a condition cannot end this one and begin another.
        const statement = { text: `explain ${select}`, queryMode: "extended" };
        await session.query(statement);
      } catch (error) {
        const { code, message } = safeDatabaseError(error, what);
        const why = code === "42601" ? "it is not SQL (42601)" : message;
        if (code.startsWith("08") || code.startsWith("57")) throw new DatabaseError(message, code);
        faults.push({
          place: placeOf(origin, document.file),
          message: `${what} is refused: ${why}`,
          kind: "does not fit",
        });
      }
    }
  }
  if (faults.length > 0) throw new RulesError(faults, document.file);
}

function expressionsOf(table: TablePlan): { what: string; select: string; origin: string }[] {
  const from = qualified(table.schema, table.table);
  const condition = (text: string) => `select from ${from} where (${text}\n)`;
  const whole = table.where
    ? [{ what: "the condition of `delete`", select: condition(table.where), origin: table.origin }]
    : [];
  return [...whole, ...table.columns.flatMap((column) => columnExpressions(column, from, condition))];
}

function columnExpressions(
  column: ColumnPlan,
  from: string,
  condition: (text: string) => string,
): { what: string; select: string; origin: string }[] {
  const { name, origin, mask } = column;
  const conditions = [column.where ?? [], column.exact.map((one) => one.where)].flat();
  const expression = mask?.with === "sql" ? [String(mask.params.expression)] : [];
  return [
    ...conditions.map((text) => ({
      what: `the condition \`${text}\` of ${name}`,
      select: condition(text),
      origin,
    })),
    ...expression.map((text) => ({
      what: `the expression of ${name}`,
      select: `select (${text}\n)::${column.type} from ${from}`,
      origin,
    })),
  ];
}

function placeOf(origin: string, file: string): Place {
  const [, at = file, line = "1"] = /^(.*):(\d+)$/.exec(origin) ?? [];
  return { file: at, line: Number(line), column: 1 };
}
