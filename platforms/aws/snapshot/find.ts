import type { DBClusterSnapshot, DBSnapshot } from "@aws-sdk/client-rds";
import type { Label, SnapshotRef } from "../../platform";
import { pages, type Aws } from "../clients";
import { isAwsCode } from "../errors";
import { required, type RdsServer } from "../server";
import type { AwsSettings } from "../settings";
import { labelOf, tagOf, type Tag } from "../tags";

/** A snapshot of an instance or of an Aurora cluster, of this account or shared with it. */
export interface RdsSnapshot {
  kind: RdsServer["kind"];
  /** As a pin names it: the identifier, or the ARN when it is another account's. */
  id: string;
  arn: string;
  /** The server that it was taken from. */
  source: string;
  /** DbiResourceId or DbClusterResourceId of that server. */
  sourceResourceId: string;
  /** ARN of the snapshot that it is a copy of. */
  copiedFrom: string | undefined;
  /** `automated`, `manual`, `shared`; `clone` for a running cluster, see `clone.ts`. */
  type: string;
  status: string;
  progress: number;
  /** When the data was current. */
  createdAt: Date | undefined;
  gibibytes: number;
  engine: string;
  engineVersion: string;
  adminUser: string;
  encrypted: boolean;
  kmsKey: string | undefined;
  /** Whether another account owns it. */
  shared: boolean;
  label: Label | undefined;
  /** `copy` or `safety` when it is ours. */
  purpose: string | undefined;
}

/** The snapshot that a pin names, of whatever kind; undefined when there is none. */
export async function findSnapshot(aws: Aws, id: string): Promise<RdsSnapshot | undefined> {
  const account = await aws.account();
  const IncludeShared = id.startsWith("arn:");
  try {
    const { DBSnapshots } = await aws.rds.describeDBSnapshots({ DBSnapshotIdentifier: id, IncludeShared });
    if (DBSnapshots?.[0] !== undefined) return fromInstance(DBSnapshots[0], account);
  } catch (error) {
    if (!isAwsCode(error, "DBSnapshotNotFound", "InvalidParameterValue")) throw error;
  }
  try {
    const { DBClusterSnapshots } = await aws.rds.describeDBClusterSnapshots({
      DBClusterSnapshotIdentifier: id,
      IncludeShared,
    });
    return DBClusterSnapshots?.[0] && fromCluster(DBClusterSnapshots[0], account);
  } catch (error) {
    if (isAwsCode(error, "DBClusterSnapshotNotFound", "InvalidParameterValue")) return undefined;
    throw error;
  }
}

/** Every snapshot of one source that may be taken for it, the oldest first; of all sources in this account, and shared with it, when none is named. */
export async function listSnapshots(aws: Aws, source?: string): Promise<RdsSnapshot[]> {
  const account = await aws.account();
  const shared = { SnapshotType: "shared", IncludeShared: true };
  const instances = [
    ...(await instanceSnapshots(aws, source === undefined ? {} : { DBInstanceIdentifier: source })),
    ...(await instanceSnapshots(aws, shared)),
  ];
  const clusters = [
    ...(await clusterSnapshots(aws, source === undefined ? {} : { DBClusterIdentifier: source })),
    ...(await clusterSnapshots(aws, shared)),
  ];
  const all = [
    ...instances.map((one) => fromInstance(one, account)),
    ...clusters.map((one) => fromCluster(one, account)),
  ];
  const wanted =
    source === undefined
      ? all
      : all.filter((one) => one.source === source && whyForeign(aws.settings, one) === undefined);
  const time = ({ createdAt }: RdsSnapshot) => createdAt?.getTime() ?? Infinity;
  const once = new Map(wanted.map((one) => [one.arn, one]));
  return [...once.values()].sort((a, b) => time(a) - time(b));
}

/**
 * Why a snapshot that bears production's name is not production's. Anybody may call a server so and share its snapshot with this account: taken
 * is what this account owns, or, where production is in another one, what the named accounts have shared, and copies of that.
 */
