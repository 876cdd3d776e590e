import type { ReportHeader } from "./compose";
import type { StageDetails, StageReport } from "./model";
import { recordEvent, recordStage } from "./store";
import { story, type StageName } from "./story";

/** What a stage has to say when it is through. */
export interface StageOutcome {
  /** One sentence for the picture of the pipeline. */
  summary: string;
  proofs: StageReport["proofs"];
  notProven?: string[];
  details?: StageDetails;
}

/** Holds the pen for one stage. Exactly one of `done` and `failed` is called at the end. */
export interface StageRecorder {
  progress(line: string): void;
  done(outcome: StageOutcome): void;
  /** `message` is shown as it is: it must be redacted already. What was proven before the failure may be given too. */
  failed(message: string, outcome?: Partial<StageOutcome>): void;
}

/** Begins a stage's section: from now on the report shows it as running. */
export function openReport(folder: string, header: ReportHeader, stage: StageName): StageRecorder {
  const began = Date.now();
  const startedAt = new Date(began).toISOString();
  const write = (changed: Partial<StageReport>) =>
    recordStage(folder, header, {
      stage,
      state: "running",
      startedAt,
      seconds: undefined,
      summary: "",
      proofs: [],
      notProven: [],
      error: undefined,
      details: {},
      ...changed,
    });
  const tell = (event: "started" | "progress" | "done" | "failed", line: string) =>
    recordEvent(folder, { at: new Date().toISOString(), stage, event, line });
  const seconds = () => (Date.now() - began) / 1000;

  write({ summary: story.find((chapter) => chapter.stage === stage)?.does ?? "" });
  tell("started", "");
  return {
    progress: (line) => tell("progress", line),
    done: (outcome) => {
      write({ state: "done", seconds: seconds(), ...outcome });
      tell("done", outcome.summary);
    },
    failed: (message, outcome) => {
      write({ state: "failed", seconds: seconds(), summary: "failed", ...outcome, error: message });
      tell("failed", message);
    },
  };
}
