import type { EnvironmentDescription } from "@aws-sdk/client-elastic-beanstalk";
import type { EnvironmentState } from "../../platform";
import { isSecret } from "../../secretSettings";
import type { Aws } from "../clients";
import { required } from "../server";
import type { Tag } from "../tags";

/** Where Elastic Beanstalk keeps plain settings, and those that it fetches from Secrets Manager when an instance starts. */
export const namespaces = {
  plain: "aws:elasticbeanstalk:application:environment",
  secret: "aws:elasticbeanstalk:application:environmentsecrets",
} as const;

/** One setting as it stands: in clear, or as the ARN of a secret. */
export interface Setting {
  kind: keyof typeof namespaces;
  value: string;
}

export type Settings = Record<string, Setting>;

/** Whether Elastic Beanstalk keeps a value from sight: nobody can tell from it what stands there. */
export function isStars(setting: Setting | undefined): boolean {
  return setting?.kind === "plain" && /^\*+$/.test(setting.value);
}

export function sameSetting(one: Setting | null | undefined, other: Setting | null | undefined): boolean {
  return (one?.kind ?? null) === (other?.kind ?? null) && (one?.value ?? null) === (other?.value ?? null);
}

/** Whether a setting stands as it was asked, as far as it can be seen. */
export function stands(present: Setting | undefined, asked: Setting | null): boolean {
  return sameSetting(present, asked) || (isStars(present) && asked?.kind === "plain");
}

/** An environment of Elastic Beanstalk, its answers parsed. */
export interface Environment {
  id: string;
  name: string;
  arn: string;
  application: string;
  cname: string;
  endpoint: string;
  status: string;
  /** Green, Yellow, Red or Grey, with the enhanced health's word where there is one. */
  health: string;
  healthStatus: string | undefined;
  version: string | undefined;
}

/** The environment of that name that is not terminated; undefined when there is none. */
export async function findEnvironment(aws: Aws, name: string): Promise<Environment | undefined> {
  const { Environments = [] } = await aws.beanstalk.describeEnvironments({
    EnvironmentNames: [name],
    IncludeDeleted: false,
  });
  const alive = Environments.filter(({ Status }) => Status !== "Terminated");
  return alive[0] && parsed(alive[0]);
}

/** @throws when there is none */
export async function requireEnvironment(aws: Aws, name: string): Promise<Environment> {
  const found = await findEnvironment(aws, name);
  if (found !== undefined) return found;
  throw new Error(
    `There is no environment "${name}" of Elastic Beanstalk in account ${await aws.account()}, ${aws.settings.region}. ` +
      "Nothing was changed. Correct prodcopy:environment.",
  );
}

export async function allEnvironments(aws: Aws): Promise<Environment[]> {
  const { Environments = [] } = await aws.beanstalk.describeEnvironments({ IncludeDeleted: false });
  return Environments.filter(({ Status }) => Status !== "Terminated").map(parsed);
}

function parsed(one: EnvironmentDescription): Environment {
  return {
    id: required(one.EnvironmentId, "EnvironmentId"),
    name: required(one.EnvironmentName, "EnvironmentName"),
    arn: required(one.EnvironmentArn, "EnvironmentArn"),
    application: required(one.ApplicationName, "ApplicationName"),
    cname: one.CNAME ?? "",
    endpoint: one.EndpointURL ?? "",
    status: one.Status ?? "unknown",
    health: one.Health ?? "Grey",
    healthStatus: one.HealthStatus,
    version: one.VersionLabel,
  };
}

/** What is deployed: the settings of both namespaces, and whether a database hangs on the environment itself. */
export async function readSettings(
  aws: Aws,
  environment: Environment,
): Promise<{ settings: Settings; coupled: boolean }> {
  const { ConfigurationSettings = [] } = await aws.beanstalk.describeConfigurationSettings({
    ApplicationName: environment.application,
    EnvironmentName: environment.name,
  });
  // While an update is going on there are two: what is deployed, and what is pending.
  const current =
    ConfigurationSettings.find((one) => one.DeploymentStatus !== "pending") ?? ConfigurationSettings[0];
  const options = current?.OptionSettings ?? [];
  const settings: Settings = {};
  for (const kind of ["secret", "plain"] as const) {
    for (const { Namespace, OptionName = "", Value } of options) {
      if (Namespace === namespaces[kind] && Value !== undefined) {
        settings[OptionName] = { kind, value: Value };
      }
    }
  }
  const database = (name: string) =>
    options.find(({ Namespace, OptionName }) => Namespace === "aws:rds:dbinstance" && OptionName === name)
      ?.Value;
  const said = database("HasCoupledDatabase");
  const coupled = said === undefined ? (database("DBEngine") ?? "") !== "" : said === "true";
  return { settings, coupled };
}

const claimPrefix = "prodcopy:claim:";

export function claimTag(stack: string): string {
  return `${claimPrefix}${stack}`;
}

/** Every claim that stands on the environment, the oldest first: each stack has a tag of its own, so that none overwrites another's. */
export async function readClaims(
  aws: Aws,
  { arn }: Environment,
): Promise<{ stack: string; since: string }[]> {
  const tags = await readTags(aws, arn);
  return tags
    .filter(({ Key = "" }) => Key.startsWith(claimPrefix))
    .map(({ Key = "", Value = "" }) => ({ stack: Key.slice(claimPrefix.length), since: Value }))
    .sort((a, b) => (a.since === b.since ? (a.stack < b.stack ? -1 : 1) : a.since < b.since ? -1 : 1));
}

export async function readTags({ beanstalk }: Aws, ResourceArn: string): Promise<Tag[]> {
  const { ResourceTags = [] } = await beanstalk.listTagsForResource({ ResourceArn });
  return ResourceTags;
}

/** As the interface wants it: secrets are not shown, a reference to one is. */
export async function stateOf(aws: Aws, environment: Environment): Promise<EnvironmentState> {
  const { settings } = await readSettings(aws, environment);
  const [first] = await readClaims(aws, environment);
  return {
    name: environment.name,
    id: environment.id,
    url: `http://${environment.cname}/`,
    status: statusOf(environment),
    health: healthOf(environment),
    settings: Object.fromEntries(Object.entries(settings).map(([name, one]) => [name, shown(name, one)])),
    claimedBy: first?.stack,
  };
}

export function shown(name: string, { kind, value }: Setting): string {
  return kind === "plain" && isSecret(name, value, []) ? "(not shown)" : value;
}

function statusOf({ status }: Environment): EnvironmentState["status"] {
  if (status === "Ready") return "Ready";
  return /^Terminat/.test(status) ? "Stopped" : "Updating";
}

/** Green is well; yellow and red are not; grey is not known (yet). */
export function healthOf({ health }: Environment): EnvironmentState["health"] {
  if (health === "Green") return "Ok";
  return health === "Grey" ? "Unknown" : "Degraded";
}
