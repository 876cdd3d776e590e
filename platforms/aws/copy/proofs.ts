import { proof, type Proof } from "../../../postgres/proof";
import type { Aws } from "../clients";
import type { Copy } from "../copy";
import { proveRules } from "./network";

/**
 * Proves by what AWS says of a new copy that it is closed: private, encrypted, in its own groups alone, without a role by which it could call AWS, and that
 * nobody may come in. @throws naming what is not so.
 */
export async function proveShut(
  aws: Aws,
  copy: Copy,
  groups: { securityGroup: string; parameterGroup: string },
): Promise<Proof> {
  const { id, securityGroups, parameterGroup, roles, pending, status } = copy;
  const own = securityGroups.map((one) => one.id).join(", ");
  const faults = [
    status !== "available" && `its status is ${status}`,
    pending.length > 0 && `${pending.join(", ")} is not applied`,
    copy.public && "it is publicly accessible",
    !copy.encrypted && "its storage is not encrypted",
    own !== groups.securityGroup && `its security groups are ${own}`,
    parameterGroup.name !== groups.parameterGroup && `its parameter group is ${parameterGroup.name}`,
    parameterGroup.status !== "in-sync" && `its parameters are ${parameterGroup.status}`,
    copy.iamAuthentication && "IAM logins are on",
    copy.performanceInsights && "Performance Insights keeps statements",
    copy.logExports.length > 0 && `its logs are exported (${copy.logExports.join(", ")})`,
    roles.length > 0 && `roles are associated with it: ${roles.join(", ")}`,
  ].filter((fault) => fault !== false);
  if (faults.length > 0) {
    throw new Error(
      `The copy ${id} is not shut as a quarantine has to be: ${faults.join("; ")}. It is left as it is; look who changes it, and run \`pulumi up\` again.`,
    );
  }
  const rules = await proveRules(aws, groups.securityGroup, copy.port, []);
  return proof(
    "The copy is a server of its own, available, private, encrypted and shut: nobody may come in, and it cannot call out.",
    `${copy.resourceId} at ${copy.host}:${copy.port}, ${copy.engine} ${copy.engineVersion}; ${rules}; parameters ${parameterGroup.name} in-sync; ` +
      "nothing pending, no IAM login, no role, no log export",
  );
}

/** Proves that no backup of the copy holds raw data. Aurora's one day cannot be switched off; it is said, and goes with the cluster. */
export async function proveNoBackups({ rds }: Aws, copy: Copy): Promise<Proof[]> {
  if (copy.kind === "cluster") {
    return [
      proof(
        "Backups of the copy go with it.",
        `Aurora keeps ${copy.backupDays} ${copy.backupDays === 1 ? "day" : "days"} of backups of ${copy.resourceId} and cannot keep none; ` +
          "whoever may restore clusters in this account can go back to the raw data for that long; they are deleted with the cluster",
      ),
    ];
  }
  const DbiResourceId = copy.resourceId;
  const { DBInstanceAutomatedBackups = [] } = await rds.describeDBInstanceAutomatedBackups({ DbiResourceId });
  const { DBSnapshots = [] } = await rds.describeDBSnapshots({ DbiResourceId });
  const left = [
    ...DBInstanceAutomatedBackups.map(
      (one) => `automated backup ${one.DBInstanceAutomatedBackupsArn ?? one.DbiResourceId}`,
    ),
    ...DBSnapshots.map((one) => `snapshot ${one.DBSnapshotIdentifier}`),
  ];
  if (copy.backupDays !== 0 || left.length > 0) {
    throw new Error(
      `Backups of the raw copy ${copy.id} are there: retention ${copy.backupDays} days; ${left.join(", ") || "none yet"}. ` +
        "Delete them in the console, and run `pulumi up` again.",
    );
  }
  return [
    proof(
      "No backup of the raw copy exists.",
      `retention 0; no automated backup and no snapshot of ${DbiResourceId}`,
    ),
  ];
}
