import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { cutOutbound, findOutbound } from "../../postgres/isolate";
import { type Session } from "../../postgres/connection";
import { startServer, stopServer } from "../../platforms/local/server";
import { asCopy } from "../support/copies";
import { type ScratchServer, startScratchServer, useScratchHome } from "../support/servers";

const subscriberPassword = "subscriber-4711";

describe("isolating a subscription", () => {
  const home = useScratchHome();
  let publisher: ScratchServer;
  let copy: ScratchServer;

  before(
    "a publisher, and a subscriber that stopped in the middle of its first copy of a table",
    async function () {
      this.timeout(120_000);
      const logical = { wal_level: "logical", wal_retrieve_retry_interval: "200ms" };
      publisher = await startScratchServer(home(), "publisher", {
        ...logical,
        log_connections: "on",
        log_disconnections: "on",
        log_replication_commands: "on",
      });
      copy = await startScratchServer(home(), "copy", logical);
      await publisher.as("postgres", (session) =>
        session.query(`create table orders (id int primary key); insert into orders values (1);
        create role subscriber login replication superuser password '${subscriberPassword}';
        create publication orders for table orders`),
      );
      const { host, port } = publisher.handle;
      const conninfo = `host=${host} port=${port} dbname=postgres user=subscriber password=${subscriberPassword}`;
      await copy.as("postgres", async (session) => {
        // The same row is here already, so the first copy fails and is tried again and again.
        await session.query("create table orders (id int primary key); insert into orders values (1)");
        await session.query(`create subscription orders connection '${conninfo}' publication orders`);
      });
      await until("the copy of the table has begun", () =>
        copy.as("postgres", (session) =>
          any(session, "select from pg_subscription_rel where srsubstate = 'd'"),
        ),
      );
      await until("its own slot stands at the publisher", () =>
        publisher.as("postgres", (session) =>
          any(session, "select from pg_replication_slots where slot_name like '%sync%'"),
        ),
      );
      // Born in quarantine, as the platform restores it: no worker ever starts.
      await stopServer(copy.handle.dir);
      await fs.appendFile(
        path.join(copy.handle.dataDirectory, "postgresql.auto.conf"),
        "max_logical_replication_workers = 0\n",
      );
      await startServer(copy.handle.dir);
    },
  );

  it("removes it without a word to the publisher, whose slots stay", async () => {
    // The publisher's own look at itself is in its log; only what comes after it counts.
    const slots = await publisher.as("postgres", slotsOf);
    assert.equal(slots.length, 2);
    const log = path.join(publisher.handle.dir, "log", "server.log");
    const settled = await untilSettled(log);

    const { cut, proofs } = await copy.as("postgres", async (session) =>
      cutOutbound(await asCopy(session, copy.handle), () => undefined),
    );
    assert.deepEqual(
      cut.map((one) => `${one.kind} ${one.name}: ${one.action}`),
      ["subscription orders: dropped, without a word to its publisher"],
    );
    assert.doesNotMatch(JSON.stringify([cut, proofs]), new RegExp(subscriberPassword));
    assert.equal((await fs.readFile(log, "utf8")).slice(settled), "", "the publisher heard of it");
    assert.deepEqual(await publisher.as("postgres", slotsOf), slots);
    assert.deepEqual(await copy.as("postgres", findOutbound), []);
  });

  it("leaves its password in no data file", async () => {
    await stopServer(copy.handle.dir);
    for (const folder of ["base", "global"]) {
      const found = await grep(path.join(copy.handle.dataDirectory, folder), subscriberPassword);
      assert.deepEqual(found, []);
    }
  });
});

async function slotsOf(session: Session): Promise<string[]> {
  const { rows } = await session.query<{ slot_name: string }>(
    "select slot_name from pg_replication_slots order by 1",
  );
  return rows.map((row) => row.slot_name);
}

async function any(session: Session, query: string): Promise<boolean> {
  return ((await session.query(query)).rowCount ?? 0) > 0;
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const since = Date.now();
  while (!(await holds())) {
    assert.ok(Date.now() - since < 30_000, `not within 30 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** The log's length once the sessions that ended have been written down. */
async function untilSettled(log: string): Promise<number> {
  let length = -1;
  await until("the publisher's log is still", async () => {
    const before = length;
    length = (await fs.readFile(log, "utf8")).length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    return length === before;
  });
  return length;
}

async function grep(folder: string, text: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await fs.readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isFile() && (await fs.readFile(file)).includes(text)) found.push(file);
  }
  return found;
}
