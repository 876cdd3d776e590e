import assert from "node:assert/strict";
import { type Session, withSession } from "../../postgres/connection";
import { type Cut, cutOutbound, findOutbound } from "../../postgres/isolate";
import { scramVerifier } from "../../postgres/scram";
import { asCopy } from "../support/copies";
import { useScratchServer } from "../support/servers";

const secret = "secret-4711";
const conninfo = `host=127.0.0.1 dbname=elsewhere user=warehouse password=${secret}`;
const silent = () => undefined;

/** One way out: how it is planted, and by what name it must be found. */
interface Plant {
  kind: string;
  name: string | RegExp;
  sql: string;
  /** What must hold afterwards, as a query that answers one `true`, or the words by which it must fail. */
  then?: string;
  fails?: [statement: string, message: RegExp];
}

const callsDblink = `begin perform dblink_exec('${conninfo}', 'insert into orders values (1)'); return new; end`;

const plants: Plant[] = [
  {
    kind: "prepared transaction",
    name: "old 'work'",
    sql: `create table orders (id int); begin; insert into orders values (1); prepare transaction 'old ''work'''`,
    then: "select not exists (select from pg_prepared_xacts)",
  },
  {
    kind: "event trigger",
    name: "tell_all",
    sql: `create function tell() returns event_trigger language plpgsql as $$ begin perform dblink_exec('${conninfo}', 'x'); end $$;
          create event trigger tell_all on ddl_command_end execute function tell()`,
    then: "select evtenabled = 'D' from pg_event_trigger",
  },
  {
    kind: "trigger",
    name: "announce on public.orders",
    sql: `create table orders (id int);
          create function announce() returns trigger language plpgsql as $$ ${callsDblink} $$;
          create trigger announce before insert on orders for each row execute function announce()`,
    then: "with one as (insert into public.orders values (1) returning true as ok) select ok from one",
  },
  {
    kind: "trigger",
    name: "indirect on public.orders",
    sql: `create table orders (id int);
          create function send(what int) returns void language plpgsql as $$ begin perform dblink_exec('${conninfo}', 'x'); end $$;
          create function "Middle Man"(what int) returns void language sql as 'select public.send(what)';
          create function indirect() returns trigger language plpgsql as $$ begin perform "Middle Man"(new.id); return new; end $$;
          create trigger indirect before insert on orders for each row execute function indirect()`,
    then: "with one as (insert into public.orders values (1) returning true as ok) select ok from one",
  },
  {
    kind: "trigger",
    name: /announce on public\.orders_(1|default)/,
    sql: `create table orders (id int) partition by list (id);
          create table orders_1 partition of orders for values in (1);
          create function announce() returns trigger language plpgsql as $$ ${callsDblink} $$;
          create trigger announce after insert on orders for each row execute function announce()`,
    then: "with one as (insert into public.orders values (1) returning true as ok) select ok from one",
  },
  {
    kind: "trigger with a connection in its arguments",
    name: "announce on public.orders",
    sql: `create table orders (id int);
          create function announce() returns trigger language plpgsql as $$ begin return new; end $$;
          create trigger announce before insert on orders for each row execute function announce('${conninfo}')`,
    then: "select not exists (select from pg_trigger where tgname = 'announce')",
  },
  {
    kind: "function",
    name: "public.ask(integer,text[])",
    sql: `create function ask(in a int default 3, variadic b text[] default '{${secret}}', out c int, out "D e" text)
          returns setof record language sql stable strict as
          $$ select * from dblink('${conninfo}', 'select 1, 2') as t(x int, y text) $$`,
    fails: ["select * from public.ask(1, 'x')", /cut by prodcopy/],
  },
  {
    kind: "function",
    name: "public.tabular()",
    sql: `create function tabular() returns table (x int, y text) language sql as
          $$ select * from dblink('${conninfo}', 'select 1, 2') as t(x int, y text) $$`,
    fails: ["select x from public.tabular()", /cut by prodcopy/],
  },
  {
    kind: "function",
    name: "public.export(text)",
    sql: `create procedure export(where_to text) language plpgsql as $$ begin copy (select 1) to program 'curl'; end $$`,
    fails: ["call public.export('x')", /cut by prodcopy/],
  },
  {
    kind: "function",
    name: "public.with_default(text)",
    sql: `create function with_default(conn text default '${conninfo}') returns text language sql as 'select conn'`,
    fails: ["select public.with_default('x')", /cut by prodcopy/],
  },
  {
    kind: "function",
    name: "public.atomic()",
    sql: `create function atomic() returns text language sql begin atomic select * from dblink('${conninfo}', 'x') as t(x text); end`,
    fails: ["select public.atomic()", /cut by prodcopy/],
  },
  {
    kind: "function",
    name: "public.anything()",
    sql: `create language anything_goes handler plpgsql_call_handler;
          create function anything() returns int language anything_goes as 'begin return 1; end'`,
    fails: ["select public.anything()", /cut by prodcopy/],
  },
  {
    kind: "view",
    name: 'public."Their Orders"',
    sql: `create view "Their Orders" as select id::int as "Id", name::varchar(20) collate "C" as name
          from dblink('${conninfo}', 'select 1, 2') as t(id int, name text);
          create view above as select "Id" from "Their Orders"`,
    fails: ["select * from public.above", /cut by prodcopy/],
  },
  {
    kind: "materialised view",
    name: "public.cached",
    sql: `create materialized view cached as select id from dblink('${conninfo}', 'select 1') as t(id int) with no data`,
    fails: ["refresh materialized view public.cached", /cut by prodcopy/],
  },
  {
    kind: "rule, default or check",
    name: "rule forward on public.orders",
    sql: `create table orders (id int);
          create rule forward as on insert to orders do also select dblink_exec('${conninfo}', 'x')`,
    then: "with one as (insert into public.orders values (1) returning true as ok) select ok from one",
  },
  {
    kind: "rule, default or check",
    name: "default of public.orders.id",
    sql: `create table orders (id text default dblink_exec('${conninfo}', 'x'))`,
    then: "with one as (insert into public.orders default values returning true as ok) select ok from one",
  },
  {
    kind: "rule, default or check",
    name: "check asked on public.orders",
    sql: `create table orders (id text constraint asked check (dblink_exec('${conninfo}', id) = 'ok'))`,
    then: "with one as (insert into public.orders values ('1') returning true as ok) select ok from one",
  },
  {
    kind: "rule, default or check",
    name: "check asked on public.order_id",
    sql: `create domain order_id as text constraint asked check (dblink_exec('${conninfo}', value) = 'ok')`,
    then: "select 'x'::public.order_id = 'x'",
  },
  {
    kind: "replication slot",
    name: "left_over",
    sql: "select pg_create_logical_replication_slot('left_over', 'pgoutput')",
    then: "select not exists (select from pg_replication_slots)",
  },
  {
    kind: "replication slot",
    name: "standby",
    sql: "select pg_create_physical_replication_slot('standby', true)",
    then: "select not exists (select from pg_replication_slots)",
  },
  {
    kind: "publication",
    name: "everything",
    sql: "create publication everything for all tables",
    then: "select not exists (select from pg_publication)",
  },
  {
    kind: "user mapping",
    name: "public on warehouse",
    sql: `create server warehouse foreign data wrapper postgres_fdw;
          create user mapping for public server warehouse options (user 'x', password '${secret}')`,
    then: "select not exists (select from pg_user_mappings)",
  },
  {
    kind: "foreign server",
    name: "ware'house",
    sql: `create server "ware'house" foreign data wrapper postgres_fdw
            options (host '127.0.0.1', port '5432', dbname '${secret}', fetch_size '7');
          create user mapping for public server "ware'house" options (user 'x', password '${secret}');
          create foreign table their_orders (id int) server "ware'house";
          create view on_them as select id from their_orders`,
    fails: [
      "create user mapping for public server \"ware'house\" options (password 'x'); select * from public.on_them",
      /could not connect to server "ware'house"/,
    ],
  },
  {
    kind: "foreign server",
    name: "by_dblink",
    sql: `create server by_dblink foreign data wrapper dblink_fdw options (dbname 'elsewhere')`,
    then: "select srvoptions = array['host=/dev/null/prodcopy'] from pg_foreign_server",
  },
  {
    kind: "foreign data wrapper",
    name: "oracle_like",
    sql: `create foreign data wrapper oracle_like handler postgres_fdw_handler;
          create server ora foreign data wrapper oracle_like options (dbserver '//ora/${secret}');
          create foreign table their_orders (id int) server ora options (url 'https://x/?key=${secret}')`,
    fails: ["select * from public.their_orders", /has no handler/],
  },
  {
    kind: "foreign table that runs a program",
    name: "public.shell",
    sql: `create extension file_fdw; create server files foreign data wrapper file_fdw;
          create foreign table shell (line text) server files options (program 'curl ${secret}')`,
    then: "select count(*) = 0 from public.shell",
  },
  {
    kind: "pg_cron job",
    name: "7 of postgres",
    sql: `${cronStandIn()} insert into cron.job values (7, 'postgres', 'select dblink_exec(''${conninfo}'', ''x'')')`,
    then: "select not exists (select from cron.job)",
  },
  {
    kind: "pg_cron history",
    name: "cron.job_run_details",
    sql: `${cronStandIn()} insert into cron.job_run_details values (1, '${secret}')`,
    then: "select not exists (select from cron.job_run_details)",
  },
  {
    kind: "extension",
    name: "dblink",
    sql: "select 1",
    then: "select not exists (select from pg_extension where extname = 'dblink')",
  },
  {
    kind: "extension",
    name: "dblink",
    // Something of the application's own stands on the extension, and must not go with it.
    sql: `create function kept(text, text) returns text language sql as 'select $1';
          create operator ||> (leftarg = text, rightarg = text, function = dblink_exec)`,
    fails: ["select public.dblink_exec('a', 'b')", /cut by prodcopy/],
  },
];

