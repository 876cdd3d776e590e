import * as assert from "node:assert/strict";
import { diffStage, recordsOnly } from "../../pipeline/diff";
import { generationOf, shortHash } from "../../pipeline/digest";
import { expiryFrom, parseDuration } from "../../pipeline/duration";
import { Redactor } from "../../pipeline/redact";
import { snapshot } from "../../pipeline/stages/snapshot";
import { stageFor } from "../../pipeline/registry";
import { unknownValue } from "../../pipeline/stage";
import { stageNames } from "../../report/story";

const from = { copyId: "test-1", resourceId: "r1" };

describe("stage differences", () => {
  it("ignores new code, and a hand-over that is not known yet", () => {
    const rotate = stageFor({ stage: "rotate" });
    const olds = { generation: "g1", revision: 1, from, __provider: "old code" };
    assert.deepEqual(diffStage(rotate, olds, { ...olds, __provider: "new code" }).changes, false);
    assert.deepEqual(diffStage(rotate, olds, { ...olds, from: unknownValue }).changes, false);
  });

  it("replaces a stage inside the copy with the generation, or when another server stands behind the name", () => {
    const rotate = stageFor({ stage: "rotate" });
    const olds = { generation: "g1", revision: 1, from };
    assert.deepEqual(diffStage(rotate, olds, { ...olds, generation: "g2" }).replaces, ["generation"]);
    assert.deepEqual(diffStage(rotate, olds, { ...olds, from: { ...from, resourceId: "r2" } }).replaces, [
      "from",
    ]);
  });

  it("only updates switch and claim for a new copy: replaced, they would put Test back onto what goes next", () => {
    for (const name of ["switch", "claim"]) {
      const stage = stageFor({ stage: name });
      const olds = {
        generation: "g1",
        revision: 1,
        environment: "test",
        environmentId: "e1",
        stack: "s",
        from,
      };
      const next = diffStage(stage, olds, { ...olds, generation: "g2", from: { ...from, resourceId: "r2" } });
      assert.deepEqual(next, { changes: true, replaces: [], deleteBeforeReplace: true }, name);
      assert.deepEqual(
        diffStage(stage, olds, { ...olds, environment: "uat" }).replaces,
        ["environment"],
        name,
      );
    }
  });

  it("changes owner and expiry in place", () => {
    const restore = stageFor({ stage: "restore" });
    const olds = { generation: "g1", snapshotId: "s1", owner: "a", keepFor: "7d", revision: 1 };
    const next = diffStage(restore, olds, { ...olds, owner: "b", keepFor: "2w" });
    assert.deepEqual(next, { changes: true, replaces: [], deleteBeforeReplace: false });
  });

  it("plans a mere record of a new revision", () => {
    const olds = { generation: "g1", revision: 1, from };
    const next = diffStage(stageFor({ stage: "verify" }), olds, { ...olds, revision: 2 });
    assert.deepEqual(next, { changes: true, replaces: [], deleteBeforeReplace: false });
  });

  it("records other settings of the platform, and lets open and switch carry them out", () => {
    const olds = { generation: "g1", revision: 1, from, aws: { backupDays: 1 } };
    const news = { ...olds, aws: { backupDays: 3 } };
    for (const stage of ["restore", "rotate", "sanitise", "migrate", "claim"]) {
      assert.equal(diffStage(stageFor({ stage }), olds, news).changes, true, stage);
      assert.equal(recordsOnly(stageFor({ stage }), olds, news), true, stage);
    }
    for (const stage of ["open", "switch"]) {
      assert.equal(recordsOnly(stageFor({ stage }), olds, news), false, stage);
    }
    const moved = { ...news, from: { ...from, resourceId: "another" } };
    assert.equal(recordsOnly(stageFor({ stage: "claim" }), olds, moved), false);
    // Nothing that the engine would ask for; whoever asks gets the work with its guard.
    assert.equal(recordsOnly(stageFor({ stage: "migrate" }), olds, olds), false);
  });

  it("does not follow a stack to another platform or region", async () => {
    const anchor = stageFor({ stage: "anchor" });
    const olds = { platform: "aws", aws: { region: "eu-west-1" } };
    const faults = async (news: object) =>
      (await anchor.check!(olds as never, news as never, undefined as never)).failures.map(
        ({ reason }) => reason,
      );
    assert.deepEqual(await faults(olds), []);
    assert.match(
      (await faults({ platform: "local" })).join(),
      /prodcopy:platform is "local".*stands on "aws"/,
    );
    assert.match(
      (await faults({ platform: "aws", aws: { region: "us-east-1" } })).join(),
      /aws:region is "us-east-1"/,
    );
  });
});

