/**
 * A stage in a process of its own, for tests of what a report says when such a process ends:
 * `tsx reportStage.ts FOLDER STAGE hang|forever|loop|fail|done`. Prints `ready` once its section stands.
 */
import type { ReportHeader } from "../../report/compose";
import { openReport } from "../../report/recorder";
import { stageNames } from "../../report/story";

const header: ReportHeader = {
  stack: "local",
  generation: "7f3a91c2",
  runId: "7f3a91c2",
  platform: "local",
  source: "production",
  environment: "test",
};

const [folder = "", name = "", way = ""] = process.argv.slice(2);
const stage = stageNames.find((s) => s === name);
if (stage === undefined) throw new Error(`no stage ${name}`);

const recorder = openReport(folder, header, stage);
recorder.progress("table 12 of 41");
process.stdout.write("ready\n");
if (way === "done") recorder.done({ summary: `${stage} is done`, proofs: [] });
if (way === "fail") recorder.failed("refused");
if (way === "loop") {
  for (let round = 0; round < 60; round++) recorder.done({ summary: `round ${round}`, proofs: [] });
}
// Stays until it is killed.
if (way === "hang") setInterval(() => undefined, 1000);
if (way === "forever") for (;;) recorder.done({ summary: "again", proofs: [] });
