import { withSession, type ConnectionTarget, type Session } from "../connection";
import type { CopySession } from "../guard";
import { identityOf } from "./standing";

/**
 * Takes a session for the copy on the word of a person: after `whyNotSanitise` found nothing on a session of the same server
 * and database. That it is the same is proven on this very session.
 * @throws when it leads elsewhere, or may not write.
 */
export async function asNamedCopy(session: Session, identity: string): Promise<CopySession> {
  const seen = await identityOf(session);
  if (seen !== identity) {
    throw new Error(
      "refused: this session leads to another server or database than the one that was looked at, or the server was " +
        "started anew in between. Nothing was changed; run it again",
    );
  }
  return session as CopySession;
}

/** Opens one more session on the database that was looked at. */
export function withNamedCopy<T>(
  target: ConnectionTarget,
  applicationName: string,
  identity: string,
  use: (copy: CopySession) => Promise<T>,
): Promise<T> {
  return withSession(target, { applicationName }, async (session) =>
    use(await asNamedCopy(session, identity)),
  );
}
