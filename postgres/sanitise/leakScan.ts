import { literal, qualified, row, rows, run, type Session } from "../connection";
import type { Log } from "../proof";
import type { Crew } from "./crew";
import { scanQuery, type Search, type Texts } from "./finds";
import { kinds } from "./functions/tokens";
import { isCertain, kindOf, stops, type Found, type Weight } from "./judge";
import { allowedPattern, shapes } from "./patterns";
import type { LeakFinding, SanitiseResult } from "./result";
import { scanTables, type ScanTable } from "./scanColumns";
import { unitsOf, type How, type ScannedTable, type Unit } from "./scanUnits";
import { ofColumns, weigh, weightKey } from "./weigh";
import { nameOf } from "./work";

export interface LeakScanRequest {
  allowedDomains: string[];
  /** Addresses that the rules name (`namedAddresses`): they may stand anywhere. Default none. */
  named?: string[];
  /** What the rules say of tables; a table that is not here counts as kept. */
  tables: readonly ScannedTable[];
  /** Whether what stood there before the run is known by its hashes; see `finds.ts`. */
  before: boolean;
  /** Rows of all tables, for the report. */
  rows: number;
  /** Who searches side by side. Without a crew the session does it alone. */
  crew?: Crew;
  log: Log;
}

type LeakScan = SanitiseResult["leakScan"];

/**
 * Looks through every text of every table, of large objects and of the planner's samples for what stood there before the run,
 * for addresses outside the allowed domains and for what gives itself away by its shape. Inside the server; a find
 * names a place, never a value. Reads only.
 */
export async function leakScan(session: Session, request: LeakScanRequest): Promise<LeakScan> {
  const started = Date.now();
  const tables = await scanTables(session);
  const search = await searchOf(session, request);
  const scan: LeakScan = {
    columnsScanned: tables.reduce((sum, table) => sum + table.columns.length, 0),
    rowsScanned: request.rows,
    bytesScanned: tables.reduce((sum, table) => sum + table.bytes, 0),
    findings: [],
    suspicious: [],
    seconds: 0,
  };
  const { comparesPlaces } = await row<Pick<How, "comparesPlaces">>(
    session,
    "reading the server's version",
    `select current_setting('server_version_num')::int >= 140000 as "comparesPlaces"`,
  );
  const workers = request.crew?.size ?? 1;
  const units = unitsOf(tables, request.tables, workers, { before: request.before, comparesPlaces });
  const compared = request.before ? request.tables.filter((table) => table.compare !== undefined) : [];
  const searches = [
    ...units.map((unit) => (by: Session) => searchUnit(by, unit, search)),
    ...sharesOf(compared, workers).map((share) => async (by: Session): Promise<Judged> => ({
      findings: await compare(by, share),
      suspicious: [],
    })),
  ];
  for (const judged of await searchAll(session, request.crew, searches)) add(scan, judged);
  scan.seconds = (Date.now() - started) / 1000;
  request.log(
    `leak scan: ${scan.columnsScanned} columns of ${tables.length} tables in ${scan.seconds.toFixed(1)} s, ` +
      `${scan.findings.length} findings, ${scan.suspicious.length} suspicious`,
  );
  return scan;
}

/** Does every search and answers in their order. */
async function searchAll(
  session: Session,
  crew: Crew | undefined,
  searches: ((by: Session) => Promise<Judged>)[],
): Promise<Judged[]> {
  const found: Judged[] = [];
  if (crew === undefined) {
    await inParallel(session, async () => {
      for (const search of searches) found.push(await search(session));
    });
    return found;
  }
  await crew.each([...searches.entries()], async ({ copy }, [i, search]) => {
    await inParallel(copy, async () => {
      found[i] = await search(copy);
    });
  });
  return found;
}

/** What to search for: without hashes of before, shapes only. */
export async function searchOf(
  session: Session,
  request: Pick<LeakScanRequest, "allowedDomains" | "named" | "before">,
): Promise<Search> {
  const { names } = request.before
    ? await row<{ names: boolean }>(
        session,
        "asking for names",
        `select exists (select from prodcopy.before where kind in (${kinds.name}, ${kinds.address})) as names`,
      )
    : { names: false };
  return { allowed: allowedPattern(request.allowedDomains, request.named), before: request.before, names };
}

/** Large tables are read by several processes; the planner takes the finds for more and dearer than they are. */
async function inParallel(session: Session, use: () => Promise<void>): Promise<void> {
  const settings = {
    parallel_setup_cost: "100",
    parallel_tuple_cost: "0",
    min_parallel_table_scan_size: "'4MB'",
    // Written anew, a table reads as large as it is; the searches cost what they cost, compiled or not.
    jit: "off",
  };
  const doing = "setting up the scan";
  const set = Object.entries(settings).map(([name, value]) => `set ${name} = ${value}`);
  const reset = Object.keys(settings).flatMap((name) => (name === "jit" ? [] : [`reset ${name}`]));
  await run(session, doing, set.join("; "));
  await use();
  await run(session, doing, reset.join("; "));
}

/**
 * The finds of one pass, judged. Of large tables some rows are searched first: a column that fails there for certain has failed, and need
 * not be read to its end. Rules that forget columns would otherwise be told so after hours.
 */
