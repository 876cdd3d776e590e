import assert from "node:assert/strict";
import { disksOf, toldDisk } from "../../postgres/sanitise/room/free";
import type { Needs } from "../../postgres/sanitise/room/need";
import { Room, roomText } from "../../postgres/sanitise/room/room";

const MB = 1024 * 1024;
const space = 1663;
const on = (megabytes: number, at = space) => new Map([[at, megabytes * MB]]);
const needs = (tables: number[], more: Partial<Needs> = {}): Needs => ({
  tables: tables.map((one, i) => ({ name: `t${i}`, bytes: on(one) })),
  alone: [],
  logBytes: 5 * MB,
  hashes: on(5),
  freed: new Map(),
  ...more,
});
const told = (megabytes: number) => [toldDisk({ bytes: megabytes * MB, by: "--room" })];

describe("room beside the data", () => {
  it("is refused when the largest table alone does not fit, with the figures and what to do", () => {
    assert.throws(() => Room.find(needs([30, 100]), told(109), 2), {
      message:
        /100 MB for t1, the largest, 10 MB for log and hashes, even one table at a time; 109 MB are free on the server's disk, as --room says\. Nothing was changed.*truncate/s,
    });
    assert.match(roomText(Room.find(needs([30, 100]), told(110), 2).plan), /140 MB .* wait for each other/);
    assert.match(
      roomText(Room.find(needs([30, 100]), told(140), 2).plan),
      /at most 140 MB .*140 MB are free/,
    );
  });

  it("counts what emptied tables give back, but not for what comes before", () => {
    const freed = on(80);
    assert.equal(Room.find(needs([100], { freed }), told(30), 1).plan.atLeast, 30 * MB);
    assert.throws(() => Room.find(needs([100], { freed: on(500) }), told(9), 1), /9\.0 MB are free/);
  });

  it("is looked at disk by disk", () => {
    const both = needs([], { tables: [{ name: "a", bytes: new Map([...on(20), ...on(300, 40_000)]) }] });
    const disks = disksOf(
      [
        `. /dev/a b 999 1 ${1024 * 100} 5% /var/data here`,
        `pg_wal /dev/a b 999 1 ${1024 * 100} 5% /var/data here`,
        `pg_tblspc/40000 tmpfs 999 1 ${1024 * 200} 5% /mnt`,
      ],
      space,
    );
    assert.throws(
      () => Room.find(both, disks, 1),
      /300 MB for a, the largest, 0 kB for log and hashes, .*200 MB are free on the disk at \/mnt/,
    );
    assert.equal(disksOf(["df: no such thing"], space), undefined);
    assert.equal(disksOf([], space), undefined);
  });

  it("says so when it is not known, and then lets everything go side by side", async () => {
    const room = Room.find(needs([1e6, 1e6]), undefined, 2);
    assert.match(roomText(room.plan), /at most 1\.9 TB .*at least 977 GB; how much is free .* is not known/);
    await room.holding("t0", () => room.holding("t1", () => Promise.resolve()));
  });

  it("lets tables wait that do not fit beside the others, and smaller ones pass", async () => {
    const room = Room.find(needs([100, 90, 20]), told(130), 3);
    const ends: (() => void)[] = [];
    const order: string[] = [];
    const work = (name: string) =>
      room.holding(name, () => {
        order.push(name);
        return new Promise<void>((resolve) => ends.push(resolve));
      });
    const all = ["t0", "t1", "t2"].map(work);
    await Promise.resolve();
    assert.deepEqual(order, ["t0", "t2"]);
    ends[0]?.();
    await all[0];
    assert.deepEqual(order, ["t0", "t2", "t1"]);
    for (const end of ends) end();
    await Promise.all(all);
  });

  it("gives the room of a table that failed back", async () => {
    const room = Room.find(needs([100, 100]), told(110), 2);
    await assert.rejects(room.holding("t0", () => Promise.reject(new Error("full"))));
    await room.holding("t1", () => Promise.resolve());
  });
});
