import assert from "node:assert/strict";
import { type ConnectionTarget, type Session, withSession } from "../../postgres/connection";
import type { DatabaseError } from "../../postgres/errors";
import { assertIsCopy, type CopySession } from "../../postgres/guard";
import { proveAccepted, rotateRoles } from "../../postgres/rotate";
import { scramVerifier } from "../../postgres/scram";
import { elsewhere } from "./copies";

/** One server, by the accounts that the tests need. */
export interface Place {
  superuser: (database: string) => ConnectionTarget;
  endpoint: string;
}

export const oldPassword = "production-password-1";
export const verifier = scramVerifier(oldPassword);
export const silent = () => undefined;
export const hostile = `we"ird '; drop role app; --`;
const roleNames = ["app", "reporting", "stale_group", "untouchable", hostile, "master", "rds_iam", "chief"];

/** Roles as production has them on a server of the test file, made anew before each test, and what rotates them. */
export function useRotation(place: () => Place) {
  const quoted = (name: string) => `"${name.replace(/"/g, '""')}"`;
  const as = <T>(user: string, use: (session: Session) => Promise<T>, password = oldPassword) =>
    withSession({ ...place().superuser("app"), user, password }, { applicationName: "test" }, use);
  const asSuperuser = <T>(use: (session: Session) => Promise<T>, database = "app") =>
    withSession(place().superuser(database), { applicationName: "test" }, use);
  const guard = (session: Session): Promise<CopySession> =>
    assertIsCopy(
      session,
      { clusterName: undefined, dataDirectory: undefined, endpoints: [place().endpoint] },
      [elsewhere],
    );
  const target = (user: string): ConnectionTarget => ({
    ...place().superuser("app"),
    user,
    password: oldPassword,
  });
  const refusedWith = async (user: string, code: string) =>
    assert.rejects(proveAccepted(target(user)), (error: DatabaseError) => error.code === code);
  /** Rotates as the superuser, or as the administrator without superuser's rights that RDS gives. */
  const rotate = (admin: "superuser" | "master", keepLogin: string[] = []) => {
    const adminUser = admin === "master" ? "master" : place().superuser("app").user;
    // The superuser is the platform's then, as rdsadmin is on RDS.
    const platformRoles = admin === "master" ? [place().superuser("app").user] : [];
    const go = async (session: Session) =>
      rotateRoles(await guard(session), { adminUser, keepLogin, platformRoles }, silent);
    return admin === "master" ? as("master", go) : asSuperuser(go);
  };

  beforeEach("a server as production has it", async () => {
    await asSuperuser(async (session) => {
      await session.query("drop database if exists app with (force)");
      for (const name of roleNames) {
        const there = await session.query("select from pg_roles where rolname = $1", [name]);
        if (there.rowCount === 0) continue;
        await session.query(`revoke all on database postgres, template1 from ${quoted(name)} cascade`);
        await session.query(`drop role ${quoted(name)}`);
      }
      await session.query("grant connect on database postgres, template1 to public");
      await session.query(`create role master login createrole password '${verifier}'`);
      await session.query("grant pg_signal_backend to master");
      await session.query("create role rds_iam");
      for (const name of ["app", "reporting", hostile]) {
        await session.query(`create role ${quoted(name)} login password '${verifier}'`);
      }
      await session.query(`create role stale_group nologin password '${verifier}'`);
      // What a role's creator has from PostgreSQL 16 on; before, CREATEROLE alone is enough.
      for (const name of ["app", "reporting", hostile, "stale_group"]) {
        await session.query(`grant ${quoted(name)} to master with admin option`);
      }
      await session.query("create database app owner master");
    }, "postgres");
  });

  return { quoted, as, asSuperuser, guard, target, refusedWith, rotate };
}