export async function searchUnit(session: Session, unit: Unit, search: Search): Promise<Judged> {
  const { sample, ...whole } = unit;
  if (sample === undefined || !search.before) return searchWhole(session, whole, search);
  const early = await findsIn(session, unit, sample, search);
  const weights = await weigh(session, unit.name, sample, search, early);
  const failed = new Set(
    early.filter((one) => failsAlone(unit, one, weights.get(weightKey(one)))).map((one) => one.col),
  );
  if (failed.size === 0) return searchWhole(session, whole, search);
  const found = early.filter((one) => failed.has(one.col));
  const judged = await judge(session, unit, found, weights);
  for (const one of [...judged.findings, ...judged.suspicious]) one.atLeast = true;
  if (failed.size === unit.places.length) return judged;
  const texts = ofColumns(unit.texts, `not in (${[...failed].join(", ")})`);
  add(judged, await searchWhole(session, { ...whole, texts }, search));
  return judged;
}

async function searchWhole(session: Session, unit: Unit, search: Search): Promise<Judged> {
  const found = await findsIn(session, unit, unit.texts, search);
  return judge(session, unit, found, await weigh(session, unit.name, unit.texts, search, found));
}

function findsIn(session: Session, unit: Unit, texts: Texts, search: Search): Promise<Found[]> {
  return rows<Found>(session, `scanning ${unit.name}`, scanQuery(texts, search));
}

function failsAlone(unit: Unit, found: Found, weight: Weight | undefined): boolean {
  const expected = unit.places[found.col]?.expected ?? [];
  return isCertain(found, weight) && !expected.includes(kindOf[found.kind]?.word ?? "");
}

/** Which finds stop the run. */
async function judge(
  session: Session,
  unit: Unit,
  found: readonly Found[],
  weights: Map<string, Weight>,
): Promise<Judged> {
  const judged: Judged = { findings: [], suspicious: [] };
  for (const one of found) {
    const place = unit.places[one.col] ?? unit.places[0];
    const kind = kindOf[one.kind];
    if (place === undefined || kind === undefined) continue;
    const notCards =
      found.find((other) => other.col === one.col && other.kind === shapes.notCard)?.count ?? 0;
    const stopping = stops(one, weights.get(weightKey(one)), notCards) && !place.expected.includes(kind.word);
    judged[stopping ? "findings" : "suspicious"].push({
      schema: place.schema,
      table: place.table,
      column: place.column === "" ? one.key : place.column,
      kind: kind.text,
      count: one.count,
      exampleKey: await keyOf(session, place.of, one.key),
    });
  }
  return judged;
}

type Judged = Pick<LeakScan, "findings" | "suspicious">;

function add(scan: Judged, more: Judged): void {
  scan.findings.push(...more.findings);
  scan.suspicious.push(...more.suspicious);
}

/** More tables than this in one query would take locks that the server has not kept room for, and long to plan. */
const mostCompared = 100;

/** Tables that are compared in one pass: what stood here before is read once for all of them. */
function sharesOf(compared: readonly ScannedTable[], workers: number): ScannedTable[][] {
  const count = Math.max(workers, Math.ceil(compared.length / mostCompared));
  const shares = Array.from({ length: count }, (_, i) => compared.filter((_table, n) => n % count === i));
  return shares.filter((share) => share.length > 0);
}

/** Columns that hold nothing but single values of the run's making: a former one among them says that a mask did not act. */
async function compare(session: Session, share: readonly ScannedTable[]): Promise<LeakFinding[]> {
  const marks = share.map(
    (work, n) =>
      `select ${n}, t.ctid, m.* from ${qualified(work.schema, work.table)} t cross join lateral (${work.compare ?? ""}) m(col, kind, h)`,
  );
  const found = await rows<Found & { n: number }>(
    session,
    `comparing ${share.length} tables, ${share.slice(0, 3).map(nameOf).join(", ")} among them,`,
    `select m.n, m.col, m.kind, count(*)::int as count, count(distinct m.h)::int as different, min(m.key::text) as key
       from (${marks.join(" union all ")}) m(n, key, col, kind, h) join prodcopy.before b on b.h = m.h and b.kind = m.kind
      where not b.kept group by 1, 2, 3 order by 1, 2, 3`,
  );
  return found.flatMap((one) => {
    const work = share[one.n];
    if (work === undefined) return [];
    return {
      schema: work.schema,
      table: work.table,
      column: work.whole[one.col] ?? "",
      kind: kindOf[one.kind]?.text ?? "a value that stood here before",
      count: one.count,
      exampleKey: `ctid ${one.key}`,
    };
  });
}

async function keyOf(session: Session, table: ScanTable | undefined, found: string): Promise<string> {
  if (table === undefined) return found;
  if (table.key === null) return `ctid ${found}`;
  const { key } = await row<{ key: string }>(
    session,
    `naming a row of ${nameOf(table)}`,
    `select ${table.key}::text as key from only ${qualified(table.schema, table.table)} where ctid = ${literal(found)}::tid`,
  );
  return `${table.key} = ${key}`;
}
