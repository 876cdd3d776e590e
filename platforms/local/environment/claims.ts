import { proof, type Proof } from "../../../postgres/proof";
import type { SecretStore } from "../../platform";
import { createFileExclusive } from "../files";
import { runningProcess } from "./application";
import { refuseProduction, type ProductionEndpoint } from "../../refuseProduction";
import { checkSettings } from "./settings";
import { isSecret } from "../../secretSettings";
import type { Claim, EnvironmentStore, StoredSettings } from "./store";

export interface ClaimRequest {
  stack: string;
  /** Settings that the stack may set later; their present values are kept. */
  names: string[];
  secrets: SecretStore;
  production: ProductionEndpoint[];
}

/**
 * Claims the environment, or finds it claimed by this stack already: then the earlier values stay as they are, and only
 * names that are new are added. To be called with the environment's lock held.
 * @throws when another stack holds it, it is production's, or it is not Ready.
 */
export async function makeClaim(store: EnvironmentStore, request: ClaimRequest): Promise<Proof[]> {
  const name = store.identity.name;
  checkSettings(Object.fromEntries(request.names.map((setting) => [setting, ""])));
  const held = await store.readClaim();
  if (held !== undefined && held.stack !== request.stack) throw claimedByAnother(name, held);
  const stored = await store.readSettings();
  const missing = request.names.filter((setting) => held?.earlier[setting] === undefined);
  if (held === undefined || missing.length > 0) {
    await refuseProductionEnvironment(store, request.production);
    if (held === undefined) await refuseUnready(store, stored);
    // The secrets stand before the record that names them: a claim without its earlier password could not be put back.
    const earlier = { ...held?.earlier, ...(await keepEarlier(store, stored, missing, request)) };
    await writeClaim(store, request.stack, held, earlier);
  }
  const written = await store.readClaim();
  if (written?.stack !== request.stack) throw claimedByAnother(name, written);
  if (held === undefined) await store.event("INFO", `Claimed by stack "${request.stack}".`);
  return [
    proof(
      `Environment "${name}" (${store.identity.id}) is claimed by stack "${request.stack}", and the values that it had before are kept.`,
      Object.entries(written.earlier).map(describeEarlier).join(", "),
    ),
  ];
}

/** Gives the claim up. Another stack's claim, or none, is left as it is. @throws while the environment still shows what this stack set. */
export async function dropClaim(store: EnvironmentStore, stack: string, secrets: SecretStore): Promise<void> {
  const claim = await store.readClaim();
  if (claim?.stack !== stack) return;
  const { settings, updating } = await store.readSettings();
  const left = Object.keys(claim.earlier).filter((name) => isOurs(store, claim, name, settings[name]));
  if (left.length > 0 || updating !== undefined) {
    throw new Error(
      `The claim on environment "${store.identity.name}" cannot be given up: ${left.join(", ") || "an unfinished update"} still shows ` +
        `what stack "${stack}" set. Put the earlier values back first; \`pulumi destroy\` does both in that order.`,
    );
  }
  await store.removeClaim();
  for (const earlier of Object.values(claim.earlier)) {
    if ("secret" in earlier) await secrets.remove(earlier.secret);
  }
  await store.event("INFO", `Stack "${stack}" gave its claim up.`);
}

/** The claim of this stack. @throws when it holds none. */
export async function requireClaim(store: EnvironmentStore, stack: string): Promise<Claim> {
  const claim = await store.readClaim();
  const name = store.identity.name;
  if (claim === undefined) {
    throw new Error(
      `Environment "${name}" is not claimed by stack "${stack}", so nothing was set. Run \`pulumi up\` again: it claims first.`,
    );
  }
  if (claim.stack !== stack) throw claimedByAnother(name, claim);
  return claim;
}

/** Whether a value is one that the claim's stack set, or was about to. */
export function isOurs(
  store: EnvironmentStore,
  claim: Claim,
  name: string,
  value: string | undefined,
): boolean {
  return value !== undefined && (claim.set[name] ?? []).includes(store.fingerprint(name, value));
}

/** @throws when the environment's name says production, or its settings point there. */
export async function refuseProductionEnvironment(
  store: EnvironmentStore,
  production: ProductionEndpoint[],
): Promise<void> {
  const name = store.identity.name;
  if (/prod/i.test(name)) {
    throw new Error(
      `Environment "${name}" is refused: its name says production. \`prodcopy:environment\` must name a test environment. Nothing was changed.`,
    );
  }
  await refuseProduction(`Environment "${name}"`, (await store.readSettings()).settings, production);
}

async function refuseUnready(store: EnvironmentStore, stored: StoredSettings): Promise<void> {
  const isUnfinished = stored.updating !== undefined;
  if (!isUnfinished && (await runningProcess(store)) !== undefined) return;
  throw new Error(
    `Environment "${store.identity.name}" is not Ready: ${isUnfinished ? "an update of it was not finished" : "it is stopped"}. ` +
      "`npm start` starts it. Nothing was changed.",
  );
}

async function keepEarlier(
  store: EnvironmentStore,
  stored: StoredSettings,
  names: string[],
  { stack, secrets }: ClaimRequest,
): Promise<Claim["earlier"]> {
  const kept: Claim["earlier"] = {};
  for (const name of names) {
    const value = stored.settings[name];
    if (value === undefined || !isSecret(name, value, stored.secretNames)) {
      kept[name] = { value: value ?? null };
      continue;
    }
    const ref = `${stack}/${store.identity.id}/earlier-${name}`;
    const label = {
      stack,
      generation: "claim",
      owner: `account ${process.getuid?.() ?? "unknown"}`,
      expiresAt: "9999-12-31T23:59:59.999Z",
    };
    await secrets.put(ref, { password: value }, label);
    kept[name] = { secret: ref };
  }
  return kept;
}

async function writeClaim(
  store: EnvironmentStore,
  stack: string,
  held: Claim | undefined,
  earlier: Claim["earlier"],
): Promise<void> {
  if (held !== undefined) return store.writeClaim({ ...held, earlier });
  const claim: Claim = {
    stack,
    environmentId: store.identity.id,
    claimedAt: new Date().toISOString(),
    earlier,
    set: {},
  };
  // Exclusive even under the lock: whoever came first keeps it, whatever else went wrong. The caller reads it back.
  await createFileExclusive(store.claimFile, `${JSON.stringify(claim, null, 2)}\n`);
}

function describeEarlier([name, earlier]: [string, Claim["earlier"][string]]): string {
  if ("secret" in earlier) return `${name} kept as a secret`;
  return earlier.value === null ? `${name} was not set` : `${name}=${earlier.value}`;
}

function claimedByAnother(name: string, claim: Claim | undefined): Error {
  return new Error(
    `Environment "${name}" is claimed by stack "${claim?.stack ?? "unknown"}" since ${claim?.claimedAt ?? "an unknown time"}, and one environment follows one stack. ` +
      "Run `pulumi destroy` on that stack, which puts the environment back, or name another one with `prodcopy:environment`. Nothing was changed.",
  );
}
