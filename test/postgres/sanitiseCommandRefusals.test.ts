import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import { withSession } from "../../postgres/connection";
import { runCli } from "../support/cli";
import { makeDatabase, rules, urlOf, useSanitiseCommand } from "../support/sanitiseCli";

describe("what prodcopy sanitise refuses", function () {
  this.timeout(120_000);
  const { server, work, env, sanitise, stateOf, refusedOn } = useSanitiseCommand();

  it("refuses a name that differs, and every other fault with it", async () => {
    await makeDatabase(server(), "named");
    await refusedOn("named", ["--confirm", "Named"], {}, /--confirm says "Named".*"named"/);
    const bad = path.join(work().folder, "bad.yaml");
    fs.writeFileSync(bad, "database: x\ntabels: {}\n");
    const ran = await runCli(
      ["sanitise", "--rules", bad, "--confirm", "other", "--json"],
      env("named", { PGSSLMODE: "perhaps" }),
    );
    const { verdict, reasons } = JSON.parse(ran.out) as { verdict: string; reasons: string[] };
    assert.deepEqual([ran.code, verdict], [1, "refused"]);
    assert.match(reasons.join("\n"), /sslmode "perhaps"[\s\S]*tabels/);
  });

  it("says where a password that the server refuses was found, and leaves no folder behind", async () => {
    const wrong = { DATABASE_URL: urlOf(server(), "named", { user: "scratch_admin", password: "wr-ong" }) };
    const said =
      /connecting to scratch_admin@.*\/named failed: .*28P01.*the password is the one of DATABASE_URL/;
    const ran = await refusedOn("named", ["--confirm", "named"], wrong, said);
    assert.match(ran.err, /Refused, nothing was changed/);
    const none = urlOf(server(), "named", { user: "scratch_admin", password: "" });
    for (const args of [["rules", "check"], ["verify-sanitised"]]) {
      const home = work().folder;
      const asked = await runCli([...args, "--rules", work().file], { DATABASE_URL: none, HOME: home });
      assert.equal(asked.code, 1);
      assert.match(
        asked.err,
        /none was given; there is none in DATABASE_URL or PGPASSWORD, and no line for it in .*\/\.pgpass\nNothing was changed\./,
      );
    }
    assert.ok(!fs.existsSync(path.join(work().home, "sanitised")));
  });

  it("ends with 2 when it is called wrongly", async () => {
    assert.equal((await runCli(["sanitise", "--rules", "x"], {})).code, 2);
    assert.equal((await sanitise("named", ["--workers", "none"])).code, 2);
    assert.equal((await runCli(["start", "--members", "many"], {})).code, 2);
  });

  it("refuses rules that leave a column unclassified, a column by its name", async () => {
    const file = path.join(work().folder, "gap.yaml");
    fs.writeFileSync(file, rules.replace("note: redact", ""));
    const before = await stateOf("named");
    const ran = await runCli(["sanitise", "--rules", file, "--confirm", "named"], env("named"));
    assert.equal(ran.code, 1);
    assert.match(ran.err, /Odd "people".*note/);
    assert.equal(await stateOf("named"), before);
  });

  it("refuses while others are on the database, names them, and ends them when told to", async () => {
    await makeDatabase(server(), "busy");
    const other = (use: () => Promise<void>) =>
      withSession(server().target("busy"), { applicationName: "web shop" }, use);
    await other(async () => {
      await refusedOn("busy", ["--confirm", "busy"], {}, /1 of "web shop" as scratch_admin.*--end-sessions/);
      const ran = await sanitise("busy", ["--end-sessions"]);
      assert.equal(ran.code, 0, ran.err);
      assert.match(ran.err, /ended 1 other sessions/);
    });
  });

  it("refuses a primary with a slot, a switched-on subscription, and an event trigger, all of them together", async () => {
    await makeDatabase(server(), "primary");
    await server().as("primary", async (s) => {
      await s.query("select pg_create_physical_replication_slot('standby_1')");
      await s.query(
        "create subscription feed connection 'host=/dev/null dbname=x' publication p with (connect = false, slot_name = none)",
      );
      // Enabled it would start a worker; the catalogue alone is asked.
      await s.query("update pg_subscription set subenabled = true where subname = 'feed'");
      await s.query("create function fires() returns event_trigger language plpgsql as $$ begin end $$");
      await s.query("create event trigger watch on ddl_command_start execute function fires()");
    });
    try {
      const ran = await refusedOn("primary", ["--confirm", "primary"], {}, /replication slot standby_1/);
      assert.match(ran.err, /subscription feed is switched on/);
      assert.match(ran.err, /event trigger watch would fire/);
    } finally {
      await server().as("primary", async (s) => {
        await s.query("select pg_drop_replication_slot('standby_1')");
        await s.query("update pg_subscription set subenabled = false where subname = 'feed'");
        await s.query("drop subscription feed");
      });
    }
    const ran = await sanitise("primary", ["--isolate"]);
    assert.equal(ran.code, 0, ran.err);
    assert.match(ran.err, /event trigger watch: /);
  });

  it("refuses the server that the configuration names as production", async () => {
    const stand = path.join(work().home, "servers", "production");
    fs.mkdirSync(path.dirname(stand), { recursive: true });
    fs.symlinkSync(server().handle.dir, stand);
    try {
      await refusedOn(
        "named",
        ["--confirm", "named"],
        {},
        /this is the production server production of Pulumi\.local\.yaml/,
      );
      const socket = `postgres:///named?host=${encodeURIComponent(server().handle.socketDirectory)}&port=${server().handle.port}&user=${server().handle.adminUser}`;
      const ran = await sanitise("named", [], { DATABASE_URL: socket });
      assert.equal(ran.code, 1);
    } finally {
      fs.rmSync(stand);
    }
  });

  it("works for an owner that is no superuser, and refuses a login that owns nothing, by name", async () => {
    await makeDatabase(server(), "owned");
    await server().as("owned", async (s) => {
      await s.query(
        "create role own_er login password 'own-pw'; create role guest login password 'guest-pw'",
      );
      await s.query(`alter database owned owner to own_er; alter table orders owner to own_er; alter table token owner to own_er;
        alter table "Odd ""people""" owner to own_er; alter view contacts owner to own_er; grant select on all tables in schema public to guest`);
    });
    const url = (user: string, password: string) => urlOf(server(), "owned", { user, password });
    const guest = await refusedOn(
      "owned",
      ["--confirm", "owned"],
      { DATABASE_URL: url("guest", "guest-pw") },
      /guest may not create/,
    );
    assert.match(guest.err, /public\.orders: its owner own_er is a role that this login is no member of/);
    const ran = await sanitise("owned", ["--json"], { DATABASE_URL: url("own_er", "own-pw") });
    assert.equal(ran.code, 0, ran.err);
    assert.match(ran.out, /this login may not write them anew/);
  });
});