export function whyForeign(
  { productionElsewhere }: AwsSettings,
  { shared, arn, copiedFrom }: RdsSnapshot,
): string | undefined {
  const owner = accountOf(arn);
  if (productionElsewhere === undefined) {
    return shared
      ? `it is shared by account ${owner}, and production is in this one as long as prodcopy:productionElsewhere is not set`
      : undefined;
  }
  const { accounts } = productionElsewhere;
  const from = shared ? owner : copiedFrom === undefined ? owner : accountOf(copiedFrom);
  return accounts.includes(from)
    ? undefined
    : `it is of account ${from}, and production's snapshots are those of ${accounts.join(", ")} (prodcopy:productionElsewhere)`;
}

function accountOf(arn: string): string {
  return arn.split(":")[4] ?? "";
}

function instanceSnapshots(
  aws: Aws,
  asked: { DBInstanceIdentifier?: string; SnapshotType?: string; IncludeShared?: boolean },
): Promise<DBSnapshot[]> {
  return pages(async (Marker) => {
    const page = await aws.rds.describeDBSnapshots({ ...asked, Marker });
    return { items: page.DBSnapshots, next: page.Marker };
  });
}

function clusterSnapshots(
  aws: Aws,
  asked: { DBClusterIdentifier?: string; SnapshotType?: string; IncludeShared?: boolean },
): Promise<DBClusterSnapshot[]> {
  return pages(async (Marker) => {
    const page = await aws.rds.describeDBClusterSnapshots({ ...asked, Marker });
    return { items: page.DBClusterSnapshots, next: page.Marker };
  });
}

function fromInstance(one: DBSnapshot, account: string): RdsSnapshot {
  return {
    kind: "instance",
    ...named(one.DBSnapshotIdentifier, one.DBSnapshotArn, account),
    ...common(one, one.TagList),
    source: one.DBInstanceIdentifier ?? "",
    sourceResourceId: one.DbiResourceId ?? "",
    copiedFrom: one.SourceDBSnapshotIdentifier,
    // A copied snapshot is as old as what it was copied from.
    createdAt: one.OriginalSnapshotCreateTime ?? one.SnapshotCreateTime,
    encrypted: one.Encrypted ?? false,
  };
}

function fromCluster(one: DBClusterSnapshot, account: string): RdsSnapshot {
  return {
    kind: "cluster",
    ...named(one.DBClusterSnapshotIdentifier, one.DBClusterSnapshotArn, account),
    ...common(one, one.TagList),
    source: one.DBClusterIdentifier ?? "",
    sourceResourceId: one.DbClusterResourceId ?? "",
    copiedFrom: one.SourceDBClusterSnapshotArn,
    createdAt: one.SnapshotCreateTime,
    encrypted: one.StorageEncrypted ?? false,
  };
}

function named(id: string | undefined, arn: string | undefined, account: string) {
  const full = required(arn, "the snapshot's ARN");
  const shared = accountOf(full) !== account;
  return { id: shared ? full : required(id, "the snapshot's identifier"), arn: full, shared };
}

function common(one: DBSnapshot | DBClusterSnapshot, tags: Tag[] | undefined) {
  return {
    type: one.SnapshotType ?? "",
    status: one.Status ?? "unknown",
    progress: one.PercentProgress ?? 0,
    gibibytes: one.AllocatedStorage ?? 0,
    engine: one.Engine ?? "",
    engineVersion: one.EngineVersion ?? "",
    adminUser: one.MasterUsername ?? "",
    kmsKey: one.KmsKeyId,
    label: labelOf(tags),
    purpose: tagOf(tags, "purpose"),
  };
}

export function refOf(one: RdsSnapshot): SnapshotRef {
  return {
    id: one.id,
    source: one.source,
    kind: one.type === "automated" ? "automatic" : "manual",
    createdAt: one.createdAt?.toISOString() ?? "",
    sizeBytes: one.gibibytes * 2 ** 30,
    serverVersion: one.engineVersion,
  };
}
