import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { withSession } from "../../postgres/connection";
import type { CopySession } from "../../postgres/guard";
import { openJournal } from "../../postgres/journal";
import { findBudget } from "../../postgres/sanitise/budget";
import { withCrew, type Crew } from "../../postgres/sanitise/crew";
import { createWorkspace, settle } from "../../postgres/sanitise/workspace";
import { asCopy } from "../support/copies";
import { useScratchServer } from "../support/servers";

/** Sessions that work on tables of one copy side by side. */
describe("sanitiser: side by side", function () {
  this.timeout(60_000);
  const server = useScratchServer();
  const identity = { resourceId: "test-resource", runId: "test-run" };

  before("a database with a workspace", async () => {
    await server().createDatabase("crew");
    await onCopy(async (copy) => {
      await openJournal(copy, identity);
      await createWorkspace(copy);
      await copy.query("create table public.t (id int)");
    });
  });

  function onCopy<T>(use: (copy: CopySession) => Promise<T>): Promise<T> {
    return withSession(server().target("crew"), { applicationName: "crew" }, async (session) =>
      use(await asCopy(session, server().handle)),
    );
  }

  function crewOf<T>(workers: number, use: (crew: Crew) => Promise<T>): Promise<T> {
    return onCopy(async (copy) => {
      const budget = await findBudget(copy, workers);
      await settle(copy, budget);
      const journal = await openJournal(copy, identity);
      return withCrew({ ...identity, copy, journal, openSession: onCopy, budget }, use);
    });
  }

  it("works in as many sessions as there are processors, with memory for each", async () => {
    const budget = await onCopy((copy) => findBudget(copy));
    assert.ok(budget.workers >= 1 && budget.workers <= 64, String(budget.workers));
    const four = await onCopy((copy) => findBudget(copy, 4));
    assert.equal(four.workers, 4);
    assert.ok(four.maintenanceMb >= 64 && four.workMb >= 32, JSON.stringify(four));
    assert.ok((await onCopy((copy) => findBudget(copy, 1000))).workers <= 64);
  });

  it("does every item once, several at the same time, each in a session of its own", async () => {
    const pids = new Set<number>();
    const done: number[] = [];
    let atOnce = 0;
    let most = 0;
    await crewOf(3, (crew) =>
      crew.each([1, 2, 3, 4, 5, 6], async ({ copy }, item) => {
        most = Math.max(most, (atOnce += 1));
        const { rows } = await copy.query<{ pid: number }>("select pg_backend_pid() as pid, pg_sleep(0.05)");
        pids.add(rows[0]?.pid ?? 0);
        done.push(item);
        atOnce -= 1;
      }),
    );
    assert.deepEqual(done.toSorted(), [1, 2, 3, 4, 5, 6]);
    assert.equal(most, 3);
    assert.equal(pids.size, 3);
  });

  it("does what another session's lock kept from being done again, alone", async () => {
    const tries: string[] = [];
    await crewOf(2, (crew) =>
      crew.each(["holds", "waits"], async ({ copy }, item) => {
        tries.push(item);
        await copy.query("begin");
        try {
          // Whoever waits comes when the lock is taken.
          if (item === "waits" && tries.length === 2) await delay(100);
          await copy.query("set local lock_timeout = '100ms'");
          await copy.query("lock table public.t in access exclusive mode").catch((error: unknown) => {
            throw Object.assign(new Error("locked"), { code: (error as { code: string }).code });
          });
          if (item === "holds") await delay(500);
        } finally {
          await copy.query("rollback");
        }
      }),
    );
    assert.deepEqual(tries, ["holds", "waits", "waits"]);
  });

  it("begins nothing new after a failure, and waits for what is under way", async () => {
    const begun: number[] = [];
    let ended = false;
    const run = crewOf(2, (crew) =>
      crew.each([1, 2, 3, 4], async (_, item) => {
        begun.push(item);
        if (item === 1) throw new Error("the first one fails");
        await delay(200);
        ended = true;
      }),
    );
    await assert.rejects(run, /the first one fails/);
    assert.deepEqual(begun, [1, 2]);
    assert.ok(ended);
  });

  it("ends the sessions of a killed run before it begins", async () => {
    let killed: Promise<unknown> | undefined;
    await onCopy(async (orphan) => {
      await orphan.query(
        "insert into prodcopy.crew select pid, backend_start from pg_stat_activity where pid = pg_backend_pid()",
      );
      killed = orphan.query("select pg_sleep(60)").then(
        () => "it went on",
        (error: { code?: string }) => error.code,
      );
      await delay(100);
      await crewOf(2, async (crew) => {
        assert.equal(crew.size, 2);
        // admin_shutdown
        assert.equal(await killed, "57P01");
      });
    });
  });
});
