import assert from "node:assert/strict";
import { ident, withSession, type ConnectionTarget, type Session } from "../../postgres/connection";
import { assertIsCopy } from "../../postgres/guard";
import type { Sanitised } from "../../postgres/sanitise/sanitise";
import { elsewhere } from "../support/copies";
import { useEmbeddedServer } from "../support/embedded";
import { grepFiles, sanitiseWith } from "../support/sanitise";
import { structureLines } from "../support/structureText";
import { zooNeedles, zooRows, zooRules, zooSchema, zooShape } from "../support/tableZoo";

/** The versions beside those that all tests run on: every kind of table, as a superuser and as the owner who is none. */
for (const major of [16, 18] as const) {
  describe(`sanitiser: every kind of table, on PostgreSQL ${major}`, function () {
    this.timeout(180_000);
    const server = useEmbeddedServer(major);
    const master = { user: "rds_master", password: "master-password" };
    const as = <T>(target: ConnectionTarget, use: (session: Session) => Promise<T>) =>
      withSession(target, { applicationName: "test" }, use);
    const asRoot = <T>(database: string, use: (session: Session) => Promise<T>) =>
      as(server().superuser(database), use);
    const sanitiseAs = (target: ConnectionTarget, rules: string) =>
      sanitiseWith(
        target,
        (session) =>
          assertIsCopy(
            session,
            { clusterName: undefined, dataDirectory: server().dataDirectory, endpoints: [server().endpoint] },
            [elsewhere],
          ),
        rules,
      );
    let version = 0;

    before("roles", async () => {
      await asRoot("postgres", async (session) => {
        await session.query("create role zoo_reader nologin");
        await session.query("create role rds_master login createrole createdb password 'master-password'");
        // By the master, who from 16 on may grant only roles that it made or was given with the right to grant them.
        await session.query("set role rds_master; create role stranger nologin; reset role");
        const told = await session.query<{ v: string }>("select current_setting('server_version_num') as v");
        version = Number(told.rows[0]?.v);
        assert.equal(Math.floor(version / 10_000), major);
      });
    });

    for (const [who, database, login] of [
      ["a superuser", "zoo", {}],
      ["the owner, no superuser", "owned", master],
    ] as const) {
      it(`masks all of it and leaves the structure, as ${who}`, async () => {
        const target = { ...server().superuser(database), ...login };
        await asRoot("postgres", (session) =>
          session.query(`create database ${ident(database)} owner ${ident(target.user)}`),
        );
        await as(target, (session) => session.query(zooSchema(version)));
        await asRoot(database, (session) => session.query(strange));
        const look = () =>
          asRoot(database, async (session) => [
            ...(await structureLines(session)),
            ...(await memberships(session)),
          ]);
        const before = await look();
        const rules = `${zooRules(database, version)}  strange: { mask: { email: email } }\n`;
        const { result } = await sanitiseAs(target, rules);
        assert.deepEqual(await look(), before);
        await assertMasked(database, result);
        await assertNothingLeft();
        // The sanitiser refuses a server that holds another database with tables.
        await asRoot("postgres", (session) => session.query(`drop database ${ident(database)}`));
      });
    }

    async function assertMasked(database: string, result: Sanitised["result"]): Promise<void> {
      const tables = Object.fromEntries(result.tables.map((table) => [table.table, table.strategy]));
      for (const name of ["by_mail", "computed", "creature", "typed"]) {
        assert.equal(tables[name], "refill", name);
      }
      await asRoot(database, async (session) => {
        for (const table of [
          "seen_m",
          "seen_mm",
          "only bird",
          "stored",
          "computed",
          ...(major >= 18 ? ["virtual"] : []),
        ]) {
          const { rows } = await session.query<{ n: number }>(
            `select count(*)::int as n from ${table} where email like '%@example.invalid'`,
          );
          assert.equal(rows[0]?.n, zooRows, table);
        }
        const fired = await session.query("select from fired");
        assert.equal(fired.rows.length, 0);
      });
    }

    async function assertNothingLeft(): Promise<void> {
      await asRoot("postgres", (session) => session.query("checkpoint"));
      const found = await grepFiles(server().dataDirectory, zooNeedles(zooSchema(version)), zooShape);
      // The write-ahead log is the platform's: clearStorageResidue has its own test.
      const inData = [...found].filter(([, files]) => files.some((file) => !file.startsWith("pg_wal/")));
      assert.deepEqual(inData.slice(0, 5), []);
    }
  });
}

const strange = `
create table strange (id int primary key, email text constraint there not null unique);
insert into strange select i, zmail('stored', i) from n() i;
create view stranger_view as select email from strange;
alter table strange enable row level security; alter table strange force row level security;
alter table strange owner to stranger; alter view stranger_view owner to stranger`;

/** As text: the grantor, and what the membership allows from 16 on, are part of it. */
async function memberships(session: Session): Promise<string[]> {
  const { rows } = await session.query<{ text: string }>(
    "select (to_jsonb(m) - 'oid')::text as text from pg_auth_members m order by 1",
  );
  return rows.map(({ text }) => text);
}
