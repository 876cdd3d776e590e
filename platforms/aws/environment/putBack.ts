import type { Log, Proof } from "../../../postgres/proof";
import { nothingToPutBack, putBackProof } from "../../putBackProofs";
import type { Aws } from "../clients";
import type { AwsSecretStore } from "../secrets";
import {
  findEnvironment,
  readClaims,
  readSettings,
  sameSetting,
  stands,
  type Environment,
  type Settings,
} from "./read";
import { isOurs, readRecord, type ClaimRecord } from "./record";
import { apply, finish, type Values } from "./update";
import { untilReady } from "./wait";

/**
 * Puts back what stood in the environment before the claim, wherever it still shows what this stack set. A value that somebody else set since stays. The
 * values go back even when the application does not become healthy on them: its earlier database may be gone. Killed anywhere and called again,
 * it ends the same.
 */
export async function putEarlierBack(
  aws: Aws,
  secrets: AwsSecretStore,
  name: string,
  stack: string,
  log: Log,
): Promise<Proof[]> {
  const environment = await findEnvironment(aws, name);
  if (environment === undefined) return [];
  const claims = await readClaims(aws, environment);
  if (!claims.some((one) => one.stack === stack)) {
    return [nothingToPutBack(name, stack, claims[0]?.stack)];
  }
  const record = await readRecord(secrets, stack, environment);
  await untilReady(aws, name, log);
  const { settings } = await readSettings(aws, environment);
  const values = earlierOf(record, settings);
  const changed = Object.keys(values).filter((one) => !sameSetting(settings[one], values[one]));
  const theirs = changedByOthers(record, settings);
  const outcome = changed.length === 0 ? "nothing to do" : await back(aws, environment, values, log);
  await finish(aws, secrets, environment, { ...record, set: {}, unseen: {} });
  return [putBackProof(name, stack, { changed, theirs, outcome })];
}

function earlierOf(record: ClaimRecord, settings: Settings): Values {
  const ours = Object.keys(record.earlier).filter((name) => isOurs(record, name, settings[name]));
  return Object.fromEntries(ours.map((name) => [name, record.earlier[name] ?? null]));
}

/** @throws when the values do not stand: the claim must not be given up then. */
async function back(aws: Aws, environment: Environment, values: Values, log: Log): Promise<string> {
  const health = await apply(aws, environment, values, log);
  if (health.healthy) return health.evidence;
  const { settings } = await readSettings(aws, environment);
  const left = Object.keys(values).filter((name) => !stands(settings[name], values[name] ?? null));
  if (left.length > 0) {
    throw new Error(
      `Environment "${environment.name}" was told to go back to its earlier values, and ${left.join(", ")} did not: ${health.reason} ` +
        "Its claim stays. Look at its events, and run `pulumi destroy` again.",
    );
  }
  log(
    `environment ${environment.name}: its earlier values stand again, but it is not healthy: ${health.reason}`,
  );
  return `its health is not proven: ${health.reason}`;
}

/** Names that show neither what this stack set nor what stood there before. */
function changedByOthers(record: ClaimRecord, settings: Settings): string[] {
  return Object.keys(record.set).filter(
    (name) =>
      (record.set[name] ?? []).length > 0 &&
      !isOurs(record, name, settings[name]) &&
      !sameSetting(settings[name], record.earlier[name]),
  );
}
