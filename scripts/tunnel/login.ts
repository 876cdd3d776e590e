import { SecretsManagerClient, GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { Signer } from "@aws-sdk/rds-signer";
import { accountCheck, connection, mapped } from "../../platforms/aws/clients";
import { readConnectionSecret } from "../../platforms/aws/connectionSecret";
import type { TunnelOrder } from "./order";

/** Where the tunnel leads and who logs in there. */
export interface Destination {
  host: string;
  port: number;
  database: string;
  user: string;
  /** The password of this moment; empty when the person's own way of giving it is used. */
  password: () => Promise<string>;
  /** How long such a password can be used, in milliseconds; undefined for as long as it is the role's. */
  lastsMs: number | undefined;
}

/** A token of IAM opens a connection for 15 minutes (Amazon RDS User Guide, "IAM database authentication"); renewed well before. */
const tokenLastsMs = 10 * 60_000;

/** Reads the secret, where one is named, and fills in what was not typed. @throws when host, database or user is still not known. */
export async function destinationOf(order: TunnelOrder): Promise<Destination> {
  const { request, login } = order;
  const secret = login.by === "secret" ? await readSecret(order, login.secret, login.key) : undefined;
  const host = request.database.host ?? secret?.host;
  const port = request.database.port ?? secret?.port ?? 5432;
  const database = order.database ?? secret?.database;
  const user = order.user ?? secret?.user;
  const missing = [
    host === undefined && "--host",
    database === undefined && "--database",
    user === undefined && "--user",
  ].filter((one) => one !== false);
  if (host === undefined || database === undefined || user === undefined) {
    throw new Error(
      `The tunnel is not opened: neither the options nor the secret say ${missing.join(", ")}.`,
    );
  }
  if (secret !== undefined && secret.user !== user) {
    throw new Error(
      `The tunnel is not opened: --user is ${user}, and the secret's password is that of ${secret.user}. Leave --user away.`,
    );
  }
  const signer = new Signer({ region: request.region, hostname: host, port, username: user });
  const check = accountCheck(request);
  const token = async () => {
    await check();
    return signer.getAuthToken();
  };
  return {
    host,
    port,
    database,
    user,
    password: login.by === "iam" ? token : () => Promise.resolve(secret?.password ?? ""),
    lastsMs: login.by === "iam" ? tokenLastsMs : undefined,
  };
}

async function readSecret({ request }: TunnelOrder, name: string, key: string | undefined) {
  const check = accountCheck(request);
  const client = mapped(new SecretsManagerClient(connection(request.region)), "secretsmanager", check);
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: name }));
  return readConnectionSecret(name, SecretString, key === undefined ? {} : { key });
}
