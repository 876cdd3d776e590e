import { literal, qualified, row, rows } from "../connection";
import type { CopySession } from "../guard";
import type { Log } from "../proof";
import { stranger } from "./functions/scan";
import { kinds, longestValue } from "./functions/tokens";
import type { LeakFinding, SanitiseResult } from "./result";
import { cellsOf, scanTables, type ScanTable } from "./scanColumns";

const kindNames: Record<number, string> = {
  [kinds.email]: "an e-mail address that stood here before",
  [kinds.digits]: "a telephone or account number that stood here before",
  [kinds.value]: "a value that stood here before",
  [kinds.name]: "the full name of a person who stood here before",
  [kinds.address]: "an address line that stood here before",
  [stranger]: "an e-mail address outside the allowed domains",
};

/** The shortest text that identifies: `a@b.co`. */
const shortest = 6;

/** Patterns of addresses: those that may stand in the copy, and those that the run itself makes. */
export interface Allowed {
  /** On a lower-case address: its domain is an allowed one or below one. */
  domain: string;
  /** Of a whole address, without anchors. */
  ours: string;
}

export function allowedPattern(domains: string[]): Allowed {
  const escaped = domains.map((domain) => domain.toLowerCase().replace(/[^a-z0-9-]/g, "[$&]"));
  if (domains.length === 0) return { domain: "$^", ours: "$^" };
  return {
    domain: `[@.](?:${escaped.join("|")})$`,
    ours: `[a-z0-9]{8,20}@(?:${escaped.join("|")})`,
  };
}

/** The marks of a text `x` in rows of `cells(col, key, x)`, joined to what stood there: kind by kind and column by column. */
export function scanQuery(cells: string, allowed: Allowed): string {
  // Equal texts of a column are taken apart once. OFFSET 0 keeps the join outside, where what stood here before is hashed once
  // and not once a row. What most masked cells hold, filler and single addresses of ours, is known without taking it apart.
  return `select found.col, found.kind, sum(found.n)::int as count, min(found.key) as key
    from (select cell.col, cell.key, cell.n, mark.kind, mark.h
      from (select col, x, min(key) as key, count(*) as n from (${cells}) every(col, key, x)
        where octet_length(x) >= ${shortest} and not prodcopy.is_filler(x) group by col, x) cell
      cross join lateral (
        select ${kinds.value} as kind, prodcopy.mark(prodcopy.norm(cell.x)) as h where length(cell.x) <= ${longestValue + 50}
        union all
        select ${kinds.email}, prodcopy.mark(cell.x) where cell.x ~ ${literal(`^${allowed.ours}$`)}
        union all
        select t.kind, t.h from prodcopy.findings(cell.x, ${literal(allowed.domain)}, ${literal(allowed.ours)}) t
         where (cell.x ~ '[^[:alnum:]]' or length(cell.x) >= 8) and cell.x !~ ${literal(`^${allowed.ours}$`)}) mark
      offset 0) found
    join prodcopy.wanted w on w.h = found.h and w.kind = found.kind
   group by 1, 2 order by 1, 2`;
}

/**
 * Looks through every text of every table for what stood there before the run, and for addresses outside the allowed
 * domains. One pass over a table for all its columns, inside the server; a finding names a place, never a value.
 */
export async function leakScan(
  copy: CopySession,
  allowedDomains: string[],
  log: Log,
): Promise<SanitiseResult["leakScan"]> {
  const started = Date.now();
  const tables = await scanTables(copy);
  const allowed = allowedPattern(allowedDomains);
  const result = {
    columnsScanned: 0,
    rowsScanned: 0,
    bytesScanned: 0,
    findings: [] as LeakFinding[],
    seconds: 0,
  };
  for (const table of tables) {
    result.bytesScanned += table.bytes;
    if (table.columns.length === 0) continue;
    result.columnsScanned += table.columns.length;
    result.rowsScanned += await countRows(copy, table);
    result.findings.push(...(await scanTable(copy, table, allowed)));
  }
  result.findings.push(...(await scanLargeObjects(copy, allowed)), ...(await scanStatistics(copy, allowed)));
  result.seconds = (Date.now() - started) / 1000;
  log(
    `leak scan: ${result.columnsScanned} columns of ${tables.length} tables, ${result.rowsScanned} rows in ${result.seconds.toFixed(1)} s, ${result.findings.length} findings`,
  );
  return result;
}

async function scanTable(copy: CopySession, table: ScanTable, allowed: Allowed): Promise<LeakFinding[]> {
  const own = qualified(table.schema, table.table);
  const key =
    table.key === null
      ? `'ctid ' || ${own}.ctid::text`
      : `${literal(`${table.key} = `)} || ${own}.${table.key}::text`;
  const cells = `select c.col, ${key}, c.x from ${own} cross join lateral (${cellsOf(table)}) c(col, x)`;
  const found = await rows<Found>(copy, `scanning ${table.schema}.${table.table}`, scanQuery(cells, allowed));
  return found.map((one) => finding(table.schema, table.table, table.columns[one.col]?.name ?? "", one));
}

export interface Found {
  col: number;
  kind: number;
  count: number;
  key: string;
}

export function finding(schema: string, table: string, column: string, found: Found): LeakFinding {
  const kind = kindNames[found.kind] ?? "a value that stood here before";
  return { schema, table, column, kind, count: found.count, exampleKey: found.key };
}

async function countRows(copy: CopySession, table: ScanTable): Promise<number> {
  const own = qualified(table.schema, table.table);
  const { n } = await row<{ n: string }>(copy, "counting rows", `select count(*) as n from ${own}`);
  return Number(n);
}

async function scanLargeObjects(copy: CopySession, allowed: Allowed): Promise<LeakFinding[]> {
  const cells = `select 0, 'object ' || m.oid, p from pg_largeobject_metadata m, prodcopy.pieces(lo_get(m.oid)) p`;
  const found = await rows<Found>(copy, "scanning large objects", scanQuery(cells, allowed));
  return found.map((one) => finding("pg_catalog", "pg_largeobject", "data", one));
}

/** Samples of values that the planner keeps, as far as this login may read them. */
async function scanStatistics(copy: CopySession, allowed: Allowed): Promise<LeakFinding[]> {
  const own = (alias: string) =>
    `${alias}.schemaname not in ('pg_catalog', 'information_schema', 'prodcopy')`;
  const cells = `select 0, format('%s.%s.%s', s.schemaname, s.tablename, s.attname), e
      from pg_stats s, unnest(s.most_common_vals::text::text[] || s.histogram_bounds::text::text[]) e where ${own("s")}
    union all select 0, format('%s.%s', s.statistics_schemaname, s.statistics_name), e
      from pg_stats_ext s, unnest(s.most_common_vals) e where ${own("s")}`;
  const found = await rows<Found>(copy, "scanning statistics", scanQuery(cells, allowed));
  return found.map((one) => finding("pg_catalog", "pg_statistic", "sample values", one));
}
