import * as assert from "node:assert/strict";
import { statusJson, statusText, type Status } from "../../report/statusText";
import { bytes, clip, count, duration, moment, several, visible } from "../../report/text";
import { doneReport, failedReport } from "../support/reports/reports";

describe("how times, counts and names are written", () => {
  it("durations", () => {
    const written = [
      0, 0.04, 0.05, 0.44, 9.94, 9.96, 59.4, 59.6, 60, 83, 3599.7, 3600, 7500, 172_800, 273_600,
    ];
    assert.deepEqual(written.map(duration), [
      ..."0 s,0 s,0.1 s,0.4 s,9.9 s,10 s,59 s,1 min,1 min,1 min 23 s,1 h,1 h,2 h 5 min,2 days,3 days 4 h".split(
        ",",
      ),
    ]);
  });

  it("sizes, counts, moments", () => {
    assert.deepEqual([0, 999, 1000, 1_300_000_000, 412_318_208].map(bytes), [
      "0 bytes",
      "999 bytes",
      "1.0 kB",
      "1.3 GB",
      "412 MB",
    ]);
    assert.equal(count(17000), "17,000");
    assert.deepEqual([several(1, "way out", "ways out"), several(0, "table")], ["1 way out", "0 tables"]);
    assert.equal(moment("2025-11-21T07:31:05.000Z"), "21 Nov 2025, 07:31 UTC");
    assert.equal(moment("when it is taken"), "when it is taken");
  });

  it("what hides or reorders text, as its number", () => {
    assert.equal(visible("a\u202Eb\u0000c\nd\u200B"), "a\\u{202e}b\\u{0000}c\\u{000a}d\\u{200b}");
    assert.equal(visible("Straße 会員 👍"), "Straße 会員 👍");
    assert.equal(clip("👍👍👍👍", 3), "👍👍…");
  });
});

describe("prodcopy status", () => {
  const now = new Date("2025-11-21T09:00:00Z");
  const status: Status = {
    platform: "local",
    production: { name: "federation-production", host: "127.0.0.1", port: 54401, state: "running" },
    copy: {
      id: "local-7f3a91c2",
      host: "127.0.0.1",
      port: 54817,
      database: "federation",
      dataFrom: "2025-11-21T06:00:00.000Z",
      expiresAt: "2025-11-28T07:25:10.000Z",
    },
    others: [],
    environment: {
      name: "federation-test",
      url: "http://127.0.0.1:8091/",
      health: "Ready, Ok",
      host: "127.0.0.1",
      port: 54817,
      database: "federation",
      on: "copy",
    },
    report: doneReport(),
    reportPath: "/reports/local-7f3a91c2/report.html",
  };
  const text = (changed: Partial<Status> = {}, colour = false) =>
    statusText({ ...status, ...changed }, { colour, now });

  it("says in a few lines what stands where", () => {
    const lines = text().split("\n");
    assert.deepEqual(lines.slice(0, 5), [
      "Production  federation-production at 127.0.0.1:54401, running",
      "Copy        local-7f3a91c2 at 127.0.0.1:54817, data of 21 Nov 2025, 06:00 UTC (3 h old), expires in 6 days 22 h",
      "Test        federation-test is on the copy local-7f3a91c2, Ready, Ok, http://127.0.0.1:8091/",
      "Last run    Test stands on a sanitised copy",
      "Report      /reports/local-7f3a91c2/report.html",
    ]);
    assert.match(text(), /✓ sanitise {10}49 s {2}41 tables, 59 columns masked, 0 leaks/);
  });

  it("names the failing stage and its error", () => {
    const failed = text({ report: failedReport() });
    assert.match(
      failed,
      /Last run {4}Stopped at sanitise\. Test was not moved\.\n {12}public\.member\.emergency_contact/,
    );
    assert.match(failed, /✗ sanitise {8}failed/);
    assert.match(failed, /\nTo go on {4}Remove the cause, then `pulumi up`/);
    assert.match(failed, /· migrate {6}not begun/);
  });

  it("says what is not there, what has expired, and what Test stands on instead", () => {
    const none = { production: undefined, copy: undefined, environment: undefined, report: undefined };
    const nothing = text({ ...none, reportPath: undefined });
    assert.equal(nothing.split("\n").length, 5);
    assert.match(nothing, /Copy {8}none\n.*\nLast run {4}none yet/);
    const copy = { ...(status.copy ?? assert.fail()), expiresAt: "2025-11-21T08:00:00.000Z" };
    assert.match(text({ copy }), /expired 1 h ago/);
    const environment = status.environment ?? assert.fail();
    assert.match(
      text({ environment: { ...environment, on: "before" } }),
      /on what it stood on before the copy/,
    );
    assert.match(text({ environment: { ...environment, on: "other" } }), /which is neither the copy nor/);
  });

  it("names the copies beside the one in use, and shows nothing of the stages of one that was removed", () => {
    const beside = text({ others: [{ id: "local-00c0ffee", host: "127.0.0.1", port: 54818 }] });
    assert.match(beside, /\n {12}local-00c0ffee at 127\.0\.0\.1:54818 beside it: not in use/);
    const removed = text({ report: { ...doneReport(), closedAt: "2025-11-21T08:00:00.000Z" } });
    assert.match(removed, /Last run {4}This copy has been removed/);
    assert.doesNotMatch(removed, /✓/);
  });

  it("is plain unless a terminal reads it", () => {
    assert.ok(!text().includes("\u001b"));
    assert.ok(text({}, true).includes("\u001b[32m"));
  });

  it("prints the stable JSON, with null for what is not there", () => {
    const json = statusJson({ ...status, copy: undefined });
    assert.deepEqual(Object.keys(json), [
      "platform",
      "production",
      "copy",
      "otherCopies",
      "environment",
      "stages",
    ]);
    assert.equal(json.copy, null);
    assert.deepEqual(json.stages[7], {
      name: "sanitise",
      state: "done",
      seconds: 48.7,
      proof: "41 tables, 59 columns masked, 0 leaks",
    });
    assert.deepEqual(
      JSON.parse(JSON.stringify(statusJson(status))),
      statusJson(status),
      "nothing is undefined",
    );
    const first = statusJson({ ...status, report: undefined }).stages[0];
    assert.deepEqual(first, { name: "anchor", state: "pending", seconds: null, proof: null });
  });
});
