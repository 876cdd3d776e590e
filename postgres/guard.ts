import { TLSSocket } from "node:tls";
import { row, type Session } from "./connection";
import { type Endpoint, mayBeSameServer, resolveEndpoints, sameEndpoint, showEndpoint } from "./endpoints";
import { type Proven, proof } from "./proof";

declare const copyBrand: unique symbol;

/**
 * A session on a server that was proven, on this very connection, to be the copy. Everything in `postgres/` that changes
 * something takes this type, and only `assertIsCopy` makes one, or `asNamedCopy` for a database that a person names: a statement
 * cannot reach a server that was not checked.
 */
export type CopySession = Session & { readonly [copyBrand]: true };

/** What a connection shows of its server, and what the platform says that it must show. */
export interface ServerIdentity {
  /** `cluster_name` on `local`: carries the copy's id and resourceId. */
  clusterName: string | undefined;
  dataDirectory: string | undefined;
  /** Every address by which the server can be reached, as `address:port`. */
  endpoints: string[];
  /**
   * The host name or address in the server's certificate. On `aws` each server has a certificate of its own for its endpoint, while all of them
   * have one data directory and one cluster name; undefined where servers have none.
   */
  certificateName?: string;
}

/** What the server behind a session shows of itself. */
export interface SeenServer {
  clusterName: string | undefined;
  /** Undefined when this user may not read it (neither superuser nor `pg_read_all_settings`). */
  dataDirectory: string | undefined;
  /** As the server sees the connection; undefined on a Unix socket. */
  server: Endpoint | undefined;
  /** What was dialled, resolved; empty on a Unix socket. */
  dialled: Endpoint[];
  /** Its certificate; undefined unless the connection is encrypted and the certificate was found to be trusted. */
  certificate: { names: string[]; fingerprint: string } | undefined;
  standby: boolean;
  readOnly: boolean;
}

/**
 * Proves on this connection that its server is `expected` and none of `forbidden` (production, by every identity that is
 * known of it). The first act of every stage that changes something. Reads only.
 *
 * Each fact that both sides know must agree, and at least one must be known to both. A user who may not read
 * `data_directory` is proven by `cluster_name` and the server's endpoint; on a Unix socket there is no endpoint.
 * @throws when anything speaks against it, naming what was found and what was expected; nothing has been changed then.
 */
export async function assertIsCopy(
  session: Session,
  expected: ServerIdentity,
  forbidden: ServerIdentity[],
): Promise<CopySession> {
  return (await proveIsCopy(session, expected, forbidden)).value;
}

/** `assertIsCopy` with the evidence that it found, for the report. */
export async function proveIsCopy(
  session: Session,
  expected: ServerIdentity,
  forbidden: ServerIdentity[],
): Promise<Proven<CopySession>> {
  const known = forbidden.filter(
    (one) => one.clusterName ?? one.dataDirectory ?? one.endpoints[0] ?? one.certificateName,
  );
  if (known.length === 0 || known.length < forbidden.length) {
    throw new Error(
      "refused: the guard was not told how production can be recognised, so it cannot rule it out; nothing was changed",
    );
  }
  const seen = await lookAtServer(session);
  for (const production of known) {
    const match = await whyProduction(seen, production);
    if (match) throw refusal(`this connection leads to production (${match})`, seen, expected);
  }
  if (seen.standby) throw refusal("the server is a standby of another one", seen, expected);
  if (seen.readOnly) throw refusal("the session is read-only, as sessions on production are", seen, expected);
  const evidence = await matches(seen, expected);
  return {
    value: session as CopySession,
    proofs: [
      proof(
        "This connection leads to the copy and not to production.",
        `${evidence.join(", ")}; none of it is production's${
          seen.dataDirectory === undefined ? "; data_directory may not be read by this user" : ""
        }`,
      ),
    ],
  };
}

/** What the server behind this session shows of itself. Reads only. */
export async function lookAtServer(session: Session): Promise<SeenServer> {
  // Names are qualified: a search_path that came along with the copy must not answer in the server's place.
  const facts = await row<{
    cluster: string;
    directory: string | null;
    address: string | null;
    port: number | null;
    standby: boolean;
    read_only: string;
  }>(
    session,
    "asking the server who it is",
    `select pg_catalog.current_setting('cluster_name') as cluster,
            (select setting from pg_catalog.pg_settings where name = 'data_directory') as directory,
            pg_catalog.host(pg_catalog.inet_server_addr()) as address,
            pg_catalog.inet_server_port() as port,
            pg_catalog.pg_is_in_recovery() as standby,
            pg_catalog.current_setting('transaction_read_only') as read_only`,
  );
  const onSocket = session.host.startsWith("/");
  return {
    clusterName: facts.cluster === "" ? undefined : facts.cluster,
    dataDirectory: facts.directory ?? undefined,
    server:
      facts.address === null || facts.port === null
        ? undefined
        : { address: facts.address, port: facts.port },
    dialled: onSocket ? [] : await resolveEndpoints([`${session.host}:${session.port}`]),
    certificate: trustedCertificate(session),
    standby: facts.standby,
    readOnly: facts.read_only === "on",
  };
}

