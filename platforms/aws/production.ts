import type { ConnectionTarget } from "../../postgres/connection";
import type { ServerIdentity } from "../../postgres/guard";
import type { ProductionRef } from "../platform";
import type { Aws } from "./clients";
import { readConnectionSecret } from "./connectionSecret";
import { findServer, type RdsServer } from "./server";

/** Production's server. @throws when there is none of that name in this account and region. */
export async function productionServer(aws: Aws, source: string): Promise<RdsServer & { host: string }> {
  const server = await findServer(aws, source);
  if (server?.host !== undefined) return { ...server, host: server.host };
  throw new Error(
    `There is no database instance or cluster ${JSON.stringify(source)} in account ${await aws.account()}, ${aws.settings.region}` +
      `${server === undefined ? "" : ` that has an endpoint (it is ${server.status})`}. Nothing was changed. Correct prodcopy:production.`,
  );
}

export async function productionRef(aws: Aws, source: string): Promise<ProductionRef> {
  const server = await productionServer(aws, source);
  const { host, port, resourceId, adminUser } = server;
  return { source, host, port, database: databaseOf(aws, server), resourceId, adminUser };
}

/** The application's database: the configured one, else the one that was made with the server. */
export function databaseOf({ settings }: Aws, { database }: Pick<RdsServer, "database">): string {
  return settings.database ?? database ?? "postgres";
}

/**
 * Where a read-only session on production is opened, with the credential of the configured secret; undefined without one. Wherever
 * the secret says that production is, the server of that name is meant, and another one is refused.
 */
export async function productionTarget(aws: Aws, source: string): Promise<ConnectionTarget | undefined> {
  const { productionCredential: named } = aws.settings;
  if (named === undefined) return undefined;
  const { host, port, database } = await productionRef(aws, source);
  const { SecretString } = await aws.secretsManager.getSecretValue({ SecretId: named.secret });
  const secret = readConnectionSecret(named.secret, SecretString, named);
  if (secret.host !== undefined && secret.host.toLowerCase() !== host.toLowerCase()) {
    throw new Error(
      `The secret ${named.secret} is of another server (${secret.host}) than production ${source} (${host}). ` +
        "Nothing was changed. Correct prodcopy:productionCredential.",
    );
  }
  return { host, port, database, user: secret.user, password: secret.password };
}

/** By what production is known and refused: its address, and the name in its certificate. */
export async function productionIdentity(aws: Aws, source: string): Promise<ServerIdentity> {
  const { host, port } = await productionServer(aws, source);
  return identityOf(host, [`${host}:${port}`]);
}

/**
 * All of RDS has one data directory and no cluster name; the certificate, signed by the region's authority for just this endpoint,
 * is what no other server can show.
 */
export function identityOf(host: string, endpoints: string[]): ServerIdentity {
  return { clusterName: undefined, dataDirectory: undefined, endpoints, certificateName: host.toLowerCase() };
}
