import type { LocalHome } from "../platforms/local/home";
import { createEnvironment, startEnvironment, stopEnvironment } from "../platforms/local/environment";
import { startCopies, stopCopies } from "../platforms/local/copy";
import { ensureSample, sampleTestSettings, stopSample } from "../platforms/local/sample";
import { findPostgres } from "../platforms/local/programs";
import { latestSnapshot, takeAutomaticSnapshot } from "../platforms/local/snapshot";
import type { Log } from "../postgres/proof";

/** Names of the demonstration, as Pulumi.local.yaml has them. */
export const demonstration = { stack: "local", source: "production", environment: "test" } as const;

/**
 * Everything that stands outside the stack: the sample production, its first automatic snapshot, and the Test application
 * on its old database. Again right afterwards it only looks.
 * @param members how many members the sample federation has when it is made; 17,000 by default
 */
export async function startDemonstration(home: LocalHome, members: number, log: Log): Promise<void> {
  const programs = await findPostgres(process.env, log);
  log(`PostgreSQL ${programs.version} (${programs.source}: ${programs.binFolder})`);
  await ensureSample(home, { members }, log);
  if ((await latestSnapshot(home, demonstration.source)) === undefined) {
    await takeAutomaticSnapshot(home, demonstration.source, log);
  }
  await startCopies(home, log);
  const { settings, secretSettings } = await sampleTestSettings(home);
  await createEnvironment(home, { name: demonstration.environment, settings, secretSettings });
  await startEnvironment(home, demonstration.environment);
}

/** Stops every process of the demonstration; nothing is removed. */
export async function stopDemonstration(home: LocalHome, log: Log): Promise<void> {
  await stopEnvironment(home, demonstration.environment);
  await stopCopies(home, log);
  await stopSample(home);
}
