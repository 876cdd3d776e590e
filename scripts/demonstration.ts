import type { LocalHome } from "../platforms/local/home";
import { createEnvironment, startEnvironment, stopEnvironment } from "../platforms/local/environment";
import { startCopies, stopCopies } from "../platforms/local/copy";
import { ensureSample, sampleStatus, sampleTestSettings, stopSample } from "../platforms/local/sample";
import { findPostgres } from "../platforms/local/programs";
import { latestSnapshot, takeAutomaticSnapshot } from "../platforms/local/snapshot";
import type { Log } from "../postgres/proof";

/** As large as the federation that the seed of this procedure serves. */
const defaultMembers = 17_000;

/** Names of the demonstration, as Pulumi.local.yaml has them. */
export const demonstration = { stack: "local", source: "production", environment: "test" } as const;

/**
 * Everything that stands outside the stack: the sample production, its first automatic snapshot, and the Test application
 * on its old database. Again right afterwards it only looks.
 * @param members how many members the sample federation gets when it is made; undefined takes the one that stands, else 17,000
 */
export async function startDemonstration(
  home: LocalHome,
  members: number | undefined,
  log: Log,
): Promise<void> {
  await findPostgres(process.env, log);
  const standing = (await sampleStatus(home)).members;
  await ensureSample(home, { members: members ?? standing ?? defaultMembers }, log);
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
