import * as assert from "node:assert/strict";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as os from "node:os";
import * as path from "node:path";
import type { Report } from "../../report/model";
import { openReport } from "../../report/recorder";
import {
  closeReport,
  closeReports,
  newestReport,
  readEvents,
  readReport,
  reportFolder,
  reportPaths,
} from "../../report/store";
import type { StageName } from "../../report/story";
import { verdictOf } from "../../report/verdict";

const stageScript = path.join(__dirname, "../support/reportStage.ts");

/** The module itself, whose functions can be replaced: a namespace's cannot. */
const nodeFs = createRequire(__filename)("node:fs") as { renameSync: typeof fs.renameSync };

const header = {
  stack: "local",
  generation: "7f3a91c2",
  runId: "7f3a91c2",
  platform: "local",
  source: "production",
  environment: "test",
} as const;

describe("a report on disk", () => {
  let root: string;
  let folder: string;
  const children: ChildProcess[] = [];

  beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), "prodcopy-report-"));
    folder = reportFolder(root, "local", "7f3a91c2");
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
    fs.rmSync(root, { recursive: true, force: true });
  });

  /** A stage in a process of its own, from the moment when its section stands. */
  async function stageProcess(stage: StageName, way: string): Promise<ChildProcess> {
    const child = spawn(process.execPath, ["--require", "tsx/cjs", stageScript, folder, stage, way], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push(child);
    await once(child.stdout, "data");
    return child;
  }

  async function kill(child: ChildProcess): Promise<void> {
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }

  const read = (): Report => readReport(folder) ?? assert.fail("there is no report");
  const states = (report: Report) => Object.fromEntries(report.stages.map((s) => [s.stage, s.state]));
  const done = (stage: StageName) =>
    openReport(folder, header, stage).done({ summary: `${stage} is done`, proofs: [] });

  it("shows a stage that was killed as interrupted, with its last sign of life", async () => {
    done("snapshot");
    const child = await stageProcess("restore", "hang");
    assert.equal(read().verdict, "running");
    assert.equal(read().stages[1]?.summary, "table 12 of 41");
    await kill(child);
    const report = read();
    assert.deepEqual(states(report), { snapshot: "done", restore: "interrupted" });
    assert.equal(report.verdict, "interrupted");
    assert.match(report.stages[1]?.error ?? "", /ended without a word.*table 12 of 41.*pulumi up/s);
    assert.equal(verdictOf(report).title, "Interrupted in restore. Test was not moved.");
  });

  it("is whole after kill -9 at any moment of writing", async () => {
    for (let round = 0; round < 3; round++) {
      const child = await stageProcess("sanitise", "forever");
      await kill(child);
      assert.equal(read().stages[0]?.stage, "sanitise");
      const view = JSON.parse(fs.readFileSync(reportPaths(folder).json, "utf8")) as Report;
      assert.equal(view.stages.length, 1);
      assert.match(fs.readFileSync(reportPaths(folder).html, "utf8"), /<\/html>\s*$/);
    }
    done("sanitise");
    const left = fs.readdirSync(folder, { recursive: true, encoding: "utf8" });
    assert.deepEqual(
      left.filter((name) => name.endsWith(".draft")),
      [],
      "drafts of processes that are gone",
    );
  });

  it("keeps the words of stages that run side by side, in the views as well", async () => {
    const both = await Promise.all([stageProcess("claim", "loop"), stageProcess("rotate", "loop")]);
    for (const child of both) if (child.exitCode === null) await once(child, "exit");
    const view = JSON.parse(fs.readFileSync(reportPaths(folder).json, "utf8")) as Report;
    assert.deepEqual(
      view.stages.map((s) => [s.stage, s.state, s.summary]),
      [
        ["claim", "done", "round 59"],
        ["rotate", "done", "round 59"],
      ],
    );
  });

  it("never brings an older view back: a stage that wrote during the rendering is in it", () => {
    const claim = openReport(folder, header, "claim");
    const { renameSync } = nodeFs;
    let raced = false;
    nodeFs.renameSync = (from, to) => {
      if (!raced && String(to) === reportPaths(folder).json) {
        raced = true;
        const run = spawnSync(process.execPath, [
          "--require",
          "tsx/cjs",
          stageScript,
          folder,
          "rotate",
          "done",
        ]);
        assert.equal(run.status, 0, String(run.stderr));
      }
      renameSync(from, to);
    };
    try {
      claim.done({ summary: "claimed", proofs: [] });
    } finally {
      nodeFs.renameSync = renameSync;
    }
    assert.ok(raced);
    const view = JSON.parse(fs.readFileSync(reportPaths(folder).json, "utf8")) as Report;
    assert.deepEqual(states(view), { claim: "done", rotate: "done" });
  });

  it("says that a run was stopped between two stages, once nobody works on it any more", async () => {
    const child = await stageProcess("verify", "done");
    if (child.exitCode === null) await once(child, "exit");
    assert.equal(read().verdict, "interrupted");
    assert.equal(verdictOf(read()).title, "Stopped after verify. Test was not moved.");
    done("sanitise");
    assert.equal(read().verdict, "running", "this process lives, so the engine may begin the next stage");
  });

  it("replaces a failed stage by its next attempt", () => {
    openReport(folder, header, "restore").failed("the disk is full");
    assert.equal(read().verdict, "failed");
    assert.equal(read().stages[0]?.error, "the disk is full");
    done("restore");
    assert.deepEqual(states(read()), { restore: "done" });
  });

  it("leaves out what belongs to an earlier copy of the same generation", () => {
    for (const stage of ["snapshot", "restore", "sanitise", "switch"] as const) done(stage);
    assert.equal(read().verdict, "done");
    later();
    openReport(folder, header, "restore");
    assert.deepEqual(states(read()), { snapshot: "done", restore: "running" });
  });

  it("becomes history when the copy is removed, and starts afresh with the next one", () => {
    for (const stage of ["snapshot", "restore", "sanitise", "switch"] as const) done(stage);
    closeReport(folder);
    const first = read().closedAt;
    assert.notEqual(first, undefined);
    assert.equal(verdictOf(read()).title, "This copy has been removed");
    later();
    closeReport(folder);
    assert.equal(read().closedAt, first, "removed once");
    openReport(folder, header, "snapshot").failed("production is down");
    assert.deepEqual(states(read()), { snapshot: "failed" });
    assert.equal(read().closedAt, undefined);
    assert.deepEqual(
      readEvents(folder).map((e) => e.event),
      ["started", "failed"],
    );
  });

  it("closes the reports of one stack, not those of a stack whose name begins alike", () => {
    done("restore");
    const other = reportFolder(root, "local-two", "7f3a91c2");
    openReport(other, { ...header, stack: "local-two" }, "restore");
    closeReports(root, "local");
    assert.notEqual(read().closedAt, undefined);
    assert.equal(readReport(other)?.closedAt, undefined);
    closeReports(path.join(root, "nowhere"), "local");
  });

  it("finds the newest report, and one of a copy that stands before one that was removed", () => {
    assert.equal(newestReport(path.join(root, "nowhere")), undefined);
    assert.equal(newestReport(root), undefined);
    const second = reportFolder(root, "local", "99999999");
    done("restore");
    later();
    openReport(second, { ...header, generation: "99999999" }, "restore");
    assert.equal(newestReport(root), second);
    closeReport(second);
    assert.equal(newestReport(root), folder);
    closeReport(folder);
    assert.equal(newestReport(root), second);
  });

  it("leaves a folder without a report alone when it is closed", () => {
    closeReport(folder);
    assert.equal(fs.existsSync(folder), false);
    assert.equal(readReport(folder), undefined);
  });

  it("reads the events that a kill left, without the line that was cut off", () => {
    done("restore");
    fs.appendFileSync(reportPaths(folder).events, '{"at":"2025-11-21T07:25:1');
    assert.deepEqual(
      readEvents(folder).map((e) => [e.stage, e.event]),
      [
        ["restore", "started"],
        ["restore", "done"],
      ],
    );
  });

  it("names the file that is not a section, and what to do", () => {
    done("restore");
    const file = path.join(folder, "stages", "restore.json");
    fs.writeFileSync(file, "{");
    assert.throws(() => readReport(folder), new RegExp(`${file}.*Remove it`));
  });

  it("refuses names that lead out of the reports' folder", () => {
    for (const name of ["../x", "..", "a/b", "", ".hidden"]) {
      assert.throws(() => reportFolder(root, name, "7f3a91c2"), /cannot name a report's folder/);
      assert.throws(() => reportFolder(root, "local", name), /cannot name a report's folder/);
    }
  });

  it("is for its owner's eyes", () => {
    done("restore");
    const { html, json, events } = reportPaths(folder);
    for (const file of [html, json, events]) assert.equal(fs.statSync(file).mode & 0o077, 0, file);
  });
});

/** Waits until the clock shows a later millisecond: what begins then began later. */
function later(): void {
  const now = Date.now();
  while (Date.now() === now);
}
