import assert from "node:assert/strict";
import { row, rows, run, type Session, withSession } from "../../postgres/connection";
import type { CopySession } from "../../postgres/guard";
import { openJournal } from "../../postgres/journal";
import { withStageLock } from "../../postgres/stageLock";
import { asCopy } from "../support/copies";
import { useScratchServer } from "../support/servers";

describe("the journal", () => {
  const server = useScratchServer();
  const identity = { resourceId: "copy-one", runId: "run-one" };

  beforeEach("an empty database", async () => {
    await server().as("postgres", async (session) => {
      await session.query("drop database if exists app with (force)");
      await session.query("create database app");
    });
  });

  const withCopy = (use: (copy: CopySession) => Promise<void>) =>
    server().as("app", async (session) => use(await asCopy(session, server().handle)));

  it("does a step once and remembers it in another session", async () => {
    let ran = 0;
    const work = () => Promise.resolve(`${++ran} tables`);
    for (const expected of [true, false]) {
      await withCopy(async (copy) => {
        const journal = await openJournal(copy, identity);
        assert.equal(await journal.step("sanitise", "public.member", work), expected);
        assert.deepEqual(await journal.finished("sanitise"), [{ step: "public.member", note: "1 tables" }]);
      });
    }
    assert.equal(ran, 1);
  });

  it("takes the work and its note back together", async () => {
    await withCopy(async (copy) => {
      const journal = await openJournal(copy, identity);
      const failing = journal.step("sanitise", "one", async () => {
        await run(copy, "make a table", "create table half_done ()");
        throw new Error("killed here");
      });
      await assert.rejects(failing, /killed here/);
      assert.equal(await journal.stepDone("sanitise", "one"), false);
      assert.deepEqual(await rows(copy, "look", "select from pg_class where relname = 'half_done'"), []);
    });
  });

  it("does not take a step for done that was only begun", async () => {
    await withCopy(async (copy) => {
      const journal = await openJournal(copy, identity);
      await journal.recordStep("sanitise", "one", "started");
      assert.equal(await journal.stepDone("sanitise", "one"), false);
      assert.deepEqual(await journal.finished("sanitise"), []);
    });
  });

  it("does not believe a journal that came along inside a snapshot", async () => {
    await withCopy(async (copy) => {
      await (await openJournal(copy, identity)).recordStep("rotate", "roles");
      const own = await openJournal(copy, { resourceId: "copy-two", runId: "run-two" });
      assert.equal(await own.stepDone("rotate", "roles"), false);
    });
  });

  it("refuses a schema of that name that is not ours, and leaves it alone", async () => {
    await withCopy(async (copy) => {
      await run(copy, "plant", "create schema prodcopy create table theirs ()");
      await assert.rejects(openJournal(copy, identity), /has a schema "prodcopy" of its own/);
      await row(copy, "look", "select 'prodcopy.theirs'::regclass");
    });
  });
});

describe("a stage's lock", () => {
  const server = useScratchServer();
  const name = "prodcopy test stage";
  const patience = { everyMs: 20, sayEveryMs: 20 };
  const as = <T>(use: (session: Session) => Promise<T>) =>
    withSession(server().target("postgres"), { applicationName: name }, use);

  it("waits for the statement of a killed predecessor, and says so", async () => {
    const lines: string[] = [];
    let ended = false;
    let started: () => void = () => undefined;
    const running = new Promise<void>((resolve) => (started = resolve));
    const earlier = as(async (session) => {
      const statement = session.query("select pg_sleep(0.7)").then(() => (ended = true));
      started();
      await statement;
    });
    await running;
    await as((session) =>
      withStageLock(
        session,
        name,
        (line) => lines.push(line),
        () => Promise.resolve(assert.equal(ended, true, "started beside its predecessor")),
        patience,
      ),
    );
    await earlier;
    assert.match(lines[0] ?? "", /waiting for the statement of an earlier, killed run \(server process \d+/);
  });

  it("gives up with the process to look at", async () => {
    await as((_earlier) =>
      as(async (session) => {
        const waiting = withStageLock(
          session,
          name,
          () => undefined,
          () => Promise.resolve(),
          {
            ...patience,
            giveUpMs: 100,
          },
        );
        await assert.rejects(waiting, /server process \d+\) is still at work after/);
      }),
    );
  });

  it("ends a predecessor that has lost its client", async () => {
    await as(async (earlier) => {
      await earlier.query("select 1");
      await as((session) =>
        withStageLock(
          session,
          name,
          () => undefined,
          () => Promise.resolve(),
          { ...patience, idleMs: 50 },
        ),
      );
      await assert.rejects(earlier.query("select 1"));
    });
  });

  it("does not wait for sessions that came later", async () => {
    await as((first) =>
      as((_later) =>
        withStageLock(
          first,
          name,
          () => undefined,
          () => Promise.resolve(),
          { ...patience, giveUpMs: 200 },
        ),
      ),
    );
  });

  it("frees the lock when the work fails", async () => {
    await as(async (session) => {
      const failing = withStageLock(
        session,
        name,
        () => undefined,
        () => Promise.reject(new Error("no")),
      );
      await assert.rejects(failing, /no/);
      assert.deepEqual((await session.query("select from pg_locks where locktype = 'advisory'")).rows, []);
    });
  });

  it("refuses a name that the server cut short", async () => {
    const long = "x".repeat(70);
    await withSession(server().target("postgres"), { applicationName: long }, (session) =>
      assert.rejects(
        withStageLock(
          session,
          long,
          () => undefined,
          () => Promise.resolve(),
        ),
        /at most 63/,
      ),
    );
  });
});
