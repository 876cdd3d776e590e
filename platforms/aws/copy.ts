import type { ServerIdentity } from "../../postgres/guard";
import type { CopyRef, Label } from "../platform";
import type { Aws } from "./clients";
import { databaseOf, identityOf } from "./production";
import { findServer, labelledServers, type RdsServer } from "./server";
import { tagOf, tagsOf } from "./tags";

/** A server of RDS that carries our label and has an address. */
export type Copy = RdsServer & { label: Label; host: string };

/** In these states a copy is not yet one, or no longer. */
const notYet = /^(creating|restoring|deleting|failed|restore-error|incompatible-.*)$/;

/** The copy as it stands now, or undefined when it is gone, was never finished, or carries no label. */
export async function findCopy(aws: Aws, copyId: string): Promise<Copy | undefined> {
  const server = await findServer(aws, assertId(copyId));
  return server !== undefined && isCopy(server) ? server : undefined;
}

function isCopy(server: RdsServer): server is Copy {
  return server.label !== undefined && server.host !== undefined && !notYet.test(server.status);
}

/** @throws when there is no such copy, or its restore was never finished. */
export async function requireCopy(aws: Aws, copyId: string): Promise<Copy> {
  const found = await findCopy(aws, copyId);
  if (found !== undefined) return found;
  throw new Error(
    `There is no copy ${copyId} in account ${await aws.account()}, ${aws.settings.region}. Nothing was changed. ` +
      'Run "pulumi refresh" and "pulumi up": it makes a new one.',
  );
}

export function refOfCopy(aws: Aws, copy: Copy): CopyRef {
  const { id, resourceId, host, port, adminUser, label } = copy;
  return { id, resourceId, host, port, database: databaseOf(aws, copy), adminUser, label };
}

export async function describeCopy(aws: Aws, copyId: string): Promise<CopyRef | undefined> {
  const copy = await findCopy(aws, copyId);
  return copy && refOfCopy(aws, copy);
}

/** Every finished copy in the region, of every stack. */
export async function listCopies(aws: Aws): Promise<CopyRef[]> {
  const servers: RdsServer[] = await labelledServers(aws);
  // Production may carry tags of ours as well, e.g. of the stack that declares its side; a copy says what it was restored from.
  return servers
    .filter(isCopy)
    .filter(({ tags }) => tagOf(tags, "snapshot") !== undefined)
    .map((copy) => refOfCopy(aws, copy));
}

/** Writes owner and expiry anew. @throws when the copy is another stack's. */
export async function relabelCopy(aws: Aws, copyId: string, label: Label): Promise<void> {
  const copy = await requireCopy(aws, copyId);
  assertLabel(copyId, copy.label, label);
  for (const ResourceName of [copy.arn, ...(await memberArns(aws, copy))]) {
    await aws.rds.addTagsToResource({ ResourceName, Tags: tagsOf(label) });
  }
}

async function memberArns({ rds }: Aws, { members }: RdsServer): Promise<string[]> {
  const found = members.map(async (DBInstanceIdentifier) => {
    const { DBInstances } = await rds.describeDBInstances({ DBInstanceIdentifier });
    return DBInstances?.[0]?.DBInstanceArn;
  });
  return (await Promise.all(found)).filter((arn) => arn !== undefined);
}

/** @throws when what stands under this name is somebody else's. */
export function assertLabel(
  copyId: string,
  held: Label | undefined,
  label: Pick<Label, "stack" | "generation">,
): void {
  if (held?.stack === label.stack && held.generation === label.generation) return;
  const whose =
    held === undefined
      ? "carries no label of ours"
      : `belongs to stack "${held.stack}" (generation ${held.generation}), not to "${label.stack}" (generation ${label.generation})`;
  throw new Error(
    `Refused: the database ${copyId} ${whose}. It is left alone. Give one of the two stacks another name, or move what stands there.`,
  );
}

/** What a connection to the copy shows; the guard compares. */
export async function copyIdentity(aws: Aws, copyId: string): Promise<ServerIdentity> {
  const { host } = await requireCopy(aws, copyId);
  return identityOf(host, []);
}

/** RDS takes 63 letters, digits and single hyphens. */
function assertId(copyId: string): string {
  if (/^[A-Za-z](-?[A-Za-z0-9]){0,62}$/.test(copyId) && copyId.length <= 63) return copyId;
  throw new Error(
    `${JSON.stringify(copyId)} cannot name a copy: 63 letters, digits and single hyphens at most, beginning with a letter.`,
  );
}
