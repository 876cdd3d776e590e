import { proof, type Log, type Proof } from "../../../postgres/proof";
import type { EnvironmentChange } from "../../platform";
import { isSecret } from "../../secretSettings";
import type { Aws } from "../clients";
import type { AwsSecretStore } from "../secrets";
import { requireClaim } from "./claims";
import { explained } from "./explained";
import {
  isStars,
  namespaces,
  readSettings,
  requireEnvironment,
  sameSetting,
  stands,
  type Environment,
  type Setting,
  type Settings,
} from "./read";
import { fingerprint, revealed, writeRecord, type ClaimRecord } from "./record";
import { productionEndpoints, refuseEnvironment, refuseTargets } from "./refuse";
import { lastEvent, untilHealthy, untilReady, whenReady, type Health } from "./wait";

/** Settings as they are to be; null takes one away. */
export type Values = Record<string, Setting | null>;

/**
 * Sets the change's settings, and those alone, in one update; waits for Ready and health; puts the values of just before back when it does not come. What
 * is set stands in the claim before it is set, so that a killed run is taken up and ends the same.
 */
export async function updateEnvironment(
  aws: Aws,
  secrets: AwsSecretStore,
  change: EnvironmentChange,
  log: Log,
): Promise<Proof[]> {
  const environment = await requireEnvironment(aws, change.environment);
  assertSame(environment, change);
  const production = await productionEndpoints(aws);
  await refuseEnvironment(aws, environment, await readSettings(aws, environment), production);
  const record = await requireClaim(aws, secrets, environment, change.stack);
  await untilReady(aws, environment.name, log);
  const wanted = await resolve(aws, secrets, change);
  refuseUnclaimed(environment, record, wanted);
  const settings = revealed(record, (await readSettings(aws, environment)).settings);
  await refuseTargets(
    aws,
    `The change of environment "${environment.name}"`,
    { ...settings, ...wanted },
    production,
  );

  const names = Object.keys(wanted).filter((name) => !sameSetting(settings[name], wanted[name]));
  if (names.length === 0 && record.updating === undefined) {
    return proveUnchanged(aws, environment, wanted, log);
  }
  const before: Values = { ...valuesOf(settings, names), ...record.updating };
  const intent = { ...withFingerprints(record, wanted), updating: before };
  await writeRecord(secrets, intent);
  log(`environment ${environment.name}: setting ${Object.keys(wanted).sort().join(", ")}`);
  const health = await apply(aws, environment, wanted, log);
  if (!health.healthy) {
    return rollBack(aws, secrets, environment, { record: intent, before, reason: health.reason }, log);
  }
  await finish(aws, secrets, environment, { ...intent, unseen: { ...intent.unseen, ...wanted } });
  return [
    proof(
      `Environment "${environment.name}" was set to ${describe(wanted)} in one update and is healthy on it.`,
      health.evidence,
    ),
  ];
}

/** Asks for what differs, and waits for Ready and health. What stands afterwards is read back. */
export async function apply(aws: Aws, environment: Environment, values: Values, log: Log): Promise<Health> {
  const since = await lastEvent(aws, environment);
  await whenReady(aws, environment.name, log, async () => send(aws, environment, values));
  const health = await untilHealthy(aws, environment.name, since, log);
  const after = await readSettings(aws, environment);
  const unset = Object.entries(values).filter(([name, one]) => !stands(after.settings[name], one));
  if (unset.length === 0) return health;
  const left = unset.map(([name]) => name).join(", ");
  return {
    healthy: false,
    reason: `${health.healthy ? "" : `${health.reason} `}After the update ${left} does not stand as it was asked.`,
  };
}

/**
 * One UpdateEnvironment sets and removes, so that a name exists in one namespace only. Values that stand already are not sent; what is shown as stars always
 * is, for nobody can see what stands there.
 */
async function send(aws: Aws, environment: Environment, values: Values): Promise<void> {
  const { settings } = await readSettings(aws, environment);
  const differing = Object.entries(values).filter(([name, one]) => !sameSetting(settings[name], one));
  if (differing.length === 0) return;
  const set = differing.filter((entry): entry is [string, Setting] => entry[1] !== null);
  const gone = differing.filter(([name, one]) => {
    const present = settings[name];
    return present !== undefined && present.kind !== one?.kind;
  });
  await aws.beanstalk
    .updateEnvironment({
      EnvironmentId: environment.id,
      OptionSettings: set.map(([OptionName, { kind, value }]) => ({
        Namespace: namespaces[kind],
        OptionName,
        Value: value,
      })),
      OptionsToRemove: gone.map(([OptionName]) => ({
        Namespace: namespaces[settings[OptionName]!.kind],
        OptionName,
      })),
    })
    .catch((error: unknown) => {
      throw explained(error, set);
    });
}

