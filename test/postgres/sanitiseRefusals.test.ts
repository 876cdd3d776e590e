import assert from "node:assert/strict";
import { ident } from "../../postgres/connection";
import { asCopy } from "../support/copies";
import { sanitiseWith } from "../support/sanitise";
import { useScratchServer } from "../support/servers";

/** Everything that this version does not handle is refused by name, together, before anything changes. */
describe("sanitiser: what it refuses", function () {
  this.timeout(60_000);
  const server = useScratchServer({ max_prepared_transactions: "2", wal_level: "logical" });
  let number = 0;

  async function refused(
    sql: string,
    tables: string,
    login?: string,
  ): Promise<{ message: string; changed: boolean }> {
    const database = `refused_${++number}`;
    await server().createDatabase(database);
    const shape = () =>
      server().as(database, async (session) => {
        const { rows } = await session.query<{ all: string }>(
          `select coalesce(string_agg(c.oid::regclass || ':' || pg_relation_filenode(c.oid), ',' order by c.oid), '') as all
             from pg_class c where relnamespace = 'public'::regnamespace`,
        );
        return rows[0]?.all;
      });
    try {
      await server().as(database, async (session) => {
        await session.query(sql);
      });
      const before = await shape();
      let message = "";
      const target = server().target(
        database,
        login === undefined ? undefined : { user: login, password: "pw" },
      );
      await sanitiseWith(
        target,
        (session) => asCopy(session, server().handle),
        `database: ${database}\nallowed_domains: [example.invalid]\ntables:\n${tables}`,
      ).catch((error: Error) => {
        message = error.message;
      });
      return { message, changed: before !== (await shape()) };
    } finally {
      await server().as(database, async (session) => {
        for (const { gid } of (await session.query<{ gid: string }>("select gid from pg_prepared_xacts"))
          .rows) {
          await session.query(`rollback prepared '${gid}'`);
        }
      });
      await server().as("postgres", async (session) => {
        await session.query(`drop database ${ident(database)}`);
      });
    }
  }

  const cases: [what: string, sql: string, tables: string, message: RegExp][] = [
    [
      "values that a CHECK does not take",
      "create table t (v text check (v ~ '^04')); insert into t select '0400000000' from generate_series(1, 5)",
      '  t: { mask: { v: { with: phone, format: "05########" } } }',
      /before anything was changed: the rules of public\.t make values that it does not take.*t_v_check/,
    ],
    [
      "values that a CHECK over two columns does not take",
      "create table t (id int primary key, a date, b date, check (b = a + 1)); insert into t values (1, '2001-01-01', '2001-01-02'), (2, '2002-01-01', '2002-01-02')",
      "  t: { mask: { a: date-shift, b: date-shift } }",
      /the rules of public\.t make values that it does not take.*t_check/,
    ],
    [
      "values that a domain does not take",
      "create domain d as text check (value like '%!'); create table t (v d); insert into t values ('x!')",
      "  t: { mask: { v: redact } }",
      /the rules of public\.t make values that it does not take.*d_check/,
    ],
    [
      "a masked partition key",
      "create table t (k text, v text) partition by list (k); create table t1 partition of t for values in ('x')",
      "  t: { keep: [v], mask: { k: token } }",
      /public\.t\.k: rows stand in partitions by it, and public\.t has no default partition/,
    ],
    [
      "a partition on another server",
      "create extension postgres_fdw; create server far foreign data wrapper postgres_fdw; create table t (k int, v text) partition by list (k); create foreign table t1 partition of t default server far",
      "  t: { keep: [k], mask: { v: token } }\n  t1: { keep: [k, v] }",
      /public\.t: its partition public\.t1 is a foreign table/,
    ],
    [
      "a natural key masked on one side",
      "create table a (k text primary key); create table b (k text references a)",
      "  a: { mask: { k: token } }\n  b: { keep: [k] }",
      /b_k_fkey.*mask both in the same way|b_k_fkey leads from/,
    ],
    [
      "a generated column",
      "create table t (v text, g text generated always as (v || 'x') stored)",
      "  t: { mask: { v: token, g: token } }",
      /public\.t\.g/,
    ],
    [
      "a prepared transaction",
      "create table t (v text); commit; begin; insert into t values ('x'); prepare transaction 'left'",
      "  t: { mask: { v: token } }",
      /1 prepared transactions/,
    ],
    [
      "an expression that the server does not take",
      "create table t (v int); create table u (id int)",
      "  t: { mask: { v: { with: sql, expression: '(select count(*) from u)' } } }\n  u: { keep: all }",
      /subquery/,
    ],
  ];
  for (const [what, sql, tables, message] of cases) {
    it(`refuses ${what}`, async () => {
      const { message: said, changed } = await refused(sql, tables);
      assert.match(said, message);
      assert.equal(changed, false, "nothing may have changed");
    });
  }

  it("names everything at once", async () => {
    const { message } = await refused(
      "create table t (k text) partition by list (k); create table u (k text) partition by range (k)",
      "  t: { mask: { k: token } }\n  u: { mask: { k: token } }",
    );
    assert.match(message, /public\.t\.k: [\s\S]*public\.u\.k: /);
  });

  it("refuses a server on which another database holds tables, by its name", async () => {
    await server().createDatabase('other "one"');
    await server().as('other "one"', (session) => session.query("create table x (v text)"));
    const { message } = await refused("create table t (v text)", "  t: { mask: { v: token } }");
    assert.match(message, /the database other "one" \(1 tables\)/);
    await server().as("postgres", (session) => session.query(`drop database "other ""one"""`));
  });

  it("refuses another set of rules on a copy that was begun", async () => {
    const database = "twice";
    await server().createDatabase(database);
    await server().as(database, (session) =>
      session.query("create table t (v text); insert into t values ('a value')"),
    );
    const yaml = (mask: string) =>
      `database: twice\nallowed_domains: [example.invalid]\ntables:\n  t: { mask: { v: ${mask} } }\n`;
    const run = (mask: string) =>
      sanitiseWith(server().target(database), (session) => asCopy(session, server().handle), yaml(mask));
    await run("token");
    await assert.rejects(run("hash"), /under other rules .* make a new copy/);
    await server().as("postgres", (session) => session.query("drop database twice"));
  });

  it("names what is not as it was, when something else changed the copy", async () => {
    const database = "touched";
    const run = () =>
      sanitiseWith(
        server().target(database),
        (session) => asCopy(session, server().handle),
        "database: touched\nallowed_domains: [example.invalid]\ntables:\n  t: { mask: { v: token } }\n  u: { keep: [w] }\n",
      );
    await server().createDatabase(database);
    await server().as(database, (session) =>
      session.query(`create table t (id int primary key, v text); create index t_v on t (v); insert into t values (1, 'token_of_one_4711');
        create table u (id int primary key, w text); insert into u values (1, 'says token_of_one_4711'), (2, 'x')`),
    );
    await assert.rejects(run(), /leak scan/);
    await server().as(database, (session) =>
      session.query(
        "drop index t_v; alter table u alter w set default 'y'; delete from u where id = 1; insert into u values (3, 'z'), (4, '')",
      ),
    );
    await assert.rejects(run(), (error: Error) => {
      assert.match(error.message, /relation public\.t_v is gone/);
      assert.match(error.message, /column public\.u\.w differs/);
      assert.match(error.message, /table public\.u has 3 rows and had 2/);
      assert.match(error.message, /table public\.u: columns that the rules keep have changed/);
      return true;
    });
    await server().as("postgres", (session) => session.query("drop database touched"));
  });

  it("shows no value when a constraint is violated", async () => {
    const { message } = await refused(
      "create table t (id int primary key, v text, constraint planted_check check (v like 'planted%')); insert into t values (1, 'planted-value-4711')",
      "  t: { mask: { v: token } }",
    );
    assert.match(message, /planted_check/);
    assert.doesNotMatch(message, /4711/);
  });
});
