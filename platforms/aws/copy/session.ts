import { withSession, type ConnectionTarget, type Session } from "../../../postgres/connection";
import { assertIsCopy } from "../../../postgres/guard";
import type { SecretStore } from "../../platform";
import type { Aws } from "../clients";
import type { Copy } from "../copy";
import { databaseOf, identityOf, productionIdentity } from "../production";
import { tagOf } from "../tags";

/** By which a server is dialled and its administrator's secret is read. */
export interface Way {
  secrets: SecretStore;
  reach(target: ConnectionTarget): Promise<ConnectionTarget>;
}

/**
 * The platform's own session on a copy, as its administrator with the password that the stage rotate made. It is first proven, on this very
 * session, to lead to the copy and not to production. `database` defaults to the application's.
 */
export async function withCopyServer<T>(
  aws: Aws,
  way: Way,
  copy: Copy,
  use: (session: Session) => Promise<T>,
  database = databaseOf(aws, copy),
): Promise<T> {
  const { host, port, adminUser: user } = copy;
  const { password } = await way.secrets.get(`${copy.id}/admin`);
  if (password === undefined) throw new Error(`The secret ${copy.id}/admin holds no password.`);
  const target = await way.reach({ host, port, database, user, password });
  const source = tagOf(copy.tags, "source") ?? "";
  const forbidden = await productionIdentity(aws, source);
  return withSession(
    target,
    { applicationName: `prodcopy platform ${copy.id}`.slice(0, 50) },
    async (session) => {
      await assertIsCopy(session, identityOf(host, []), [forbidden]);
      return use(session);
    },
  );
}
