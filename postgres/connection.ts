import { Client, escapeIdentifier, escapeLiteral, type QueryResultRow } from "pg";
import { safeDatabaseError } from "./errors";

export interface ConnectionTarget {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
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
    ssl: false,
  });
  // A server that goes away emits here as well as rejecting the running query; the rejection is the one we handle.
  session.on("error", () => undefined);
  try {
    await session.connect();
  } catch (error) {
    await session.end().catch(() => undefined);
    throw safeDatabaseError(
      error,
      `connecting to ${target.user}@${target.host}:${target.port}/${target.database}`,
    );
  }
  try {
    return await use(session);
  } finally {
    await session.end().catch(() => undefined);
  }
}

export async function withTransaction<T>(session: Session, use: () => Promise<T>): Promise<T> {
  await session.query("begin");
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
