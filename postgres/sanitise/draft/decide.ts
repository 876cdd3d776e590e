import type { CatalogueColumn, CatalogueTable } from "../../catalogue";
import type { Session } from "../../connection";
import type { Detection } from "../detect/detect";
import type { Finding } from "../detect/finding";
import type { MaskSpec } from "../plan";
import { misfits } from "../rules/fits";
import { columnKey } from "../rules/lookup";
import { candidatesFor } from "./candidates";
import { linkedColumns, type Linked } from "./linked";
import { domainChecks, formatOf, listOf, passes, type Checks } from "./probe";

/** What the draft says of a column. */
export interface Decision extends Pick<Finding, "action" | "confidence" | "reasons" | "kind"> {
  /** Undefined: it is kept. A column to `review` is masked where a mask fits it. */
  spec: MaskSpec | undefined;
  /** What the rules file need not name, because its structure keeps it. */
  structural: boolean;
}

export interface DecideOptions {
  /** The domain of addresses that masks make. */
  domain: string;
}

/** A transformation that fits for every column that is to be masked. By `columnKey`. */
export async function decide(
  session: Session,
  detection: Detection,
  { domain }: DecideOptions,
): Promise<Map<string, Decision>> {
  const { index, findings, filled } = detection;
  const tables = index.ruled.filter((table) =>
    table.columns.some(({ name }) => findings.has(columnKey(table, name))),
  );
  const ofDomains = await domainChecks(session, tables);
  const decisions = new Map<string, Decision>();
  const fits = async (one: Linked, spec: MaskSpec) => {
    const rule = {
      column: one.column.name,
      place: nowhere,
      spec,
      where: undefined,
      keepValues: [],
      exact: [],
      identifying: undefined,
    };
    if (misfits(rule, one.column, one.table, [domain]).length > 0) return false;
    const checks = checksOf(one, ofDomains);
    return passes(session, one.table, one.column, spec, checks, { domain, filled: filled.has(one.table) });
  };
  for (const linked of linkedColumns(index, tables)) {
    const judged = linked.map((one) => ({
      ...one,
      finding: findings.get(columnKey(one.table, one.column.name)),
    }));
    const known = judged.filter((one): one is Linked & { finding: Finding } => one.finding !== undefined);
    const lead = known.filter(({ finding }) => finding.action !== "keep").sort(byWeight)[0];
    const isKey =
      linked.length > 1 || known.some(({ table, column }) => table.primaryKey.includes(column.name));
    // Values by which the application finds rows: only what is surely personal is worth changing them.
    const change = lead !== undefined && (lead.finding.action === "mask" || !isKey);
    // The same replacement depends on the type as well: a reference of another type becomes NULL.
    const type = (known.find(({ refers }) => !refers) ?? known[0])?.column.type;
    const alike = known.filter(({ column }) => column.type === type);
    const odd = known.filter(({ column }) => column.type !== type);
    const possible = change && odd.every(({ refers, column }) => refers && !column.notNull);
    const spec = possible ? await firstFitting(lead, alike, fits, ofDomains) : undefined;
    for (const one of known) {
      const own = spec && odd.includes(one) ? nothing : spec;
      decisions.set(columnKey(one.table, one.column.name), decision(one, lead, own, change));
    }
  }
  return decisions;
}

const nothing: MaskSpec = { with: "null", params: {} };
const nowhere = { file: "", line: 1, column: 1 };

type Judged = Linked & { finding: Finding };

function byWeight(a: Judged, b: Judged): number {
  const weight = ({ finding }: Judged) => finding.confidence + (finding.action === "mask" ? 1 : 0);
  return weight(b) - weight(a);
}

async function firstFitting(
  lead: Judged,
  all: Judged[],
  fits: (one: Linked, spec: MaskSpec) => Promise<boolean>,
  ofDomains: ReadonlyMap<string, string[]>,
): Promise<MaskSpec | undefined> {
  const { ofTable, ofDomain } = checksOf(lead, ofDomains);
  const formats = [...ofTable, ...ofDomain].flatMap((check) => formatOf(check) ?? []);
  const plain = candidatesFor(lead.column, lead.finding);
  const shaped = formats.flatMap((format) =>
    plain
      .filter((one) => one.with === "phone" || one.with === "digits")
      .map((one) => ({ ...one, params: { format } })),
  );
  // What a list of allowed values leaves no room for becomes another of them.
  const chosen = [...ofTable, ...ofDomain].flatMap((check): MaskSpec[] => {
    const values = listOf(check);
    return values.length > 1 ? [{ with: "choice", params: { values } }] : [];
  });
  for (const spec of [...shaped, ...plain, ...chosen]) {
    const fitsAll = async () => {
      for (const one of all) if (!(await fits(one, spec))) return false;
      return true;
    };
    if (await fitsAll()) return spec;
  }
  return undefined;
}

function decision(
  one: Judged,
  lead: Judged | undefined,
  spec: MaskSpec | undefined,
  change: boolean,
): Decision {
  const { finding } = one;
  const structural = finding.action === "keep" && finding.confidence === 1;
  if (lead === undefined || (finding.action === "keep" && spec === undefined)) {
    return { ...finding, spec: undefined, structural };
  }
  if (spec === undefined) {
    const why = change
      ? "no transformation fits its type, keys and checks: write what becomes of it (`sql`), or empty the table"
      : "it is a key by which rows are found, so the draft leaves it";
    return { ...finding, action: "review", reasons: [...finding.reasons, why], spec, structural: false };
  }
  if (one === lead || finding.action !== "keep") {
    return {
      ...finding,
      action: lead.finding.action === "mask" ? "mask" : finding.action,
      spec,
      structural: false,
    };
  }
  const other = `${lead.table.name}.${lead.column.name}`;
  const reasons = [`a foreign key joins it with ${other}, which is masked`];
  return {
    action: lead.finding.action,
    kind: lead.finding.kind,
    confidence: lead.finding.confidence,
    reasons,
    spec,
    structural: false,
  };
}

function checksOf(
  { table, column }: { table: CatalogueTable; column: CatalogueColumn },
  ofDomains: ReadonlyMap<string, string[]>,
): Checks {
  return {
    ofTable: table.checks
      .filter(({ columns }) => columns.includes(column.name))
      .map(({ expression }) => expression),
    ofDomain: ofDomains.get(`${table.oid}.${column.position}`) ?? [],
  };
}
