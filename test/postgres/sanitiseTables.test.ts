import assert from "node:assert/strict";
import { ident, withSession, type Session } from "../../postgres/connection";
import type { Sanitised } from "../../postgres/sanitise/sanitise";
import { grepFiles, sanitiseWith } from "../support/sanitise";
import {
  embeddedPlace as onEmbedded,
  scratchPlace as onScratch,
  type Place,
} from "../support/sanitisePlaces";
import { skipBecause } from "../support/skip";
import { dumpStructure, withoutCasts } from "../support/structure";
import { zooRows, zooNeedles, zooRules, zooSchema, zooShape } from "../support/tableZoo";

/** `dumps`: whether this machine's pg_dump is of the server's version. */
function scratchPlace(): () => Place & { dumps: boolean } {
  const place = onScratch({ max_wal_size: "64MB", wal_level: "logical" });
  return () => ({ ...place(), dumps: true });
}

function embeddedPlace(): () => Place & { dumps: boolean } {
  const place = onEmbedded();
  return () => ({ ...place(), dumps: false });
}

for (const [place, usePlace] of [
  ["this machine's PostgreSQL", scratchPlace],
  ["the embedded PostgreSQL", embeddedPlace],
] as const) {
  describe(`sanitiser: every kind of table, on ${place}`, function () {
    this.timeout(180_000);
    const database = "zoo";
    const at = usePlace();
    const as = <T>(name: string, use: (session: Session) => Promise<T>) =>
      withSession(at().target(name), { applicationName: "test" }, use);
    let done: Sanitised;
    let version = 0;
    let dumped: string | undefined;
    const ask = <T>(query: string) =>
      as(
        database,
        async (session) =>
          Object.values((await session.query<Record<string, T>>(query)).rows[0] ?? {})[0] as T,
      );

    before("sanitise it", async () => {
      await as("postgres", async (session) => {
        await session.query("create role zoo_reader nologin");
        await session.query(`create database ${ident(database)}`);
        const told = await session.query<{ v: string }>("select current_setting('server_version_num') as v");
        version = Number(told.rows[0]?.v);
      });
      await as(database, (session) => session.query(zooSchema(version)));
      if (at().dumps) dumped = await dumpStructure(at().target(database));
      done = await sanitiseWith(at().target(database), at().asCopy, zooRules(database, version));
    });

    it("leaves no planted value in any data file", async () => {
      await as("postgres", (session) => session.query("checkpoint"));
      const found = await grepFiles(at().dataDirectory, zooNeedles(zooSchema(version)), zooShape);
      // The write-ahead log is the platform's: clearStorageResidue has its own test.
      const inData = [...found].filter(([, files]) => files.some((file) => !file.startsWith("pg_wal/")));
      assert.deepEqual(inData.slice(0, 5), []);
    });

    it("leaves the structure as pg_dump writes it", async function () {
      if (dumped === undefined) skipBecause(this, "this machine's pg_dump is of another version");
      const after = await dumpStructure(at().target(database));
      assert.equal(withoutCasts(after ?? ""), withoutCasts(dumped));
    });

    it("chooses and explains a strategy for every table", () => {
      const by = Object.fromEntries(done.result.tables.map((table) => [table.table, table]));
      const refilled: [string, RegExp][] = [
        ["bird", /other tables inherit from it/],
        ["born_in", /stand in partitions by born/],
        ["by_mail", /stand in partitions by/],
        ["computed", /lower_email.* stands on email/],
        ["creature", /other tables inherit from it/],
        ["duck", /it inherits columns/],
        ["held", /held_rows\(\) stands on public.held_m/],
        ["in_body", /body_of\(integer\) stands on email/],
        ["inner_row", /outer_row.held holds rows of its type/],
        ["typed", /a table OF a type/],
      ];
      for (const [name, why] of refilled) {
        assert.equal(by[name]?.strategy, "refill", name);
        assert.match(by[name]?.reason ?? "", why, name);
      }
      const rewritten =
        'Many "Types"|coded|employee|excluded|fleeting|guarded|place|ruled|seen|stored|visit|watched';
      for (const name of rewritten.split("|")) assert.equal(by[name]?.strategy, "rewrite", name);
      assert.match(by.guarded?.reason ?? "", /policies on it are taken off/);
      assert.match(by.seen?.reason ?? "", /materialised views, rules, views on it/);
      assert.equal(by.outbox?.strategy, "delete");
      assert.equal(by.emptied?.strategy, "truncate");
      for (const name of ["seen_m", "seen_mm", "seen_mmm", "held_m"]) {
        assert.equal(by[name]?.strategy, "refreshed");
      }
    });

    it("fires no trigger and follows no rule", async () => {
      assert.deepEqual(await ask("select array_agg(what) from fired"), null);
      assert.equal(await ask("select count(*)::int from ruled"), zooRows);
      assert.equal(await ask("select count(*)::int from outbox"), 10);
    });

    it("masks each table of an inheritance by its own entry", async () => {
      assert.equal(await ask("select count(*)::int from creature"), 3 * zooRows);
      for (const table of ["creature", "bird", "duck"]) {
        assert.equal(
          await ask(`select count(*)::int from only ${table} where email like '%@example.invalid'`),
          zooRows,
        );
      }
      assert.equal(await ask("select count(*)::int from only emptied"), 0);
      assert.equal(await ask("select count(*)::int from emptied"), zooRows);
    });

    it("moves rows of a masked partition key to where they belong, and what refers to them with them", async () => {
      assert.equal(
        await ask(
          "select count(*)::int from by_mail p join refers_to_part r using (email, region) where p.v = r.id",
        ),
        zooRows,
      );
      assert.equal(await ask("select count(*)::int from by_mail_rest"), zooRows / 2);
      assert.ok((await ask<number>("select count(*)::int from born_in_other")) > 0);
      assert.equal(await ask("select count(*)::int from born_in"), zooRows);
    });

    it("keeps natural keys together and unique numbers apart", async () => {
      assert.equal(await ask("select count(*)::int from visit join place using (code, country)"), zooRows);
      assert.equal(
        await ask("select count(*)::int from employee e join employee b on b.name = e.boss"),
        zooRows - 1,
      );
      assert.equal(
        await ask(
          "select count(*)::int from refers_to_computed r join computed c on c.id = r.c and c.phone = r.phone",
        ),
        zooRows,
      );
      assert.equal(await ask("select count(distinct phone)::int from computed"), zooRows);
      assert.equal(await ask("select count(*)::int from computed where lower_email = email"), zooRows);
    });

    it("shows masked rows in views and fills materialised ones anew", async () => {
      for (const view of ["seen_1", "seen_tree", "seen_m", "seen_m_view", "seen_mm", "seen_mmm", "held_m"]) {
        assert.equal(
          await ask(`select count(*)::int from ${view} where email like '%@example.invalid'`),
          zooRows,
          view,
        );
      }
    });
  });
}
