import type { DBCluster, DBInstance } from "@aws-sdk/client-rds";
import type { Label } from "../platform";
import { pages, type Aws } from "./clients";
import { isAwsCode } from "./errors";
import { labelOf, type Tag } from "./tags";

/** A database server of RDS as the platform needs it: an instance, or an Aurora cluster with its instances. */
export interface RdsServer {
  kind: "instance" | "cluster";
  id: string;
  arn: string;
  /** DbiResourceId, or DbClusterResourceId: another one for every restore. */
  resourceId: string;
  status: string;
  createdAt: Date | undefined;
  /** Undefined until it is created. */
  host: string | undefined;
  /** Other names by which it can be reached: of a cluster's readers, its instances, and custom ones. */
  otherHosts: string[];
  port: number;
  adminUser: string;
  /** The database that was made with it, if any. */
  database: string | undefined;
  engine: string;
  engineVersion: string;
  instanceClass: string;
  encrypted: boolean;
  kmsKey: string | undefined;
  public: boolean;
  deletionProtection: boolean;
  iamAuthentication: boolean;
  backupDays: number;
  securityGroups: { id: string; status: string }[];
  /** With `in-sync`, `pending-reboot` or `applying`; Aurora's is the worst of its instances. */
  parameterGroup: { name: string; status: string };
  /** Names of what AWS has accepted and not yet applied. */
  pending: string[];
  logExports: string[];
  performanceInsights: boolean;
  /** ARNs of roles by which the server itself may call AWS. */
  roles: string[];
  tags: Tag[];
  label: Label | undefined;
  /** The instances of a cluster, the one that writes first. */
  members: string[];
  /** Parameter groups of those instances; what one of them sets holds over the cluster's. */
  memberGroups: string[];
}

/** The server of that name, an instance or a cluster; undefined when there is none. */
export async function findServer(aws: Aws, id: string): Promise<RdsServer | undefined> {
  const instance = await oneInstance(aws, id);
  // An instance of a cluster has no password, no snapshot and no parameters of its own to speak of.
  if (instance !== undefined && instance.DBClusterIdentifier === undefined) return fromInstance(instance);
  try {
    const { DBClusters } = await aws.rds.describeDBClusters({
      DBClusterIdentifier: instance?.DBClusterIdentifier ?? id,
    });
    return DBClusters?.[0] && (await withMembers(aws, DBClusters[0]));
  } catch (error) {
    if (isAwsCode(error, "DBClusterNotFound")) return undefined;
    throw error;
  }
}

/** Every server in the region that carries a label of ours. */
export async function labelledServers(aws: Aws): Promise<(RdsServer & { label: Label })[]> {
  const instances = await pages(async (Marker) => {
    const page = await aws.rds.describeDBInstances({ Marker });
    return { items: page.DBInstances, next: page.Marker };
  });
  const clusters = await pages(async (Marker) => {
    const page = await aws.rds.describeDBClusters({ Marker });
    return { items: page.DBClusters, next: page.Marker };
  });
  const alone = instances.filter((one) => one.DBClusterIdentifier === undefined).map(fromInstance);
  const ours = clusters.filter((one) => labelOf(one.TagList) !== undefined);
  const together = await Promise.all(ours.map((one) => withMembers(aws, one)));
  return [...alone, ...together].filter(
    (one): one is RdsServer & { label: Label } => one.label !== undefined,
  );
}

export async function oneInstance(aws: Aws, id: string): Promise<DBInstance | undefined> {
  try {
    return (await aws.rds.describeDBInstances({ DBInstanceIdentifier: id })).DBInstances?.[0];
  } catch (error) {
    if (isAwsCode(error, "DBInstanceNotFound")) return undefined;
    throw error;
  }
}

