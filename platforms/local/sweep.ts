import type { Log } from "../../postgres/proof";
import { sweepCopies } from "./copy/remove";
import type { LocalHome } from "./home";
import type { LocalSecretStore } from "./secrets";
import { sweepSnapshots } from "./snapshot";

/**
 * Removes everything that carries the stack's label, finished or not: copies with their servers, snapshots that were taken
 * for them, secrets. Safety snapshots stay. @returns what was removed, by name.
 */
export async function sweepStack(
  home: LocalHome,
  secrets: LocalSecretStore,
  stack: string,
  log: Log,
): Promise<string[]> {
  const removed = [
    ...(await sweepCopies(home, stack)),
    ...(await sweepSnapshots(home, stack)),
    ...(await secrets.removeByStack(stack)).map((ref) => `secret ${ref}`),
  ];
  for (const name of removed) log(`removed ${name}`);
  return removed;
}
