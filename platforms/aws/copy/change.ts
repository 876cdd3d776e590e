import type { Log } from "../../../postgres/proof";
import type { Aws } from "../clients";
import { isAwsCode } from "../errors";
import type { RdsServer } from "../server";
import { untilGone, whenAvailable } from "../serverState";

/** What a copy is to have; what is left out stays. */
export interface Wanted {
  backupDays?: number;
  securityGroup?: string;
  parameterGroup?: string;
  instanceClass?: string;
  iamAuthentication?: false;
  deletionProtection?: false;
  performanceInsights?: false;
  noLogExports?: true;
}

/** Changes what differs, at once. @returns the names of what it changed. */
export async function changeServer(aws: Aws, server: RdsServer, wanted: Wanted): Promise<string[]> {
  const differing = differences(server, wanted);
  if (differing.length === 0) return [];
  const has = (name: string) => differing.includes(name);
  const common = {
    ApplyImmediately: true,
    BackupRetentionPeriod: has("backups") ? wanted.backupDays : undefined,
    VpcSecurityGroupIds: has("security group") ? [wanted.securityGroup!] : undefined,
    EnableIAMDatabaseAuthentication: has("IAM logins") ? false : undefined,
    DeletionProtection: has("deletion protection") ? false : undefined,
    CloudwatchLogsExportConfiguration: has("log exports")
      ? { DisableLogTypes: server.logExports }
      : undefined,
  };
  const ofInstance = {
    DBInstanceClass: has("class") ? wanted.instanceClass : undefined,
    EnablePerformanceInsights: has("Performance Insights") ? false : undefined,
  };
  const DBParameterGroupName = has("parameter group") ? wanted.parameterGroup : undefined;
  if (server.kind === "instance") {
    const own = { DBInstanceIdentifier: server.id, DBParameterGroupName };
    await whenAvailable(
      aws,
      server.id,
      () => undefined,
      () => aws.rds.modifyDBInstance({ ...common, ...ofInstance, ...own }),
    );
    return differing;
  }
  const { id: DBClusterIdentifier } = server;
  await whenAvailable(
    aws,
    server.id,
    () => undefined,
    () =>
      aws.rds.modifyDBCluster({
        ...common,
        DBClusterIdentifier,
        DBClusterParameterGroupName: DBParameterGroupName,
      }),
  );
  if (has("class") || has("Performance Insights")) {
    for (const DBInstanceIdentifier of server.members) {
      await whenAvailable(
        aws,
        server.id,
        () => undefined,
        () => aws.rds.modifyDBInstance({ ApplyImmediately: true, ...ofInstance, DBInstanceIdentifier }),
      );
    }
  }
  return differing;
}

function differences(server: RdsServer, wanted: Wanted): string[] {
  const { securityGroups, parameterGroup } = server;
  const [first, ...others] = securityGroups;
  const found: [name: string, differs: boolean][] = [
    ["backups", wanted.backupDays !== undefined && wanted.backupDays !== server.backupDays],
    [
      "security group",
      wanted.securityGroup !== undefined && (first?.id !== wanted.securityGroup || others.length > 0),
    ],
    ["parameter group", wanted.parameterGroup !== undefined && parameterGroup.name !== wanted.parameterGroup],
    ["class", wanted.instanceClass !== undefined && server.instanceClass !== wanted.instanceClass],
    ["IAM logins", wanted.iamAuthentication === false && server.iamAuthentication],
    ["deletion protection", wanted.deletionProtection === false && server.deletionProtection],
    ["Performance Insights", wanted.performanceInsights === false && server.performanceInsights],
    ["log exports", wanted.noLogExports === true && server.logExports.length > 0],
  ];
  return found.filter(([, differs]) => differs).map(([name]) => name);
}

/** Deletes a server of ours with its backups and without a final snapshot, and waits until it is gone. The caller has checked its label. */
export async function deleteServer(aws: Aws, server: RdsServer, log: Log): Promise<void> {
  if (server.deletionProtection) await changeServer(aws, server, { deletionProtection: false });
  const gone = (error: unknown) => {
    // Being deleted already is as good.
    if (isAwsCode(error, "DBInstanceNotFound", "DBClusterNotFound")) return;
    if (isAwsCode(error, "InvalidDBInstanceState", "InvalidDBClusterState") && /delet/i.test(error.message)) {
      return;
    }
    throw error;
  };
  const common = { SkipFinalSnapshot: true, DeleteAutomatedBackups: true };
  if (server.kind === "instance") {
    await aws.rds.deleteDBInstance({ DBInstanceIdentifier: server.id, ...common }).catch(gone);
  } else {
    // Readers first: none of them shall take the writer's place for a moment.
    for (const DBInstanceIdentifier of server.members.toReversed()) {
      await aws.rds.deleteDBInstance({ DBInstanceIdentifier, SkipFinalSnapshot: true }).catch(gone);
    }
    await aws.rds.deleteDBCluster({ DBClusterIdentifier: server.id, ...common }).catch(gone);
  }
  await untilGone(aws, server.id, log);
}