async function resolve(aws: Aws, secrets: AwsSecretStore, change: EnvironmentChange): Promise<Settings> {
  const plain = Object.entries(change.settings).map(
    ([name, value]) => [name, { kind: "plain" as const, value }] as const,
  );
  const wanted: Settings = Object.fromEntries(plain);
  for (const [name, ref] of Object.entries(change.secretSettings)) {
    if (name in wanted) throw new Error(`${name} is given twice, in clear and as a secret. Give it once.`);
    const { password } = await secrets.get(ref);
    if (password === undefined) {
      throw new Error(`The secret "${ref}", which ${name} shall be set from, has no field "password".`);
    }
    wanted[name] =
      aws.settings.passwordAs === "value"
        ? { kind: "plain", value: password }
        : // One field of a secret is named behind its ARN. Source: "Fetching secrets to environment variables", Elastic Beanstalk Developer Guide.
          { kind: "secret", value: `${await secrets.arnOf(ref)}:password` };
  }
  return wanted;
}

function assertSame({ name, id }: Environment, change: EnvironmentChange): void {
  if (id === change.environmentId) return;
  throw new Error(
    `Environment "${name}" is another one now: its id is ${id}, and ${change.environmentId} was claimed. Somebody removed that one ` +
      "and made a new one under its name. Nothing was changed; `pulumi destroy`, then `pulumi up`, claim the new one.",
  );
}

/** What the claim does not keep could not be put back. */
function refuseUnclaimed({ name }: Environment, record: ClaimRecord, wanted: Settings): void {
  const unclaimed = Object.keys(wanted).filter((setting) => record.earlier[setting] === undefined);
  if (unclaimed.length === 0) return;
  throw new Error(
    `The claim on environment "${name}" does not name ${unclaimed.join(", ")}, so what stands there now is not kept and could ` +
      "not be put back. Nothing was changed. Claim these names as well.",
  );
}

function valuesOf(settings: Settings, names: string[]): Values {
  return Object.fromEntries(names.map((name) => [name, settings[name] ?? null]));
}

function withFingerprints(record: ClaimRecord, wanted: Settings): ClaimRecord {
  const set = { ...record.set };
  for (const [name, setting] of Object.entries(wanted)) {
    set[name] = [...new Set([...(set[name] ?? []), fingerprint(record, name, setting)])];
  }
  return { ...record, set };
}

async function proveUnchanged(
  aws: Aws,
  environment: Environment,
  wanted: Settings,
  log: Log,
): Promise<Proof[]> {
  const { name } = environment;
  const health = await untilHealthy(aws, name, await lastEvent(aws, environment), log);
  if (health.healthy) {
    const claim = `Environment "${name}" already has ${Object.keys(wanted).sort().join(", ")} as asked, and is healthy.`;
    return [proof(claim, health.evidence)];
  }
  throw new Error(
    `Environment "${name}" has the settings that were asked for, but is not healthy: ${health.reason} Nothing was changed. Its logs are in the console.`,
  );
}

async function rollBack(
  aws: Aws,
  secrets: AwsSecretStore,
  environment: Environment,
  failed: { record: ClaimRecord; before: Values; reason: string },
  log: Log,
): Promise<never> {
  const { name } = environment;
  const names = Object.keys(failed.before).sort().join(", ");
  log(`environment ${name}: not healthy (${failed.reason}) putting ${names} back`);
  const health = await apply(aws, environment, failed.before, log);
  await finish(aws, secrets, environment, failed.record);
  const ended = health.healthy
    ? `and it is healthy on them again (${health.evidence}).`
    : `but it is not healthy on them either: ${health.reason}`;
  throw new Error(
    `Environment "${name}" did not come up on its new settings: ${failed.reason} The values of ${names} from just before were put back, ${ended} ` +
      "Its logs are in the console.",
  );
}

/** Ends the update; the claim keeps only fingerprints of values that still stand. */
export async function finish(
  aws: Aws,
  secrets: AwsSecretStore,
  environment: Environment,
  record: ClaimRecord,
): Promise<void> {
  const { settings } = await readSettings(aws, environment);
  const set = Object.entries(record.set).map(([name, fingerprints]) => {
    const present = settings[name];
    const now = present && fingerprint(record, name, present);
    return [name, fingerprints.filter((one) => one === now)] as const;
  });
  const unseen = Object.entries(record.unseen ?? {}).filter(([name]) => isStars(settings[name]));
  const { updating: _ended, ...rest } = record;
  await writeRecord(secrets, {
    ...rest,
    set: Object.fromEntries(set),
    unseen: Object.fromEntries(unseen),
  });
}

function describe(wanted: Settings): string {
  return Object.entries(wanted)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { kind, value }]) =>
      kind === "secret" || isSecret(name, value, []) ? `${name} (not shown)` : `${name}=${value}`,
    )
    .join(", ");
}
