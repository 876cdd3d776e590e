import type { Log } from "../../../postgres/proof";
import type { Label, RestoreRequest } from "../../platform";
import type { Aws } from "../clients";
import { assertLabel } from "../copy";
import { unless } from "../errors";
import { describedProduction } from "../production";
import { findServer, oneInstance } from "../server";
import { isCloneId } from "../snapshot/clone";
import type { RdsSnapshot } from "../snapshot/find";
import { accountKey } from "../snapshot/rekey";
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
  const { copyId, snapshot, request } = birth;
  log(
    isCloneId(snapshot.id)
      ? `cloning ${request.source} to ${copyId}`
      : `restoring ${snapshot.id} to ${copyId}`,
  );
  await (snapshot.kind === "instance" ? instance(aws, birth) : cluster(aws, birth));
  // Made by a first try whose answer was lost, or by somebody else a moment ago.
  assertLabel(copyId, (await findServer(aws, copyId))?.label, birth.label);
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

/** Aurora: the cluster holds the data, its one instance answers. It is made when the cluster is there: see `giveMember`. */
async function cluster(aws: Aws, birth: Birth): Promise<void> {
  const { rds, settings } = aws;
  const { copyId, snapshot, request, securityGroup, parameterGroup } = birth;
  const common = {
    DBClusterIdentifier: copyId,
    DBSubnetGroupName: settings.subnetGroup,
    VpcSecurityGroupIds: [securityGroup],
    DBClusterParameterGroupName: parameterGroup,
    // The least that Aurora has.
    BackupRetentionPeriod: 1,
    Tags: tags(birth),
    ...shut,
  };
  if (isCloneId(snapshot.id)) {
    const clone = { RestoreType: "copy-on-write", UseLatestRestorableTime: true };
    await rds
      .restoreDBClusterToPointInTime({
        ...common,
        ...clone,
        SourceDBClusterIdentifier: request.source,
        KmsKeyId: settings.kmsKey,
      })
      .catch(alreadyThere);
    return;
  }
  const { engine: Engine, engineVersion: EngineVersion } = snapshot;
  // Under another account's key the copy would depend on that account.
  const snapshotsOwn = snapshot.encrypted && !snapshot.shared;
  await rds
    .restoreDBClusterFromSnapshot({
      ...common,
      SnapshotIdentifier: snapshot.id,
      Engine,
      EngineVersion,
      KmsKeyId: settings.kmsKey ?? (snapshotsOwn ? undefined : accountKey),
    })
    .catch(alreadyThere);
}

/** The instance of a restored cluster, which must be available; called again when a kill came between the two. */
export async function giveMember(aws: Aws, birth: Birth): Promise<void> {
  const { copyId } = birth;
  const id = `${copyId}-1`;
  await aws.rds
    .createDBInstance({
      DBInstanceIdentifier: id,
      DBClusterIdentifier: copyId,
      Engine: birth.snapshot.engine,
      DBInstanceClass: await memberClass(aws, birth),
      PubliclyAccessible: false,
      AutoMinorVersionUpgrade: false,
      EnablePerformanceInsights: false,
      Tags: tags(birth),
    })
    .catch(alreadyThere);
  const of = (await oneInstance(aws, id))?.DBClusterIdentifier;
  if (of === copyId) return;
  throw new Error(
    `Refused: an instance ${id} is there already, and ${of === undefined ? "belongs to no cluster" : `is of the cluster ${of}`}. It is left alone, and ` +
      `${copyId} without an instance. Rename or remove it, and run \`pulumi up\` again.`,
  );
}

/** Unlike a restored instance it has no class to fall back on. A serverless one would need the limits of its capacity, too. */
async function memberClass(aws: Aws, { request }: Birth): Promise<string> {
  const { instanceClass } = aws.settings;
  if (instanceClass !== undefined) return instanceClass;
  const production = (await describedProduction(aws, request.source))?.instanceClass ?? "";
  return production === "" || production === "db.serverless" ? "db.t4g.medium" : production;
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
