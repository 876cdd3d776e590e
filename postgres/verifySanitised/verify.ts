import { rows, run, type Session } from "../connection";
import { readCatalogue } from "../catalogue";
import type { Log } from "../proof";
import type { RulesDocument } from "../sanitise/rules/document";
import { settle } from "../sanitise/workspace";
import { coverageOf, emptied, patterns, unfinished, unrecorded } from "./alone";
import { compareKept } from "./kept";
import { compareMasked } from "./masked";
import { searchIdentifying } from "./identifying";
import type { Verification } from "./verification";

export interface VerificationRequest {
  /** A session on the sanitised database that may make temporary tables; nothing else is written. */
  copy: Session;
  /** A read-only session on the unsanitised original. */
  source: Session | undefined;
  rules: RulesDocument;
  database: string;
  /** Of larger tables only about so many rows are compared cell by cell. Default: all rows. */
  sample?: number;
  log: Log;
}

/**
 * The proofs alone: what a sanitised database must be, asked of the database by other means than those that made it so. With
 * the original beside it, values are compared as keyed hashes that each server makes of its own: no value leaves either.
 */
export async function verifySanitised(request: VerificationRequest): Promise<Verification> {
  const { copy, source, rules, database, log } = request;
  const started = Date.now();
  const { plan, findings } = await coverageOf(copy, rules, database);
  log(`coverage: ${findings.length} findings`);
  await settle(copy);
  const scan = await patterns(copy, rules, plan, log);
  const result: Verification = {
    verdict: "passed",
    database,
    withSource: source !== undefined,
    coverage: counted(plan),
    findings: [...findings, ...(await unfinished(copy)), ...scan.findings],
    suspicious: scan.suspicious,
    scanned: scan.scanned,
    compared: { rows: 0, keptColumns: 0, maskedCells: 0, identifying: 0 },
    notProven: [beyond],
    seconds: 0,
  };
  if (plan !== undefined) result.findings.push(...(await emptied(copy, plan)));
  if (source === undefined) {
    result.notProven.push(withoutSource);
    result.findings.push(...(await unrecorded(copy)));
  } else if (plan === undefined) {
    result.notProven.push("The comparison with the source: the rules do not fit the database.");
  } else {
    await settle(source);
    const comparison = {
      copy,
      source,
      plan,
      catalogue: await readCatalogue(copy, database),
      seed: await seedFrom(copy),
      sample: request.sample,
      log,
    };
    await forTemporaryTables(copy);
    for (const compare of [compareKept, compareMasked, searchIdentifying]) {
      const { findings, suspicious, notProven, compared } = await compare(comparison);
      result.findings.push(...findings);
      result.suspicious.push(...suspicious);
      result.notProven.push(...notProven);
      Object.assign(result.compared, compared);
    }
  }
  result.verdict = result.findings.length === 0 ? "passed" : "failed";
  result.seconds = (Date.now() - started) / 1000;
  return result;
}

const beyond =
  "What stands outside of the database: free space in files, the write-ahead log, backups, the server's log, which cannot be read over a connection; roles and other databases, which were not looked at.";
const withoutSource =
  "That no value of the original is left, that masked cells differ and kept ones are the same: SOURCE_DATABASE_URL is not set.";

function counted(plan: Awaited<ReturnType<typeof coverageOf>>["plan"]): Verification["coverage"] {
  const tables = (plan?.tables ?? []).filter((one) => one.partitionOf === undefined);
  const columns = tables.flatMap((one) => one.columns);
  const masked = columns.filter((one) => one.action === "mask").length;
  return { tables: tables.length, columns: columns.length, masked, kept: columns.length - masked };
}

/** The key of this verification's hashes: random, and known to both sessions only. */
async function seedFrom(session: Session): Promise<string> {
  const [made] = await rows<{ seed: string }>(
    session,
    "making a key",
    "select ('x' || left(replace(gen_random_uuid()::text, '-', ''), 15))::bit(60)::bigint::text as seed",
  );
  return made?.seed ?? "0";
}

/** Tables for hashes of the source; from then on the session can write nothing else, whatever a view or a rule calls. */
async function forTemporaryTables(copy: Session): Promise<void> {
  const doing = "setting up the comparison";
  await run(copy, doing, "create temporary table prodcopy_cells (k bigint, h bigint[])");
  await run(copy, doing, "create temporary table prodcopy_marks (h bigint, unit text, kept boolean)");
  await run(copy, doing, "create temporary table prodcopy_wanted (h bigint, unit text)");
  await run(copy, doing, "set default_transaction_read_only = on");
  // What several processes read cannot be a temporary table.
  await run(copy, doing, "set max_parallel_workers_per_gather = 0");
}
