import { Client, escapeIdentifier, escapeLiteral, type QueryResultRow } from "pg";
import { DatabaseError, safeDatabaseError } from "./errors";
import { mayTryOtherwise, tlsAttempts, type Tls } from "./tls";

export interface ConnectionTarget {
  host: string;
  port: number;
  database: string;
  user: string;
  /** Empty when none is known: the server may ask for none. */
  password: string;
  /** For the message when the server refuses it: where the password was found, or looked for. Never the password. */
  passwordFrom?: string;
  /** Default: none, as between programs of one machine. */
  tls?: Tls;
}

export interface SessionOptions {
  /** Shown in pg_stat_activity; a stage finds the statement of its killed predecessor by it. */
  applicationName: string;
  /** Opens the session itself read-only; the only way in which production is ever opened. Default false. */
  readOnly?: boolean;
  /** How long the connection may take, in milliseconds. Default 10000. */
  connectTimeoutMs?: number;
}

/** An open session. Sessions are scopes: nobody but `withSession` ends one. */
export type Session = Client;

export async function withSession<T>(
  target: ConnectionTarget,
  options: SessionOptions,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await connect(target, options);
  try {
    return await use(session);
  } finally {
    await session.end().catch(() => undefined);
  }
}

async function connect(target: ConnectionTarget, options: SessionOptions): Promise<Session> {
  const attempts = tlsAttempts(target.tls, target.host);
  for (const [i, ssl] of attempts.entries()) {
    const session = new Client({
      host: target.host,
      port: target.port,
      database: target.database,
      user: target.user,
      password: target.password,
      application_name: options.applicationName,
      connectionTimeoutMillis: options.connectTimeoutMs ?? 10_000,
      keepAlive: true,
      // Said outright, so that neither PGOPTIONS nor PGSSLMODE of whoever calls us changes what a session is.
      options: `-c default_transaction_read_only=${options.readOnly ? "on" : "off"}`,
      ssl,
    });
    // A server that goes away emits here as well as rejecting the running query; the rejection is the one we handle.
    session.on("error", () => undefined);
    try {
      await session.connect();
      targets.set(session, target);
      return session;
    } catch (error) {
      await session.end().catch(() => undefined);
      if (i + 1 < attempts.length && mayTryOtherwise(error)) continue;
      throw connectFailure(error, target);
    }
  }
  throw new Error("there is no way to connect");
}

const targets = new WeakMap<Session, ConnectionTarget>();

/** How a session was opened, for another one beside it: with the same login, encrypted in the same way. */
export function targetOf(session: Session): ConnectionTarget {
  const target = targets.get(session);
  if (target === undefined) {
    throw new Error("this session was not opened here, so it is not known how to open another one");
  }
  return target;
}

function connectFailure(error: unknown, target: ConnectionTarget): Error {
  const { host, port, database, user, password, passwordFrom } = target;
  const doing = `connecting to ${user}@${host}:${port}/${database}`;
  const from = passwordFrom === undefined ? "" : `; ${passwordFrom}`;
  // What `pg` says then is about its own types.
  if (password === "" && /password must be a/.test((error as Error).message)) {
    return new DatabaseError(
      `${doing} failed: the server asks for a password, and none was given${from}`,
      wrongPassword,
    );
  }
  const safe = safeDatabaseError(error, doing);
  return safe.code === wrongPassword ? new DatabaseError(`${safe.message}${from}`, safe.code) : safe;
}

/** SQLSTATE's invalid_password. */
const wrongPassword = "28P01";

export async function withTransaction<T>(session: Session, use: () => Promise<T>): Promise<T> {
  await run(session, "begin", "begin");
  try {
    const value = await use();
    // Deferred constraints speak here, with rows in their words.
    await run(session, "commit", "commit");
    return value;
  } catch (error) {
    await session.query("rollback").catch(() => undefined);
    throw error;
  }
}

/** Rows of one query; errors come back safe. `doing` is the verb phrase of the error message. */
export async function rows<R extends QueryResultRow>(
  session: Session,
  doing: string,
  text: string,
  values: unknown[] = [],
): Promise<R[]> {
  try {
    return (await session.query<R>(text, values)).rows;
  } catch (error) {
    throw safeDatabaseError(error, doing);
  }
}

/** The first row of one query. @throws when there is none. */
export async function row<R extends QueryResultRow>(
  session: Session,
  doing: string,
  text: string,
  values: unknown[] = [],
): Promise<R> {
  const first = (await rows<R>(session, doing, text, values))[0];
  if (first === undefined) throw new Error(`${doing}: the server answered with no row`);
  return first;
}

/** One statement without result. */
export async function run(
  session: Session,
  doing: string,
  text: string,
  values: unknown[] = [],
): Promise<number> {
  try {
    return (await session.query(text, values)).rowCount ?? 0;
  } catch (error) {
    throw safeDatabaseError(error, doing);
  }
}

export const ident = escapeIdentifier;
export const literal = escapeLiteral;

/** A schema-qualified name, quoted. */
export function qualified(schema: string, name: string): string {
  return `${ident(schema)}.${ident(name)}`;
}
