import { ident, rows, run, type Session } from "./connection";
import { proof, type Proof } from "./proof";

/** Proves settings by what the server itself shows. @throws naming the first that differs. */
export async function proveSettings(
  session: Session,
  claim: string,
  expected: Record<string, string>,
): Promise<Proof> {
  const names = Object.keys(expected);
  const seen = await rows<{ name: string; value: string; pending: boolean }>(
    session,
    "read the copy's settings",
    `select name, pg_catalog.current_setting(name) as value, pending_restart as pending
       from pg_catalog.pg_settings where name = any($1)`,
    [names],
  );
  for (const name of names) {
    const found = seen.find((setting) => setting.name === name);
    if (found?.value !== expected[name] || found?.pending) {
      throw new Error(
        `${claim} That could not be proven: ${name} is ${found?.value ?? "unknown to this server"}` +
          `${found?.pending ? " and waits for a restart" : ""}, and should be ${expected[name]}`,
      );
    }
  }
  return proof(claim, names.map((name) => `${name} = ${expected[name]}`).join(", "));
}

/**
 * Settings that are stored for a database or a role win over the server's own configuration: with them a session would log
 * statements with values, or load a library that calls out, for all the quarantine says.
 */
const dangerous =
  /^(log_(statement|min_duration_\w+|min_error_statement|error_verbosity|parameter_\w+|transaction_sample_rate|duration)|debug_\w+|(session|local)_preload_libraries|auto_explain\..*|pgaudit\..*)$/;

/** Resets those on the copy, but not those of the `spared` roles. @returns one line for each that went. */
export async function resetStoredSettings(session: Session, spared: string[]): Promise<string[]> {
  const stored = await rows<{ database: string | null; role: string | null; name: string }>(
    session,
    "read settings stored for databases and roles",
    `select d.datname as database, r.rolname as role, pg_catalog.split_part(entry, '=', 1) as name
         from pg_catalog.pg_db_role_setting s
         cross join lateral pg_catalog.unnest(s.setconfig) as entry
         left join pg_catalog.pg_database d on d.oid = s.setdatabase
         left join pg_catalog.pg_roles r on r.oid = s.setrole
        order by 1, 2, 3`,
  );
  const lines: string[] = [];
  for (const { database, role, name } of stored.filter((setting) => dangerous.test(setting.name))) {
    if (role !== null && spared.includes(role)) continue;
    await reset(session, database, role, name);
    lines.push(
      `reset ${name} on the copy, stored for ${[database, role].filter(Boolean).join(" and ") || "all roles"}`,
    );
  }
  return lines;
}

async function reset(
  session: Session,
  database: string | null,
  role: string | null,
  name: string,
): Promise<void> {
  // A custom setting's name has a dot, which separates two identifiers here.
  const setting = name.split(".").map(ident).join(".");
  const owner =
    role === null && database !== null
      ? `database ${ident(database)}`
      : `role ${role === null ? "all" : ident(role)}${database === null ? "" : ` in database ${ident(database)}`}`;
  await run(session, `reset ${name} on the copy`, `alter ${owner} reset ${setting}`);
}
