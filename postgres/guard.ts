import type { Session } from "./connection";

declare const copyBrand: unique symbol;

/**
 * A session on a server that was proven, on this very connection, to be the copy. Everything in `postgres/` that changes
 * something takes this type, and only `assertIsCopy` makes one: a statement cannot reach a server that was not checked.
 */
export type CopySession = Session & { readonly [copyBrand]: true };

/** What a connection shows of its server, and what the platform says that it must show. */
export interface ServerIdentity {
  /** `cluster_name` on `local`: carries the copy's id and resourceId. */
  clusterName: string | undefined;
  dataDirectory: string | undefined;
  /** Every address by which the server can be reached, as `address:port`. */
  endpoints: string[];
}
