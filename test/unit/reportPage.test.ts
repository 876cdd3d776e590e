import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { reportHtml } from "../../report/html";
import type { Report, StageReport } from "../../report/model";
import { pipelineSvg } from "../../report/pipelineSvg";
import { shownState } from "../../report/stages";
import { story, type StageName } from "../../report/story";
import { verdictOf } from "../../report/verdict";
import { picture, pictureFile } from "../../scripts/picture";
import {
  doneReport,
  failedReport,
  hostileReport,
  interruptedReport,
  largeReport,
  runningReport,
} from "../support/reports/reports";

/** The page's text as a reader sees it, near enough: without styles and tags. */
const readable = (html: string) =>
  html
    .replace(/<style>.*?<\/style>/gs, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ");

describe("the report's page", () => {
  it("opens with the verdict: what stands where, from which snapshot, how old", () => {
    const text = readable(reportHtml(doneReport()));
    assert.match(text, /Test stands on a sanitised copy/);
    assert.match(text, /federation-test has been on local-7f3a91c2 since 21 Nov 2025, 07:26 UTC/);
    assert.match(
      text,
      /data is that of federation-production as of 21 Nov 2025, 06:00 UTC, and was 1 h 26 min old/,
    );
  });

  it("puts the failed stage in front, with its error and what was left as it was", () => {
    const text = readable(reportHtml(failedReport()));
    assert.match(text, /Stopped at sanitise\. Test was not moved\./);
    const order = [
      "emergency_contact",
      "is in quarantine: nobody but the runner",
      "The pipeline",
      "Stage by stage",
    ];
    const places = order.map((part) => text.indexOf(part));
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
    );
    assert.ok(!places.includes(-1), `something of ${order.join("; ")} is missing`);
    assert.ok(text.lastIndexOf("sanitise replaces") < text.lastIndexOf("anchor knows"), "failed stage first");
  });

  it("shows what is not proven as plainly as what is", () => {
    const html = reportHtml(doneReport());
    assert.match(readable(html), /Not proven here\. For role reporting the earlier password is not known/);
    assert.match(readable(html), /Not proven here\. Blocks that the file system has freed/);
    assert.match(readable(html), /2 points not proven here/);
  });

  it("names every stage, proof, table, column and thing that was cut", () => {
    const report = doneReport();
    const text = readable(reportHtml(report));
    const expected = report.stages.flatMap((s) => [
      s.stage,
      ...s.proofs.flatMap((p) => [p.claim, p.evidence]),
      ...(s.details.cut ?? []).flatMap((c) => [c.kind, c.name, c.action]),
      ...(s.details.roles ?? []).flatMap((r) => [r.name, r.outcome]),
      ...(s.details.sanitise?.tables ?? []).flatMap((t) => [
        t.table,
        t.reason,
        ...t.columns.map((c) => c.type),
      ]),
    ]);
    const plain = text.replace(/&#39;/g, "'").replace(/&quot;/g, '"');
    assert.deepEqual(
      expected.filter((part) => !plain.includes(part)),
      [],
    );
  });

  it("says emptied, not kept, of a table without rows", () => {
    const html = reportHtml(doneReport());
    const table = /<span class="name">api_token<\/span>.*?<\/table>/s.exec(html)?.[0] ?? "";
    assert.match(table, /emptied/);
    assert.doesNotMatch(table, />kept</);
  });

  it("is self-contained: no script, nothing to load, every name escaped", () => {
    for (const report of [
      doneReport(),
      failedReport(),
      runningReport(),
      interruptedReport(),
      hostileReport(),
    ]) {
      const html = reportHtml(report);
      assert.doesNotMatch(html, /<script|<img|<link|<iframe|<h1>owned|javascript:|@import|url\(/i);
      assert.doesNotMatch(html, /\son\w+\s*=\s*["'][^&]*<\/?/i);
      assert.doesNotMatch(html, /[\u202A-\u202E\u2066-\u2069]/, "text that reorders text");
      assert.match(html, /default-src &#39;none&#39;|default-src 'none'/);
    }
    assert.match(reportHtml(hostileReport()), /&lt;script&gt;document\.title=&quot;owned&quot;/);
    assert.match(reportHtml(hostileReport()), /\\u\{202e\}/);
  });

  it("renews itself only while the run is under way", () => {
    assert.match(reportHtml(runningReport()), /http-equiv="refresh"/);
    for (const report of [doneReport(), failedReport(), interruptedReport()]) {
      assert.doesNotMatch(reportHtml(report), /http-equiv="refresh"/);
    }
  });

  it("holds 400 tables, each in one line until it is opened", () => {
    const html = reportHtml(largeReport());
    assert.equal(html.match(/<details class="table">/g)?.length, 400);
    assert.ok(html.length < 2_000_000, `${html.length} characters`);
  });
});

describe("the verdict", () => {
  const changed = (stage: StageName, change: Partial<StageReport>, verdict: Report["verdict"]): Report => {
    const report = doneReport();
    const stages = report.stages.map((s) => (s.stage === stage ? { ...s, ...change } : s));
    return { ...report, stages, verdict };
  };

  it("does not promise that Test was left alone when the switch itself failed", () => {
    const verdict = verdictOf(changed("switch", { state: "failed", error: "no health" }, "failed"));
    assert.equal(verdict.title, "Stopped at switch. Look at Test before you go on.");
    assert.ok(!verdict.left.some((l) => l.what === "Test"));
  });

  it("says where Test stands when a stage fails after the switch was done", () => {
    const verdict = verdictOf(changed("open", { state: "failed", error: "refused" }, "failed"));
    assert.equal(verdict.title, "Stopped at open. Test stands on the copy.");
  });

  it("does not call a copy sanitised without the sanitiser's section", () => {
    const report = doneReport();
    const verdict = verdictOf({ ...report, stages: report.stages.filter((s) => s.stage !== "sanitise") });
    assert.match(verdict.title, /does not show that it was sanitised/);
  });

  it("does not promise a quarantine that had begun to open", () => {
    const report = doneReport();
    const stages = report.stages
      .filter((s) => s.stage !== "switch")
      .map((s): StageReport => (s.stage === "open" ? { ...s, state: "interrupted" } : s));
    const copy = verdictOf({ ...report, stages, verdict: "interrupted" }).left.find(
      (l) => l.what === "The copy",
    );
    assert.match(copy?.how ?? "", /treat it as open/);
  });

  it("knows a stage that was done before this report from one that has not begun", () => {
    const report = runningReport();
    const stages = report.stages.filter((s) => s.stage !== "anchor" && s.stage !== "claim");
    assert.equal(shownState({ ...report, stages }, "anchor"), "earlier");
    assert.equal(
      shownState({ ...report, stages }, "claim"),
      "pending",
      "only the switch waits for the claim",
    );
    assert.equal(shownState(report, "migrate"), "pending");
  });
});

describe("the picture of the pipeline", () => {
  it("in docs/ is what scripts/picture.ts draws", () => {
    assert.equal(fs.readFileSync(pictureFile, "utf8"), picture(), "run: npx tsx scripts/picture.ts");
  });

  it("tells the whole story, in both layouts", () => {
    for (const layout of ["wide", "narrow"] as const) {
      const svg = pipelineSvg({ layout, report: doneReport() });
      for (const { stage } of story) assert.ok(svg.includes(`>${stage}</text>`), `${layout}: ${stage}`);
    }
    for (const { proves } of story.filter((chapter) => chapter.proves !== "")) {
      assert.ok(picture().includes(`proves: ${proves.replace(/'/g, "&#39;")}`), proves);
    }
  });

  it("draws bars in proportion to time, the longest whole", () => {
    const svg = pipelineSvg({ layout: "narrow", report: doneReport() });
    const bars = [...svg.matchAll(/class="p-bar" [^>]*width="(\d+)"/g)].map((m) => Number(m[1]));
    const track = Number(/class="p-track" [^>]*width="(\d+)"/.exec(svg)?.[1]);
    assert.equal(Math.max(...bars), track);
    assert.equal(bars[2], Math.round((6.2 / 48.7) * track), "restore");
  });

  it("shows that Test was not moved", () => {
    assert.match(pipelineSvg({ layout: "wide", report: failedReport() }), /not moved/);
    assert.match(pipelineSvg({ layout: "wide", report: doneReport() }), /on the copy/);
  });
});
