/**
 * What Elastic Beanstalk is on `local`: environments that keep settings, events, health and a claim, and run the sample
 * application on their settings. One folder an environment, below `home.environments`.
 */
import type { Platform, SecretStore } from "../platform";
import { dropClaim, makeClaim, refuseProductionEnvironment } from "./environment/claims";
import { stateOf, waitUntilReady } from "./environment/lifecycle";
import { withLock } from "./lock";
import type { ProductionEndpoint } from "../refuseProduction";
import { putEarlierBack } from "./environment/put-back";
import { EnvironmentStore, environmentNames } from "./environment/store";
import { updateEnvironment } from "./environment/update";
import type { LocalHome } from "./home";

export {
  createEnvironment,
  removeEnvironment,
  startEnvironment,
  stopEnvironment,
  type EnvironmentSpec,
} from "./environment/lifecycle";
export type { ProductionEndpoint } from "../refuseProduction";

export interface EnvironmentOptions {
  secrets: SecretStore;
  /** Where production answers now; settings that point there are refused. */
  production: () => Promise<ProductionEndpoint[]>;
  /** How long an application may take to become healthy. Default 60000. */
  healthTimeoutMs?: number;
  /** How long to wait for an environment that somebody else is updating, or that is stopped. Default 60000. */
  readyTimeoutMs?: number;
}

/** The environment part of the platform, and what the sweep needs beside it. */
export interface LocalEnvironments extends Pick<
  Platform,
  "readEnvironment" | "claim" | "setEnvironment" | "putBack" | "releaseClaim"
> {
  /** Puts back and releases every environment that this stack claims. Before the stack's secrets are removed: earlier passwords are among them. */
  sweepClaims: (stack: string, log: (line: string) => void) => Promise<string[]>;
}

export function localEnvironments(home: LocalHome, options: EnvironmentOptions): LocalEnvironments {
  const { secrets, healthTimeoutMs = 60_000, readyTimeoutMs = 60_000 } = options;
  const locked = <T>(store: EnvironmentStore, doing: string, use: () => Promise<T>): Promise<T> =>
    withLock(store.folder, `${doing} environment "${store.identity.name}"`, readyTimeoutMs, use);

  const environments: LocalEnvironments = {
    readEnvironment: async (name) => stateOf(await EnvironmentStore.open(home, name)),
    async claim(name, stack, names) {
      const store = await EnvironmentStore.open(home, name);
      const production = await options.production();
      await refuseProductionEnvironment(store, production);
      // Who holds it already, or is refused because another stack does, need not wait.
      if ((await store.readClaim()) === undefined) await waitUntilReady(store, readyTimeoutMs);
      const proofs = await locked(store, "claiming", () =>
        makeClaim(store, { stack, names, secrets, production }),
      );
      return { value: await stateOf(store), proofs };
    },
    async setEnvironment(change, log) {
      const store = await EnvironmentStore.open(home, change.environment);
      const production = await options.production();
      // Again, though the claim refused it too: a claim is a file that somebody may have put there.
      await refuseProductionEnvironment(store, production);
      await waitUntilReady(store, readyTimeoutMs);
      const context = { secrets, production, healthTimeoutMs, log };
      return locked(store, "updating", () => updateEnvironment(store, change, context));
    },
    async putBack(name, stack, log) {
      const store = await EnvironmentStore.openIfPresent(home, name);
      if (store === undefined) return [];
      return locked(store, "putting back", () =>
        putEarlierBack(store, stack, { secrets, healthTimeoutMs, log }),
      );
    },
    async releaseClaim(name, stack) {
      const store = await EnvironmentStore.openIfPresent(home, name);
      if (store !== undefined) await locked(store, "releasing", () => dropClaim(store, stack, secrets));
    },
    async sweepClaims(stack, log) {
      const swept = [];
      for (const name of await environmentNames(home)) {
        const store = await EnvironmentStore.openIfPresent(home, name);
        if ((await store?.readClaim())?.stack !== stack) continue;
        await environments.putBack(name, stack, log);
        await environments.releaseClaim(name, stack);
        swept.push(name);
      }
      return swept;
    },
  };
  return environments;
}
