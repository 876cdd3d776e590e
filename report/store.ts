import * as fs from "node:fs";
import * as path from "node:path";
import { compose, type ReportHeader, type Section, type StageEvent } from "./compose";
import { ageOf, readIfThere, removeDrafts, replaceFile } from "./files";
import { reportHtml } from "./html";
import type { Report, StageReport } from "./model";
import { reportPaths } from "./place";
import { isAlive, thisWriter } from "./writer";

export { reportFolder, reportPaths } from "./place";

/**
 * A run's report on disk. Every stage writes its own file below `stages/`, so that stages that run side by side cannot
 * lose each other's words; `report.json` and `report.html` are views, made anew from all of them after each write.
 */
const files = { sections: "stages", closed: "closed.json" } as const;

/** While a stage runs, its progress lines renew the page at most this often, in milliseconds. */
const renewEvery = 2000;

/**
 * Writes a stage's section as it stands now, replacing what the stage wrote before, then the views. Safe against kill -9
 * at any moment: a reader finds the earlier section or this one, never a half.
 * @throws when the folder cannot be written; the message names the file.
 */
export function recordStage(folder: string, header: ReportHeader, report: StageReport): void {
  reopen(folder);
  const sections = path.join(folder, files.sections);
  fs.mkdirSync(sections, { recursive: true, mode: 0o700 });
  for (const inside of [folder, sections]) removeDrafts(inside);
  const section: Section = { header, writer: thisWriter(), report };
  replaceFile(path.join(sections, `${report.stage}.json`), JSON.stringify(section, null, 2) + "\n");
  renderViews(folder);
}

/**
 * Says that the copy has been removed. The report stays as history; a new copy of the same generation starts it afresh.
 * A folder without a report is left alone. Idempotent: the first time of removal stays.
 */
export function closeReport(folder: string): void {
  const marker = path.join(folder, files.closed);
  if (sectionFiles(folder).length === 0 || fs.existsSync(marker)) return;
  replaceFile(marker, JSON.stringify({ at: new Date().toISOString() }) + "\n");
  renderViews(folder);
}

/** `closeReport` for every generation of a stack. */
export function closeReports(root: string, stack: string): void {
  if (!fs.existsSync(root)) return;
  for (const name of fs.readdirSync(root)) {
    const folder = path.join(root, name);
    // By what stands inside: the name of one stack may begin with the name of another.
    if (readReport(folder)?.stack === stack) closeReport(folder);
  }
}

/** The folder of the report to look at: of a copy that stands before one that was removed, then the one that began last. */
export function newestReport(root: string, stack?: string): string | undefined {
  if (!fs.existsSync(root)) return undefined;
  const found = fs.readdirSync(root).flatMap((name) => {
    const folder = path.join(root, name);
    const report = readReport(folder);
    return report === undefined || (stack !== undefined && report.stack !== stack)
      ? []
      : [{ folder, stands: report.closedAt === undefined, at: report.startedAt }];
  });
  const last = found.sort((a, b) => Number(a.stands) - Number(b.stands) || a.at.localeCompare(b.at)).at(-1);
  return last?.folder;
}

/** Sections first, then the marker: killed in between, the next call finds the marker and goes on. */
function reopen(folder: string): void {
  const marker = path.join(folder, files.closed);
  if (!fs.existsSync(marker)) return;
  for (const file of sectionFiles(folder)) fs.rmSync(file, { force: true });
  fs.rmSync(reportPaths(folder).events, { force: true });
  fs.rmSync(marker, { force: true });
}

/** Appends one line to `events.jsonl`, and now and then renews the page of a running stage. */
export function recordEvent(folder: string, event: StageEvent): void {
  const { events, html } = reportPaths(folder);
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  fs.appendFileSync(events, JSON.stringify(event) + "\n", { mode: 0o600 });
  if (event.event === "progress" && ageOf(html) > renewEvery) renderViews(folder);
}

/** The report as it is at this moment, or undefined when no stage has written anything. */
export function readReport(folder: string, now = new Date()): Report | undefined {
  const closed = readIfThere(path.join(folder, files.closed));
  const closedAt = closed === undefined ? undefined : (JSON.parse(closed) as { at: string }).at;
  const gathered = { sections: readSections(folder), events: readEvents(folder), closedAt };
  return compose(gathered, isAlive, now.toISOString());
}

/** All events in the order in which they were written. A last line that a kill cut off is left out. */
export function readEvents(folder: string): StageEvent[] {
  const text = readIfThere(reportPaths(folder).events) ?? "";
  return text.split("\n").flatMap((line) => {
    try {
      return line === "" ? [] : [JSON.parse(line) as StageEvent];
    } catch {
      return [];
    }
  });
}

/**
 * Makes both views anew. Another stage may write while this one renders, and whoever renames last must not bring back an
 * older view: so it looks again afterwards, until what it rendered is what stands there.
 */
export function renderViews(folder: string): void {
  for (;;) {
    const seen = fingerprint(folder);
    const report = readReport(folder);
    if (report === undefined) return;
    const { json, html } = reportPaths(folder);
    replaceFile(json, JSON.stringify(report, null, 2) + "\n");
    replaceFile(html, reportHtml(report));
    if (fingerprint(folder) === seen) return;
  }
}

function readSections(folder: string): Section[] {
  return sectionFiles(folder).map((file) => {
    const text = fs.readFileSync(file, "utf8");
    try {
      return JSON.parse(text) as Section;
    } catch (error) {
      throw new Error(
        `${file} is not a section of a report: ${(error as Error).message}. Remove it; the stage's next run writes it again.`,
        { cause: error },
      );
    }
  });
}

function sectionFiles(folder: string): string[] {
  const sections = path.join(folder, files.sections);
  if (!fs.existsSync(sections)) return [];
  return fs
    .readdirSync(sections)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => path.join(sections, name));
}

/** Every write makes a new file, so name and inode tell whether a section is still the one that was read. */
function fingerprint(folder: string): string {
  return sectionFiles(folder)
    .map((file) => {
      const { ino, mtimeMs } = fs.statSync(file);
      return `${file} ${ino} ${mtimeMs}`;
    })
    .join("\n");
}
