import assert from "node:assert/strict";
import { withSession, type Session } from "../../postgres/connection";
import { rowFingerprints } from "../../postgres/sanitise/fingerprint";
import { sanitise } from "../../postgres/sanitise/sanitise";
import { settle } from "../../postgres/sanitise/workspace";
import { asCopy } from "../support/copies";
import { planOf } from "../support/sanitise";
import { useScratchServer } from "../support/servers";

describe("sanitiser: what the rules keep is the same afterwards", function () {
  this.timeout(60_000);
  const server = useScratchServer();

  describe("a row's fingerprint", () => {
    before("a database", () => server().createDatabase("prints"));

    /** Pairs that PostgreSQL takes for equal, or hashes alike, and that are not the same. */
    const pairs: [type: string, one: string, other: string][] = [
      ["text", "''", "null"],
      ["text collate blind", "'Anna'", "'anna'"],
      ["text", "repeat('long ', 20000) || 'a'", "repeat('long ', 20000) || 'b'"],
      ["int8", "1", "4294967296"],
      [
        "timestamp",
        "timestamp '2000-01-01' + interval '1 us'",
        "timestamp '2000-01-01' + 4294967296 * interval '1 us'",
      ],
      [
        "timestamptz",
        "timestamptz '2000-01-01Z' + interval '1 us'",
        "timestamptz '2000-01-01Z' + 4294967296 * interval '1 us'",
      ],
      ["numeric", "1.0", "1.00"],
      ["numeric", "'NaN'", "null"],
      ["float8", "0", "'-0'"],
      ["float8", "0.1", "0.1::float8 + 1e-17 + 2e-17"],
      ["float4[]", "'{0}'", "'{-0}'"],
      ["jsonb", `'{"a": 1.0}'`, `'{"a": 1.00}'`],
      ["json", `'{"a":1}'`, `'{"a": 1}'`],
      ["interval", "'1 day'", "'24 hours'"],
      ["bytea", "'\\x00'", "'\\x0000'"],
      ["text[]", "'{null}'", `'{"null"}'`],
      ["varchar(9)", "'a'", "'a '"],
      ["int8", "0", "null"],
      ["mood", "'good'", "'bad'"],
    ];

    async function sumOf(session: Session, of: string): Promise<string> {
      await settle(session);
      const copy = await asCopy(session, server().handle);
      const { rows: columns } = await session.query<{ name: string }>(
        "select quote_ident(attname) as name from pg_attribute where attrelid = $1::regclass and attnum > 0",
        [`public.${of}`],
      );
      const work = { schema: "public", table: of, keptColumns: columns.map((one) => `"${one.name}"`) };
      const [fingerprint] = await rowFingerprints(copy, [work]);
      const { rows } = await session.query<{ sum: string }>(
        `select sum(${fingerprint})::text as sum from public.${of}`,
      );
      return rows[0]?.sum ?? "";
    }

    it("differs for whatever is not the same, though it may be equal", async () => {
      await server().as("prints", async (session) => {
        await session.query(
          "create collation blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false); create type mood as enum ('good', 'bad')",
        );
        for (const [type, one, other] of pairs) {
          await session.query(
            `set search_path = public; create table cell (id int, v ${type}); insert into cell values (1, ${one})`,
          );
          const before = await sumOf(session, "cell");
          assert.equal(await sumOf(session, "cell"), before);
          await session.query(`update public.cell set v = ${other}`);
          assert.notEqual(
            await sumOf(session, "cell"),
            before,
            `${type}: ${one.slice(0, 40)} and ${other.slice(0, 40)}`,
          );
          await session.query("drop table public.cell");
        }
      });
    });

    it("is the same in any order, and another one when two rows exchange a value", async () => {
      await server().as("prints", async (session) => {
        await session.query(
          "create table public.pair (a text, b text); insert into public.pair values ('a1', 'b1'), ('a2', 'b2')",
        );
        const before = await sumOf(session, "pair");
        await session.query(
          "truncate public.pair; insert into public.pair values ('a2', 'b2'), ('a1', 'b1')",
        );
        assert.equal(await sumOf(session, "pair"), before);
        await session.query("update public.pair set b = case b when 'b1' then 'b2' else 'b1' end");
        assert.notEqual(await sumOf(session, "pair"), before);
      });
    });
  });

  describe("something changes a row while the run is interrupted", () => {
    const yaml = (database: string) => `
database: ${database}
allowed_domains: [example.invalid]
tables:
  person: { keep: [kind], mask: { email: email } }
  mail: { delete: { where: "id > 50" }, keep: [subject], mask: { email: email } }
  bare: { delete: { where: "id > 50" }, keep: [email] }
`;
    /** Runs it until the first table is masked, changes something, and goes on. */
    async function changedBy(database: string, statement: string): Promise<void> {
      await server().as("postgres", (session) => session.query(`drop database if exists ${database}`));
      await server().createDatabase(database);
      await server().as(database, async (session) => {
        for (const [table, column] of [
          ["person", "kind"],
          ["mail", "subject"],
          ["bare", "note"],
        ]) {
          await session.query(
            `create table ${table} (id int primary key, email text, ${column} text);
             insert into ${table} select i, 'someone' || i || '@example.invalid', 'kept ' || i from generate_series(1, 100) i`,
          );
        }
        await session.query("update bare set email = note; alter table bare drop note");
      });
      const target = server().target(database);
      const go = (log: (line: string) => void) =>
        withSession(target, { applicationName: "test" }, async (session) => {
          const copy = await asCopy(session, server().handle);
          const openSession = () => Promise.reject(new Error("one session is enough"));
          const plan = await planOf(copy, yaml(database), database);
          await sanitise({
            copy,
            plan,
            openSession,
            resourceId: "test",
            runId: "test",
            log,
            workers: 1,
            wholeServer: false,
          });
        });
      const interrupted = go((line) => {
        if (line.startsWith("table 1 of")) throw new Error("interrupted");
      });
      await assert.rejects(interrupted, /interrupted/);
      await server().as(database, (session) => session.query(statement));
      await go(() => undefined);
    }

    it("finds nothing where nothing was changed", () => changedBy("untouched", "select 1"));

    for (const [what, statement, expected] of [
      [
        "one kept cell",
        "update person set kind = 'kept  7' where id = 7",
        /table public\.person: columns that the rules keep have changed/,
      ],
      [
        "two kept cells that are exchanged",
        "update person set kind = case id when 7 then 'kept 8' else 'kept 7' end where id in (7, 8)",
        /table public\.person: columns that the rules keep have changed/,
      ],
      [
        "a kept cell of a row that stays where others go",
        "update mail set subject = null where id = 7",
        /table public\.mail: columns that the rules keep have changed/,
      ],
      [
        "a row that stays where others go",
        "delete from bare where id = 7",
        /table public\.bare has 49 rows and had 100, of which the rules leave 50/,
      ],
    ] as const) {
      it(`finds ${what}`, () => assert.rejects(changedBy("touched", statement), expected));
    }
  });
});