/** Names are host names and addresses, in small letters. */
function trustedCertificate(session: Session): SeenServer["certificate"] {
  const { stream } = session.connection;
  if (!(stream instanceof TLSSocket) || !stream.authorized) return undefined;
  const { subjectaltname = "", fingerprint256 } = stream.getPeerCertificate();
  const names = subjectaltname.split(", ").map((name) => /^(?:DNS|IP Address):(.+)$/.exec(name)?.[1]);
  return {
    names: names.filter((name) => name !== undefined).map((name) => name.toLowerCase()),
    fingerprint: fingerprint256,
  };
}

/** What of the server is production's, in words; undefined when nothing is. One agreement is enough to refuse. */
export async function whyProduction(
  seen: SeenServer,
  production: ServerIdentity,
): Promise<string | undefined> {
  if (production.clusterName !== undefined && seen.clusterName === production.clusterName) {
    return `cluster_name "${production.clusterName}" is production's`;
  }
  if (production.dataDirectory !== undefined && seen.dataDirectory === production.dataDirectory) {
    return `data directory ${production.dataDirectory} is production's`;
  }
  if (
    production.certificateName !== undefined &&
    seen.certificate?.names.includes(production.certificateName)
  ) {
    return `the server's certificate is for ${production.certificateName}, which is production's`;
  }
  const theirs = await resolveEndpoints(production.endpoints);
  const routes = seen.server ? [seen.server, ...seen.dialled] : seen.dialled;
  // Who has a certificate of its own is not to be found under other addresses of this machine.
  const alike = production.certificateName === undefined ? mayBeSameServer : sameEndpoint;
  const same = routes.find((route) => theirs.some((endpoint) => alike(route, endpoint)));
  return same && `endpoint ${showEndpoint(same)} is production's`;
}

/** The facts that agree, in words. @throws when one differs or none is known to both sides. */
async function matches(seen: SeenServer, expected: ServerIdentity): Promise<string[]> {
  const agreed: string[] = [];
  if (expected.clusterName !== undefined) {
    if (seen.clusterName !== expected.clusterName) {
      throw refusal("cluster_name is not the copy's", seen, expected);
    }
    agreed.push(`cluster_name "${expected.clusterName}"`);
  }
  if (expected.dataDirectory !== undefined && seen.dataDirectory !== undefined) {
    if (seen.dataDirectory !== expected.dataDirectory) {
      throw refusal("the data directory is not the copy's", seen, expected);
    }
    agreed.push("data_directory");
  }
  if (expected.certificateName !== undefined) {
    if (seen.certificate?.names.includes(expected.certificateName) !== true) {
      throw refusal("the server's certificate is not the copy's", seen, expected);
    }
    agreed.push(`a trusted certificate for ${expected.certificateName}`);
  }
  const server = seen.server;
  if (expected.endpoints.length > 0 && server) {
    const own = await resolveEndpoints(expected.endpoints);
    if (!own.some((endpoint) => sameEndpoint(endpoint, server))) {
      throw refusal("the server's endpoint is not the copy's", seen, expected);
    }
    agreed.push(`endpoint ${showEndpoint(server)}`);
  }
  if (agreed.length === 0) throw refusal("nothing shows that it is the copy", seen, expected);
  return agreed;
}

function refusal(why: string, seen: SeenServer, expected: ServerIdentity): Error {
  const found = [
    `cluster_name ${seen.clusterName ? `"${seen.clusterName}"` : "not set"}`,
    `data_directory ${seen.dataDirectory ?? "not readable by this user"}`,
    `endpoint ${seen.server ? showEndpoint(seen.server) : "none (Unix socket)"}`,
    seen.certificate && `certificate for ${seen.certificate.names.join(" and ")}`,
    seen.dialled.length > 0 && `dialled ${seen.dialled.map(showEndpoint).join(" ")}`,
  ].filter(Boolean);
  const wanted = [
    expected.clusterName && `cluster_name "${expected.clusterName}"`,
    expected.dataDirectory && `data_directory ${expected.dataDirectory}`,
    expected.endpoints.length > 0 && `endpoint ${expected.endpoints.join(" or ")}`,
    expected.certificateName && `a trusted certificate for ${expected.certificateName}`,
  ].filter(Boolean);
  return new Error(
    `refused: ${why}. Found: ${found.join(", ")}. Expected the copy: ${wanted.join(", ") || "nothing known"}. ` +
      "Nothing was changed. Look up where the copy is (`prodcopy status`) and which address the stage was given.",
  );
}
