import assert from "node:assert/strict";
import { ident, withSession, type ConnectionTarget, type Session } from "../../postgres/connection";
import { assertIsCopy, type CopySession } from "../../postgres/guard";
import { cutOutbound, findOutbound } from "../../postgres/isolate";
import { proveAccepted, rotateRoles } from "../../postgres/rotate";
import { scramVerifier } from "../../postgres/scram";
import { verifyCopy } from "../../postgres/verify";
import { elsewhere } from "../support/copies";
import { useEmbeddedServer } from "../support/embedded";
import { useScratchServer } from "../support/servers";

/** What came with 16, 17 and 18; the tests of each stage run on this machine's version. 17 is the embedded one. */
for (const major of [16, 17, 18] as const) {
  describe(`rotate, isolate and verify on PostgreSQL ${major}`, function () {
    this.timeout(60_000);
    const server = useEmbeddedServer(major === 17 ? undefined : major, ["wal_level=logical"]);
    const production = useScratchServer();
    const password = "production-password";
    const as = <T>(target: ConnectionTarget, use: (session: Session) => Promise<T>) =>
      withSession(target, { applicationName: "test" }, use);
    const asRoot = <T>(use: (session: Session) => Promise<T>, database = "app") =>
      as(server().superuser(database), use);
    const login = (user: string) => ({ ...server().superuser("app"), user, password });
    const guard = (session: Session): Promise<CopySession> =>
      assertIsCopy(
        session,
        { clusterName: undefined, dataDirectory: server().dataDirectory, endpoints: [server().endpoint] },
        [elsewhere],
      );
    const silent = () => undefined;

    before("a server as production has it", async () => {
      await asRoot(async (session) => {
        const { rows } = await session.query<{ v: number }>(
          "select current_setting('server_version_num')::int / 10000 as v",
        );
        assert.equal(rows[0]?.v, major);
        await session.query(
          `create role master login createrole createdb password '${scramVerifier(password)}';
           alter role master set createrole_self_grant = 'set, inherit'; grant pg_signal_backend to master;
           create role rds_iam; create role made_by_another login password '${scramVerifier(password)}'`,
        );
        await session.query("create database app owner master");
      }, "postgres");
      // Whoever makes a role may alter it and, by that setting, is a member of it.
      await as(login("master"), (session) =>
        session.query(`create role app login password '${scramVerifier(password)}'`),
      );
    });

    it("rotates what its administrator made, and shuts out whom it may not alter", async () => {
      const rotate = () =>
        as(login("master"), async (session) =>
          rotateRoles(
            await guard(session),
            { adminUser: "master", keepLogin: [], platformRoles: [server().superuser("app").user] },
            silent,
          ),
        );
      await assert.rejects(rotate(), /made_by_another may still connect to postgres, template1/);
      await asRoot((session) => session.query("revoke connect on database postgres, template1 from public"));
      const { roles } = await rotate();
      const outcomes = Object.fromEntries(roles.map((role) => [role.name, role.outcome]));
      // The rotation that failed had come as far as this one.
      assert.equal(outcomes.app, "could not log in; its password is removed");
      assert.match(outcomes.made_by_another ?? "", /CONNECT/);
      await assert.rejects(proveAccepted(login("app")), { code: "28P01" });
      await assert.rejects(proveAccepted(login("made_by_another")), { code: "42501" });
      assert.equal((await rotate()).roles.length, roles.length);
    });

    it("cuts subscriptions, slots and triggers that this version brought", async () => {
      await asRoot(async (session) => {
        await session.query(
          `select pg_create_logical_replication_slot('left_over', 'pgoutput'${major >= 17 ? ", false, true, true" : ""})`,
        );
        await session.query(outboundOf(major));
        await session.query(
          `alter role app superuser; alter subscription theirs owner to app; alter role app nosuperuser`,
        );
        const found = (await findOutbound(session)).map((way) => `${way.kind} ${way.name}`);
        for (const expected of [
          "subscription theirs",
          "replication slot left_over",
          "publication everything",
          ...(major >= 17 ? ["event trigger at_login"] : []),
        ]) {
          assert.ok(found.includes(expected), `${expected} in ${found.join(", ")}`);
        }
        await cutOutbound(await guard(session), silent);
        assert.deepEqual(await findOutbound(session), []);
      });
      // A trigger at login would have left a row.
      await asRoot(async (session) => {
        const { rows } = await session.query<{ n: number }>("select count(*)::int as n from logins");
        await asRoot(() => Promise.resolve());
        const after = await session.query<{ n: number }>("select count(*)::int as n from logins");
        assert.equal(after.rows[0]?.n, rows[0]?.n);
      });
    });

    it("shows that it is not production, and refuses when it is", async () => {
      const readOnly = <T>(target: ConnectionTarget, use: (session: Session) => Promise<T>) =>
        withSession(target, { applicationName: "test", readOnly: true }, use);
      const verify = (target: ConnectionTarget) =>
        readOnly(target, (other) =>
          asRoot(async (session) => verifyCopy(await guard(session), other), "postgres"),
        );
      const { proofs } = await verify(production().target("postgres"));
      assert.match(JSON.stringify(proofs), /A marker written to the copy is not seen on production/);
      await assert.rejects(verify(server().superuser("postgres")), /lead to one server/);
    });
  });
}

/** What a subscriber and publisher of that version may hold. */
function outboundOf(major: number): string {
  const options = [
    "connect = false, enabled = false, create_slot = false, slot_name = 'theirs'",
    "password_required = true, run_as_owner = true, origin = none, streaming = parallel, two_phase = true",
    ...(major >= 17 ? ["failover = true"] : []),
  ];
  return `create table logins (at timestamptz${major >= 18 ? " constraint when_it_was not null" : ""});
    create table calls (id int, twice int generated always as (id * 2) ${major >= 18 ? "virtual" : "stored"});
    create subscription theirs connection 'host=198.51.100.1 user=none password=none dbname=none' publication p with (${options.join(", ")});
    create publication everything for table calls${major >= 18 ? " with (publish_generated_columns = stored)" : ""};
    ${
      major >= 17
        ? `create function remember() returns event_trigger language plpgsql as $$ begin insert into ${ident("logins")} values (now()); end $$;
           create event trigger at_login on login execute function remember(); alter event trigger at_login enable always;`
        : ""
    }`;
}
