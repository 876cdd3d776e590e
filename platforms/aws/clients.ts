import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { EC2 } from "@aws-sdk/client-ec2";
import { ElasticBeanstalk } from "@aws-sdk/client-elastic-beanstalk";
import { RDS } from "@aws-sdk/client-rds";
import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import { STS } from "@aws-sdk/client-sts";
import { awsError } from "./errors";
import "./nodeVersion";
import type { AwsSettings } from "./settings";
import { usualPace, type Pace } from "./wait";

/** Everything that the platform's code needs to speak to one account in one region. */
export interface Aws {
  settings: AwsSettings;
  pace: Pace;
  rds: RDS;
  ec2: EC2;
  secretsManager: SecretsManager;
  beanstalk: ElasticBeanstalk;
  cloudwatch: CloudWatch;
  /** The account that was checked. */
  account(): Promise<string>;
}

/**
 * The clients of one region. Their credentials come by the SDK's own chain (environment, profile, SSO, role); their endpoints
 * are AWS's unless AWS_ENDPOINT_URL says otherwise. No call leaves before the account behind the credentials was asked for, once, and
 * found among the configured ones; every error comes back as one of ours.
 */
export function awsClients(settings: AwsSettings, pace: Pace = usualPace): Aws {
  const common = connection(settings.region);
  const guard = accountCheck(settings);
  return {
    settings,
    pace,
    account: async () => (await guard()).account,
    rds: mapped(new RDS(common), "rds", guard),
    ec2: mapped(new EC2(common), "ec2", guard),
    secretsManager: mapped(new SecretsManager(common), "secretsmanager", guard),
    beanstalk: mapped(new ElasticBeanstalk(common), "elasticbeanstalk", guard),
    cloudwatch: mapped(new CloudWatch(common), "cloudwatch", guard),
  };
}

/** What every client of a region is made with. */
export function connection(region: string) {
  return { region, retryMode: "adaptive", maxAttempts: 6 };
}

/** Whose the credentials are. */
export interface Caller {
  account: string;
  arn: string;
}

/** In which accounts a call may be made, and what a person changes to allow another one. */
export interface AllowedAccounts {
  region: string;
  accounts: string[];
  /** The setting or option that names them. Default `prodcopy:accounts`. */
  accountsBy?: string;
}

/** Asks once which account the credentials are of. The answer throws when it is none of the allowed ones. */
export function accountCheck(allowed: AllowedAccounts): () => Promise<Caller> {
  const sts = mapped(new STS(connection(allowed.region)), "sts", () => Promise.resolve(undefined));
  let checked: Promise<Caller> | undefined;
  return async () => {
    checked ??= checkAccount(sts, allowed);
    try {
      return await checked;
    } catch (error) {
      // Credentials may be there the next time.
      checked = undefined;
      throw error;
    }
  };
}

async function checkAccount(sts: STS, { accounts, accountsBy }: AllowedAccounts): Promise<Caller> {
  const { Account, Arn } = await sts.getCallerIdentity({});
  if (Account !== undefined && accounts.includes(Account)) return { account: Account, arn: Arn ?? Account };
  const by = accountsBy ?? "prodcopy:accounts";
  throw new Error(
    `Refused: these credentials are of account ${Account ?? "unknown"} (${Arn ?? "unknown"}), and ${by} names ` +
      `${accounts.join(", ")}. Nothing was changed. Choose the right AWS_PROFILE, or correct ${by}.`,
  );
}

interface Interceptable {
  middlewareStack: {
    add(
      middleware: (
        next: (args: { input: object }) => Promise<{ output: object; response: unknown }>,
        context: { commandName?: string },
      ) => (args: { input: object }) => Promise<{ output: object; response: unknown }>,
      options: { step: "initialize"; priority: "high"; name: string },
    ): void;
  };
}

/** Puts the check before and the mapping of errors behind every call of a client; `service` is its prefix in permissions. */
export function mapped<C>(client: C, service: string, before: () => Promise<Caller | undefined>): C {
  (client as unknown as Interceptable).middlewareStack.add(
    (next, context) => async (args) => {
      const caller = await before();
      const action = `${service}:${(context.commandName ?? "Call").replace(/Command$/, "")}`;
      try {
        return await next(args);
      } catch (error) {
        throw awsError(error, action, args.input, caller?.arn);
      }
    },
    { step: "initialize", priority: "high", name: "prodcopy" },
  );
  return client;
}

/** All of a list that comes in pages. */
export async function pages<T>(
  page: (marker: string | undefined) => Promise<{ items: T[] | undefined; next: string | undefined }>,
): Promise<T[]> {
  const all: T[] = [];
  let marker: string | undefined;
  do {
    const { items, next } = await page(marker);
    all.push(...(items ?? []));
    marker = next;
  } while (marker !== undefined && marker !== "");
  return all;
}
