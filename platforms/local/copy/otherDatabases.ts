import { ident, row, rows, run, type Session } from "../../../postgres/connection";
import { proof, type Log, type Proof } from "../../../postgres/proof";
import type { Copy } from "../copy";
import { withCopyServer } from "./session";

/**
 * A physical copy brings every database of production's server along, and the rules are about one. The others were not
 * sanitised and nobody needs them here, so they are dropped; those that every server has must be empty.
 * @throws when one of these holds tables.
 */
export async function removeOtherDatabases(copy: Copy, session: Session, log: Log): Promise<Proof> {
  const { database } = copy.record;
  const every = ["postgres", "template0", "template1"];
  const found = await rows<{ datname: string }>(
    session,
    "list the databases of the copy",
    "select datname from pg_catalog.pg_database where datname <> all($1) order by 1",
    [[database, ...every]],
  );
  for (const { datname } of found) {
    log(
      `dropping the database ${JSON.stringify(datname)} from the copy: the rules are about ${JSON.stringify(database)} alone`,
    );
    await run(
      session,
      "allow a template to be dropped",
      `alter database ${ident(datname)} is_template false`,
    );
    await run(
      session,
      `drop the database ${datname} from the copy`,
      `drop database ${ident(datname)} with (force)`,
    );
  }
  for (const name of ["postgres", "template1"].filter((one) => one !== database)) {
    await assertEmpty(copy, name);
  }
  const dropped = found.map(({ datname }) => JSON.stringify(datname)).join(", ");
  return proof(
    "No other database of production is left on the copy.",
    `${dropped === "" ? "there was none" : `dropped: ${dropped}`}; postgres and template1 hold no tables`,
  );
}

async function assertEmpty(copy: Copy, database: string): Promise<void> {
  const { tables } = await withCopyServer(copy, database, (inside) =>
    row<{ tables: string }>(
      inside,
      `look for tables in ${database}`,
      `select pg_catalog.count(*)::text as tables from pg_catalog.pg_class c
        where c.oid >= 16384 and c.relkind in ('r', 'm', 'p')
          and not exists (select from pg_catalog.pg_depend d where d.objid = c.oid and d.deptype = 'e')`,
    ),
  );
  if (tables === "0") return;
  throw new Error(
    `the database ${database} on the copy ${copy.id} holds ${tables} tables, and no rules cover it. Drop them in production if nobody needs ` +
      "them, or move them into the application's database; the copy stays in quarantine",
  );
}
