import { ident, literal, qualified, row, type Session } from "../connection";
import type { Log } from "../proof";
import { catalogueUnit } from "../sanitise/catalogueText";
import { leakScan, searchOf, searchUnit } from "../sanitise/leakScan";
import { namedAddresses } from "../sanitise/namedAddresses";
import type { ColumnPlan, SanitisePlan, TablePlan } from "../sanitise/plan";
import type { RulesDocument } from "../sanitise/rules/document";
import { RulesError } from "../sanitise/rules/faults";
import { planDatabase } from "../sanitise/rules/planDatabase";
import { finding, type Finding, type Verification } from "./verification";

const nowhere = { schema: "", table: "" };

/** The rules bound to the database; what they leave unclassified, or do not fit, are findings. */
export async function coverageOf(
  session: Session,
  rules: RulesDocument,
  database: string,
): Promise<{ plan: SanitisePlan | undefined; findings: Finding[] }> {
  try {
    return { plan: await planDatabase(session, rules, database), findings: [] };
  } catch (error) {
    if (!(error instanceof RulesError)) throw error;
    return {
      plan: undefined,
      findings: error.faults.map((fault) => finding("coverage", nowhere, "", fault.message)),
    };
  }
}

/** Whether a run that was interrupted left its workspace, and with it the key. */
export async function unfinished(session: Session): Promise<Finding[]> {
  const { left } = await row<{ left: boolean }>(
    session,
    "looking for an unfinished run",
    `select exists (select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
       where n.nspname = 'prodcopy' and c.relname = 'run_key') as left`,
  );
  const kind =
    "a run was interrupted here: its key stands in the database, and tables may hold what they held";
  return left ? [finding("unfinished", { schema: "prodcopy", table: "run_key" }, "", kind)] : [];
}

/**
 * Whether a run was finished here, by its journal. A name that is somebody's looks like one that is nobody's: without such a record and without
 * the original beside it, nothing tells a masked column from one that never was.
 */
export async function unrecorded(session: Session): Promise<Finding[]> {
  const { readable } = await row<{ readable: boolean }>(
    session,
    "looking for the journal",
    `select exists (select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
       where n.nspname = 'prodcopy' and c.relname = 'journal' and pg_catalog.has_table_privilege(c.oid, 'select')
         and pg_catalog.has_schema_privilege(n.oid, 'usage')) as readable`,
  );
  const recorded =
    readable &&
    (
      await row<{ done: boolean }>(
        session,
        "reading the journal",
        "select exists (select from prodcopy.journal where stage = 'sanitise' and step = 'proven' and state = 'done') as done",
      )
    ).done;
  const kind =
    "no finished run is recorded that this login can read, so nothing shows that what the rules mask was masked; " +
    "set SOURCE_DATABASE_URL to the original and it is compared";
  return recorded ? [] : [finding("unfinished", { schema: "prodcopy", table: "journal" }, "", kind)];
}

/** Rows in tables that the rules empty. */
export async function emptied(session: Session, plan: SanitisePlan): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const table of plan.tables.filter((one) => one.action === "truncate")) {
    const { count } = await row<{ count: number }>(
      session,
      `counting ${table.schema}.${table.table}`,
      `select count(*)::int as count from ${qualified(table.schema, table.table)}`,
    );
    if (count > 0) found.push(finding("rows", table, "", "rows in a table that the rules empty", count));
  }
  return found;
}

/** Everything that gives itself away by its shape: addresses outside the allowed domains, cards, accounts, telephones, keys. */
export async function patterns(
  session: Session,
  rules: RulesDocument,
  plan: SanitisePlan | undefined,
  log: Log,
): Promise<Pick<Verification, "findings" | "suspicious" | "scanned">> {
  const tables = (plan?.tables ?? []).map((table) => ({
    schema: table.schema,
    table: table.table,
    compare: undefined,
    whole: [],
    expected: Object.fromEntries(
      table.columns.flatMap((one) => (one.expected === undefined ? [] : [[one.name, one.expected]])),
    ),
    columns: table.columns.map(({ name, action }) => ({ column: name, action })),
  }));
  const allowed = {
    allowedDomains: rules.allowedDomains,
    named: plan === undefined ? [] : namedAddresses(plan),
  };
  const scan = await leakScan(session, {
    ...allowed,
    tables,
    before: false,
    rows: 0,
    log,
  });
  const search = await searchOf(session, { ...allowed, before: false });
  const definitions = await searchUnit(session, catalogueUnit, search);
  scan.findings.push(...definitions.findings);
  scan.suspicious.push(...definitions.suspicious);
  log(`${catalogueUnit.name}: ${definitions.findings.length} findings`);
  const result: Pick<Verification, "findings" | "suspicious"> = { findings: [], suspicious: [] };
  const keeping = new Set<string>();
  for (const { schema, table, column, kind, count, exampleKey } of scan.findings) {
    const kept =
      (table === "pg_statistic" && keeping.has(exampleKey)) ||
      (await keptByRule(session, plan, schema, table, column, count));
    // The planner samples what stands in the rows.
    if (kept) keeping.add(`${schema}.${table}.${column}`);
    result[kept ? "suspicious" : "findings"].push(
      finding(
        "patterns",
        { schema, table },
        column,
        kind + (kept ? "; the rules keep values here" : ""),
        count,
        exampleKey,
      ),
    );
  }
  for (const one of scan.suspicious) {
    result.suspicious.push(finding("patterns", one, one.column, one.kind, one.count, one.exampleKey));
  }
  return { ...result, scanned: { columns: scan.columnsScanned, bytes: scan.bytesScanned } };
}

/** Whether what was found in a masked column is what the rules keep there: values by name, or rows by a condition. */
async function keptByRule(
  session: Session,
  plan: SanitisePlan | undefined,
  schema: string,
  table: string,
  column: string,
  count: number,
): Promise<boolean> {
  const of = plan?.tables.find((one) => one.schema === schema && one.table === table);
  const how = of?.columns.find((one) => one.name === column);
  if (of === undefined || how === undefined || how.action === "keep") return false;
  if (how.where !== undefined) return true;
  const { kept } = await row<{ kept: number }>(
    session,
    `counting values that the rules keep in ${schema}.${table}`,
    `select count(*)::int as kept from ${qualified(schema, table)} where ${staysAs(of, how)}`,
  );
  return kept >= count;
}

function staysAs(table: TablePlan, { name, keepValues, exact }: ColumnPlan): string {
  const values = [...keepValues, ...exact.flatMap((one) => (one.value === null ? [] : [one.value]))];
  if (values.length === 0) return "false";
  return `${qualified(table.schema, table.table)}.${ident(name)}::text in (${values.map(literal).join(", ")})`;
}
