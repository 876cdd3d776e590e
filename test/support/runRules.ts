import { ident } from "../../postgres/connection";
import { asCopy } from "./copies";
import { sanitiseWith } from "./sanitise";
import type { ScratchServer } from "./servers";

type Row = Record<string, unknown>;

/** Every row of every table of `public`, by table, in the order of `id` where there is one. */
export type Contents = Record<string, Row[]>;

let number = 0;

/**
 * Makes a database of its own by `sql`, runs rules on it (what stands below `tables:`; `more` are further lines of the file), and
 * answers its contents before and after with what the run said when it was refused. The database is gone afterwards.
 */
export async function runRules(
  server: ScratchServer,
  sql: string,
  tables: string,
  more = "",
): Promise<{ before: Contents; after: Contents; refused: string | undefined }> {
  const database = `ruled_${++number}`;
  await server.createDatabase(database);
  try {
    await server.as(database, (session) => session.query(sql));
    const read = () =>
      server.as(database, async (session) => {
        const { rows } = await session.query<{ name: string }>(
          `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition order by 1`,
        );
        const contents: Contents = {};
        for (const { name } of rows) {
          const found = await session.query<{ row: Row }>(
            `select to_jsonb(t) as row from ${ident(name)} t order by (to_jsonb(t) ->> 'id')::int, 1`,
          );
          contents[name] = found.rows.map((one) => one.row);
        }
        return contents;
      });
    const before = await read();
    let refused: string | undefined;
    await sanitiseWith(
      server.target(database),
      (session) => asCopy(session, server.handle),
      `database: ${database}\nallowed_domains: [example.invalid]\n${more}\ntables:\n${tables}`,
    ).catch((error: unknown) => {
      refused = (error as Error).message;
    });
    return { before, after: await read(), refused };
  } finally {
    // A run refuses a server that holds other databases.
    await server.as("postgres", (session) => session.query(`drop database ${ident(database)}`));
  }
}
