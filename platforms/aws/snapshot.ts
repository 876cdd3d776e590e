import { proof, type Log, type Proven } from "../../postgres/proof";
import type { Label, SnapshotPin, SnapshotRef } from "../platform";
import type { Aws } from "./clients";
import { isAwsCode, unless } from "./errors";
import { ownProduction } from "./production";
import { findServer, required } from "./server";
import { cloneId, clonePin, cloneSource, isCloneId } from "./snapshot/clone";
import { findSnapshot, listSnapshots, refOf, whyForeign, type RdsSnapshot } from "./snapshot/find";
import { tagsOf } from "./tags";
import { waitFor, type Look } from "./wait";
import { assertSameSnapshot } from "../takenSnapshot";

/** A large instance's first snapshot takes hours. */
const limitMinutes = 6 * 60;

/**
 * The snapshot that a pin means, read-only. `latest` is the newest complete one of the source, automatic, manual or shared; one
 * that was taken for a copy goes with its stack and is no answer. `new` shows what would be taken now, `clone` names a clone that the
 * restore makes of an Aurora cluster.
 * @throws when nothing fits, saying what there is.
 */
export async function resolveSnapshot(aws: Aws, source: string, pin: SnapshotPin): Promise<SnapshotRef> {
  if (pin === "new") return wouldBeTaken(aws, source);
  if (pin === clonePin) return refOf(await cloneSource(aws, source, cloneId(new Date())));
  if (pin !== "latest") return refOf(await completeSnapshot(aws, source, pin));
  const all = (await listSnapshots(aws, source)).filter(({ purpose }) => purpose !== "copy");
  const newest = all.filter(({ status }) => status === "available").at(-1);
  if (newest !== undefined) return refOf(newest);
  throw new Error(
    `Production "${source}" has no complete snapshot in account ${await aws.account()}, ${aws.settings.region}` +
      `${all.length > 0 ? ` (${all.map(({ id, status }) => `${id} is ${status}`).join(", ")})` : ""}. ` +
      "Switch its automated backups on, or set prodcopy:snapshot to new.",
  );
}

async function wouldBeTaken(aws: Aws, source: string): Promise<SnapshotRef> {
  const { engineVersion } = await ownProduction(aws, source, "snapshotted");
  const createdAt = new Date().toISOString();
  return { id: "", source, kind: "manual", createdAt, sizeBytes: 0, serverVersion: engineVersion };
}

/** A complete snapshot of this source, or what a clone is made of. @throws when there is none of that name, it is of another server or not complete. */
export async function completeSnapshot(aws: Aws, source: string, id: string): Promise<RdsSnapshot> {
  if (isCloneId(id)) return cloneSource(aws, source, id);
  const found = await findSnapshot(aws, id);
  const foreign = found && whyForeign(aws.settings, found);
  if (found?.source === source && found.status === "available" && foreign === undefined) return found;
  const others = (await listSnapshots(aws, source)).filter(({ status }) => status === "available").slice(-5);
  const why =
    found === undefined
      ? `There is no snapshot ${id} that account ${await aws.account()} may see in ${aws.settings.region}`
      : found.source !== source
        ? `The snapshot ${id} is of "${found.source}"`
        : foreign !== undefined
          ? `The snapshot ${id} is not taken: ${foreign}`
          : `The snapshot ${id} is ${found.status} (${found.progress} %), not available`;
  const next = /^(creating|copying)$/.test(found?.status ?? "")
    ? "Wait until it is available and run it again, or name another one with prodcopy:snapshot."
    : 'Correct prodcopy:snapshot, or run "prodcopy refresh".';
  throw new Error(
    `${why}, and a complete one of "${source}" was asked for. Nothing was changed. ` +
      `${others.length > 0 ? `There are: ${others.map((one) => one.id).join(", ")}` : "There is none"}. ` +
      next,
  );
}

/** Takes a snapshot, or answers the one of that name when it is this stack's and for the same purpose. */
export async function takeSnapshot(
  aws: Aws,
  source: string,
  id: string,
  label: Label,
  purpose: "copy" | "safety",
  log: Log,
): Promise<Proven<SnapshotRef>> {
  if ((await findSnapshot(aws, id)) === undefined) {
    log(`taking the snapshot ${id} of ${source}`);
    await create(aws, source, id, label, purpose, log);
  } else log(`the snapshot ${id} was begun before`);
  const found = required(await findSnapshot(aws, id), `the snapshot ${id}`);
  assertSameSnapshot(id, found, { source, purpose, label }, "Delete it yourself");
  return provenOf(await untilComplete(aws, id, log));
}

