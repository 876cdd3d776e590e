import assert from "node:assert/strict";
import { ident } from "../../postgres/connection";
import { asCopy } from "../support/copies";
import { sanitiseWith } from "../support/sanitise";
import { useScratchServer } from "../support/servers";

/** As on RDS: the login that sanitises owns the database and is no superuser. */
describe("sanitiser: without a superuser", function () {
  this.timeout(60_000);
  const server = useScratchServer();
  const master = { user: "rds_master", password: "master-password" };
  const database = "owned";
  const yaml = `
database: owned
allowed_domains: [example.invalid]
tables:
  person: { mask: { email: email, name: full-name } }
  emptied: truncate
  strange: { mask: { email: email } }
  others: { keep: [v] }
`;

  before("a database of the master's", async () => {
    await server().as("postgres", async (session) => {
      await session.query("create role rds_master login createrole createdb password 'master-password'");
      await session.query("create role stranger nologin");
      await session.query(`create database ${ident(database)} owner rds_master`);
    });
    await server().as(database, async (session) => {
      await session.query(
        "create table others (id int primary key, v text); alter table others owner to rds_master",
      );
      await session.query("grant create on schema public to stranger");
    });
  });

  const asMaster = (tables = yaml) =>
    sanitiseWith(server().target(database, master), (session) => asCopy(session, server().handle), tables);

  it("refuses a table of somebody else by name, before anything changes", async () => {
    await server().as(database, async (session) => {
      await session.query("create table foreign_to_us (id int primary key, email text)");
      await session.query("grant select on foreign_to_us to rds_master");
    });
    await assert.rejects(
      asMaster(
        "database: owned\nallowed_domains: [example.invalid]\ntables:\n  foreign_to_us: { mask: { email: email } }\n  others: { keep: [v] }\n",
      ),
      /public\.foreign_to_us: its owner scratch_admin is a role that this login is no member of/,
    );
    await server().as(database, (session) =>
      session.query("drop table foreign_to_us; drop schema if exists prodcopy cascade"),
    );
  });

  it("does all of it on its own tables, and says what it could not prove", async () => {
    await server().as(database, async (session) => {
      await session.query(`create table strange (id int primary key, email text unique); create view stranger_view as select email from strange;
        insert into strange select i, 'someone' || i || '@real.org' from generate_series(1, 50) i;
        alter table strange enable row level security; alter table strange force row level security;
        alter table strange owner to stranger; alter view stranger_view owner to stranger`);
      await session.query(`set role rds_master;
        create table person (id int primary key, email text unique, name text);
        create view people as select email from person;
        create materialized view many as select * from people;
        create table emptied (id int primary key, note text); alter table emptied alter note set storage external;
        insert into person select i, 'someone' || i || '@real.org', 'Given Surname' || i from generate_series(1, 50) i;
        insert into emptied select i, 'someone' || i || '@real.org' from generate_series(1, 50) i;
        refresh materialized view many; analyze; reset role`);
    });
    const { result } = await asMaster();
    await server().as(database, async (session) => {
      const { rows } = await session.query<{ n: number }>(
        "select count(*)::int as n from many where email like '%@example.invalid'",
      );
      assert.equal(rows[0]?.n, 50);
      const strange = await session.query<{ n: number }>(
        "select count(*)::int as n from person p join strange s using (email)",
      );
      assert.equal(strange.rows[0]?.n, 50, "a table of somebody else is masked alike");
      const left = await session.query(
        `select from pg_auth_members where member = 'rds_master'::regrole and roleid = 'stranger'::regrole
         union all select from pg_class where oid = to_regclass('prodcopy.borrowed')
         union all select from pg_class where oid = 'strange'::regclass and not relforcerowsecurity`,
      );
      assert.equal(left.rows.length, 0, "the membership is given back, and row security is forced again");
    });
    assert.doesNotMatch(result.residue.notProven.join("\n"), /statistics of emptied tables/);
    assert.match(result.residue.notProven.join("\n"), /pg_authid/);
    assert.match(result.residue.checks.map((check) => check.evidence).join("\n"), /pg_statistic/);
  });

  it("leaves no sample of a partial index into which no row falls any more", async () => {
    await server().as("postgres", async (session) => {
      await session.query("drop database if exists owned");
      await session.query("create database partial owner rds_master");
    });
    const indexes = `select c.relname, pg_get_indexdef(c.oid), obj_description(c.oid), i.indisclustered, a.attstattarget
      from pg_class c join pg_index i on i.indexrelid = c.oid join pg_attribute a on a.attrelid = c.oid where c.relname ~ '^by_' order by 1`;
    const read = () =>
      server().as("partial", async (session) => (await session.query<Record<string, unknown>>(indexes)).rows);
    await server().as("partial", (session) =>
      session.query(`set role rds_master;
        create table base as select 1 as id;
        create table person (id int primary key, email text) inherits (base);
        create table gone (id int primary key, email text);
        create index by_mail on person (lower(email)) where email like '%@real.org';
        create index by_gone on gone (lower(email)) where id > 0;
        comment on index by_mail is 'where mail goes'; alter index by_mail alter column 1 set statistics 77;
        insert into person select i, 'someone' || i || '@real.org' from generate_series(1, 50) i;
        insert into gone select i, 'someone' || i || '@real.org' from generate_series(1, 50) i;
        analyze`),
    );
    const before = await read();
    await sanitiseWith(
      server().target("partial", master),
      (session) => asCopy(session, server().handle),
      "database: partial\nallowed_domains: [example.invalid]\ntables:\n  base: { keep: [id] }\n  person: { mask: { email: email } }\n  gone: truncate\n",
    );
    assert.deepEqual(await read(), before);
    await server().as("partial", async (session) => {
      const { rows } = await session.query("select from pg_stats where tablename ~ '^by_'");
      assert.equal(rows.length, 0);
    });
  });
});
