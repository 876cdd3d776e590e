import type { Pool } from "pg";
import { safeDatabaseError } from "../../../postgres/errors";
import type { DatabaseSettings } from "./settings";

/** What the application sees when it looks at its database. */
export type Sight = Reached | Unreached;

export interface Reached {
  reached: true;
  /** As the server itself says it, not as the settings do. */
  database: string;
  user: string;
  version: string;
  /** The server's own name (`cluster_name`); empty where it has none. */
  serverName: string;
  federation: Federation | { fault: string };
}

export interface Federation {
  members: number;
  clubs: number;
  /** The first few, in the order of their numbers. */
  some: Member[];
}

export interface Member {
  number: string;
  name: string;
  club: string;
  email: string;
}

export interface Unreached {
  reached: false;
  /** A sentence for a person. */
  reason: string;
  /** SQLSTATE, or Node's error code. */
  code: string;
}

const shownMembers = 8;

/** Never throws: what goes wrong is what the page and the health check have to say. */
export async function look(pool: Pool, settings: DatabaseSettings): Promise<Sight> {
  let server: Omit<Reached, "federation" | "reached"> | undefined;
  try {
    server = (
      await pool.query<Omit<Reached, "federation" | "reached">>(
        `select current_database() as database, current_user as "user",
                split_part(current_setting('server_version'), ' ', 1) as version, current_setting('cluster_name') as "serverName"`,
      )
    ).rows[0];
    if (server === undefined) {
      return { reached: false, reason: "The server answered with nothing.", code: "empty" };
    }
  } catch (error) {
    const { code, message } = safeDatabaseError(error, "looking at the database");
    return { reached: false, reason: reasonOf(code, message, settings), code };
  }
  try {
    return { reached: true, ...server, federation: await lookAtFederation(pool) };
  } catch (error) {
    const { code, message } = safeDatabaseError(error, "reading the members");
    if (isLost(code)) return { reached: false, reason: reasonOf(code, message, settings), code };
    return { reached: true, ...server, federation: { fault: faultOf(code, server.user) } };
  }
}

async function lookAtFederation(pool: Pool): Promise<Federation> {
  const counts = await pool.query<{ members: number; clubs: number }>(
    `select (select count(*)::int from member where kind = 'person') as members,
            (select count(*)::int from club) as clubs`,
  );
  // What is shown is cut here: a page must not grow with what somebody typed into a name.
  const some = await pool.query<Member>(
    `select m.membership_number::text as number, left(m.first_name || ' ' || m.last_name, 120) as name,
            left(coalesce(c.name, ''), 120) as club, left(m.email, 120) as email
       from member m left join club c on c.id = m.home_club_id
      where m.kind = 'person' order by m.id limit $1`,
    [shownMembers],
  );
  return { members: counts.rows[0]?.members ?? 0, clubs: counts.rows[0]?.clubs ?? 0, some: some.rows };
}

function isLost(code: string): boolean {
  return code.startsWith("08") || code.startsWith("57P") || code.startsWith("E") || code === "unknown";
}

function reasonOf(code: string, message: string, at: DatabaseSettings): string {
  const address = `${at.host}:${at.port}`;
  if (code === "ECONNREFUSED") return `Nothing answers at ${address}.`;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return `There is no host named ${at.host}.`;
  if (code === "28P01") return `The server at ${address} refuses the password of ${at.user}.`;
  if (code === "28000") return `The server at ${address} does not admit ${at.user} to ${at.name}.`;
  if (code === "3D000") return `There is no database ${at.name} at ${address}.`;
  if (code === "57P03") return `The server at ${address} is starting up or shutting down.`;
  if (code === "53300") return `The server at ${address} has no connection left.`;
  if (/timeout/i.test(message)) return `The server at ${address} does not answer in time.`;
  return `The server at ${address} cannot be used (${code}).`;
}

function faultOf(code: string, user: string): string {
  if (code === "42P01" || code === "42703") return "It does not hold the federation’s tables.";
  if (code === "42501") return `The login ${user} may not read the federation’s tables.`;
  if (code === "57014") return "Reading the members takes too long.";
  return `The members cannot be read (${code}).`;
}
