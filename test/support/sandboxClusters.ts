import assert from "node:assert/strict";
import type { DBCluster, DBClusterSnapshot, RDS } from "@aws-sdk/client-rds";

const engine = "aurora-postgresql";
const moment = () => new Promise((resolve) => setTimeout(resolve, 20));

/** The family of this machine's version. */
export async function family(rds: RDS): Promise<string> {
  const { DBEngineVersions } = await rds.describeDBEngineVersions({ Engine: engine });
  return DBEngineVersions?.[0]?.DBParameterGroupFamily ?? "";
}

export function setting(ParameterName: string, ParameterValue: string) {
  return { ParameterName, ParameterValue, ApplyMethod: "pending-reboot" as const };
}

export function addInstance(rds: RDS, id: string, cluster: string, more: object = {}) {
  const names = { DBInstanceIdentifier: id, DBClusterIdentifier: cluster };
  return rds.createDBInstance({ ...names, DBInstanceClass: "db.t4g.medium", Engine: engine, ...more });
}

export async function describeCluster(rds: RDS, id: string): Promise<DBCluster> {
  const { DBClusters } = await rds.describeDBClusters({ DBClusterIdentifier: id });
  return DBClusters![0]!;
}

/** Polls until the cluster is in this state; when that is `available`, with nothing pending. @throws when it failed */
export async function untilCluster(rds: RDS, id: string, status = "available"): Promise<DBCluster> {
  for (;;) {
    const seen = await describeCluster(rds, id);
    if (seen.Status === status && (status !== "available" || seen.PendingModifiedValues === undefined)) {
      return seen;
    }
    assert.notEqual(seen.Status, "failed");
    await moment();
  }
}

/** Polls until the cluster or instance is gone. */
export async function untilGone(look: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await look();
    } catch (error) {
      assert.match((error as Error).name, /^DB(Cluster|Instance)NotFoundFault$/);
      return;
    }
    await moment();
  }
}

/** Polls until the snapshot is complete. */
export async function untilTaken(rds: RDS, id: string): Promise<DBClusterSnapshot> {
  for (;;) {
    const asked = { DBClusterSnapshotIdentifier: id };
    const { DBClusterSnapshots } = await rds.describeDBClusterSnapshots(asked);
    if (DBClusterSnapshots?.[0]?.Status === "available") return DBClusterSnapshots[0];
    await moment();
  }
}
