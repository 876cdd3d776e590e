import type { ConnectionTarget } from "../../postgres/connection";
import { assertIsCopy } from "../../postgres/guard";
import { asCopy, elsewhere } from "./copies";
import { useEmbeddedServer } from "./embedded";
import type { AsCopy } from "./sanitise";
import { useScratchServer } from "./servers";

/** Where the suite runs: the server of all tests, and the embedded PostgreSQL, which is another major version. */
export interface Place {
  target: (database: string) => ConnectionTarget;
  asCopy: AsCopy;
  dataDirectory: string;
}

export function scratchPlace(settings: Record<string, string>): () => Place {
  const server = useScratchServer(settings);
  return () => ({
    target: server().target,
    asCopy: (session) => asCopy(session, server().handle),
    dataDirectory: server().handle.dataDirectory,
  });
}

export function embeddedPlace(): () => Place {
  const server = useEmbeddedServer();
  return () => ({
    target: server().superuser,
    asCopy: (session) =>
      assertIsCopy(
        session,
        { clusterName: undefined, dataDirectory: server().dataDirectory, endpoints: [server().endpoint] },
        [elsewhere],
      ),
    dataDirectory: server().dataDirectory,
  });
}
