import { proof, type Log, type Proof } from "../../../postgres/proof";
import type { EnvironmentChange, EnvironmentSettings, SecretStore } from "../../platform";
import { restartApplication, runningProcess, waitForHealth, type Health } from "./application";
import { requireClaim } from "./claims";
import { refuseProduction, type ProductionEndpoint } from "../../refuseProduction";
import { redact, resolveChange } from "./settings";
import { isSecret } from "../../secretSettings";
import type { Claim, EnvironmentStore, StoredSettings } from "./store";

export interface UpdateContext {
  secrets: SecretStore;
  production: ProductionEndpoint[];
  healthTimeoutMs: number;
  log: Log;
}

/**
 * Sets the change's settings, and those alone, in one step; restarts and waits for health; puts the values of before this
 * update back when it does not come. Killed anywhere and called again, it ends the same: what was set is in the claim before
 * it is set, what was there before stands in the same file as the new values until the update is finished.
 * To be called with the environment's lock held.
 */
export async function updateEnvironment(
  store: EnvironmentStore,
  change: EnvironmentChange,
  context: UpdateContext,
): Promise<Proof[]> {
  const claim = await checkChange(store, change);
  const wanted = await resolveChange(change, context.secrets);
  refuseUnclaimed(store, claim, wanted);
  const stored = await store.readSettings();
  const next = { ...stored.settings, ...wanted };
  await refuseProduction(`The change of environment "${store.identity.name}"`, next, context.production);

  const names = Object.keys(wanted).filter((name) => stored.settings[name] !== wanted[name]);
  if (names.length === 0 && stored.updating === undefined) return proveUnchanged(store, wanted, context);

  await recordIntent(store, claim, wanted);
  const before = { ...valuesOf(stored.settings, names), ...stored.updating?.before };
  const secretNames = [...new Set([...stored.secretNames, ...Object.keys(change.secretSettings)])].sort();
  const updating = { stack: change.stack, since: new Date().toISOString(), before };
  const during: StoredSettings = { settings: next, secretNames, updating };
  await store.writeSettings(during);
  await store.event("INFO", `Stack "${change.stack}" sets ${Object.keys(before).sort().join(", ")}.`);
  context.log(`environment ${store.identity.name}: ${Object.keys(before).sort().join(", ")} set, restarting`);

  const health = await bringUp(store, during, context);
  if (!health.healthy) return rollBack(store, during, health.reason, context);
  await finish(store, { settings: next, secretNames }, claim);
  await store.event("INFO", "The update is finished and the application is healthy.");
  return [
    proof(
      `Environment "${store.identity.name}" was set to ${describe(wanted, change)} in one update and is healthy on it.`,
      health.evidence,
    ),
  ];
}

/** Restarts unless what runs was started with just these settings, then waits for health. Reasons come back without secrets. */
export async function bringUp(
  store: EnvironmentStore,
  stored: StoredSettings,
  context: Pick<UpdateContext, "healthTimeoutMs">,
): Promise<Health> {
  const running = await runningProcess(store);
  try {
    const isCurrent = running?.settingsDigest === store.digest(stored.settings);
    const record = isCurrent ? running : await restartApplication(store, stored.settings);
    const health = await waitForHealth(store, record, context.healthTimeoutMs);
    return health.healthy ? health : { healthy: false, reason: redact(health.reason, stored) };
  } catch (error) {
    // One that cannot even be started is one more that does not come up: the caller decides what goes back.
    return { healthy: false, reason: redact((error as Error).message, stored) };
  }
}

/** Values of these settings; null where one is not set. */
export function valuesOf(settings: EnvironmentSettings, names: string[]): Record<string, string | null> {
  return Object.fromEntries(names.map((name) => [name, settings[name] ?? null]));
}

export function withValues(
  settings: EnvironmentSettings,
  values: Record<string, string | null>,
): EnvironmentSettings {
  const merged = Object.entries({ ...settings, ...values });
  return Object.fromEntries(merged.filter((entry): entry is [string, string] => entry[1] !== null));
}

