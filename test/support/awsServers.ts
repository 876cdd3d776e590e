import type { RDS } from "@aws-sdk/client-rds";
import { untilSettled, untilStatus } from "./sandbox";
import { addInstance, untilCluster, untilTaken } from "./sandboxClusters";

/** An RDS instance, or an Aurora cluster whose one instance is called `<id>-1`. */
export type ServerKind = "instance" | "cluster";

interface Server {
  host: string;
  port: number;
  /** The instance behind it, as the sandbox's own switches name it. */
  instance: string;
}

export interface NewServer {
  user: string;
  password: string;
  database?: string;
  group: string;
  /** Whether its storage is encrypted, or the key under which it is; without one the account's. */
  encrypted: boolean | string;
}

/** A new server with a week of backups. */
export async function makeServer(rds: RDS, kind: ServerKind, id: string, wanted: NewServer): Promise<Server> {
  const common = {
    MasterUsername: wanted.user,
    MasterUserPassword: wanted.password,
    StorageEncrypted: wanted.encrypted !== false,
    ...(typeof wanted.encrypted === "string" ? { KmsKeyId: wanted.encrypted } : {}),
    BackupRetentionPeriod: 7,
    VpcSecurityGroupIds: [wanted.group],
  };
  if (kind === "instance") {
    await rds.createDBInstance({
      ...common,
      DBInstanceIdentifier: id,
      DBInstanceClass: "db.t4g.micro",
      Engine: "postgres",
      DBName: wanted.database,
      AllocatedStorage: 20,
    });
  } else {
    await rds.createDBCluster({
      ...common,
      DBClusterIdentifier: id,
      Engine: "aurora-postgresql",
      DatabaseName: wanted.database,
    });
  }
  return untilServing(rds, kind, id);
}

/** A server from one of the snapshots of that kind, in this security group. */
export async function restoreServer(
  rds: RDS,
  kind: ServerKind,
  id: string,
  snapshot: string,
  group: string,
): Promise<Server> {
  const VpcSecurityGroupIds = [group];
  if (kind === "instance") {
    await rds.restoreDBInstanceFromDBSnapshot({
      DBInstanceIdentifier: id,
      DBSnapshotIdentifier: snapshot,
      VpcSecurityGroupIds,
    });
  } else {
    await rds.restoreDBClusterFromSnapshot({
      DBClusterIdentifier: id,
      SnapshotIdentifier: snapshot,
      Engine: "aurora-postgresql",
      VpcSecurityGroupIds,
    });
  }
  return untilServing(rds, kind, id);
}

/** A manual snapshot that another account may see. @returns its ARN */
export async function shareSnapshot(
  rds: RDS,
  kind: ServerKind,
  server: string,
  id: string,
  account: string,
): Promise<string> {
  const shared = { AttributeName: "restore", ValuesToAdd: [account] };
  if (kind === "cluster") {
    const DBClusterSnapshotIdentifier = id;
    await rds.createDBClusterSnapshot({ DBClusterIdentifier: server, DBClusterSnapshotIdentifier });
    const { DBClusterSnapshotArn = "" } = await untilTaken(rds, id);
    await rds.modifyDBClusterSnapshotAttribute({ DBClusterSnapshotIdentifier, ...shared });
    return DBClusterSnapshotArn;
  }
  const DBSnapshotIdentifier = id;
  await rds.createDBSnapshot({ DBInstanceIdentifier: server, DBSnapshotIdentifier });
  for (;;) {
    const { DBSnapshots } = await rds.describeDBSnapshots({ DBSnapshotIdentifier });
    if (DBSnapshots?.[0]?.Status === "available") {
      await rds.modifyDBSnapshotAttribute({ DBSnapshotIdentifier, ...shared });
      return DBSnapshots[0].DBSnapshotArn ?? "";
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function untilServing(rds: RDS, kind: ServerKind, id: string): Promise<Server> {
  if (kind === "instance") {
    const { Endpoint } = await untilSettled(rds, id);
    return { host: Endpoint?.Address ?? "", port: Endpoint?.Port ?? 0, instance: id };
  }
  await untilCluster(rds, id);
  const instance = `${id}-1`;
  await addInstance(rds, instance, id);
  await untilStatus(rds, instance);
  const { Endpoint, Port } = await untilCluster(rds, id);
  return { host: Endpoint ?? "", port: Port ?? 0, instance };
}
