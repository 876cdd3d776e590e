import type { Session } from "../../postgres/connection";
import { assertIsCopy, type CopySession, type ServerIdentity } from "../../postgres/guard";
import type { ServerHandle } from "../../platforms/local/server";

/** What the platform would say of a scratch server that plays the copy. */
export function identityOf(handle: ServerHandle): ServerIdentity {
  return {
    clusterName: undefined,
    dataDirectory: handle.dataDirectory,
    endpoints: [`${handle.host}:${handle.port}`],
  };
}

/** A production that is somewhere else: TEST-NET-1, where no server can be (RFC 5737). */
export const elsewhere: ServerIdentity = {
  clusterName: "production-elsewhere",
  dataDirectory: "/nonexistent/production",
  endpoints: ["192.0.2.1:5432"],
};

/** A scratch server taken for the copy, by the real guard. */
export function asCopy(session: Session, handle: ServerHandle): Promise<CopySession> {
  return assertIsCopy(session, identityOf(handle), [elsewhere]);
}
