import { row, type Session } from "../../../postgres/connection";
import { startRecorded, withSocketSession } from "../server";
import type { Copy } from "../copy";

/**
 * The platform's own session on a copy, by the private socket. It is first proven, on this very session, to lead to this
 * copy: the socket could have been replaced by another server's.
 */
export async function withCopyServer<T>(
  copy: Pick<Copy, "id" | "server">,
  database: string,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const { server } = copy;
  await startRecorded(server);
  return withSocketSession(server, database, async (session) => {
    const seen = await row<{ cluster: string; directory: string }>(
      session,
      "ask the server who it is",
      "select pg_catalog.current_setting('cluster_name') as cluster, pg_catalog.current_setting('data_directory') as directory",
    );
    if (seen.cluster !== server.clusterName || seen.directory !== server.dataDirectory) {
      throw new Error(
        `refused: the socket of the copy ${copy.id} leads to the server ${JSON.stringify(seen.cluster)} in ${seen.directory}, ` +
          `not to ${JSON.stringify(server.clusterName)} in ${server.dataDirectory}. Nothing was changed`,
      );
    }
    return use(session);
  });
}
