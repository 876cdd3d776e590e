import assert from "node:assert/strict";
import { Progress } from "../../postgres/sanitise/progress";

describe("progress of a phase", () => {
  it("says how much is done by bytes and how long the rest takes, at most every ten seconds", () => {
    let now = 0;
    const progress = new Progress([600e6, 300e6, 100e6], () => now);
    now = 5_000;
    assert.equal(progress.done(100e6), undefined);
    now = 20_000;
    assert.equal(progress.done(300e6), "2 of 3 tables, 400 of 1,000 MB, about 30 s left");
    assert.equal(progress.done(600e6), undefined);
    assert.equal(progress.left(), "");
  });

  it("counts long times in minutes and hours, and promises nothing before anything is done", () => {
    let now = 0;
    const progress = new Progress([1e9, 99e9], () => now);
    now = 2_000;
    assert.equal(progress.left(), "");
    now = 100_000;
    assert.match(progress.done(1e9) ?? "", /about 2[.]8 h left$/);
    const faster = new Progress([5e9, 5e9], () => now);
    now += 300_000;
    faster.done(5e9);
    assert.equal(faster.left(), ", about 5 min left");
  });
});
