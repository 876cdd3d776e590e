import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Session } from "../../postgres/connection";
import { logFile } from "../../platforms/local/server/process";
import { asCopy } from "../support/copies";
import { Needles } from "../support/needles";
import { sanitiseWith } from "../support/sanitise";
import { useScratchServer } from "../support/servers";

/**
 * What could undo the masks: the run's key, its seeds and the keyed hashes of former values. All of it lives in the copy while
 * the run works, so a session beside the run can read it; afterwards no file of the server may hold it.
 */
describe("sanitiser: the run's key and what it hashed", function () {
  this.timeout(120_000);
  const server = useScratchServer({ wal_recycle: "off" });
  const secrets = new Needles();
  let hashes = 0;
  let key = "";
  let hash = "";

  /** Reads key, seeds and hashes while a run works, as soon as they are there. */
  async function listen(session: Session, ended: () => boolean): Promise<void> {
    const there = async (table: string) =>
      (await session.query<{ t: string | null }>("select to_regclass($1) as t", [table])).rows[0]?.t !== null;
    while (!ended() && !(await there("prodcopy.run_key"))) await delay(5);
    const { rows } = await session.query<{ key: string; seed: string; mark: string }>(
      "select key, seed::text, mark::text from prodcopy.run_key",
    );
    for (const one of rows) {
      const { seed, mark } = one;
      key = one.key;
      secrets.add("the key", key);
      secrets.addBytes("a seed", integer(seed));
      secrets.addBytes("a seed", integer(mark));
    }
    while (!ended() && hashes < 100) {
      const found = await session.query<{ h: string }>(
        "select h::text from prodcopy.before where kind <> 6 order by h limit 500",
      );
      hashes = found.rows.length;
      for (const { h } of found.rows) {
        hash = h;
        secrets.addBytes("a hash", integer(h));
      }
      await delay(5);
    }
  }

  /** As a column of type bigint stands in a page. */
  function integer(value: string): Buffer {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(value));
    return bytes;
  }

  it("are in no file of the server when the run has ended", async () => {
    await server().createDatabase("keyed");
    const target = server().target("keyed");
    await server().as("keyed", async (session) => {
      await session.query(`create table person (id int primary key, email text, phone text, name text);
        insert into person select i, 'key' || i || '@real.org', '04' || (10000000 + i * 37), 'Given Family' || i from generate_series(1, 3000) i;
        create extension pg_stat_statements;`);
    });
    let over = false;
    const listening = server().as("keyed", (session) => listen(session, () => over));
    const before = Date.now();
    await sanitiseWith(
      target,
      (session) => asCopy(session, server().handle),
      `database: keyed\nallowed_domains: [example.invalid]\ntables: { person: { mask: { email: email, phone: phone, name: full-name } } }\n`,
    ).finally(() => (over = true));
    await listening;
    assert.ok(secrets.names().includes("the key"), `the key was never seen in ${Date.now() - before} ms`);
    assert.equal(hashes, 500, "the hashes were never seen");

    await server().as("postgres", (session) => session.query("checkpoint"));
    // The write-ahead log goes with the platform's clearing, which has its own test (`copy/opening.test.ts`).
    const folder = server().handle.dataDirectory;
    assert.deepEqual(secrets.below(folder, ["pg_wal"]), []);
    const log = await fs.readFile(logFile(path.dirname(folder)));
    assert.deepEqual(secrets.in(log), []);
  });

  it("would be seen in a file, were they there", async () => {
    await server().as("keyed", async (session) => {
      await session.query("create table kept as select $1::text as key, unnest($2::bigint[]) as h", [
        key,
        [hash],
      ]);
      await session.query("checkpoint");
    });
    const found = secrets
      .below(server().handle.dataDirectory, ["pg_wal"])
      .map((one) => one.replace(/^.*: /, ""));
    assert.deepEqual([...new Set(found)].sort(), ["a hash", "the key"]);
  });
});
