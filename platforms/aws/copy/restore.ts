import { proof, type Log, type Proof, type Proven } from "../../../postgres/proof";
import type { CopyRef, RestoreRequest } from "../../platform";
import type { Aws } from "../clients";
import { assertLabel, refOfCopy, requireCopy } from "../copy";
import { findServer, type RdsServer } from "../server";
import { untilAvailable, untilGone, whenAvailable } from "../serverState";
import { completeSnapshot } from "../snapshot";
import { isCloneId } from "../snapshot/clone";
import type { RdsSnapshot } from "../snapshot/find";
import { removeRekeyed, snapshotToRestore } from "../snapshot/rekey";
import { tagOf } from "../tags";
import { give, giveMember, type Birth } from "./birth";
import { changeServer, deleteServer } from "./change";
import { admitOnly, ensureGroup, findGroup, peersOf } from "./network";
import { ensureParameters, type Origin } from "./parameters";
import { proveNoBackups, proveShut } from "./proofs";

/** A restore of terabytes, and the time until it may be changed. */
const limitMinutes = 4 * 60;

/**
 * A new server from a snapshot, in quarantine from its first moment: in a security group that lets nobody in and nothing out, with
 * parameters by which it cannot call out, private, encrypted, without backups. The snapshot is proven before anything is made. What a killed
 * restore left is taken over when it is this very copy and nobody was admitted to it yet, else deleted and made again.
 */
export async function restoreCopy(aws: Aws, request: RestoreRequest, log: Log): Promise<Proven<CopyRef>> {
  const { copyId, snapshotId, source, label } = request;
  const snapshot = await completeSnapshot(aws, source, snapshotId);
  const { kind, engine, engineVersion } = snapshot;
  const origin: Origin = { kind, engine, engineVersion, source };
  const standing = await takeOver(aws, request, log);
  const securityGroup = await ensureGroup(aws, copyId, label);
  await admitOnly(aws, securityGroup, standing?.port ?? 5432, []);
  const parameterGroup = await ensureParameters(aws, copyId, label, "quarantine", origin, log);
  const birth: Birth = { copyId, snapshot, label, request, securityGroup, parameterGroup };
  if (standing === undefined) await make(aws, birth, log);
  if (kind === "cluster") await ensureMember(aws, birth, log);
  await settle(aws, birth, log);
  const copy = await requireCopy(aws, copyId);
  const proofs: Proof[] = [await proveShut(aws, copy, birth), ...(await proveNoBackups(aws, copy))];
  if (isCloneId(snapshotId)) proofs.push(ageOfClone(copy, source));
  // It holds raw data, and the copy no longer needs it.
  await removeRekeyed(aws, copyId, label.stack);
  return { value: refOfCopy(aws, copy), proofs };
}

async function make(aws: Aws, birth: Birth, log: Log): Promise<void> {
  const snapshot: RdsSnapshot = await snapshotToRestore(aws, birth.snapshot, birth.copyId, birth.label, log);
  await give(aws, { ...birth, snapshot }, log);
}

/** RDS takes an instance for a cluster that is available, and shows it among the members a moment later. */
async function ensureMember(aws: Aws, birth: Birth, log: Log): Promise<void> {
  const { members } = await untilAvailable(aws, birth.copyId, log, limitMinutes);
  if (members.length === 0) await giveMember(aws, birth);
}

function ageOfClone({ createdAt, resourceId }: RdsServer, source: string): Proof {
  const at = createdAt?.toISOString() ?? "an unknown time";
  return proof("The age of the data is known.", `${resourceId} was cloned from ${source} at ${at}`);
}

/** What stands under this name already, when it is this copy and still sealed; it is deleted when it is ours and not. */
async function takeOver(aws: Aws, request: RestoreRequest, log: Log): Promise<RdsServer | undefined> {
  const { copyId, label, snapshotId, source } = request;
  const server = await findServer(aws, copyId);
  if (server === undefined) return undefined;
  assertLabel(copyId, server.label, label);
  if (server.status === "deleting") {
    await untilGone(aws, copyId, log);
    return undefined;
  }
  const peers = peersOf((await findGroup(aws, copyId)) ?? {});
  if (peers.includes(aws.settings.applicationGroup)) {
    throw new Error(
      `The copy ${copyId} was opened to the application before and may be in use; it is not made again under it. ` +
        'Configure what the run before wanted, mend what stopped it and run "pulumi up"; or "pulumi destroy", which removes it with ' +
        "everything of the stack, and begin again.",
    );
  }
  const same = tagOf(server.tags, "snapshot") === snapshotId && tagOf(server.tags, "source") === source;
  const alive = !/^(failed|incompatible-.*|restore-error|stopp.*)$/.test(server.status);
  if (same && alive && peers.length === 0) {
    log(`taking over ${copyId}, which an earlier run began (it is ${server.status})`);
    return server;
  }
  log(
    `deleting ${copyId}, which an earlier run left ${peers.length === 0 ? `as ${server.status}` : "half prepared"}`,
  );
  await deleteServer(aws, server, log);
  return undefined;
}

/** A restore does not take everything that it is told, and takes over some things from production: what differs is changed. */
async function settle(aws: Aws, { copyId, securityGroup, parameterGroup }: Birth, log: Log): Promise<void> {
  const born = await untilAvailable(aws, copyId, log, limitMinutes, (server) =>
    server.kind === "cluster" && server.members.length === 0 ? "without an instance" : undefined,
  );
  const changed = await changeServer(aws, born, {
    // Aurora cannot go below one day (decision 21); its backups go with the cluster.
    backupDays: born.kind === "cluster" ? 1 : 0,
    securityGroup,
    parameterGroup,
    iamAuthentication: false,
    deletionProtection: false,
    performanceInsights: false,
    noLogExports: true,
  });
  if (changed.length > 0) log(`changing ${changed.join(", ")} of ${copyId}`);
  await untilSettled(aws, copyId, log);
}

/** Available, nothing pending, the quarantine's parameters in force. */
async function untilSettled(aws: Aws, copyId: string, log: Log): Promise<void> {
  const needsReboot = ({ parameterGroup }: RdsServer) => parameterGroup.status === "pending-reboot";
  const settled = await untilAvailable(aws, copyId, log, limitMinutes, (server) =>
    needsReboot(server) || server.parameterGroup.status === "in-sync"
      ? undefined
      : `parameters ${server.parameterGroup.status}`,
  );
  if (!needsReboot(settled)) return;
  log(`rebooting ${copyId}, so that its parameters are in force`);
  await rebootServer(aws, settled, log);
  await untilAvailable(aws, copyId, log, 60, ({ parameterGroup }) =>
    parameterGroup.status === "in-sync" ? undefined : `parameters ${parameterGroup.status}`,
  );
}

export async function rebootServer(aws: Aws, server: RdsServer, log: Log): Promise<void> {
  for (const DBInstanceIdentifier of server.kind === "cluster" ? server.members : [server.id]) {
    await whenAvailable(aws, server.id, log, () => aws.rds.rebootDBInstance({ DBInstanceIdentifier }));
  }
}
