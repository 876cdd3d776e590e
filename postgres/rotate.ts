import { ident, literal, rows, run } from "./connection";
import { DatabaseError } from "./errors";
import type { CopySession } from "./guard";
import { proof, type Log, type Proof } from "./proof";
import { databasesOpenTo, directoryGrants, type Role, rolesOf, verifierHashes } from "./roles";
import { randomPassword, scramVerifier } from "./scram";
import { endOtherSessions } from "./sessions";

export { proveAccepted, proveRefused, setRoleLogin } from "./login";

export interface RotateOptions {
  /** The copy's administrator; the platform has set its password already, by its own way in. */
  adminUser: string;
  /** Roles that stay able to log in, with a password that nobody knows until `setRoleLogin` gives one. */
  keepLogin: string[];
  /** Login roles that belong to the platform and not to production, e.g. RDS's `rdsadmin`. Left alone. Default none. */
  platformRoles?: string[];
}

export interface RotateResult {
  roles: { name: string; outcome: string }[];
  proofs: Proof[];
  notProven: string[];
}

/**
 * Makes every login role's production credential useless, but the administrator's: NOLOGIN, a random verifier, expired;
 * ends directory logins (`rds_iam`, `rds_ad`, the administrator's too) and every other session. Again is fine.
 * @throws naming each role that could still log in: it may not be altered and keeps CONNECT somewhere, or needs none.
 */
export async function rotateRoles(
  copy: CopySession,
  options: RotateOptions,
  log: Log,
): Promise<RotateResult> {
  const platformRoles = options.platformRoles ?? [];
  const before = await verifierHashes(copy);
  const present = (await rolesOf(copy)).filter((role) => role.name !== options.adminUser);
  const ours = present.filter((role) => !platformRoles.includes(role.name));
  const roles: RotateResult["roles"] = [];
  const altered: string[] = [];
  for (const role of ours) {
    const outcome = await neutralise(copy, role, options, before?.get(role.name) !== null);
    if (outcome === undefined) continue;
    if (outcome.altered) altered.push(role.name);
    roles.push({ name: role.name, outcome: outcome.words });
    log(`${role.name}: ${outcome.words}`);
  }
  const revoked = await directoryGrants(copy);
  for (const { role, member, statements } of revoked) {
    for (const statement of statements) {
      if (await allowed(() => run(copy, `revoke ${role} from ${member}`, statement))) break;
    }
  }
  const ended = await endOtherSessions(copy, platformRoles, log);
  const proofs = [
    await proveNoLogin(copy, options, platformRoles),
    await proveNoDirectory(copy, revoked.length),
    proof("Every other session on the copy is ended.", `${ended} were ended; none is left`),
  ];
  const changed = await proveChanged(copy, before, altered);
  if (changed) proofs.push(changed);
  return { roles, proofs, notProven: changed ? [] : [verifiersUnread] };
}

const verifiersUnread =
  "That the other roles' passwords differ from production's: this administrator may not read verifiers. " +
  "The server confirmed each ALTER ROLE, and none of these roles may log in.";

/** Undefined for a role that needs nothing: it cannot log in and has no password. */
async function neutralise(
  copy: CopySession,
  role: Role,
  { adminUser, keepLogin }: RotateOptions,
  mayHavePassword: boolean,
): Promise<{ words: string; altered: boolean } | undefined> {
  const name = ident(role.name);
  const doing = `take the login from ${role.name}`;
  if (!role.canLogin) {
    // Nobody may log in by it now, but a LOGIN given later must not bring production's password back.
    if (!mayHavePassword) return undefined;
    const cleared = await allowed(() => run(copy, doing, `alter role ${name} password null`));
    return cleared ? { words: "could not log in; its password is removed", altered: true } : undefined;
  }
  const verifier = literal(scramVerifier(randomPassword()));
  if (keepLogin.includes(role.name)) {
    // Without expiry: production's may lie in the past.
    await run(copy, doing, `alter role ${name} password ${verifier} valid until 'infinity'`);
    return { words: "keeps LOGIN with a password that nobody knows yet", altered: true };
  }
  const whole = `alter role ${name} nologin password ${verifier} valid until '-infinity'`;
  if (await allowed(() => run(copy, doing, whole))) {
    return { words: "NOLOGIN, random password, expired", altered: true };
  }
  if (await allowed(() => run(copy, doing, `alter role ${name} nologin`))) {
    return { words: "NOLOGIN; its password may not be changed by this administrator", altered: false };
  }
  await revokeConnect(copy, role, adminUser, keepLogin);
  return {
    words: "may not be altered by this administrator; CONNECT revoked on every database",
    altered: false,
  };
}

