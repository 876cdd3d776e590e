import { proof, type Log, type Proof } from "../../../postgres/proof";
import { proveSettings } from "../../../postgres/serverSettings";
import type { Aws } from "../clients";
import { requireCopy, type Copy } from "../copy";
import type { RdsServer } from "../server";
import { untilAvailable } from "../serverState";
import { tagOf } from "../tags";
import { setAdmission } from "./admission";
import { changeServer } from "./change";
import { ensureParameters } from "./parameters";
import { rebootServer } from "./restore";
import { withCopyServer, type Way } from "./session";
import { workingProofs } from "./settings";

/**
 * Ends the quarantine: the working parameter group, backups and class in one change, a reboot where a parameter needs it, proven by AWS and by
 * the server; only then the application's security group is let in. Called again it only proves.
 */
export async function openCopy(
  aws: Aws,
  way: Way,
  copyId: string,
  applicationUser: string,
  log: Log,
): Promise<Proof[]> {
  const copy = await requireCopy(aws, copyId);
  const { kind, engine, engineVersion, label } = copy;
  const origin = { kind, engine, engineVersion, source: tagOf(copy.tags, "source") ?? "" };
  const parameterGroup = await ensureParameters(aws, copyId, label, "working", origin, log);
  const { backupDays, workingClass: instanceClass } = aws.settings;
  const wanted = {
    parameterGroup,
    backupDays: kind === "cluster" ? Math.max(1, backupDays) : backupDays,
    instanceClass,
  };
  const changed = await changeServer(aws, copy, wanted);
  if (changed.length > 0) log(`changing ${changed.join(", ")} of ${copyId}`);
  await untilInForce(aws, copy, parameterGroup, log);
  const opened = await requireCopy(aws, copyId);
  const working = await withCopyServer(aws, way, opened, (session) =>
    proveSettings(session, "The copy runs with its working settings.", workingProofs),
  );
  log(
    `letting the application (${aws.settings.applicationGroup}) in, which logs in as ${JSON.stringify(applicationUser)}`,
  );
  return [working, proveFinal(opened, wanted), ...(await setAdmission(aws, way, copyId, "open"))];
}

/** Another parameter group says `applying`, then `pending-reboot` until the server is restarted. */
async function untilInForce(aws: Aws, { id }: Copy, group: string, log: Log): Promise<void> {
  const status = ({ parameterGroup }: RdsServer) =>
    parameterGroup.name === group ? parameterGroup.status : "applying";
  const changed = await untilAvailable(aws, id, log, 120, (server) =>
    ["in-sync", "pending-reboot"].includes(status(server)) ? undefined : `parameters ${status(server)}`,
  );
  if (status(changed) === "in-sync") return;
  log(`rebooting ${id}, so that its working settings are in force`);
  await rebootServer(aws, changed, log);
  await untilAvailable(aws, id, log, 60, (server) =>
    status(server) === "in-sync" ? undefined : `parameters ${status(server)}`,
  );
}

function proveFinal(
  copy: Copy,
  wanted: { parameterGroup: string; backupDays: number; instanceClass: string | undefined },
): Proof {
  const { parameterGroup, backupDays, instanceClass, pending } = copy;
  const asked = [wanted.parameterGroup, wanted.backupDays, wanted.instanceClass ?? instanceClass].join(", ");
  const seen = [parameterGroup.name, backupDays, instanceClass].join(", ");
  if (seen !== asked || pending.length > 0 || copy.public) {
    throw new Error(
      `The copy ${copy.id} does not show its final settings: parameter group, days of backups and class are ${seen}, and should be ${asked}` +
        `${pending.length > 0 ? `; ${pending.join(", ")} not applied` : ""}${copy.public ? "; it is publicly accessible" : ""}. ` +
        "The application was not let in. Run `pulumi up` again.",
    );
  }
  return proof(
    "AWS shows the final settings of the copy, and the world cannot connect.",
    `parameter group ${parameterGroup.name} ${parameterGroup.status}, ${backupDays} days of backups, ${instanceClass}, not public, nothing pending`,
  );
}
