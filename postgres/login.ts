import { ident, literal, rows, run, withSession, type ConnectionTarget } from "./connection";
import { DatabaseError } from "./errors";
import type { CopySession } from "./guard";
import { proof, type Proof } from "./proof";
import { rolesOf } from "./roles";
import { randomPassword, scramVerifier } from "./scram";

/**
 * Gives one role a login with this password: the application's, at `open`. Sends a verifier, never the password.
 * @throws when there is no such role.
 */
export async function setRoleLogin(copy: CopySession, role: string, password: string): Promise<void> {
  const found = (await rolesOf(copy)).find((one) => one.name === role);
  if (found === undefined) {
    throw new Error(
      `the copy has no role "${role}" to give a login to, so the application could not connect; name the role by which it ` +
        "logs in to production",
    );
  }
  // An administrator that is no superuser may change its own password, but not its own LOGIN.
  const login = found.canLogin ? "" : "login ";
  await run(
    copy,
    `give ${role} its login`,
    `alter role ${ident(role)} ${login}password ${literal(scramVerifier(password))}`,
  );
  const [expiry] = await rows<{ limited: boolean }>(
    copy,
    `read the expiry of ${role}`,
    "select rolvaliduntil is not null and rolvaliduntil <> 'infinity' as limited from pg_catalog.pg_roles where rolname = $1",
    [role],
  );
  if (expiry?.limited) {
    await run(copy, `lift the expiry of ${role}`, `alter role ${ident(role)} valid until 'infinity'`);
  }
  const [database] = await rows<{ name: string; may: boolean }>(
    copy,
    `ask whether ${role} may connect`,
    `select pg_catalog.current_database() as name,
            pg_catalog.has_database_privilege($1::name, pg_catalog.current_database(), 'connect') as may`,
    [role],
  );
  if (database && !database.may) {
    await run(
      copy,
      `let ${role} connect`,
      `grant connect on database ${ident(database.name)} to ${ident(role)}`,
    );
  }
}

/**
 * Proves that the server refuses this password, and a random one as a control. Only 28P01 counts: a refusal by pg_hba
 * (28000), by a firewall, or by a server that is down says nothing about the password.
 * @throws when it is accepted, or refused for another reason.
 */
export async function proveRefused(target: ConnectionTarget, password: string): Promise<Proof> {
  const where = `${target.user} on ${target.host}:${target.port}`;
  for (const [kind, attempt] of [
    ["the old password", password],
    ["a random password", randomPassword()],
  ] as const) {
    const code = await loginCode({ ...target, password: attempt });
    if (code === undefined) {
      throw new Error(
        `${kind} of ${where} is accepted by the copy; it must be refused. The copy stays in quarantine. Run rotate again`,
      );
    }
    if (code !== "28P01") {
      throw new Error(
        `${kind} of ${where} was refused with ${code}, which proves nothing about the password (28P01 would: wrong ` +
          "password). The copy must ask this role for a password while the proof is made; look at pg_hba and the network",
      );
    }
  }
  return proof(
    `The copy refuses the old password of ${target.user}.`,
    "SQLSTATE 28P01; a random password, as a control, likewise",
  );
}

/** Proves that the target's own password opens a session. @throws the safe error when it does not. */
export async function proveAccepted(target: ConnectionTarget): Promise<Proof> {
  const seen = await withSession(target, { applicationName: "prodcopy proof" }, (session) =>
    rows<{ who: string }>(session, "ask who is connected", "select session_user::text as who"),
  );
  return proof(
    `The copy accepts the new password of ${target.user}.`,
    `a session was opened as ${seen[0]?.who} on ${target.host}:${target.port}`,
  );
}

/** The code of the refusal; undefined when the login was accepted. */
async function loginCode(target: ConnectionTarget): Promise<string | undefined> {
  try {
    await withSession(target, { applicationName: "prodcopy proof" }, () => Promise.resolve());
    return undefined;
  } catch (error) {
    if (error instanceof DatabaseError) return error.code;
    throw error;
  }
}
