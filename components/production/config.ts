import { z } from "zod";
import { fromText } from "../../platforms/aws/settings";
import { awsKeys, fullAwsKeys } from "../awsKeys";
import type { ConfigKey } from "../configKey";
import { configKeys } from "../configKeys";
import { productionKeys } from "../productionKeys";
import { refuseFaults, stackName, take } from "../takeKeys";

type Own = { readonly [K in keyof typeof productionKeys]: Parsed<(typeof productionKeys)[K]> };
type Parsed<K> = K extends ConfigKey<infer T> ? T : never;

/** The configuration of a stack of production's own side, parsed and checked. */
export type ProductionConfig = Own & {
  readonly stack: string;
  readonly region: string;
  /** The one account of production. */
  readonly account: string;
  /** Production's database by its identifier; begins the names of everything that is declared. */
  readonly production: string;
  readonly owner: string;
};

const shared: Record<string, ConfigKey<unknown>> = {
  "prodcopy:declares": configKeys.declares,
  "prodcopy:platform": configKeys.platform,
  "prodcopy:production": { ...configKeys.production, default: undefined },
  "prodcopy:owner": configKeys.owner,
  "prodcopy:accounts": awsKeys.accounts,
};

/** Every key by its full name, as the README's table shows them. */
export const fullProductionKeys: Readonly<Record<string, ConfigKey<unknown>>> = Object.fromEntries(
  Object.entries(productionKeys).map(([name, each]) => [`prodcopy:${name}`, each as ConfigKey<unknown>]),
);

/**
 * Parses the configuration of a stack of production's side. @throws every fault together
 * @param values as in `parseConfig`
 */
export function parseProductionConfig(
  values: Readonly<Record<string, string>>,
  stack: string,
): ProductionConfig {
  const faults: string[] = [];
  const parsed: Record<string, unknown> = { stack };
  const keys = { ...shared, ...fullProductionKeys };
  for (const [name, each] of Object.entries(keys)) {
    take(name, each, values, faults, (value) => (parsed[name.replace("prodcopy:", "")] = value));
  }
  take("aws:region", fullAwsKeys["aws:region"]!.key, values, faults, (value) => (parsed.region = value));
  faults.push(
    ...unknown(values, keys),
    ...across(parsed),
    ...providersAccount(values, parsed),
    ...stackName(stack),
  );
  refuseFaults(stack, faults);
  const { accounts, declares: _, platform: __, ...rest } = parsed;
  return { ...rest, account: (accounts as string[])[0] } as unknown as ProductionConfig;
}

function unknown(values: Readonly<Record<string, string>>, keys: object): string[] {
  return Object.keys(values)
    .filter((name) => name.startsWith("prodcopy:") && !(name in keys))
    .map(
      (name) =>
        `${name} is no key of a stack that declares production's side. Known: ` +
        Object.keys(keys)
          .map((each) => each.replace("prodcopy:", ""))
          .join(", "),
    );
}

function across(config: Record<string, unknown>): string[] {
  const faults: string[] = [];
  if (config.platform === "local") {
    faults.push('prodcopy:platform is "local": production\'s side is declared on aws only. Example: aws');
  }
  const { accounts, adopt, secrets, seedBucket, importBucket, nat, routeTables } = config;
  if (Array.isArray(accounts) && accounts.length > 1) {
    faults.push("prodcopy:accounts names more than one account: production's side stands in one");
  }
  if (nat === false && Array.isArray(routeTables) && routeTables.length === 0) {
    faults.push(
      'prodcopy:nat is false and prodcopy:routeTables is empty: S3 would not be reached. Example: ["rtb-0a1b2c3d"]',
    );
  }
  if (seedBucket !== undefined && seedBucket === importBucket) {
    faults.push(`prodcopy:seedBucket and prodcopy:importBucket are both ${JSON.stringify(seedBucket)}`);
  }
  const known = ["seedBucket", "importBucket", ...((secrets ?? []) as string[])];
  for (const name of (adopt ?? []) as string[]) {
    if (!known.includes(name)) {
      faults.push(`prodcopy:adopt names ${JSON.stringify(name)}: it can name ${known.join(", ")}`);
    }
  }
  return faults;
}

/**
 * The provider itself has to refuse credentials of another account: it is asked in a `destroy` and a `refresh` as well, which do not run this
 * program.
 */
function providersAccount(
  values: Readonly<Record<string, string>>,
  { accounts }: Record<string, unknown>,
): string[] {
  if (!Array.isArray(accounts) || accounts.length !== 1) return [];
  const wanted = JSON.stringify(accounts);
  const given = values["aws:allowedAccountIds"];
  const allowed = given === undefined ? undefined : fromText(z.array(z.string()), given);
  if (JSON.stringify(allowed) === wanted) return [];
  const found = given === undefined ? "is not set" : `is ${JSON.stringify(given)}`;
  return [
    `aws:allowedAccountIds ${found}: it must be the account of prodcopy:accounts, so that AWS's provider refuses credentials of any other. Example: ${wanted}`,
  ];
}
