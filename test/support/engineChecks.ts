import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { withSession } from "../../postgres/connection";
import {
  archiveFolder,
  productionFingerprint,
  sampleServer,
  type Fingerprint,
} from "../../platforms/local/sample";
import type { EnvironmentSettings } from "../../platforms/platform";
import { demonstration } from "../../scripts/demonstration";
import type { Engine } from "./engine";

/** What must be the same after everything: production as it was, and Test where it stood. */
export interface Before {
  production: Fingerprint;
  archive: string[];
  settings: EnvironmentSettings;
}

export async function takeBefore(engine: Engine): Promise<Before> {
  return {
    production: await fingerprintOf(engine),
    archive: fs.readdirSync(archiveFolder(engine.home)).sort(),
    settings: (await engine.platform.readEnvironment(demonstration.environment)).settings,
  };
}

async function fingerprintOf(engine: Engine): Promise<Fingerprint> {
  const target = await engine.platform.productionTarget(demonstration.source);
  assert.ok(target, "the sample's production can be read");
  return withSession(target, { applicationName: "test", readOnly: true }, productionFingerprint);
}

/** Roles, settings, structure, every row, slots, subscriptions, and the archive of production's log. */
export async function assertProductionUntouched(engine: Engine, before: Before): Promise<void> {
  assert.deepEqual((await fingerprintOf(engine)).parts, before.production.parts);
  const archived = fs.readdirSync(archiveFolder(engine.home)).sort();
  // Production archives its own log as time goes by; a copy would write segments of another timeline or again the same.
  for (const name of before.archive) assert.ok(archived.includes(name), `${name} left the archive`);
  assert.deepEqual(
    archived.filter((name) => !/^00000001[0-9A-F]{16}(\.\S+\.backup)?$/.test(name)),
    [],
  );
}

/** Test stands where it stood before, is healthy, and nobody holds it. */
export async function assertTestPutBack(engine: Engine, before: Before): Promise<void> {
  const environment = await engine.platform.readEnvironment(demonstration.environment);
  assert.deepEqual(environment.settings, before.settings);
  assert.equal(environment.claimedBy, undefined);
  assert.equal(environment.health, "Ok");
}

/** Nothing of the stack is left on this machine: no server, folder, snapshot of ours, secret or process. */
export async function assertNothingLeft(engine: Engine): Promise<void> {
  assert.deepEqual(await engine.platform.listCopies(), []);
  assert.deepEqual(listing(engine.home.copies), []);
  const secrets = listing(engine.home.secrets).filter((name) => !name.startsWith("sample~"));
  assert.deepEqual(secrets, []);
  const snapshots = listing(engine.home.snapshots).filter((name) => !name.startsWith("automatic-"));
  assert.deepEqual(snapshots, []);
  assert.deepEqual(processesIn(engine.home.copies), []);
  await assertNoProviderLeft(engine);
}

/** Test stands on the copy that the stack's outputs name, and the application sees its members there. */
export async function assertTestOnCopy(engine: Engine, members: number): Promise<void> {
  const { endpoint, copyId } = await engine.outputs();
  const { settings, health, url } = await engine.platform.readEnvironment(demonstration.environment);
  assert.equal(`${settings.RDS_HOSTNAME}:${settings.RDS_PORT}`, endpoint, `Test is not on ${copyId}`);
  assert.equal(health, "Ok");
  const page = await (await fetch(url)).text();
  assert.match(page.replace(/[\s,.\u00a0\u202f]/g, ""), new RegExp(String(members)));
}

/** The subscription's publisher heard from production only: every replication connection came in production's name. */
export async function replicationConnections(engine: Engine): Promise<number> {
  const { dir } = await sampleServer(engine.home, "publisher");
  const logs = listing(path.join(dir, "log")).map((name) =>
    fs.readFileSync(path.join(dir, "log", name), "utf8"),
  );
  return logs.join("\n").match(/START_REPLICATION|received replication command/g)?.length ?? 0;
}

/** A provider whose CLI was killed ends by itself within a moment, or it would work on beside the next run. */
async function assertNoProviderLeft(engine: Engine): Promise<void> {
  const deadline = Date.now() + 5_000;
  const left = () => processesIn(engine.project).filter((process) => process.includes("dynamic-provider"));
  while (left().length > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.deepEqual(left(), []);
}

export function listing(folder: string): string[] {
  return fs.existsSync(folder) ? fs.readdirSync(folder).sort() : [];
}

/** Processes whose command line or working directory lies in the folder. */
function processesIn(folder: string): string[] {
  return fs
    .readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const command = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
        const place = fs.readlinkSync(`/proc/${pid}/cwd`);
        return command.includes(folder) || place.startsWith(folder) ? [`${pid} ${command}`] : [];
      } catch {
        return [];
      }
    });
}
