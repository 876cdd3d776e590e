import type { Aws } from "../clients";
import { ownProduction } from "../production";
import type { RdsSnapshot } from "./find";

/** The pin that asks for a clone of production's Aurora cluster as it is, in place of a snapshot. */
export const clonePin = "clone";

const pattern = /^clone@(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)$/;

/** A clone has no snapshot to be named by: what names it is the moment at which it was decided on. It is made by the restore. */
export function cloneId(at: Date): string {
  return `clone@${at.toISOString().replace(/\.\d+Z$/, "Z")}`;
}

export function isCloneId(id: string): boolean {
  return pattern.test(id);
}

/**
 * What a clone is made of, as if it were a snapshot: production's running cluster. Reads only.
 * @throws when production is no cluster of this account that could be cloned, or is not encrypted: RDS refuses a key for the clone of an unencrypted one.
 */
export async function cloneSource(aws: Aws, source: string, id: string): Promise<RdsSnapshot> {
  const server = await ownProduction(aws, source, "cloned");
  const why =
    server.kind !== "cluster"
      ? "it is no Aurora cluster"
      : !server.encrypted
        ? "its storage is not encrypted, so that of a clone could not be either; a snapshot is encrypted when it is restored"
        : undefined;
  if (why !== undefined) {
    throw new Error(
      `Production "${source}" cannot be cloned: ${why}. Nothing was changed. Set prodcopy:snapshot to latest or new.`,
    );
  }
  const { arn, engine, engineVersion, adminUser, kmsKey, resourceId } = server;
  return {
    kind: "cluster",
    id,
    arn,
    source,
    sourceResourceId: resourceId,
    copiedFrom: undefined,
    type: "clone",
    status: "available",
    progress: 100,
    createdAt: new Date(pattern.exec(id)?.[1] ?? Date.now()),
    gibibytes: 0,
    engine,
    engineVersion,
    adminUser,
    encrypted: true,
    kmsKey,
    shared: false,
    label: undefined,
    purpose: undefined,
  };
}