describe("registry", () => {
  it("knows every stage of the story by its name", () => {
    for (const name of stageNames) assert.equal(stageFor({ stage: name }).name, name);
  });

  it("says what to do about a state that another version wrote", () => {
    assert.throws(() => stageFor({ stage: "levitate" }), /"levitate".*written by another version/s);
  });
});

describe("generation", () => {
  const parts = {
    source: "p",
    snapshotId: "s",
    rulesDigest: "r",
    sanitiserRevision: 1,
    migrationsDigest: "m",
    turn: 0,
  };

  it("changes with each thing that makes a copy", () => {
    const generations = [
      parts,
      { ...parts, source: "q" },
      { ...parts, snapshotId: "t" },
      { ...parts, rulesDigest: "x" },
      { ...parts, sanitiserRevision: 2 },
      { ...parts, migrationsDigest: "" },
      { ...parts, turn: 1 },
    ].map(generationOf);
    assert.equal(new Set(generations).size, generations.length);
    assert.equal(generationOf(parts), generationOf({ ...parts }));
  });

  it("is never one that a copy of the stack has, save that of the state: what went before is not made again", async () => {
    const news = { stack: "test", pin: "s1", refresh: "", ...parts, snapshotId: "s1" };
    const generations: string[] = [];
    const next = async (olds: object) => {
      const copies = generations.map((generation) => ({ label: { stack: "test", generation } }));
      const others = [{ label: { stack: "other", generation: "0" } }];
      const platform = {
        listCopies: () => Promise.resolve([...copies, ...others]),
        resolveSnapshot: () => Promise.resolve({ id: "s1", createdAt: "2026-01-01T00:00:00Z", sizeBytes: 1 }),
      };
      const { inputs } = await snapshot.check!(olds, news as never, { platform } as never);
      return inputs;
    };
    const first = await next({});
    generations.push(first.generation);
    assert.equal((await next(first)).generation, first.generation, "nothing changed");
    const back = await next({ ...first, rulesDigest: "other", generation: "other" });
    generations.push(back.generation);
    assert.notEqual(back.generation, first.generation, "its copy still stands");
    assert.equal((await next(back)).generation, back.generation, "nothing changed since");
    // A replacement is checked a second time without the state.
    assert.equal(new Set([...generations, (await next({})).generation]).size, 3);
  });

  it("cannot be confused by where one part ends", () => {
    assert.notEqual(shortHash("ab", "c"), shortHash("a", "bc"));
  });
});

describe("durations", () => {
  it("understands hours, days and weeks, and nothing else", () => {
    assert.equal(parseDuration("36h"), 36 * 3_600_000);
    assert.equal(parseDuration("2w"), 14 * 86_400_000);
    for (const wrong of ["7", "0d", "-1d", "7 d", "1y", "", "1.5d"]) {
      assert.equal(parseDuration(wrong), undefined, wrong);
    }
    assert.equal(expiryFrom("2026-01-01T00:00:00.000Z", "7d"), "2026-01-08T00:00:00.000Z");
  });
});

describe("redactor", () => {
  it("cuts what it was told to hide, as it is, in a URL and in JSON", () => {
    const redactor = new Redactor();
    const secret = 'p@ss/"wörd"';
    redactor.hide(secret);
    const text = [secret, encodeURIComponent(secret), JSON.stringify({ x: secret })].join(" ");
    const clean = redactor.apply(text);
    assert.ok(!clean.includes("wörd"), clean);
    assert.ok(!clean.includes("p%40ss"), clean);
  });

  it("cuts what looks like a password though nobody named it", () => {
    const clean = new Redactor().apply(
      "postgres://app:hunter22@db:5432/x password=hunter22 token: hunter22 SCRAM-SHA-256$4096:abc$def:ghi",
    );
    assert.ok(!clean.includes("hunter22"), clean);
    assert.ok(!clean.includes("4096"), clean);
    assert.ok(clean.includes("db:5432/x"), clean);
  });
});