function fromInstance(one: DBInstance): RdsServer {
  const [parameters] = one.DBParameterGroups ?? [];
  return {
    kind: "instance",
    id: required(one.DBInstanceIdentifier, "DBInstanceIdentifier"),
    arn: required(one.DBInstanceArn, "DBInstanceArn"),
    resourceId: required(one.DbiResourceId, "DbiResourceId"),
    status: one.DBInstanceStatus ?? "unknown",
    createdAt: one.InstanceCreateTime,
    host: one.Endpoint?.Address,
    otherHosts: [],
    port: one.Endpoint?.Port ?? 5432,
    adminUser: one.MasterUsername ?? "postgres",
    database: one.DBName,
    engine: one.Engine ?? "",
    engineVersion: one.EngineVersion ?? "",
    instanceClass: one.DBInstanceClass ?? "",
    encrypted: one.StorageEncrypted ?? false,
    kmsKey: one.KmsKeyId,
    public: one.PubliclyAccessible ?? true,
    deletionProtection: one.DeletionProtection ?? false,
    iamAuthentication: one.IAMDatabaseAuthenticationEnabled ?? false,
    backupDays: one.BackupRetentionPeriod ?? 0,
    securityGroups: groupsOf(one.VpcSecurityGroups),
    parameterGroup: {
      name: parameters?.DBParameterGroupName ?? "",
      status: parameters?.ParameterApplyStatus ?? "unknown",
    },
    pending: pendingOf(one.PendingModifiedValues),
    logExports: one.EnabledCloudwatchLogsExports ?? [],
    performanceInsights: one.PerformanceInsightsEnabled ?? false,
    roles: (one.AssociatedRoles ?? []).map(({ RoleArn }) => RoleArn ?? "unknown"),
    tags: one.TagList ?? [],
    label: labelOf(one.TagList),
    members: [],
    memberGroups: [],
  };
}

async function withMembers(aws: Aws, one: DBCluster): Promise<RdsServer> {
  const writerFirst = (one.DBClusterMembers ?? []).toSorted(
    (a, b) => Number(b.IsClusterWriter ?? false) - Number(a.IsClusterWriter ?? false),
  );
  const names = writerFirst.map((member) => member.DBInstanceIdentifier ?? "");
  const members = (await Promise.all(names.map((name) => oneInstance(aws, name)))).filter(
    (member) => member !== undefined,
  );
  const states = members.map((member) => member.DBInstanceStatus ?? "unknown");
  const statuses = (one.DBClusterMembers ?? []).map((m) => m.DBClusterParameterGroupStatus ?? "in-sync");
  return {
    kind: "cluster",
    id: required(one.DBClusterIdentifier, "DBClusterIdentifier"),
    arn: required(one.DBClusterArn, "DBClusterArn"),
    resourceId: required(one.DbClusterResourceId, "DbClusterResourceId"),
    // A cluster is available before it has an instance; it is of use when all of both are.
    status: [one.Status ?? "unknown", ...states].find((state) => state !== "available") ?? "available",
    createdAt: one.ClusterCreateTime,
    host: one.Endpoint,
    otherHosts: [
      one.ReaderEndpoint,
      ...(one.CustomEndpoints ?? []),
      ...members.map((m) => m.Endpoint?.Address),
    ].filter((name) => name !== undefined),
    port: one.Port ?? 5432,
    adminUser: one.MasterUsername ?? "postgres",
    database: one.DatabaseName,
    engine: one.Engine ?? "",
    engineVersion: one.EngineVersion ?? "",
    instanceClass: members[0]?.DBInstanceClass ?? "",
    encrypted: one.StorageEncrypted ?? false,
    kmsKey: one.KmsKeyId,
    public: members.some((member) => member.PubliclyAccessible ?? true),
    deletionProtection: one.DeletionProtection ?? false,
    iamAuthentication: one.IAMDatabaseAuthenticationEnabled ?? false,
    backupDays: one.BackupRetentionPeriod ?? 0,
    securityGroups: groupsOf(one.VpcSecurityGroups),
    parameterGroup: {
      name: one.DBClusterParameterGroup ?? "",
      status: statuses.find((status) => status !== "in-sync") ?? "in-sync",
    },
    pending: [one.PendingModifiedValues, ...members.map((m) => m.PendingModifiedValues)].flatMap(pendingOf),
    logExports: one.EnabledCloudwatchLogsExports ?? [],
    performanceInsights: members.some((member) => member.PerformanceInsightsEnabled ?? false),
    roles: (one.AssociatedRoles ?? []).map(({ RoleArn }) => RoleArn ?? "unknown"),
    tags: one.TagList ?? [],
    label: labelOf(one.TagList),
    members: names,
    memberGroups: members.map((m) => m.DBParameterGroups?.[0]?.DBParameterGroupName ?? ""),
  };
}

function groupsOf(groups: DBInstance["VpcSecurityGroups"]): RdsServer["securityGroups"] {
  return (groups ?? []).map(({ VpcSecurityGroupId = "", Status = "unknown" }) => ({
    id: VpcSecurityGroupId,
    status: Status,
  }));
}

function pendingOf(values: object | undefined): string[] {
  return Object.entries(values ?? {})
    .filter(
      ([, value]) => value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0),
    )
    .map(([name]) => name);
}

export function required<T>(value: T | undefined, name: string): T {
  if (value !== undefined) return value;
  throw new Error(
    `AWS answered without ${name}. Nothing was changed. Look at the resource in the console and try again.`,
  );
}
