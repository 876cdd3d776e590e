import type { ConnectionTarget } from "../../postgres/connection";
import type { ServerIdentity } from "../../postgres/guard";
import type { ProductionRef } from "../platform";
import type { Aws } from "./clients";
import { readConnectionSecret } from "./connectionSecret";
import { findServer, type RdsServer } from "./server";
import { listSnapshots } from "./snapshot/find";

type Named = RdsServer & { host: string };

/**
 * Production's server in this account, which shall be changed or read through RDS.
 * @param done what cannot be done otherwise, for the error: "cloned"
 * @throws when production is in another account, or there is none of that name in this account and region.
 */
export async function ownProduction(aws: Aws, source: string, done: string): Promise<Named> {
  const { productionElsewhere } = aws.settings;
  if (productionElsewhere !== undefined) {
    throw new Error(
      `Production "${source}" is in another account (${productionElsewhere.accounts.join(", ")}) and cannot be ${done} from here. Nothing was changed. ` +
        "Take a manual snapshot there under a customer managed key, share it and the key with this account, set prodcopy:snapshot to latest " +
        "or to the snapshot's ARN, and leave the safety snapshot to that account.",
    );
  }
  return productionServer(aws, source);
}

async function productionServer(aws: Aws, source: string): Promise<Named> {
  const server = await findServer(aws, source);
  if (server?.host !== undefined) return { ...server, host: server.host };
  throw new Error(
    `There is no database instance or cluster ${JSON.stringify(source)} in account ${await aws.account()}, ${aws.settings.region}` +
      `${server === undefined ? "" : ` that has an endpoint (it is ${server.status})`}. Nothing was changed. Correct prodcopy:production, or say with ` +
      "prodcopy:productionElsewhere that it is in another account.",
  );
}

/** Production's server where this account can describe it; undefined for one in another account, or one that is gone. */
export async function describedProduction(aws: Aws, source: string): Promise<RdsServer | undefined> {
  return aws.settings.productionElsewhere === undefined ? findServer(aws, source) : undefined;
}

/** Of production in another account its snapshots tell what its endpoint does not. */
export async function productionRef(aws: Aws, source: string): Promise<ProductionRef> {
  const { productionElsewhere, database } = aws.settings;
  if (productionElsewhere !== undefined) {
    const { host, port } = productionElsewhere;
    const newest = (await listSnapshots(aws, source)).at(-1);
    const { sourceResourceId: resourceId = "", adminUser = "" } = newest ?? {};
    return { source, host, port, database: database ?? "postgres", resourceId, adminUser };
  }
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
  if (aws.settings.productionElsewhere !== undefined && aws.settings.database === undefined) {
    throw new Error(
      `Production "${source}" is in another account, which does not tell its database's name. Nothing was changed. Set prodcopy:database beside prodcopy:productionCredential.`,
    );
  }
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

/**
 * By what production is known and refused: its address, and the name in its certificate. Of one in another account the name alone: networks of
 * two accounts may use one address twice.
 */
export async function productionIdentity(aws: Aws, source: string): Promise<ServerIdentity> {
  const { productionElsewhere } = aws.settings;
  if (productionElsewhere !== undefined) return identityOf(productionElsewhere.host, []);
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