/** pg_cron cannot be had here: the tables and the call that the product uses, with pg_cron's names and types. */
function cronStandIn(): string {
  return `create schema cron;
    create table cron.job (jobid bigint, username text, command text);
    create table cron.job_run_details (runid bigint, command text);
    create function cron.unschedule(job_id bigint) returns boolean language sql as
      'delete from cron.job where jobid = job_id returning true';`;
}

describe("isolate", () => {
  const server = useScratchServer({ wal_level: "logical", max_prepared_transactions: "5" });
  const inApp = <T>(use: (session: Session) => Promise<T>) => server().as("app", use);
  const cut = (log: (line: string) => void = silent) =>
    inApp(async (session) => cutOutbound(await asCopy(session, server().handle), log));

  beforeEach("an empty database with the extensions", async () => {
    await server().as("postgres", async (session) => {
      const { rows: slots } = await session.query<{ slot_name: string }>(
        "select slot_name from pg_replication_slots",
      );
      for (const slot of slots) await session.query("select pg_drop_replication_slot($1)", [slot.slot_name]);
      await session.query("drop database if exists app with (force)");
      await session.query("create database app");
    });
    await inApp((session) => session.query("create extension dblink; create extension postgres_fdw"));
  });

  for (const plant of plants) {
    const title = typeof plant.name === "string" ? plant.name : String(plant.name);
    it(`finds and cuts a ${plant.kind}: ${title}`, async () => {
      await inApp(async (session) => {
        for (const part of plant.sql.startsWith("create table orders (id int); begin")
          ? plant.sql.split("; ")
          : [plant.sql]) {
          await session.query(part);
        }
      });
      const isIt = (way: { kind: string; name: string }) =>
        way.kind === plant.kind &&
        (typeof plant.name === "string" ? way.name === plant.name : plant.name.test(way.name));
      const before = await inApp(findOutbound);
      assert.ok(before.some(isIt), `not found among ${JSON.stringify(before)}`);

      const { cut: done, proofs } = await cut();
      assert.ok(done.some(isIt), `not cut: ${JSON.stringify(done)}`);
      assert.deepEqual(await inApp(findOutbound), []);
      assert.equal(proofs.length, 19);
      assert.doesNotMatch(JSON.stringify([before, done, proofs]), new RegExp(secret));

      await inApp(async (session) => {
        if (plant.then) {
          const { rows } = await session.query<Record<string, unknown>>(plant.then);
          assert.deepEqual(
            rows.map((row) => Object.values(row)),
            [[true]],
          );
        }
        if (plant.fails) await assert.rejects(session.query(plant.fails[0]), plant.fails[1]);
      });
    });
  }

  it("says of an extension whether it went or stays, raising", async () => {
    const actions = async () =>
      (await cut()).cut.filter((one) => one.kind === "extension").map((one) => one.action);
    await inApp((session) =>
      session.query("create operator ||> (leftarg = text, rightarg = text, function = dblink_exec)"),
    );
    assert.deepEqual(await actions(), [
      'kept, for something needs it; its functions now raise "cut by prodcopy"',
    ]);
    await inApp((session) => session.query("drop extension dblink cascade; create extension dblink"));
    assert.deepEqual(await actions(), ["dropped"]);
  });

  it("does nothing the second time, and proves the same", async () => {
    await inApp((session) => session.query(`${plants[3]!.sql}`));
    assert.notEqual((await cut()).cut.length, 0);
    const again = await cut();
    assert.deepEqual(again.cut, []);
    assert.equal(again.proofs.length, 19);
  });

  it("finishes after a kill between any two statements", async () => {
    await inApp((session) =>
      session.query(plants.find((one) => one.name === "ware'house")!.sql + ";" + plants[3]!.sql),
    );
    let statements = 0;
    for (let survives = 0; ; survives++) {
      statements = 0;
      const died = await inApp(async (session) => {
        const copy = await asCopy(session, server().handle);
        const query = session.query.bind(session) as (...args: unknown[]) => unknown;
        session.query = ((...args: unknown[]) => {
          const changes = /^(alter|drop|create)/.test(String(args[0]));
          if (changes && statements++ === survives) throw new Error("killed here");
          return query(...args);
        }) as typeof session.query;
        return cutOutbound(copy, silent).then(
          () => false,
          (error: Error) => /killed here/.test(error.message) || Promise.reject(error),
        );
      });
      if (!died) break;
    }
    assert.deepEqual(await inApp(findOutbound), []);
  });

  it("resets settings that reach out, name a connection, hold a secret or log statements, and no others", async () => {
    await server().as("postgres", async (session) => {
      await session.query(`drop role if exists "we'ird"`);
      await session.query(`create role "we'ird"`);
      await session.query(`alter database app set warehouse.dsn = '${conninfo}'`);
      await session.query(`alter database app set statement_timeout = '5s'`);
      await session.query(`alter role "we'ird" set log_statement = 'all'`);
      await session.query(`alter role "we'ird" in database app set app.api_key = '${secret}'`);
      await session.query(`alter role "we'ird" in database app set work_mem = '8MB'`);
      await session.query("alter role all set session_preload_libraries = 'auto_explain'");
      await session.query("alter role all set app.office = 'https://example.invalid/?x'");
    });
    try {
      const settings = (await cut()).cut.filter((one) => one.kind === "stored setting");
      assert.deepEqual(
        settings.map((one) => `${one.database}: ${one.name}`),
        [
          `all databases: app.api_key of role "we'ird" in database app`,
          "all databases: app.office of all roles",
          `all databases: log_statement of role "we'ird"`,
          "all databases: session_preload_libraries of all roles",
          "all databases: warehouse.dsn of app",
        ],
      );
      const { rows: left } = await inApp((session) =>
        session.query("select setconfig from pg_db_role_setting order by 1"),
      );
      assert.deepEqual(left, [{ setconfig: ["statement_timeout=5s"] }, { setconfig: ["work_mem=8MB"] }]);
    } finally {
      await server().as("postgres", (session) => session.query("alter role all reset all"));
    }
  });

  it("fails, names what it cannot cut, and cuts the rest", async () => {
    await inApp((session) =>
      session.query(
        `create table orders (id text); create publication everything for all tables;
         create policy asks on orders using (dblink_exec('${conninfo}', id) = 'ok')`,
      ),
    );
    await assert.rejects(cut(), (error: Error) => {
      assert.match(error.message, /policy asks on public\.orders: without it other rows would be seen/);
      assert.match(error.message, /the copy stays in quarantine/);
      assert.doesNotMatch(error.message, new RegExp(secret));
      return true;
    });
    assert.ok(!(await inApp(findOutbound)).some((way) => way.kind === "publication"));
  });

  it("fails when row security hides pg_cron's jobs", async () => {
    await inApp((session) =>
      session.query(`${cronStandIn()} alter table cron.job enable row level security, force row level security;
        grant usage on schema cron to public; grant select on cron.job to public`),
    );
    await asPlainAdministrator(async (session) => {
      const copy = await asCopy(session, server().handle);
      await assert.rejects(cutOutbound(copy, silent), /jobs of other users: row security hides them/);
    });
  });

  it("works without a superuser's rights on what the administrator owns, and names what it does not", async () => {
    await asPlainAdministrator(async (session) => {
      await session.query(
        `create table orders (id int); create publication mine for table orders;
         create server warehouse foreign data wrapper postgres_fdw options (host '127.0.0.1');
         create user mapping for public server warehouse options (user 'x', password '${secret}');
         create function announce() returns trigger language plpgsql as $$ ${callsDblink} $$;
         create trigger announce before insert on orders for each row execute function announce()`,
      );
      const copy = await asCopy(session, server().handle);
      await assert.rejects(cutOutbound(copy, silent), (error: Error) => {
        assert.match(
          error.message,
          /^these could still reach out of database app:\n {2}- cut extension dblink failed: must be owner of [^\n]+\nWhat else/,
        );
        return true;
      });
      assert.deepEqual(
        (await findOutbound(session)).map((way) => `${way.kind} ${way.name}`),
        ["extension dblink"],
      );
    });
    await inApp((session) => session.query("drop extension dblink"));
    await asPlainAdministrator(async (session) => {
      await cutOutbound(await asCopy(session, server().handle), silent);
    });
  });

  it("puts the session's own settings back", () =>
    inApp(async (session) => {
      await session.query("set search_path = public; set lock_timeout = '7s'");
      await cutOutbound(await asCopy(session, server().handle), silent);
      const { rows } = await session.query(
        "select current_setting('search_path') as a, current_setting('lock_timeout') as b",
      );
      assert.deepEqual(rows, [{ a: "public", b: "7s" }]);
    }));

  it("fires no event trigger while it works", async () => {
    await inApp((session) =>
      session.query(`create table fired (tag text);
        create function note() returns event_trigger language plpgsql as $$ begin insert into public.fired values (tg_tag); end $$;
        create publication everything for all tables;
        create event trigger note on ddl_command_end execute function note();
        create event trigger note_drop on sql_drop execute function note()`),
    );
    await inApp((session) => session.query("truncate fired"));
    const done: Cut[] = (await cut()).cut;
    assert.ok(done.some((one) => one.kind === "publication"));
    const { rows } = await inApp((session) => session.query("select * from fired"));
    assert.deepEqual(rows, []);
  });

  /** As RDS gives it: owns the application's database, and is no superuser. */
  async function asPlainAdministrator(use: (session: Session) => Promise<void>): Promise<void> {
    await server().as("postgres", async (session) => {
      const there = await session.query("select from pg_roles where rolname = 'plain_admin'");
      if (there.rowCount === 0) {
        await session.query(
          `create role plain_admin login createrole replication password '${scramVerifier("plain-admin")}'`,
        );
      }
      await session.query("alter database app owner to plain_admin");
    });
    await inApp((session) =>
      session.query(
        "grant all on schema public to plain_admin; grant usage on foreign data wrapper postgres_fdw to plain_admin",
      ),
    );
    const target = server().target("app", { user: "plain_admin", password: "plain-admin" });
    await withSession(target, { applicationName: "test" }, use);
  }
});
