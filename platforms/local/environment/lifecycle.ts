/** Environments come, start, stop and go; nothing here knows of claims. */
import { randomBytes } from "node:crypto";
import * as fs from "node:fs/promises";
import * as net from "node:net";
import * as path from "node:path";
import type { EnvironmentSettings, EnvironmentState } from "../../platform";
import { ensurePrivateFolder, errorCode, isOlderThan, listFolder, writeJsonAtomic } from "../files";
import type { LocalHome } from "../home";
import {
  currentHealth,
  restartApplication,
  runningProcess,
  stopApplication,
  urlOf,
  waitForHealth,
} from "./application";
import { holderOf, withLock } from "../lock";
import { checkSettings, shownSettings } from "./settings";
import { EnvironmentStore, folderOf } from "./store";

export interface EnvironmentSpec {
  /** Letters, digits and "-". A name that contains "prod" is never claimed. */
  name: string;
  /** On 127.0.0.1, for good. Default: one that is free now. */
  port?: number;
  settings: EnvironmentSettings;
  /** Settings whose values are never shown, such as RDS_PASSWORD: name to value. */
  secretSettings?: EnvironmentSettings;
}

/** Makes an environment, without starting it. One of that name that is already there stays as it is, settings included. */
export async function createEnvironment(home: LocalHome, spec: EnvironmentSpec): Promise<EnvironmentState> {
  const secretSettings = spec.secretSettings ?? {};
  const settings = { ...spec.settings, ...secretSettings };
  checkSettings(settings);
  const folder = folderOf(home, spec.name);
  if ((await EnvironmentStore.openIfPresent(home, spec.name)) === undefined) {
    const identity = {
      name: spec.name,
      id: `e-${randomBytes(6).toString("hex")}`,
      port: spec.port ?? (await freePort()),
      createdAt: new Date().toISOString(),
      key: randomBytes(32).toString("hex"),
    };
    // Made whole beside its place, then moved there: a kill leaves no half environment under the name.
    const building = path.join(home.environments, `.${spec.name}-${identity.id}`);
    await ensurePrivateFolder(home.environments);
    await removeUnfinished(home, spec.name);
    await ensurePrivateFolder(building);
    await writeJsonAtomic(path.join(building, "environment.json"), identity);
    const stored = { settings, secretNames: Object.keys(secretSettings).sort() };
    await writeJsonAtomic(path.join(building, "settings.json"), stored);
    await moveIntoPlace(building, folder);
  }
  return stateOf(await EnvironmentStore.open(home, spec.name));
}

/** Starts the application if it does not run on its settings already, and waits until it answers, healthy or not. */
export async function startEnvironment(home: LocalHome, name: string): Promise<EnvironmentState> {
  const store = await EnvironmentStore.open(home, name);
  await withLock(store.folder, `starting environment "${name}"`, 60_000, async () => {
    const { settings } = await store.readSettings();
    const running = await runningProcess(store);
    if (running?.settingsDigest === store.digest(settings)) return;
    const started = await restartApplication(store, settings);
    await waitForHealth(store, started, 15_000, 0);
    if ((await runningProcess(store)) === undefined) {
      throw new Error(
        `Environment "${name}" cannot be started: its process ended. The last line of its log, ${store.logFile}: ${await store.lastLogLine()}`,
      );
    }
    await store.event("INFO", "Started.");
  });
  return stateOf(store);
}

/** Stops it and removes all that it kept. One that is gone is fine. */
export async function removeEnvironment(home: LocalHome, name: string): Promise<void> {
  await stopEnvironment(home, name);
  await fs.rm(folderOf(home, name), { recursive: true, force: true });
}

/** Ends the application's process. An environment that is stopped or gone is fine. */
export async function stopEnvironment(home: LocalHome, name: string): Promise<void> {
  const store = await EnvironmentStore.openIfPresent(home, name);
  if (store === undefined) return;
  await withLock(store.folder, `stopping environment "${name}"`, 60_000, async () => {
    if ((await runningProcess(store)) !== undefined) await store.event("INFO", "Stopped.");
    await stopApplication(store);
  });
}

export async function stateOf(store: EnvironmentStore): Promise<EnvironmentState> {
  const stored = await store.readSettings();
  const isUpdating = stored.updating !== undefined || (await holderOf(store.folder)) !== undefined;
  const isRunning = (await runningProcess(store)) !== undefined;
  return {
    name: store.identity.name,
    id: store.identity.id,
    url: urlOf(store),
    status: isUpdating ? "Updating" : isRunning ? "Ready" : "Stopped",
    health: await currentHealth(store),
    settings: shownSettings(store, stored),
    claimedBy: (await store.readClaim())?.stack,
  };
}

/**
 * Waits while an environment is stopped. An update that is under way is waited for by the lock; one whose caller was killed
 * is not waited for, because the next caller finishes it.
 */
export async function waitUntilReady(store: EnvironmentStore, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    if ((await runningProcess(store)) !== undefined) return;
    if ((await store.readSettings()).updating !== undefined || (await holderOf(store.folder)) !== undefined) {
      return;
    }
    if (Date.now() >= deadline) {
      throw new Error(
        `Environment "${store.identity.name}" is Stopped, and was not started within ${Math.round(timeoutMs / 1000)} s. ` +
          "`npm start` starts it. Nothing was changed.",
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** What a killed creation left. A younger one may still be made by a process that lives. */
async function removeUnfinished(home: LocalHome, name: string): Promise<void> {
  for (const entry of await listFolder(home.environments)) {
    const folder = path.join(home.environments, entry);
    const isOurs = entry.startsWith(`.${name}-e-`) && (await isOlderThan(folder, 60_000));
    if (isOurs) await fs.rm(folder, { recursive: true, force: true });
  }
}

async function moveIntoPlace(building: string, folder: string): Promise<void> {
  try {
    await fs.rename(building, folder);
  } catch (error) {
    await fs.rm(building, { recursive: true, force: true });
    // Somebody else made it in the meantime; theirs stays.
    if (errorCode(error) !== "ENOTEMPTY" && errorCode(error) !== "EEXIST") throw error;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
