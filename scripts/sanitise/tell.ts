import * as fs from "node:fs";
import { roomText } from "../../postgres/sanitise/room/room";
import { writeDatabaseReport, type DatabaseReport } from "../../report/databaseReport";
import type { Looked } from "./look";
import type { Order } from "./order";
import type { Ran } from "./run";

/** The report of a run that passed, or failed half-way. @returns its paths. */
export function writeReport(
  order: Order,
  { standing, earlier }: Looked,
  outcome: Ran | Error,
): { json: string; html: string } {
  const { target, rules, startedAt } = order;
  const failed = outcome instanceof Error;
  const report: DatabaseReport = {
    version: 1,
    verdict: failed ? "failed" : "passed",
    database: target.database,
    server: { host: target.host, port: target.port, version: standing.version },
    login: standing.login,
    rules: { file: rules.file, digest: rules.digest },
    startedAt: startedAt.toISOString(),
    seconds: (Date.now() - startedAt.getTime()) / 1000,
    doneBefore: earlier.provenAt && new Date(earlier.provenAt).toISOString(),
    proofs: [],
    notProven: failed ? [] : notProvenOf(outcome),
    error: failed ? outcome.message : undefined,
    result: failed ? undefined : outcome.result,
  };
  return writeDatabaseReport(order.reportFolder, report);
}

/** What the command, unlike the pipeline, cannot know of the database. */
function notProvenOf({ clients }: Ran): string[] {
  const found = [
    "That this database is a copy: it was taken on the word of the person who typed its name.",
    "What the server's other databases, its roles, log files and backups hold: only this database was touched.",
  ];
  if (clients.length > 0) {
    const who = clients.map(({ name, user, count }) => `${count} of ${name} as ${user}`).join(", ");
    found.push(`What other sessions wrote while it ran: at its end there were ${who}.`);
  }
  return found;
}

/** Passwords of the accounts that the rules name go to a file that only this user can read. */
export function keepLogins({ loginsFile }: Order, { testLogins }: Ran): string | undefined {
  if (testLogins.length === 0) return undefined;
  const value = Object.fromEntries(testLogins.map((login) => [login.name, login.password]));
  fs.writeFileSync(loginsFile, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600, flag: "wx" });
  return loginsFile;
}

/** What `--json` prints of a run that passed. Documented in docs/sanitise.md: programs read it. */
export function summaryJson(
  order: Order,
  { standing, earlier }: Looked,
  ran: Ran,
  files: { report: string; reportJson: string; logins: string | undefined },
): object {
  const { result } = ran;
  return {
    verdict: "passed",
    database: order.target.database,
    server: { host: order.target.host, port: order.target.port, version: standing.version },
    tables: result.tables.length,
    columns: result.coverage.columns,
    coverage: result.coverage,
    leaks: result.leakScan.findings.length,
    findings: result.leakScan.findings,
    suspicious: result.leakScan.suspicious,
    scanned: {
      columns: result.leakScan.columnsScanned,
      rows: result.leakScan.rowsScanned,
      bytes: result.leakScan.bytesScanned,
    },
    residue: {
      proven: result.residue.checks.map((one) => one.claim),
      notProven: [...result.residue.notProven, ...notProvenOf(ran)],
    },
    constraints: result.constraints,
    packs: result.packs,
    cut: ran.cut,
    doneBefore: earlier.provenAt ?? null,
    seconds: (Date.now() - order.startedAt.getTime()) / 1000,
    report: files.report,
    reportJson: files.reportJson,
    logins: files.logins ?? null,
  };
}

/** The plan as `--dry-run --json` prints it. */
export function planJson({ target }: Order, { plan, works, earlier, room }: Looked): object {
  return {
    verdict: "planned",
    database: target.database,
    doneBefore: earlier.provenAt ?? null,
    room: room ?? null,
    tables: plan.tables
      .filter((table) => table.partitionOf === undefined)
      .map((table) => {
        const work = works.find((one) => one.schema === table.schema && one.table === table.table);
        return {
          schema: table.schema,
          table: table.table,
          action: table.action,
          strategy: work?.strategy ?? null,
          reason: work?.reason ?? null,
          rule: table.origin,
          columns: table.columns.map(({ name, type, action, mask, origin }) => ({
            column: name,
            type,
            action,
            with: mask?.with ?? null,
            rule: origin,
          })),
        };
      }),
  };
}

/** The plan for a person. */
export function planText({ plan: { database, tables }, works, room }: Looked): string {
  const lines = [`What would be done with ${database}; nothing was changed.`];
  if (room !== undefined) lines.push(roomText(room));
  for (const table of tables.filter((one) => one.partitionOf === undefined)) {
    const work = works.find((one) => one.schema === table.schema && one.table === table.table);
    const masked = table.columns.filter((column) => column.action === "mask");
    const how = work === undefined ? table.action : work.strategy;
    lines.push("", `${table.schema}.${table.table}: ${how}${work?.reason ? ` (${work.reason})` : ""}`);
    if (table.action === "truncate") continue;
    for (const { name, type, mask } of masked) lines.push(`  ${name} (${type}) -> ${mask?.with}`);
    const kept = table.columns.filter((column) => column.action === "keep").map((column) => column.name);
    if (kept.length > 0) lines.push(`  kept: ${kept.join(", ")}`);
  }
  return lines.join("\n");
}
