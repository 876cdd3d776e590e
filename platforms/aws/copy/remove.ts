import type { Log } from "../../../postgres/proof";
import type { Aws } from "../clients";
import { findServer, labelledServers } from "../server";
import { removeRekeyed } from "../snapshot/rekey";
import { tagOf } from "../tags";
import { deleteServer } from "./change";
import { groupsOfStack, removeGroup } from "./network";
import { copiesWithParameters, removeParameters } from "./parameters";

/**
 * Deletes a copy, finished or not, and what belongs to it: its security group, its parameter groups, the snapshot that was copied for it. One that is gone
 * is fine. @throws when it carries another stack's label, or none.
 */
export async function removeCopy(
  aws: Aws,
  copyId: string,
  stack: string,
  log: Log = () => undefined,
): Promise<string[]> {
  const server = await findServer(aws, copyId);
  const removed: string[] = [];
  if (server !== undefined) {
    if (server.label?.stack !== stack || tagOf(server.tags, "snapshot") === undefined) {
      throw new Error(
        `Refused: the database ${copyId} ${server.label === undefined ? "carries no label of ours" : `is labelled for stack "${server.label.stack}"${tagOf(server.tags, "snapshot") === undefined ? " and was restored from no snapshot" : ""}`}, ` +
          `so stack "${stack}" does not delete it.`,
      );
    }
    await deleteServer(aws, server, log);
    removed.push(`copy ${copyId}`);
  }
  if (await removeGroup(aws, copyId, stack)) removed.push(`security group ${copyId}`);
  removed.push(...(await removeParameters(aws, copyId, stack)).map((name) => `parameter group ${name}`));
  await removeRekeyed(aws, copyId, stack);
  return removed;
}

/** Removes every copy that carries the stack's label, and what killed runs left of others. */
export async function sweepCopies(aws: Aws, stack: string, log: Log): Promise<string[]> {
  const servers = (await labelledServers(aws)).filter(
    ({ label, tags }) => label.stack === stack && tagOf(tags, "snapshot") !== undefined,
  );
  const ids = new Set([
    ...servers.map(({ id }) => id),
    ...(await groupsOfStack(aws, stack)),
    ...(await copiesWithParameters(aws, stack)),
  ]);
  const removed: string[] = [];
  for (const id of ids) removed.push(...(await removeCopy(aws, id, stack, log)));
  return removed;
}
