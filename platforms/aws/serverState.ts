import type { Log } from "../../postgres/proof";
import type { Aws } from "./clients";
import { isAwsCode } from "./errors";
import { findServer, type RdsServer } from "./server";
import { waitFor, type Look } from "./wait";

/** From these no server comes back by itself. Source: "Viewing Amazon RDS DB instance status", RDS User Guide. */
const hopeless =
  /^(failed|incompatible-.*|restore-error|inaccessible-encryption-credentials(-recoverable)?|insufficient-capacity|storage-full|stopped|stopping)$/;

const reasons: [RegExp, string][] = [
  [/^storage-full$/, "its disk is full. Give it more storage in the console, or remove it"],
  [/^incompatible-parameters$/, "it cannot start with its parameter group"],
  [/^incompatible-network$/, "the subnet group has no free address, or its network changed"],
  [
    /^incompatible-restore$/,
    "the snapshot cannot be restored: the minor version or an option of then is no longer offered",
  ],
  [/^inaccessible-encryption/, "its KMS key was disabled or may not be used"],
  [/^stopp/, "somebody stopped it. Start it in the console"],
];

/** The words for a state from which it does not get on by itself, or undefined. */
export function troubleWith(status: string): string | undefined {
  if (!hopeless.test(status)) return undefined;
  const reason =
    reasons.find(([pattern]) => pattern.test(status))?.[1] ?? "AWS gave it up; its events say why";
  return `its status is "${status}": ${reason}`;
}

/**
 * Waits until a server is available and everything that was asked of it is applied.
 * @throws at once when it is gone or in a state that does not lead there
 */
export async function untilAvailable(
  aws: Aws,
  id: string,
  log: Log,
  limitMinutes: number,
  also: (server: RdsServer) => string | undefined = () => undefined,
): Promise<RdsServer> {
  return waitFor(`${id} to be available`, limitMinutes, aws.pace, log, async (): Promise<Look<RdsServer>> => {
    const server = await findServer(aws, id);
    if (server === undefined) {
      throw new Error(
        `${id} is gone: somebody deleted it, or AWS gave its creation up. Run \`pulumi up\` again.`,
      );
    }
    const trouble = troubleWith(server.status);
    if (trouble !== undefined) throw new Error(`${id} does not become available: ${trouble}.`);
    const left =
      server.status !== "available"
        ? server.status
        : server.pending.length > 0
          ? `${server.pending.join(", ")} not yet applied`
          : also(server);
    return left === undefined ? { done: server } : { state: left };
  });
}

/**
 * Asks for a change that RDS takes only of a server that is available. In between it may begin something of its own, a backup or maintenance, and the
 * change itself may have begun when its answer was lost and the SDK asked again: it is waited for, and asked once more.
 */
export async function whenAvailable(
  aws: Aws,
  id: string,
  log: Log,
  ask: () => Promise<unknown>,
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await ask();
      return;
    } catch (error) {
      if (tries === 3 || !isAwsCode(error, "InvalidDBInstanceState", "InvalidDBClusterState")) throw error;
      await untilAvailable(aws, id, log, 120);
    }
  }
}

export async function untilGone(aws: Aws, id: string, log: Log, limitMinutes = 60): Promise<void> {
  await waitFor(`${id} to be deleted`, limitMinutes, aws.pace, log, async () => {
    const server = await findServer(aws, id);
    return server === undefined ? { done: true } : { state: server.status };
  });
}
