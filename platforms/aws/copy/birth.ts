import type { Log } from "../../../postgres/proof";
import type { Label, RestoreRequest } from "../../platform";
import type { Aws } from "../clients";
import { assertLabel } from "../copy";
import { unless } from "../errors";
import { findServer } from "../server";
import type { RdsSnapshot } from "../snapshot/find";
import { tagsOf } from "../tags";

/** What a new server is born with. */
export interface Birth {
  copyId: string;
  snapshot: RdsSnapshot;
  label: Label;
  /** As the request named it; the snapshot may be a copy under another key. */
  request: Pick<RestoreRequest, "snapshotId" | "source">;
  securityGroup: string;
  parameterGroup: string;
}

/**
 * The call that makes the server: with its label, in its own security group, with the quarantine's parameters, private, without backups,
 * without IAM logins, log exports or deletion protection. Nothing of production's groups is named.
 */
export async function give(aws: Aws, birth: Birth, log: Log): Promise<void> {
  log(`restoring ${birth.snapshot.id} to ${birth.copyId}`);
  await (birth.snapshot.kind === "instance" ? instance(aws, birth) : cluster(aws, birth));
  // Made by a first try whose answer was lost, or by somebody else a moment ago.
  assertLabel(birth.copyId, (await findServer(aws, birth.copyId))?.label, birth.label);
}

const alreadyThere = unless("DBInstanceAlreadyExists", "DBClusterAlreadyExists");

async function instance({ rds, settings }: Aws, birth: Birth): Promise<void> {
  const { copyId, snapshot, securityGroup, parameterGroup } = birth;
  await rds
    .restoreDBInstanceFromDBSnapshot({
      DBInstanceIdentifier: copyId,
      DBSnapshotIdentifier: snapshot.id,
      DBInstanceClass: settings.instanceClass,
      DBSubnetGroupName: settings.subnetGroup,
      VpcSecurityGroupIds: [securityGroup],
      DBParameterGroupName: parameterGroup,
      Tags: tags(birth),
      BackupRetentionPeriod: 0,
      ...shut,
      MultiAZ: false,
      AutoMinorVersionUpgrade: false,
      PubliclyAccessible: false,
    })
    .catch(alreadyThere);
}

/** Aurora: the cluster holds the data, its one instance answers. */
async function cluster({ rds, settings }: Aws, birth: Birth): Promise<void> {
  const { copyId, snapshot, securityGroup, parameterGroup } = birth;
  const { engine: Engine, engineVersion: EngineVersion } = snapshot;
  await rds
    .restoreDBClusterFromSnapshot({
      DBClusterIdentifier: copyId,
      SnapshotIdentifier: snapshot.id,
      Engine,
      EngineVersion,
      DBSubnetGroupName: settings.subnetGroup,
      VpcSecurityGroupIds: [securityGroup],
      DBClusterParameterGroupName: parameterGroup,
      KmsKeyId: settings.kmsKey ?? (snapshot.encrypted ? undefined : "alias/aws/rds"),
      Tags: tags(birth),
      ...shut,
    })
    .catch(alreadyThere);
  await giveMember({ rds, settings }, birth);
}

/** The instance of a restored cluster; called again when a kill came between the two. */
export async function giveMember(
  { rds, settings }: Pick<Aws, "rds" | "settings">,
  birth: Birth,
): Promise<void> {
  await rds
    .createDBInstance({
      DBInstanceIdentifier: `${birth.copyId}-1`,
      DBClusterIdentifier: birth.copyId,
      Engine: birth.snapshot.engine,
      // Unlike a restored instance it has no class to fall back on.
      DBInstanceClass: settings.instanceClass ?? "db.t4g.medium",
      PubliclyAccessible: false,
      AutoMinorVersionUpgrade: false,
      EnablePerformanceInsights: false,
      Tags: tags(birth),
    })
    .catch(alreadyThere);
}

const shut = {
  EnableIAMDatabaseAuthentication: false,
  EnableCloudwatchLogsExports: [],
  DeletionProtection: false,
  CopyTagsToSnapshot: true,
};

function tags({ label, request }: Birth) {
  return tagsOf(label, { snapshot: request.snapshotId, source: request.source });
}