/** Runs it; answers false when this user may not. */
async function allowed(statement: () => Promise<unknown>): Promise<boolean> {
  try {
    await statement();
    return true;
  } catch (error) {
    if (error instanceof DatabaseError && error.code === "42501") return false;
    throw error;
  }
}

/**
 * Closes every database to a role that may not be altered. PUBLIC and the groups that it is in lose CONNECT with it; who
 * shall go on connecting is granted it by name.
 */
async function revokeConnect(
  copy: CopySession,
  role: Role,
  adminUser: string,
  keepLogin: string[],
): Promise<void> {
  for (const database of await databasesOpenTo(copy, role.name)) {
    const groups = await rows<{ name: string }>(
      copy,
      `list who gives ${role.name} its way into ${database}`,
      `select distinct r.rolname as name
         from pg_catalog.pg_database d, 
              pg_catalog.aclexplode(coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba))) a
         join pg_catalog.pg_roles r on r.oid = a.grantee
        where d.datname = $1 and a.privilege_type = 'CONNECT'
          and pg_catalog.pg_has_role($2::name, r.oid, 'usage')`,
      [database, role.name],
    );
    const grantees = ["public", ...groups.map((group) => ident(group.name))];
    const on = `on database ${ident(database)}`;
    const kept = [adminUser, ...keepLogin].map(ident).join(", ");
    await allowed(() => run(copy, `keep ${database} open`, `grant connect ${on} to ${kept}`));
    await allowed(() =>
      run(copy, `close ${database}`, `revoke connect ${on} from ${grantees.join(", ")} cascade`),
    );
  }
}

async function proveNoLogin(
  copy: CopySession,
  { adminUser, keepLogin }: RotateOptions,
  platformRoles: string[],
): Promise<Proof> {
  const expected = [adminUser, ...keepLogin, ...platformRoles];
  const able = (await rolesOf(copy)).filter((role) => role.canLogin && !expected.includes(role.name));
  const faults: string[] = [];
  for (const role of able) {
    const open = await databasesOpenTo(copy, role.name);
    if (role.superuser) faults.push(`${role.name} is a superuser`);
    else if (role.replication) faults.push(`${role.name} may open replication connections`);
    else if (open.length > 0) faults.push(`${role.name} may still connect to ${open.join(", ")}`);
  }
  if (faults.length > 0) {
    throw new Error(
      `these roles may still log in to the copy with production's password: ${faults.join("; ")}. ${adminUser} may not ` +
        `alter them (PostgreSQL 16 and later ask for ADMIN OPTION, and only a superuser alters superusers). In production, ` +
        `grant each of them to ${adminUser} WITH ADMIN OPTION, or take its LOGIN away, and take a new snapshot. ` +
        "The copy stays in quarantine",
    );
  }
  const closedOut = able.map((role) => role.name);
  return proof(
    "No login role that came from production can log in to the copy.",
    `rolcanlogin is false for every role but ${expected.join(", ")}` +
      (closedOut.length > 0 ? ` and ${closedOut.join(", ")}, to whom no database gives CONNECT` : ""),
  );
}

async function proveNoDirectory(copy: CopySession, revoked: number): Promise<Proof> {
  const left = await directoryGrants(copy);
  if (left.length > 0) {
    const who = left.map(({ role, member }) => `${member} in ${role}`).join(", ");
    throw new Error(
      `directory logins are still there: ${who}; they work without a password of PostgreSQL's. The grant is not this ` +
        "administrator's to take back: revoke it in production and take a new snapshot",
    );
  }
  return proof(
    "Nobody can log in through IAM or a directory.",
    `${revoked} memberships revoked; none is left`,
  );
}

/** Undefined when verifiers cannot be read. */
async function proveChanged(
  copy: CopySession,
  before: Map<string, string | null> | undefined,
  altered: string[],
): Promise<Proof | undefined> {
  const after = await verifierHashes(copy);
  if (before === undefined || after === undefined) return undefined;
  const same = altered.filter((name) => before.get(name) !== null && before.get(name) === after.get(name));
  if (same.length > 0) {
    throw new Error(
      `the server confirmed a new password for ${same.join(", ")}, but the verifier is the one of before`,
    );
  }
  return proof(
    "The password of every other role differs from the one that came along.",
    `${altered.length} verifiers compared by hash inside the server, before and after: all differ`,
  );
}
