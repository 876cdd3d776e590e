import assert from "node:assert/strict";
import type { DatabaseError } from "../../postgres/errors";
import { proveAccepted, proveRefused, setRoleLogin } from "../../postgres/rotate";
import { useEmbeddedServer } from "../support/embedded";
import { useScratchServer } from "../support/servers";
import { skipBecause } from "../support/skip";
import { hostile, oldPassword, useRotation, verifier, type Place } from "../support/rotation";

describe("rotate", () => {
  describe("on this machine's PostgreSQL", () => {
    const server = useScratchServer();
    suite(() => ({
      superuser: (database) => server().target(database),
      endpoint: `127.0.0.1:${server().handle.port}`,
    }));
  });

  describe("on the embedded PostgreSQL", () => {
    suite(useEmbeddedServer());
  });
});

function suite(place: () => Place): void {
  const { quoted, as, asSuperuser, guard, target, refusedWith, rotate } = useRotation(place);

  for (const admin of ["superuser", "master"] as const) {
    describe(`as ${admin === "master" ? "an administrator that is no superuser" : "a superuser"}`, () => {
      it("makes every production password useless, and is fine a second time", async () => {
        if (admin === "superuser") {
          await asSuperuser((session) => session.query("drop owned by master; alter role master nologin"));
        }
        for (let round = 1; round <= 2; round++) {
          const { roles, proofs } = await rotate(admin);
          for (const name of ["app", "reporting", hostile]) {
            const { outcome } = roles.find((role) => role.name === name) ?? {};
            if (round === 1) assert.equal(outcome, "NOLOGIN, random password, expired");
            await refusedWith(name, "28P01");
          }
          assert.match(JSON.stringify(proofs), /No login role that came from production can log in/);
        }
      });

      it("keeps a role's login where asked, but not its password", async () => {
        if (admin === "superuser") await asSuperuser((session) => session.query("alter role master nologin"));
        const { roles } = await rotate(admin, ["app"]);
        assert.match(roles.find((role) => role.name === "app")?.outcome ?? "", /^keeps LOGIN/);
        await refusedWith("app", "28P01");
        const { rowCount } = await asSuperuser((session) =>
          session.query("select from pg_roles where rolname = 'app' and rolcanlogin"),
        );
        assert.equal(rowCount, 1);
      });

      it("ends the sessions that were opened with production's passwords", async () => {
        if (admin === "superuser") await asSuperuser((session) => session.query("alter role master nologin"));
        await as("app", async (app) => {
          await app.query("select 1");
          const { proofs } = await rotate(admin);
          assert.match(JSON.stringify(proofs), /1 were ended; none is left/);
          await assert.rejects(app.query("select 1"));
        });
      });

      it("revokes directory logins from everyone, or fails and names who keeps one", async () => {
        if (admin === "superuser") await asSuperuser((session) => session.query("alter role master nologin"));
        await asSuperuser((session) => session.query("grant rds_iam to app, stale_group"));
        const { rows: version } = await asSuperuser((session) =>
          session.query<{ may: boolean }>(
            "select current_setting('server_version_num')::int < 160000 or $1 as may",
            [admin === "superuser"],
          ),
        );
        if (!version[0]?.may) {
          return assert.rejects(rotate(admin), /still there: app in rds_iam, stale_group in rds_iam/);
        }
        await rotate(admin);
        const { rows: left } = await asSuperuser((session) =>
          session.query("select member::regrole from pg_auth_members where roleid = 'rds_iam'::regrole"),
        );
        assert.deepEqual(left, []);
      });
    });
  }

  it("shows as a superuser that each verifier differs, also of a role that cannot log in", async () => {
    await asSuperuser((session) => session.query("alter role master nologin"));
    const { proofs, notProven, roles } = await rotate("superuser");
    assert.match(JSON.stringify(proofs), /\d verifiers compared by hash inside the server.*all differ/);
    assert.deepEqual(notProven, []);
    assert.match(roles.find((role) => role.name === "stale_group")?.outcome ?? "", /password is removed/);
    await asSuperuser(async (session) => {
      const { rows: same } = await session.query("select from pg_authid where rolpassword = $1", [verifier]);
      assert.equal(same.length, 0, "production's verifier is still there");
    });
  });

  it("says, without a superuser's rights, that the verifiers could not be compared", async () => {
    const { notProven } = await rotate("master");
    assert.match(notProven.join(), /may not read verifiers/);
  });

  describe("a role that the administrator may not alter", () => {
    it("fails the rotation and is named when it is a superuser", async () => {
      await asSuperuser((session) =>
        session.query(`create role chief login superuser password '${verifier}'`),
      );
      await assert.rejects(rotate("master"), /may still log in .*chief is a superuser/);
    });

    it("loses CONNECT everywhere where the administrator may not even take its LOGIN", async function () {
      await asSuperuser((session) => session.query(`create role untouchable login password '${verifier}'`));
      if (await masterMayAlter("untouchable")) skipBecause(this, everyRole);
      await asSuperuser(async (session) => {
        await session.query("alter database postgres owner to master");
        await session.query("alter database template1 owner to master");
        await session.query("grant connect on database app to untouchable");
        await session.query("grant stale_group to untouchable; grant connect on database app to stale_group");
      });
      try {
        const { roles, proofs } = await rotate("master");
        assert.match(roles.find((role) => role.name === "untouchable")?.outcome ?? "", /CONNECT revoked/);
        assert.match(JSON.stringify(proofs), /and untouchable, to whom no database gives CONNECT/);
        for (const database of ["app", "postgres", "template1"]) {
          await assert.rejects(
            proveAccepted({ ...target("untouchable"), database }),
            (error: DatabaseError) => error.code === "42501",
          );
        }
        await proveAccepted(target("master"));
      } finally {
        const owner = place().superuser("app").user;
        await asSuperuser(async (session) => {
          await session.query(`alter database postgres owner to ${quoted(owner)}`);
          await session.query(`alter database template1 owner to ${quoted(owner)}`);
        });
      }
    });

    it("fails the rotation and is named when a database stays open to it", async function () {
      await asSuperuser((session) => session.query(`create role untouchable login password '${verifier}'`));
      if (await masterMayAlter("untouchable")) skipBecause(this, everyRole);
      await assert.rejects(rotate("master"), /untouchable may still connect to postgres, template1/);
    });

    const everyRole = "before PostgreSQL 16 CREATEROLE is enough to alter every role but superusers";

    async function masterMayAlter(name: string): Promise<boolean> {
      return as("master", (session) =>
        session.query(`alter role ${name} connection limit 3`).then(
          () => true,
          () => false,
        ),
      );
    }
  });

  describe("a login for the application", () => {
    it("works with its new password alone, after its login and its expiry were taken", async () => {
      await asSuperuser((session) => session.query("alter role app valid until '2001-01-01'"));
      await rotate("master");
      await as("master", async (session) => setRoleLogin(await guard(session), "app", "application-new"));
      const login = { ...target("app"), password: "application-new" };
      assert.match((await proveAccepted(login)).evidence, /opened as app/);
      await proveRefused(login, oldPassword);
    });

    it("is given to the administrator itself, who may not change its own LOGIN", async () => {
      await as("master", async (session) => setRoleLogin(await guard(session), "master", "master-new"));
      await proveAccepted({ ...target("master"), password: "master-new" });
    });

    it("lets the role connect where CONNECT was revoked from everyone", async () => {
      await asSuperuser((session) => session.query("revoke connect on database app from public"));
      await as("master", async (session) => setRoleLogin(await guard(session), "app", "application-new"));
      await proveAccepted({ ...target("app"), password: "application-new" });
    });

    it("is refused for a role that is not there", () =>
      as("master", async (session) =>
        assert.rejects(setRoleLogin(await guard(session), "no_such", "x"), /has no role "no_such"/),
      ));

    it("is given without the password in any statement", async () => {
      await as("master", async (session) => {
        const copy = await guard(session);
        const sent: unknown[] = [];
        const query = session.query.bind(session) as (...args: unknown[]) => unknown;
        session.query = ((...args: unknown[]) => {
          sent.push(args);
          return query(...args);
        }) as typeof session.query;
        await setRoleLogin(copy, "app", "application-new");
        assert.match(JSON.stringify(sent), /SCRAM-SHA-256/);
        assert.doesNotMatch(JSON.stringify(sent), /application-new/);
      });
    });
  });

  describe("the proof that an old password is refused", () => {
    it("fails when the old password still opens the copy", () =>
      assert.rejects(proveRefused(target("app"), oldPassword), /the old password .* is accepted/));

    it("fails when the server would let the role in by any password", async () => {
      await asSuperuser((session) => session.query("alter role app password null"));
      // No verifier at all is refused like a wrong password.
      assert.match((await proveRefused(target("app"), oldPassword)).evidence, /28P01/);
    });

    it("fails when the role is refused for not having LOGIN, for then the password was right", async () => {
      await asSuperuser((session) => session.query("alter role app nologin"));
      await assert.rejects(
        proveRefused(target("app"), oldPassword),
        /refused with 28000, which proves nothing/,
      );
    });

    it("fails when nothing listens there", () =>
      assert.rejects(
        proveRefused({ ...target("app"), port: 1 }, oldPassword),
        /refused with ECONNREFUSED, which proves nothing/,
      ));

    it("never names the password", () =>
      assert.rejects(
        proveRefused(target("app"), oldPassword),
        (error: Error) => !error.message.includes(oldPassword),
      ));
  });
}
