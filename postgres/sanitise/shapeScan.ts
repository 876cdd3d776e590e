import type { Session } from "../connection";
import type { Log } from "../proof";
import { leakScan } from "./leakScan";
import type { SanitisePlan } from "./plan";
import type { SanitiseResult } from "./result";

/**
 * The part of the leak scan that needs to know nothing of before: addresses outside the allowed domains, cards, bank accounts,
 * tokens and keys, by their shape, in every text of a database. Reads only, and makes nothing: a read-only session is enough.
 *
 * With a plan, columns that it masks are spared the shapes that masked numbers keep, and what it expects in a column stops
 * nothing. `findings` are what must not be there; `suspicious` is for a person to look at.
 */
export async function shapeScan(
  session: Session,
  request: { allowedDomains: string[]; plan?: SanitisePlan; log: Log },
): Promise<SanitiseResult["leakScan"]> {
  const tables = (request.plan?.tables ?? []).map(({ schema, table, columns }) => ({
    schema,
    table,
    columns: columns.map(({ name, action }) => ({ column: name, action })),
    whole: [],
    expected: Object.fromEntries(columns.map((column) => [column.name, column.expected ?? []])),
    compare: undefined,
  }));
  return leakScan(session, { ...request, tables, before: false, rows: 0 });
}
