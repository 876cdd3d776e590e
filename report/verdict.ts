import type { Report, RunState, StageReport } from "./model";
import { detail, isDone, stageOf } from "./stages";
import { stageNames } from "./story";
import { between, clock, moment } from "./text";

/** The outcome in words that promise no more than the stages have shown. The page and `prodcopy status` open with it. */
export interface Verdict {
  state: RunState;
  title: string;
  /** What stands where now. */
  sentence: string;
  /** The stage to look at first, when the run did not end well. */
  trouble: StageReport | undefined;
  /** After a run that did not end well: what was left as it was, and how to go on. */
  left: { what: string; how: string }[];
}

/** What a person does next. */
export const goOn = "To go on";

export function verdictOf(report: Report): Verdict {
  const trouble = report.stages.find((s) => s.state === "failed" || s.state === "interrupted");
  const verdict = { state: report.verdict, trouble, left: [] };
  if (report.closedAt !== undefined) return { ...verdict, ...whenClosed(report, report.closedAt) };
  if (report.verdict === "done") return { ...verdict, ...whenDone(report) };
  if (report.verdict === "running") return { ...verdict, ...whileRunning(report) };
  return { ...verdict, ...whenStopped(report, trouble), left: leftBehind(report, trouble) };
}

function whenDone(report: Report): { title: string; sentence: string } {
  const copy = detail(report, "copy");
  const since = report.finishedAt ?? report.asOf;
  const sentence = `${report.environment} has been on ${copy?.id ?? "the copy"} since ${moment(since)}. ${dataAge(report, since)}`;
  if (!isDone(report, "sanitise")) {
    return { title: "Test stands on a copy. This report does not show that it was sanitised.", sentence };
  }
  return { title: "Test stands on a sanitised copy", sentence };
}

/** After the copy has gone, what its report says about Test is history. */
function whenClosed(report: Report, closedAt: string): { title: string; sentence: string } {
  const copy = detail(report, "copy");
  return {
    title: "This copy has been removed",
    sentence: `${copy?.id ?? `Generation ${report.generation}`} was removed at ${moment(closedAt)}. What follows was shown while it stood, and says nothing about Test today.`,
  };
}

function whileRunning(report: Report): { title: string; sentence: string } {
  const busy = report.stages.filter((s) => s.state === "running").map((s) => s.stage);
  const last = report.stages.at(-1)?.stage ?? "anchor";
  const moved = isDone(report, "switch");
  const where = moved
    ? "Test stands on the copy."
    : busy.includes("switch")
      ? "Test is being moved."
      : "Test has not been moved.";
  const at = busy.length > 0 ? `Under way: ${busy.join(" and ")}` : `Under way, after ${last}`;
  return { title: at, sentence: `${where} As of ${clock(report.asOf)} UTC.` };
}

function whenStopped(report: Report, trouble: StageReport | undefined): { title: string; sentence: string } {
  const begun = stageOf(report, "switch");
  const verb = trouble?.state === "failed" ? "Stopped at" : "Interrupted in";
  const at =
    trouble === undefined
      ? `Stopped after ${report.stages.at(-1)?.stage ?? "nothing"}`
      : `${verb} ${trouble.stage}`;
  const since = report.finishedAt ?? report.asOf;
  if (begun === undefined) {
    return {
      title: `${at}. Test was not moved.`,
      sentence: `No setting of ${report.environment} was changed by this run.`,
    };
  }
  if (begun.state === "done") {
    return {
      title: `${at}. Test stands on the copy.`,
      sentence: `${report.environment} had been moved before this happened. ${dataAge(report, since)}`.trim(),
    };
  }
  return {
    title: `${at}. Look at Test before you go on.`,
    sentence: `The stage that moves ${report.environment} puts the earlier settings back when it fails; whether it came to that stands in its message below.`,
  };
}

function dataAge(report: Report, since: string): string {
  const snapshot = detail(report, "snapshot");
  if (snapshot === undefined) return "";
  return `Its data is that of ${report.source} as of ${moment(snapshot.createdAt)}, and was ${between(snapshot.createdAt, since)} old then.`;
}

function leftBehind(report: Report, trouble: StageReport | undefined): Verdict["left"] {
  const left: Verdict["left"] = [
    {
      what: "Production",
      how: `${report.source} is only read: read-only sessions and snapshots, nothing else.`,
    },
  ];
  if (stageOf(report, "switch") === undefined) {
    left.push({
      what: "Test",
      how: isDone(report, "claim")
        ? `Its settings are those of before. It stays claimed by stack ${report.stack} until \`pulumi destroy\`.`
        : "Its settings are those of before.",
    });
  }
  left.push({ what: "The copy", how: copyLeft(report) });
  const again = trouble?.state === "failed" ? "Remove the cause, then `pulumi up`" : "`pulumi up`";
  left.push({
    what: goOn,
    how: `${again}: what is done stays done, this stage resumes or starts over. To undo all of it: \`pulumi destroy\`.`,
  });
  return left;
}

function copyLeft(report: Report): string {
  const copy = detail(report, "copy");
  const name = copy === undefined ? "It" : copy.id;
  if (!isDone(report, "restore")) {
    return stageOf(report, "restore") === undefined
      ? "None was made."
      : "It was not finished. What there is of it carries this stack's label; the next run or `pulumi destroy` finds it.";
  }
  const fromOpen = stageNames.slice(stageNames.indexOf("open"));
  const reached = report.stages.some((s) => fromOpen.includes(s.stage));
  if (isDone(report, "open")) return `${name} is sanitised and open to the application.`;
  if (reached) return `${name} was being opened; treat it as open to the application.`;
  return `${name} is in quarantine: nobody but the runner can connect.`;
}
