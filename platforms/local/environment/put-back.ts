import type { Log, Proof } from "../../../postgres/proof";
import type { SecretStore } from "../../platform";
import { nothingToPutBack, putBackProof } from "../../putBackProofs";
import { runningProcess } from "./application";
import { isOurs } from "./claims";
import type { Claim, EnvironmentStore, StoredSettings } from "./store";
import { bringUp, valuesOf, withValues } from "./update";

export interface PutBackContext {
  secrets: SecretStore;
  healthTimeoutMs: number;
  log: Log;
}

/**
 * Puts back what stood in the environment before the claim, wherever it still shows what this stack set. A value that
 * somebody else set since stays. The values go back even when the application does not become healthy on them: its earlier
 * database may be gone. Killed anywhere and called again, it ends the same. To be called with the environment's lock held.
 */
export async function putEarlierBack(
  store: EnvironmentStore,
  stack: string,
  context: PutBackContext,
): Promise<Proof[]> {
  const name = store.identity.name;
  const claim = await store.readClaim();
  if (claim?.stack !== stack) {
    return [nothingToPutBack(name, stack, claim?.stack)];
  }
  const stored = await store.readSettings();
  const ours = Object.keys(claim.earlier).filter((setting) =>
    isOurs(store, claim, setting, stored.settings[setting]),
  );
  const earlier = await earlierValues(claim, ours, context.secrets);
  const changed = ours.filter((setting) => (stored.settings[setting] ?? null) !== earlier[setting]);
  const theirs = await changedByOthers(claim, stored, ours, context.secrets);

  const wasRunning = (await runningProcess(store)) !== undefined || stored.updating !== undefined;
  const result = await write(store, stack, stored, changed, earlier);
  const outcome = wasRunning ? await settle(store, result, context) : "it was stopped before and stays so";
  const { settings, secretNames } = result;
  await store.writeSettings({ settings, secretNames });
  await store.writeClaim({ ...claim, set: {} });
  if (changed.length > 0) {
    await store.event("INFO", `Put ${changed.join(", ")} back for stack "${stack}": ${outcome}.`);
  }
  return [putBackProof(name, stack, { changed, theirs, outcome })];
}

/** The mark of an unfinished update goes with the values, so that a call after a kill knows that the application must follow. */
async function write(
  store: EnvironmentStore,
  stack: string,
  stored: StoredSettings,
  changed: string[],
  earlier: Record<string, string | null>,
): Promise<StoredSettings> {
  if (changed.length === 0) return stored;
  const settings = withValues(
    stored.settings,
    Object.fromEntries(changed.map((name) => [name, earlier[name] ?? null])),
  );
  const updating = { stack, since: new Date().toISOString(), before: {} };
  const result = { settings, secretNames: stored.secretNames, updating };
  await store.writeSettings(result);
  return result;
}

async function settle(
  store: EnvironmentStore,
  settled: StoredSettings,
  context: PutBackContext,
): Promise<string> {
  const health = await bringUp(store, settled, context);
  if (health.healthy) return health.evidence;
  context.log(
    `environment ${store.identity.name}: its earlier values stand again, but it is not healthy: ${health.reason}`,
  );
  return `its health is not proven: ${health.reason}`;
}

async function earlierValues(
  claim: Claim,
  names: string[],
  secrets: SecretStore,
): Promise<Record<string, string | null>> {
  const values: Record<string, string | null> = {};
  for (const name of names) {
    const kept = claim.earlier[name];
    if (kept === undefined) continue;
    values[name] = "secret" in kept ? ((await secrets.get(kept.secret)).password ?? null) : kept.value;
  }
  return values;
}

/** Names that show neither what this stack set nor what stood there before. */
async function changedByOthers(
  claim: Claim,
  stored: StoredSettings,
  ours: string[],
  secrets: SecretStore,
): Promise<string[]> {
  const wereSet = Object.keys(claim.set).filter(
    (name) => claim.set[name]?.length !== 0 && !ours.includes(name),
  );
  const earlier = await earlierValues(claim, wereSet, secrets);
  const now = valuesOf(stored.settings, wereSet);
  return wereSet.filter((name) => now[name] !== earlier[name]);
}
