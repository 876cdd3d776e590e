import assert from "node:assert/strict";
import { type Session, withSession } from "../../postgres/connection";
import { type Cut, cutOutbound, findOutbound } from "../../postgres/isolate";
import { scramVerifier } from "../../postgres/scram";
import { asCopy } from "../support/copies";
import { useScratchServer } from "../support/servers";
import { callsDblink, conninfo, cronStandIn, plants, secret } from "../support/plants";

const silent = () => undefined;

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
