import type { Platform } from "../../platforms/platform";
import type { Log } from "../../postgres/proof";
import { claimedSettings } from "../../pipeline/stages/claim";
import { sampleNames } from "../../platforms/local/sample/names";
import { environmentName } from "./awsEnvironment";
import { label, production } from "./awsProduction";

/** One thing that the platform is asked for in the life of a copy; may be asked again after it failed. */
export interface LifeStep {
  name: string;
  run: () => Promise<unknown>;
}

/**
 * All that changes something on AWS in the life of a copy, in the order of the stages: from its snapshot to the environment on it, and back to nothing. What
 * happens inside the database is left out.
 */
export function lifeOf(
  platform: () => Platform,
  generation: string,
  { environmentId, appPassword }: { environmentId: string; appPassword: string },
  log: Log,
): LifeStep[] {
  const copyId = `test-${generation}`;
  const snapshotId = `${copyId}-taken`;
  const own = label(generation);
  const password = `Pl4nted-${generation}-administrator`;
  const admin = { username: "federation_master", password, dbname: sampleNames.database };
  // Production's own, since nothing is rotated here.
  const application = { password: appPassword };
  const step = (name: string, run: (platform: Platform) => Promise<unknown>): LifeStep => ({
    name,
    run: () => run(platform()),
  });
  const at = async (given: Platform) => (await given.describe(copyId))!;
  return [
    step("snapshot", (given) => given.takeSnapshot(production, snapshotId, own, "copy", log)),
    step("restore", (given) => given.restore({ snapshotId, source: production, copyId, label: own }, log)),
    step("secret", (given) => given.secrets.put(`${copyId}/admin`, { ...admin, password: "before" }, own)),
    step("secret again", (given) => given.secrets.put(`${copyId}/admin`, admin, own)),
    step("password", (given) => given.setAdminPassword(copyId, password)),
    step("admission", (given) => given.admit(copyId, "quarantine")),
    step("sealing", (given) => given.admit(copyId, "sealed")),
    step("admission again", (given) => given.admit(copyId, "quarantine")),
    step("opening", (given) => given.openQuarantine(copyId, sampleNames.app, log)),
    step("label", (given) => given.relabel(copyId, { ...own, owner: "somebody-else" })),
    step("claim", (given) => given.claim(environmentName, "test", claimedSettings)),
    step("application's secret", (given) => given.secrets.put(`${copyId}/application`, application, own)),
    step("switch", async (given) => {
      const { host, database } = await at(given);
      const settings = { RDS_HOSTNAME: host, RDS_DB_NAME: database, PRODCOPY_GENERATION: generation };
      const change = { environment: environmentName, environmentId, stack: "test", settings };
      const secretSettings = { RDS_PASSWORD: `${copyId}/application` };
      return given.setEnvironment({ ...change, secretSettings }, log);
    }),
    step("sweep", (given) => given.sweep("test", log)),
  ];
}
