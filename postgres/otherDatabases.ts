import { ident, row, rows, run, type Session } from "./connection";
import { DatabaseError } from "./errors";
import { proof, type Log, type Proof } from "./proof";

export interface OtherDatabases {
  copyId: string;
  /** The database that the rules are about. */
  database: string;
  /** Databases that belong to the platform, e.g. RDS's `rdsadmin`. */
  spared: string[];
  /** A session on another database of the same server, which was proven to be the copy. */
  inside: <T>(database: string, use: (session: Session) => Promise<T>) => Promise<T>;
}

interface Found {
  name: string;
  owner: string;
  template: boolean;
}

/**
 * A physical copy brings every database of production's server along, and the rules are about one. The others were not
 * sanitised and nobody needs them here, so they are dropped; those that every server has must be empty.
 * @param session on a database that stays
 * @throws when one of these holds tables, or one of the others may not be dropped.
 */
export async function removeOtherDatabases(
  session: Session,
  which: OtherDatabases,
  log: Log,
): Promise<Proof> {
  const { database, spared } = which;
  const every = ["postgres", "template0", "template1"];
  const found = await rows<Found>(
    session,
    "list the databases of the copy",
    `select datname as name, pg_catalog.pg_get_userbyid(datdba) as owner, datistemplate as template
       from pg_catalog.pg_database where datname <> all($1) order by 1`,
    [[database, ...every, ...spared]],
  );
  for (const one of found) {
    log(
      `dropping the database ${JSON.stringify(one.name)} from the copy: the rules are about ${JSON.stringify(database)} alone`,
    );
    await drop(session, one);
  }
  for (const name of ["postgres", "template1"].filter((one) => one !== database)) {
    await assertEmpty(which, name);
  }
  const dropped = found.map(({ name }) => JSON.stringify(name)).join(", ");
  return proof(
    "No other database of production is left on the copy.",
    `${dropped === "" ? "there was none" : `dropped: ${dropped}`}; postgres and template1 hold no tables`,
  );
}

/** Who is no superuser drops what it owns, or what a role owns that it is a member of. */
async function drop(session: Session, { name, owner, template }: Found): Promise<void> {
  const statements = [
    ...(template ? [`alter database ${ident(name)} is_template false`] : []),
    `drop database ${ident(name)} with (force)`,
  ];
  const dropIt = async () => {
    for (const statement of statements) {
      await run(session, `drop the database ${name} from the copy`, statement);
    }
  };
  try {
    await dropIt();
  } catch (error) {
    if (!(error instanceof DatabaseError && error.code === "42501")) throw error;
    await run(
      session,
      `become a member of ${owner}, who owns the database ${name}`,
      `grant ${ident(owner)} to current_user`,
    );
    await dropIt();
  }
}

async function assertEmpty({ copyId, inside }: OtherDatabases, database: string): Promise<void> {
  const { tables } = await inside(database, (session) =>
    row<{ tables: string }>(
      session,
      `look for tables in ${database}`,
      `select pg_catalog.count(*)::text as tables from pg_catalog.pg_class c
        where c.oid >= 16384 and c.relkind in ('r', 'm', 'p')
          and not exists (select from pg_catalog.pg_depend d where d.objid = c.oid and d.deptype = 'e')`,
    ),
  );
  if (tables === "0") return;
  throw new Error(
    `the database ${database} on the copy ${copyId} holds ${tables} tables, and no rules cover it. Drop them in production if nobody needs ` +
      "them, or move them into the application's database; the copy stays in quarantine",
  );
}
