import {
  withSession,
  type ConnectionTarget,
  type Session,
  type SessionOptions,
} from "../postgres/connection";
import { DatabaseError } from "../postgres/errors";

/** A session of a command that changes nothing whatever happens. @throws what failed, and says so. */
export async function reading<T>(
  target: ConnectionTarget,
  options: SessionOptions,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  try {
    return await withSession(target, options, use);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    throw new Error(`${error.message}\nNothing was changed.`, { cause: error });
  }
}
