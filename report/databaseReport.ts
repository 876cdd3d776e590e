import * as fs from "node:fs";
import * as path from "node:path";
import type { Proof } from "../postgres/proof";
import type { SanitiseResult } from "../postgres/sanitise/result";
import { replaceFile } from "./files";
import { renderPage } from "./html";
import { reportPaths } from "./place";
import { sanitiseView } from "./sanitiseView";
import { states } from "./theme";
import { bytes, duration, moment, several } from "./text";

/** What `prodcopy sanitise` says of one database: names, counts and times, no values and no secrets. */
export interface DatabaseReport {
  version: 1;
  verdict: "passed" | "failed";
  database: string;
  server: { host: string; port: number; version: string };
  login: string;
  rules: { file: string; digest: string };
  startedAt: string;
  seconds: number;
  /** When an earlier run had done all of it; undefined when this one did. */
  doneBefore: string | undefined;
  proofs: Proof[];
  notProven: string[];
  /** What failed and what is left behind; undefined when it passed. */
  error: string | undefined;
  result: SanitiseResult | undefined;
}

/** Writes `report.json` and `report.html` into a folder that is made for it. @returns their paths. */
export function writeDatabaseReport(folder: string, report: DatabaseReport): { json: string; html: string } {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { json, html } = reportPaths(path.resolve(folder));
  replaceFile(json, JSON.stringify(report, null, 2) + "\n");
  replaceFile(html, databaseReportHtml(report));
  return { json, html };
}

export function databaseReportHtml(report: DatabaseReport): string {
  const { result, error } = report;
  const passed = report.verdict === "passed";
  const title = passed ? `${report.database} is sanitised` : `${report.database} is not sanitised`;
  const look = states[passed ? "done" : "failed"];
  return renderPage("./database", {
    report,
    title,
    look,
    lead: passed ? leadOf(report) : "Treat it as production's data until a run has passed.",
    facts: factsOf(report),
    stage: {
      stage: "sanitise",
      look,
      does: "What became of every table and column, and what was proven.",
      startedAt: report.startedAt,
      seconds: report.seconds,
      summary: "",
      errorLines: error?.split("\n") ?? [],
      proofs: report.proofs,
      notProven: report.notProven,
      details: {},
      sanitise: result && sanitiseView(result),
    },
  });
}

function leadOf({ result, doneBefore }: DatabaseReport): string {
  const { masked = 0, columns = 0 } = result?.coverage ?? {};
  const done = `${masked} of ${several(columns, "column")} masked, none unclassified, no leak found.`;
  return doneBefore === undefined
    ? done
    : `${done} It was done at ${moment(doneBefore)}; nothing was masked again.`;
}

function factsOf({ database, server, login, rules, startedAt, seconds, result }: DatabaseReport) {
  const fact = (label: string, value: string, ...notes: string[]) => ({ label, value, notes });
  return [
    fact("Database", database, `${server.host}:${server.port}, PostgreSQL ${server.version}`, `as ${login}`),
    fact("Rules", rules.file, `digest ${rules.digest.slice(0, 16)}`),
    fact("Run", duration(seconds), `began ${moment(startedAt)}`),
    ...(result === undefined ? [] : [fact("Scanned", bytes(result.leakScan.bytesScanned))]),
  ];
}
