import { proof, type Proof } from "../../../postgres/proof";
import type { Aws } from "../clients";
import { requireCopy, type Copy } from "../copy";
import { findServer } from "../server";
import { troubleWith, untilAvailable, whenAvailable } from "../serverState";
import { waitFor, type Look } from "../wait";

const silent = () => undefined;

/**
 * Sets the administrator's password by ModifyDBInstance, without knowing the earlier one, and waits until RDS has done so: until then the
 * earlier one goes on working. Called again it sets it again, so that a change of which nobody knows the end does not matter.
 */
export async function setAdminPassword(aws: Aws, copyId: string, password: string): Promise<Proof[]> {
  await requireCopy(aws, copyId);
  // A change of a killed run may be on its way.
  await untilAvailable(aws, copyId, silent, 60);
  const copy = await requireCopy(aws, copyId);
  const before = await resets(aws, copy);
  const asked = { MasterUserPassword: password, ApplyImmediately: true };
  await whenAvailable(aws, copyId, silent, () =>
    copy.kind === "instance"
      ? aws.rds.modifyDBInstance({ DBInstanceIdentifier: copyId, ...asked })
      : aws.rds.modifyDBCluster({ DBClusterIdentifier: copyId, ...asked }),
  );
  const seen = await untilReset(aws, copy, before);
  return [
    proof(
      "The administrator has a new password on the copy, set without knowing the earlier one.",
      `RDS took the change for ${JSON.stringify(copy.adminUser)} of ${copy.resourceId}; ${seen}; available again, nothing pending`,
    ),
  ];
}

/** For a moment after the call everything looks as before: only the status or an event shows that it was done. */
async function untilReset(aws: Aws, copy: Copy, before: number): Promise<string> {
  let status: string | undefined;
  // The status lasts for seconds; nobody should miss it between two looks.
  const pace = { ...aws.pace, everyMs: Math.min(aws.pace.everyMs, 3000) };
  return waitFor(`the new password of ${copy.id}`, 30, pace, silent, async (): Promise<Look<string>> => {
    const server = await findServer(aws, copy.id);
    if (server === undefined) {
      throw new Error(`${copy.id} is gone: somebody deleted it. Run \`pulumi up\` again.`);
    }
    const trouble = troubleWith(server.status);
    if (trouble !== undefined) throw new Error(`The password of ${copy.id} was not set: ${trouble}.`);
    if (server.status === "resetting-master-credentials") status = server.status;
    if (server.status !== "available" || server.pending.length > 0) return { state: server.status };
    if (status !== undefined) return { done: `its status was ${status}` };
    if ((await resets(aws, copy)) > before) return { done: "its events say that the credentials were reset" };
    return { state: "not begun" };
  });
}

/** How often the credentials were reset, as the events of the last day say (RDS-EVENT-0016). */
async function resets({ rds }: Aws, { id, kind }: Copy): Promise<number> {
  const SourceType = kind === "instance" ? "db-instance" : "db-cluster";
  const { Events = [] } = await rds.describeEvents({ SourceIdentifier: id, SourceType, Duration: 24 * 60 });
  return Events.filter(({ Message = "" }) => /reset.*(master|password|credential)/i.test(Message)).length;
}
