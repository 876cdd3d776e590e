import { proof, type Log, type Proof } from "../../../postgres/proof";
import type { SecretStore } from "../../platform";
import type { Aws } from "../clients";
import { describeEarlier, keepEarlier } from "./earlier";
import {
  claimTag,
  findEnvironment,
  readClaims,
  readSettings,
  requireEnvironment,
  sameSetting,
  type Environment,
} from "./read";
import { isOurs, newRecord, readRecord, recordRef, writeRecord, type ClaimRecord } from "./record";
import { productionEndpoints, refuseEnvironment } from "./refuse";
import { untilReady, whenReady } from "./wait";

const silent: Log = () => undefined;

/**
 * Claims the environment for a stack, or finds it claimed by it already: then the earlier values stay as they are, and only names that are new are
 * added. The claim is a tag on the environment, read back after it is written: the older of two wins.
 * @throws when another stack holds it, it is production's, or it does not become Ready.
 */
export async function makeClaim(
  aws: Aws,
  secrets: SecretStore,
  name: string,
  stack: string,
  names: string[],
): Promise<Proof[]> {
  const environment = await requireEnvironment(aws, name);
  const present = await readSettings(aws, environment);
  await refuseEnvironment(aws, environment, present, await productionEndpoints(aws));
  const [first] = await readClaims(aws, environment);
  if (first !== undefined && first.stack !== stack) throw claimedByAnother(name, first);
  const held = first === undefined ? undefined : await readRecord(secrets, stack, environment);
  if (held === undefined) await untilReady(aws, name, silent);
  const { settings } = await readSettings(aws, environment);
  const missing = names.filter((setting) => held?.earlier[setting] === undefined);
  const record = held ?? newRecord(stack, environment);
  const earlier = { ...record.earlier, ...(await keepEarlier(aws, name, settings, missing)) };
  // Before the tag that says so: a claim without its earlier values could not be put back.
  if (missing.length > 0) await writeRecord(secrets, { ...record, earlier });
  if (held === undefined) await leaveTag(aws, secrets, environment, { ...record, earlier });
  return [
    proof(
      `Environment "${name}" (${environment.id}) is claimed by stack "${stack}", and the values that it had before are kept.`,
      Object.entries(earlier).map(describeEarlier).join(", "),
    ),
  ];
}

async function leaveTag(
  aws: Aws,
  secrets: SecretStore,
  environment: Environment,
  record: ClaimRecord,
): Promise<void> {
  const { stack, claimedAt } = record;
  await whenReady(aws, environment.name, silent, () =>
    aws.beanstalk.updateTagsForResource({
      ResourceArn: environment.arn,
      TagsToAdd: [{ Key: claimTag(stack), Value: claimedAt }],
    }),
  );
  await untilReady(aws, environment.name, silent);
  const [first] = await readClaims(aws, environment);
  if (first?.stack === stack) return;
  await removeClaim(aws, secrets, environment, stack);
  throw claimedByAnother(environment.name, first);
}

/** The claim of this stack. @throws when it holds none, or another one is older. */
export async function requireClaim(
  aws: Aws,
  secrets: SecretStore,
  environment: Environment,
  stack: string,
): Promise<ClaimRecord> {
  const [first] = await readClaims(aws, environment);
  if (first === undefined) {
    throw new Error(
      `Environment "${environment.name}" is not claimed by stack "${stack}", so nothing was set. Run \`pulumi up\` again: it claims first.`,
    );
  }
  if (first.stack !== stack) throw claimedByAnother(environment.name, first);
  return readRecord(secrets, stack, environment);
}

/** Gives the claim up. Another stack's claim, or none, is left as it is. @throws while the environment still shows what this stack set. */
export async function dropClaim(aws: Aws, secrets: SecretStore, name: string, stack: string): Promise<void> {
  const environment = await findEnvironment(aws, name);
  if (environment === undefined) return;
  if (!(await readClaims(aws, environment)).some((one) => one.stack === stack)) {
    // What a run that was killed before its tag left.
    await secrets.remove(recordRef(stack, environment.id));
    return;
  }
  const record = await readRecord(secrets, stack, environment);
  const { settings } = await readSettings(aws, environment);
  const left = Object.keys(record.earlier).filter(
    (setting) =>
      isOurs(record, setting, settings[setting]) && !sameSetting(settings[setting], record.earlier[setting]),
  );
  if (left.length > 0) {
    throw new Error(
      `The claim on environment "${name}" cannot be given up: ${left.join(", ")} still shows what stack "${stack}" set. ` +
        "Put the earlier values back first; `pulumi destroy` does both in that order.",
    );
  }
  await removeClaim(aws, secrets, environment, stack);
}

/** The tag first: a claim that says nothing any more is nobody's. */
async function removeClaim(
  aws: Aws,
  secrets: SecretStore,
  environment: Environment,
  stack: string,
): Promise<void> {
  await whenReady(aws, environment.name, silent, () =>
    aws.beanstalk.updateTagsForResource({
      ResourceArn: environment.arn,
      TagsToRemove: [claimTag(stack)],
    }),
  );
  await untilReady(aws, environment.name, silent);
  await secrets.remove(recordRef(stack, environment.id));
}

function claimedByAnother(name: string, claim: { stack: string; since: string } | undefined): Error {
  return new Error(
    `Environment "${name}" is claimed by stack "${claim?.stack ?? "unknown"}" since ${claim?.since ?? "an unknown time"}, and one environment follows one stack. ` +
      "Run `pulumi destroy` on that stack, which puts the environment back, or name another one with `prodcopy:environment`. Nothing was changed.",
  );
}