async function checkChange(store: EnvironmentStore, change: EnvironmentChange): Promise<Claim> {
  const { name, id } = store.identity;
  if (id !== change.environmentId) {
    throw new Error(
      `Environment "${name}" is another one now: its id is ${id}, and ${change.environmentId} was claimed. Somebody removed that one ` +
        "and made a new one under its name. Nothing was changed; `pulumi destroy`, then `pulumi up`, claim the new one.",
    );
  }
  return requireClaim(store, change.stack);
}

/** What the claim does not keep could not be put back. */
function refuseUnclaimed(store: EnvironmentStore, claim: Claim, wanted: EnvironmentSettings): void {
  const unclaimed = Object.keys(wanted).filter((name) => claim.earlier[name] === undefined);
  if (unclaimed.length === 0) return;
  throw new Error(
    `The claim on environment "${store.identity.name}" does not name ${unclaimed.join(", ")}, so what stands there now is not kept and could ` +
      "not be put back. Nothing was changed. Claim these names as well.",
  );
}

async function recordIntent(
  store: EnvironmentStore,
  claim: Claim,
  wanted: EnvironmentSettings,
): Promise<void> {
  const set = { ...claim.set };
  for (const [name, value] of Object.entries(wanted)) {
    set[name] = [...new Set([...(set[name] ?? []), store.fingerprint(name, value)])];
  }
  await store.writeClaim({ ...claim, set });
}

async function proveUnchanged(
  store: EnvironmentStore,
  wanted: EnvironmentSettings,
  context: UpdateContext,
): Promise<Proof[]> {
  const health = await bringUp(store, await store.readSettings(), context);
  if (health.healthy) {
    const claim = `Environment "${store.identity.name}" already has ${Object.keys(wanted).sort().join(", ")} as asked, and is healthy.`;
    return [proof(claim, health.evidence)];
  }
  throw new Error(
    `Environment "${store.identity.name}" has the settings that were asked for, but is not healthy: ${health.reason} Nothing was changed. ` +
      `Its log is ${store.logFile}.`,
  );
}

async function rollBack(
  store: EnvironmentStore,
  failed: StoredSettings,
  reason: string,
  context: UpdateContext,
): Promise<never> {
  const { name } = store.identity;
  const before = failed.updating?.before ?? {};
  const names = Object.keys(before).sort().join(", ");
  await store.event("ERROR", `The update did not come up: ${reason} Putting ${names} back.`);
  context.log(`environment ${name}: not healthy (${reason}) putting ${names} back`);
  const restored: StoredSettings = { ...failed, settings: withValues(failed.settings, before) };
  await store.writeSettings(restored);
  const health = await bringUp(store, restored, context);
  const claim = await store.readClaim();
  await finish(store, { settings: restored.settings, secretNames: failed.secretNames }, claim);
  const ended = health.healthy
    ? `and it is healthy on them again (${health.evidence}).`
    : `but it is not healthy on them either: ${health.reason}`;
  await store.event(health.healthy ? "INFO" : "ERROR", `Put ${names} back, ${ended}`);
  throw new Error(
    `Environment "${name}" did not come up on its new settings: ${reason} The values of ${names} from just before were put back, ${ended} ` +
      `Its log is ${store.logFile}.`,
  );
}

/** Ends the update; the claim keeps only fingerprints of values that still stand. */
async function finish(
  store: EnvironmentStore,
  settled: StoredSettings,
  claim: Claim | undefined,
): Promise<void> {
  await store.writeSettings(settled);
  const latest = (await store.readClaim()) ?? claim;
  if (latest === undefined) return;
  const standing = Object.entries(latest.set).map(([name, fingerprints]) => {
    const value = settled.settings[name];
    const now = value === undefined ? undefined : store.fingerprint(name, value);
    return [name, fingerprints.filter((fingerprint) => fingerprint === now)] as const;
  });
  await store.writeClaim({ ...latest, set: Object.fromEntries(standing) });
}

function describe(wanted: EnvironmentSettings, change: EnvironmentChange): string {
  return Object.entries(wanted)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => {
      const isHidden = isSecret(name, value, Object.keys(change.secretSettings));
      return isHidden ? `${name} (not shown)` : `${name}=${value}`;
    })
    .join(", ");
}
