import { row, rows, type Session } from "../../../postgres/connection";
import { proof, type Proof } from "../../../postgres/proof";
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

/** Proves settings by what the server itself shows. @throws naming the first that differs. */
export async function proveSettings(
  session: Session,
  claim: string,
  expected: Record<string, string>,
): Promise<Proof> {
  const names = Object.keys(expected);
  const seen = await rows<{ name: string; value: string; pending: boolean }>(
    session,
    "read the copy's settings",
    `select name, pg_catalog.current_setting(name) as value, pending_restart as pending
       from pg_catalog.pg_settings where name = any($1)`,
    [names],
  );
  for (const name of names) {
    const found = seen.find((setting) => setting.name === name);
    if (found?.value !== expected[name] || found?.pending) {
      throw new Error(
        `${claim} That could not be proven: ${name} is ${found?.value ?? "unknown to this server"}` +
          `${found?.pending ? " and waits for a restart" : ""}, and should be ${expected[name]}`,
      );
    }
  }
  return proof(claim, names.map((name) => `${name} = ${expected[name]}`).join(", "));
}
