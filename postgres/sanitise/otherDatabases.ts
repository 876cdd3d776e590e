import { rows, row, targetOf, withSession } from "../connection";
import type { CopySession } from "../guard";

/** Another database of the same server that holds something. */
export interface OtherDatabase {
  name: string;
  /** Tables of users, or why that cannot be known. */
  holds: string;
}

/**
 * Databases beside this one in which user tables or large objects stand: they came along in the snapshot, and one set of rules speaks of
 * one database. Looks into each over a read-only session with the same login. `template0` and RDS's own are left out.
 */
export async function findOtherDatabases(copy: CopySession): Promise<OtherDatabase[]> {
  const databases = await rows<{ name: string; open: boolean }>(
    copy,
    "listing the databases of the server",
    `select datname::text as name, datallowconn as open from pg_catalog.pg_database
      where datname not in (current_database(), 'template0', 'rdsadmin') order by 1`,
  );
  const found: OtherDatabase[] = [];
  for (const { name, open } of databases) {
    const holds = open ? await look(copy, name) : "it admits no connection, so it cannot be looked into";
    if (holds !== undefined) found.push({ name, holds });
  }
  return found;
}

async function look(copy: CopySession, database: string): Promise<string | undefined> {
  const target = { ...targetOf(copy), database };
  return withSession(
    target,
    { applicationName: "prodcopy other databases", readOnly: true },
    async (session) => {
      const { tables, objects } = await row<{ tables: number; objects: number }>(
        session,
        `looking into the database ${database}`,
        `select (select count(*)::int from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
                where c.relkind in ('r', 'p', 'm') and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_'
                  and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_class'::regclass
                    and d.objid = c.oid and d.deptype = 'e')) as tables,
              (select count(*)::int from pg_catalog.pg_largeobject_metadata) as objects`,
      );
      if (tables === 0 && objects === 0) return undefined;
      return `${tables} tables${objects > 0 ? ` and ${objects} large objects` : ""}`;
    },
  );
}

/** @throws when another database holds something. */
export async function refuseOtherDatabases(copy: CopySession): Promise<void> {
  const others = await findOtherDatabases(copy);
  if (others.length === 0) return;
  throw new Error(
    `refused: the copy's server also holds ${others.map((one) => `the database ${one.name} (${one.holds})`).join(", ")}, ` +
      "and the rules speak of one database only. What stands there would stay as it is in production. Nothing was changed. " +
      "Move it off this production server, or drop it there",
  );
}
