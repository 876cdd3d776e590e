/**
 * PostgreSQL's own messages carry rows ("Failing row contains (...)", "Key (email)=(...) already exists", COPY's context).
 * This is the one place where its errors become ours: code, table, constraint and column stay, everything that may hold a
 * value is dropped. Rule: decisions of the project, number 15.
 */
interface PgErrorShape {
  code?: string;
  message?: string;
  schema?: string;
  table?: string;
  column?: string;
  constraint?: string;
  dataType?: string;
  severity?: string;
}

/** Messages whose text never holds a value: names and states of the server only. */
const harmlessClasses = ["08", "28", "3D", "3F", "42", "53", "55", "57", "58", "0A", "2B"];

/** SQLSTATE's connection_failure; `pg` gives no code when the other side is gone. */
const connectionFailure = "08006";
const brokenOff = /^(Connection terminated|Client has encountered a connection error|timeout expired)/;

/** What the system says of a connection that broke or could not be made. */
const systemCodes = "ECONNRESET ECONNREFUSED ECONNABORTED EPIPE ETIMEDOUT EHOSTUNREACH ENETUNREACH".split(
  " ",
);
/** The server is shut down, has crashed, or starts. */
const serverAway = ["57P01", "57P02", "57P03"];

/** Whether it failed because the connection broke or the server was out of reach: the same may work when it is there again. */
export function isLostConnection(error: unknown): boolean {
  const { code } = safeDatabaseError(error, "");
  return code.startsWith("08") || serverAway.includes(code) || systemCodes.includes(code);
}

export class DatabaseError extends Error {
  constructor(
    message: string,
    /** SQLSTATE, or Node's error code when the connection itself failed. */
    readonly code: string,
  ) {
    super(message);
    this.name = "DatabaseError";
  }
}

/** Turns anything that `pg` throws into an error that is safe to show. `doing` says what was attempted, e.g. "mask public.member". */
export function safeDatabaseError(error: unknown, doing: string): DatabaseError {
  if (error instanceof DatabaseError) return error;
  const e = (error ?? {}) as PgErrorShape;
  const code = e.code ?? (brokenOff.test(e.message ?? "") ? connectionFailure : "unknown");
  const where = [
    e.table && `table ${e.schema ? `${e.schema}.` : ""}${e.table}`,
    e.column && `column ${e.column}`,
    e.constraint && `constraint ${e.constraint}`,
    e.dataType && `type ${e.dataType}`,
  ].filter(Boolean);
  const isServerError = typeof e.severity === "string";
  // A syntax error quotes the text near it, which may be a literal.
  const mayShow = !isServerError || (harmlessClasses.includes(code.slice(0, 2)) && code !== "42601");
  const text =
    mayShow && e.message ? e.message : "the server's message is withheld because it may hold a row";
  const named = isServerError ? `SQLSTATE ${code}` : code;
  return new DatabaseError(
    `${doing} failed: ${text} (${named}${where.length > 0 ? `; ${where.join(", ")}` : ""})`,
    code,
  );
}
