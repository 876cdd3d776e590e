import type { Log } from "../../../postgres/proof";
import type { Label } from "../../platform";
import type { Aws } from "../clients";
import { unless } from "../errors";
import { removeSnapshot, untilComplete } from "../snapshot";
import { tagsOf } from "../tags";
import { findSnapshot, type RdsSnapshot } from "./find";

/** RDS's own key of the account, where no other is configured. */
export const accountKey = "alias/aws/rds";

/**
 * The snapshot that an instance is restored from: the given one, or a copy of it under another key. An instance takes its
 * snapshot's key, an unencrypted snapshot cannot be restored encrypted, and a shared encrypted one cannot be restored at all. Aurora takes a key at the restore.
 */
export async function snapshotToRestore(
  aws: Aws,
  snapshot: RdsSnapshot,
  copyId: string,
  label: Label,
  log: Log,
): Promise<RdsSnapshot> {
  const why = snapshot.kind === "cluster" ? undefined : whyCopied(aws, snapshot);
  if (why === undefined) return snapshot;
  const id = rekeyedId(copyId);
  if ((await findSnapshot(aws, id)) === undefined) {
    const KmsKeyId = aws.settings.kmsKey ?? accountKey;
    log(`copying ${snapshot.id} under the key ${KmsKeyId}: ${why}`);
    await aws.rds
      .copyDBSnapshot({
        SourceDBSnapshotIdentifier: snapshot.shared ? snapshot.arn : snapshot.id,
        TargetDBSnapshotIdentifier: id,
        KmsKeyId,
        CopyTags: false,
        Tags: tagsOf(label, { purpose: "copy", snapshot: snapshot.id }),
      })
      // Begun by a first try whose answer was lost, if it carries the label.
      .catch(unless("DBSnapshotAlreadyExists"));
  }
  const found = await findSnapshot(aws, id);
  if (found?.label?.stack !== label.stack || found.purpose !== "copy") {
    throw new Error(
      `A snapshot ${id} is there already and carries the label of stack "${found?.label?.stack ?? "none"}". It is left alone. ` +
        "Delete it yourself when nobody needs it.",
    );
  }
  return untilComplete(aws, id, log);
}

/** It holds raw data, and nobody needs it once the copy stands. */
export async function removeRekeyed(aws: Aws, copyId: string, stack: string): Promise<void> {
  await removeSnapshot(aws, rekeyedId(copyId), stack);
}

/** An alias cannot be compared with the snapshot's ARN without asking KMS; a copy too many is only slower. */
function whyCopied(
  { settings: { kmsKey } }: Aws,
  { encrypted, kmsKey: present, shared }: RdsSnapshot,
): string | undefined {
  if (!encrypted) return "it is not encrypted";
  if (shared) return "it belongs to another account";
  return kmsKey !== undefined && kmsKey !== present
    ? `it is under the key ${present ?? "unknown"}`
    : undefined;
}

function rekeyedId(copyId: string): string {
  return `${copyId}-source`;
}
