import { ident, literal, rows, run } from "../connection";
import type { CopySession } from "../guard";
import { scanQuery, type Search } from "./finds";

/** A condition on a database's number: it is the one of the session. */
const own = (oid: string) => `${oid} = (select oid from pg_database where datname = current_database())`;

/** Comments on databases and roles stand outside of every database; the command's keyword by the catalogue they belong to. */
const sharedComments = (wholeServer: boolean) => `
  select 'database ' || quote_ident(b.datname), d.description from pg_shdescription d
    join pg_database b on b.oid = d.objoid and d.classoid = 'pg_database'::regclass${wholeServer ? "" : ` and ${own("b.oid")}`}
  union all select 'role ' || quote_ident(r.rolname), d.description from pg_shdescription d
    join pg_roles r on r.oid = d.objoid and d.classoid = 'pg_authid'::regclass${wholeServer ? "" : " and false"}`;

const settings = (wholeServer: boolean) => `
  select s.setdatabase || ',' || s.setrole || ',' || split_part(v, '=', 1), v from pg_db_role_setting s, unnest(s.setconfig) v${wholeServer ? "" : ` where ${own("s.setdatabase")}`}`;

/**
 * Removes comments on databases and roles that name a person, and resets settings of databases and roles that do: none of
 * them belongs to a table, so no rule speaks of them, and the copy works without. What was removed is returned by name.
 * @param wholeServer whether roles and the server's other databases belong to the copy, too
 */
export async function clearSharedText(
  copy: CopySession,
  search: Search,
  wholeServer: boolean,
): Promise<string[]> {
  const found = async (texts: string) =>
    rows<{ key: string }>(
      copy,
      "scanning comments and settings of databases and roles",
      `select distinct key from (${scanQuery(`select row_number() over ()::int, false, c.what, 1, c.x from (${texts}) c(what, x)`, search)}) f`,
    );
  const removed: string[] = [];
  for (const { key } of await found(sharedComments(wholeServer))) {
    await run(copy, `removing the comment on ${key}`, `comment on ${key} is null`);
    removed.push(`comment on ${key}`);
  }
  for (const { key } of await found(settings(wholeServer))) removed.push(await resetSetting(copy, key));
  return removed;
}

async function resetSetting(copy: CopySession, key: string): Promise<string> {
  const [database, role, ...name] = key.split(",");
  const [names] = await rows<{ database: string | null; role: string | null }>(
    copy,
    "naming a setting's place",
    `select (select datname from pg_database where oid = ${literal(database!)}::oid) as database,
            (select rolname from pg_roles where oid = ${literal(role!)}::oid) as role`,
  );
  const inDatabase = names?.database ? `database ${ident(names.database)}` : undefined;
  const place = names?.role
    ? `role ${ident(names.role)}${inDatabase === undefined ? "" : ` in ${inDatabase}`}`
    : (inDatabase ?? "role all");
  const setting = name.join(",").split(".").map(ident).join(".");
  await run(copy, `resetting ${setting} of ${place}`, `alter ${place} reset ${setting}`);
  return `setting ${name.join(",")} of ${place}`;
}

/** Settings and comments of databases and roles as `(what it is, text)`, for the scan. */
export const sharedTexts = (wholeServer: boolean) => `
  select 'setting of ' || coalesce('database ' || d.datname, '') || coalesce(' role ' || nullif(s.setrole, 0)::regrole, ''), v
    from pg_db_role_setting s left join pg_database d on d.oid = s.setdatabase, unnest(s.setconfig) v
    ${wholeServer ? "" : `where ${own("s.setdatabase")}`}
  union all select 'comment in the cluster', d.description from pg_shdescription d
    ${wholeServer ? "" : `where d.classoid = 'pg_database'::regclass and ${own("d.objoid")}`}`;
