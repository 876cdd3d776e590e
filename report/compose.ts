import type { Report, RunState, StageReport } from "./model";
import { stageNames, type StageName } from "./story";
import type { Writer } from "./writer";

/** What every stage of one run knows about the run. */
export type ReportHeader = Pick<
  Report,
  "stack" | "generation" | "runId" | "platform" | "source" | "environment"
>;

/** One stage's part of the report, as its own file holds it. */
export interface Section {
  header: ReportHeader;
  writer: Writer;
  report: StageReport;
}

/** One line of `events.jsonl`. */
export interface StageEvent {
  at: string;
  stage: StageName;
  event: "started" | "progress" | "done" | "failed";
  line: string;
}

export interface Gathered {
  sections: readonly Section[];
  events: readonly StageEvent[];
  /** When the copy was removed; undefined while it stands. */
  closedAt: string | undefined;
}

/**
 * Puts the sections together in the story's order. A copy's life begins with its restore: what a later stage wrote before
 * that belongs to an earlier copy of the same generation and is left out. A stage that says "running" while its process is
 * gone is shown as interrupted.
 * @returns undefined when there is no section.
 */
export function compose(
  { sections, events, closedAt }: Gathered,
  alive: (writer: Writer) => boolean,
  asOf: string,
): Report | undefined {
  const current = ofThisCopy(sections);
  const latest = [...current].sort((a, b) => a.report.startedAt.localeCompare(b.report.startedAt)).at(-1);
  if (latest === undefined) return undefined;
  const stages = current.map((section) => asItIs(section, lastLine(events, section), alive));
  const verdict = verdictOf(
    stages,
    current.some((s) => alive(s.writer)),
  );
  return {
    version: 1,
    ...latest.header,
    startedAt: stages.map((s) => s.startedAt).sort()[0] ?? asOf,
    finishedAt: verdict === "running" ? undefined : stages.map(endOf).sort().at(-1),
    asOf,
    verdict,
    closedAt,
    stages,
  };
}

function ofThisCopy(sections: readonly Section[]): Section[] {
  const place = (section: Section) => stageNames.indexOf(section.report.stage);
  const restore = sections.find((s) => s.report.stage === "restore");
  const begun = restore?.report.startedAt ?? "";
  return sections
    .filter((s) => place(s) < stageNames.indexOf("restore") || s.report.startedAt >= begun)
    .sort((a, b) => place(a) - place(b));
}

function verdictOf(stages: readonly StageReport[], someoneWorks: boolean): RunState {
  for (const state of ["failed", "interrupted", "running"] as const) {
    if (stages.some((s) => s.state === state)) return state;
  }
  if (stages.some((s) => s.stage === "switch")) return "done";
  // Between two stages: the engine still works, or it was stopped there.
  return someoneWorks ? "running" : "interrupted";
}

function asItIs(
  section: Section,
  last: StageEvent | undefined,
  alive: (writer: Writer) => boolean,
): StageReport {
  const { report } = section;
  if (report.state !== "running") return report;
  if (alive(section.writer)) return { ...report, summary: last?.line ?? report.summary };
  return {
    ...report,
    state: "interrupted",
    seconds: secondsBetween(report.startedAt, last?.at ?? report.startedAt),
    summary: "ended without a word",
    error:
      `The process of this stage (pid ${section.writer.pid}) ended without a word: killed, or the machine went down. ` +
      (last ? `Its last sign of life: "${last.line}" at ${last.at}. ` : "") +
      "Run `pulumi up` again (after `pulumi cancel` if it says that the stack is locked): the stage resumes or starts over, and ends the same.",
  };
}

function lastLine(events: readonly StageEvent[], section: Section): StageEvent | undefined {
  return events.findLast(
    (e) => e.stage === section.report.stage && e.event === "progress" && e.at >= section.report.startedAt,
  );
}

function endOf(stage: StageReport): string {
  return new Date(Date.parse(stage.startedAt) + (stage.seconds ?? 0) * 1000).toISOString();
}

function secondsBetween(from: string, to: string): number {
  return Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);
}
