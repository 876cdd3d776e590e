import { ident, rows, type Session } from "./connection";

/** A role as the catalogue shows it. */
export interface Role {
  name: string;
  canLogin: boolean;
  superuser: boolean;
  replication: boolean;
}

/** Every role but PostgreSQL's own (`pg_...` is reserved for those), by name. */
export function rolesOf(session: Session): Promise<Role[]> {
  return rows(
    session,
    "list the roles",
    `select rolname as name, rolcanlogin as "canLogin", rolsuper as superuser, rolreplication as replication
       from pg_catalog.pg_roles where rolname !~ '^pg_' order by rolname`,
  );
}

/** The roles by which directories log people in without a password of PostgreSQL's. */
const directoryRoles = ["rds_iam", "rds_ad"];

/**
 * Who is a member of a directory's role, and the statements that end it, the first of which that is allowed will do: one
 * membership may be granted by several, and from PostgreSQL 16 on who is no superuser ends only what it may name.
 */
export async function directoryGrants(
  session: Session,
): Promise<{ role: string; member: string; statements: string[] }[]> {
  const found = await rows<{ role: string; member: string; grantor: string | null }>(
    session,
    "list who may log in through a directory",
    `select r.rolname as role, m.rolname as member, g.rolname as grantor
       from pg_catalog.pg_auth_members a
       join pg_catalog.pg_roles r on r.oid = a.roleid
       join pg_catalog.pg_roles m on m.oid = a.member
       left join pg_catalog.pg_roles g on g.oid = a.grantor
      where r.rolname = any ($1) order by 1, 2, 3`,
    [directoryRoles],
  );
  return found.map(({ role, member, grantor }) => {
    const revoke = `revoke ${ident(role)} from ${ident(member)}`;
    const named = grantor === null ? [] : [`${revoke} granted by ${ident(grantor)} cascade`];
    return { role, member, statements: [...named, `${revoke} cascade`] };
  });
}

/** Databases that a role may connect to, of those that let anyone connect. */
export async function databasesOpenTo(session: Session, role: string): Promise<string[]> {
  const found = await rows<{ datname: string }>(
    session,
    `list the databases that ${role} may connect to`,
    `select datname from pg_catalog.pg_database
      where datallowconn and pg_catalog.has_database_privilege($1::name, oid, 'connect') order by datname`,
    [role],
  );
  return found.map((database) => database.datname);
}

/**
 * A hash of each role's verifier, made inside the server, so that a change can be shown without reading any.
 * @returns undefined when this user may not read verifiers (on RDS nobody may).
 */
export async function verifierHashes(session: Session): Promise<Map<string, string | null> | undefined> {
  const [may] = await rows<{ may: boolean }>(
    session,
    "ask whether verifiers may be read",
    "select pg_catalog.has_table_privilege('pg_catalog.pg_authid', 'select') as may",
  );
  if (!may?.may) return undefined;
  const found = await rows<{ name: string; hash: string | null }>(
    session,
    "hash the roles' verifiers",
    `select rolname as name,
            pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(rolpassword, 'UTF8')), 'hex') as hash
       from pg_catalog.pg_authid where rolname !~ '^pg_'`,
  );
  return new Map(found.map(({ name, hash }) => [name, hash]));
}
