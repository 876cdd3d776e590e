import assert from "node:assert/strict";
import { asCopy } from "../support/copies";
import { sanitiseWith } from "../support/sanitise";
import { startScratchServer, useScratchHome, type ScratchServer } from "../support/servers";
import { dumpStructure } from "../support/structure";

/** Rows that were loaded with triggers off refer to rows that are not there, and the catalogue calls the key valid all the same. */
describe("sanitiser: foreign keys that production does not keep", function () {
  this.timeout(60_000);
  const home = useScratchHome();
  const yaml = `
database: loaded
allowed_domains: [example.invalid]
tables:
  person: { mask: { email: email } }
  orders: { mask: { email: email } }
  kept_order: { mask: { email: email } }
`;
  const schema = `
    create table person (email text primary key);
    create table orders (id int primary key, email text constraint "of Who" references person deferrable);
    create table kept_order (id int primary key, email text references person);
    comment on constraint "of Who" on orders is 'who ordered';
    set session_replication_role = replica;
    insert into person select 'p' || i || '@real.org' from generate_series(1, 20) i;
    insert into orders select i, 'p' || i || '@real.org' from generate_series(1, 25) i;
    insert into orders values (26, null);
    insert into kept_order select i, 'p' || i || '@real.org' from generate_series(1, 20) i;
    reset session_replication_role;`;

  const valid = (server: ScratchServer) =>
    server.as("loaded", async (session) => {
      const { rows } = await session.query<{ name: string; valid: boolean; comment: string | null }>(
        `select conname as name, convalidated as valid, obj_description(oid, 'pg_constraint') as comment
           from pg_constraint where contype = 'f' order by 1`,
      );
      return rows;
    });

  it("come back as they were under a superuser, with a word in the report", async () => {
    const server = await startScratchServer(home(), "superuser");
    await server.createDatabase("loaded");
    await server.as("loaded", (session) => session.query(schema));
    const before = await dumpStructure(server.target("loaded"));
    const target = server.target("loaded");
    const { result } = await sanitiseWith(target, (session) => asCopy(session, server.handle), yaml);
    assert.deepEqual(await valid(server), [
      { name: "kept_order_email_fkey", valid: true, comment: null },
      { name: "of Who", valid: true, comment: "who ordered" },
    ]);
    assert.equal(await dumpStructure(target), before);
    const told = result.residue.notProven.filter((one) => /foreign key/.test(one));
    assert.deepEqual(told, [
      `The validity of foreign key "of Who" on public.orders: rows of production referred to rows that were not there. They still do.`,
    ]);
  });

  it("are NOT VALID afterwards where the login is no superuser, and partitioned tables with one are refused", async () => {
    const server = await startScratchServer(home(), "owner");
    const login = { user: "owner", password: "owner-password" };
    await server.as("postgres", async (session) => {
      await session.query("create role owner login createrole password 'owner-password'");
      await session.query("create database loaded owner owner");
    });
    await server.as("loaded", (session) =>
      session.query(`grant all on schema public to owner; ${schema}
        alter table person owner to owner; alter table orders owner to owner; alter table kept_order owner to owner;
        create table parted (email text references person) partition by hash (email);
        alter table parted owner to owner;
        create table parted_1 partition of parted for values with (modulus 1, remainder 0); alter table parted_1 owner to owner;
        set session_replication_role = replica; insert into parted values ('nobody@real.org')`),
    );
    const act = (rules: string) =>
      sanitiseWith(server.target("loaded", login), (session) => asCopy(session, server.handle), rules);
    const all = yaml.replace("  person:", "  parted: { mask: { email: email } }\n  person:");
    await assert.rejects(
      act(all),
      /refused before[\s\S]*parted_email_fkey on public\.parted: rows refer to rows/,
    );
    await server.as("loaded", (session) => session.query("drop table parted"));
    const { result } = await act(yaml);
    assert.equal((await valid(server)).find(({ name }) => name === "of Who")?.valid, false);
    assert.ok(result.residue.notProven.some((one) => /"of Who".*the key is NOT VALID now/.test(one)));
  });
});