/** Production is backed up at night, or in the middle of a change; then it is waited for. */
async function create(
  aws: Aws,
  source: string,
  id: string,
  label: Label,
  purpose: "copy" | "safety",
  log: Log,
): Promise<void> {
  const server = await ownProduction(aws, source, "snapshotted");
  const Tags = tagsOf(label, { purpose });
  const begin = () =>
    server.kind === "instance"
      ? aws.rds.createDBSnapshot({ DBInstanceIdentifier: server.id, DBSnapshotIdentifier: id, Tags })
      : aws.rds.createDBClusterSnapshot({
          DBClusterIdentifier: server.id,
          DBClusterSnapshotIdentifier: id,
          Tags,
        });
  await waitFor(`${source} to take a snapshot`, 120, aws.pace, log, async (): Promise<Look<true>> => {
    try {
      // One that is there already was made by a first try whose answer was lost, or is somebody else's: the caller looks.
      await begin().catch(unless("DBSnapshotAlreadyExists", "DBClusterSnapshotAlreadyExists"));
      return { done: true };
    } catch (error) {
      if (!isAwsCode(error, "InvalidDBInstanceState", "InvalidDBClusterState")) throw error;
      return { state: (await findServer(aws, server.id))?.status ?? "gone" };
    }
  });
}

/** @throws when it fails or disappears on the way. */
export async function untilComplete(aws: Aws, id: string, log: Log): Promise<RdsSnapshot> {
  return waitFor(
    `the snapshot ${id} to be complete`,
    limitMinutes,
    aws.pace,
    log,
    async (): Promise<Look<RdsSnapshot>> => {
      const found = await findSnapshot(aws, id);
      if (found === undefined) {
        throw new Error(`The snapshot ${id} is gone: somebody deleted it. Run \`pulumi up\` again.`);
      }
      if (found.status === "available") return { done: found };
      if (/^(failed|error|deleting|incompatible-restore|incompatible-.*)$/.test(found.status)) {
        throw new Error(
          `The snapshot ${id} is "${found.status}" and will not be complete. Its events in the console say why; delete it and run \`pulumi up\` again.`,
        );
      }
      return { state: `${found.status}, ${found.progress} %` };
    },
  );
}

/** Proves that a snapshot is there and complete, and how old its data is. */
export async function inspectSnapshot(aws: Aws, source: string, id: string): Promise<Proven<SnapshotRef>> {
  return provenOf(await completeSnapshot(aws, source, id));
}

function provenOf(found: RdsSnapshot): Proven<SnapshotRef> {
  if (isCloneId(found.id)) return provenClone(found);
  const { id, status, type, gibibytes, shared, createdAt, encrypted } = found;
  const minutes = Math.round((Date.now() - (createdAt?.getTime() ?? NaN)) / 60_000);
  return {
    value: refOf(found),
    proofs: [
      proof(
        "The snapshot is complete.",
        `${id}: ${type}, ${status}, ${gibibytes} GiB allocated, ${encrypted ? "encrypted" : "not encrypted"}${shared ? ", shared by another account" : ""}`,
      ),
      proof(
        "The age of the data is known.",
        `current at ${createdAt?.toISOString() ?? "an unknown time"}, ${minutes} ${minutes === 1 ? "minute" : "minutes"} ago`,
      ),
    ],
  };
}

function provenClone(found: RdsSnapshot): Proven<SnapshotRef> {
  const { source, engine, engineVersion } = found;
  const evidence = `${source} is an Aurora cluster of this account, encrypted, ${engine} ${engineVersion}; no snapshot is needed`;
  return { value: refOf(found), proofs: [proof("The cluster can be cloned.", evidence)] };
}

/** Removes a snapshot that this stack took for a copy; one that is gone is fine. @throws for any other. */
export async function removeSnapshot(aws: Aws, id: string, stack: string): Promise<void> {
  const found = await findSnapshot(aws, id);
  if (found === undefined) return;
  if (found.shared || found.purpose !== "copy" || found.label?.stack !== stack) {
    throw new Error(
      `The snapshot ${id} is not removed: it was taken for "${found.purpose ?? "an unknown purpose"}" by stack "${found.label?.stack ?? "none"}", ` +
        `and stack "${stack}" may remove only what it took for its own copies.`,
    );
  }
  await waitFor(
    `the snapshot ${id} to be deletable`,
    limitMinutes,
    aws.pace,
    () => undefined,
    async () => {
      try {
        if (found.kind === "instance") await aws.rds.deleteDBSnapshot({ DBSnapshotIdentifier: id });
        else await aws.rds.deleteDBClusterSnapshot({ DBClusterSnapshotIdentifier: id });
      } catch (error) {
        if (isAwsCode(error, "InvalidDBSnapshotState", "InvalidDBClusterSnapshotState")) {
          return { state: found.status };
        }
        if (!isAwsCode(error, "DBSnapshotNotFound", "DBClusterSnapshotNotFound")) throw error;
      }
      return { done: true };
    },
  );
}

/** Removes what the stack took or copied for its copies. @returns the names removed. */
export async function sweepSnapshots(aws: Aws, stack: string): Promise<string[]> {
  const ours = (await listSnapshots(aws)).filter(
    ({ label, purpose, shared }) => label?.stack === stack && purpose === "copy" && !shared,
  );
  for (const { id } of ours) await removeSnapshot(aws, id, stack);
  return ours.map(({ id }) => `snapshot ${id}`);
}
