import {
  awsSettingFrom,
  WrongSetting,
  type AwsSettingName,
  type AwsSettings,
} from "../platforms/aws/settings";
import { Fault, type ConfigKey } from "./configKey";

/** Every setting of the platform `aws` but its region, which is Pulumi's own `aws:region`. */
type AwsKeyName = Exclude<AwsSettingName, "region">;

const nextCopy = "counts from the next copy; the one that stands stays as it is";
const inPlace = "in place, by the stage open";

/** Every key below `prodcopy:` that is for the platform `aws` alone. Their values are checked by the platform's own settings. */
export const awsKeys: Record<AwsKeyName, ConfigKey<unknown>> = {
  accounts: awsKey("accounts", {
    meaning:
      "The accounts in which copies may be made, as a list of texts. Credentials of any other are refused before the first call.",
    example: '["111122223333"]',
    default: undefined,
    change: "counts at once",
  }),
  subnetGroup: awsKey("subnetGroup", {
    meaning: "The DB subnet group of the copies: private, and the runner and the application reach it.",
    example: "private",
    default: undefined,
    change: nextCopy,
  }),
  runner: awsKey("runner", {
    meaning:
      "Who may connect while a copy is in quarantine: the security group of the bastion or the runner, or an IPv4 range.",
    example: "sg-0a1b2c3d4e5f60718",
    default: undefined,
    change: nextCopy,
  }),
  applicationGroup: awsKey("applicationGroup", {
    meaning: "The security group of the Test application's instances; admitted when the copy is opened.",
    example: "sg-0a1b2c3d4e5f60718",
    default: undefined,
    change: inPlace,
  }),
  database: awsKey("database", {
    meaning: "The application's database on production. By default the one that RDS made with the instance.",
    example: "federation",
    default: "",
    change: nextCopy,
  }),
  productionCredential: awsKey("productionCredential", {
    meaning:
      "The secret with production's login: its name or ARN, `key` and `suffix` where it holds a URI. Without it, what needs that login is reported as not proven.",
    example: '{"secret": "federation/production/database"}',
    default: "",
    change: nextCopy,
  }),
  productionElsewhere: awsKey("productionElsewhere", {
    meaning:
      "Production in another account: its endpoint, and the accounts whose shared snapshots of it are taken. By default production is in the copies' account.",
    example:
      '{"host": "federation.cluster-c1a2b3.eu-west-1.rds.amazonaws.com", "accounts": ["444455556666"]}',
    default: "",
    change: nextCopy,
  }),
  forbiddenHosts: awsKey("forbiddenHosts", {
    meaning: "Host names and CNAMEs that no Test environment may have or stand on, besides production's own.",
    example: '["www.example.org"]',
    default: "[]",
    change: "counts at once",
  }),
  instanceClass: awsKey("instanceClass", {
    meaning:
      "The instance class while the stages run, by default production's. A larger one sanitises faster.",
    example: "db.r6g.4xlarge",
    default: "",
    change: nextCopy,
  }),
  workingClass: awsKey("workingClass", {
    meaning: "The instance class once the copy is opened, by default the same as before.",
    example: "db.t4g.medium",
    default: "",
    change: `${inPlace}: the copy restarts`,
  }),
  kmsKey: awsKey("kmsKey", {
    meaning: "The KMS key of the copies, an ARN or alias; by default the snapshot's own.",
    example: "alias/prodcopy",
    default: "",
    change: nextCopy,
  }),
  backupDays: awsKey("backupDays", {
    meaning: "Days for which the opened copy is backed up, 0 to 35; 0 for not at all.",
    example: "7",
    default: "1",
    change: inPlace,
  }),
  passwordAs: awsKey("passwordAs", {
    meaning:
      "How the environment gets the password: `reference` (the secret's ARN, fetched when an instance starts) or `value`, for platforms before January 2026.",
    example: "value",
    default: "reference",
    change: "in place, by the stage switch",
  }),
  earlierSecrets: awsKey("earlierSecrets", {
    meaning:
      "The secrets' ARNs of settings that Elastic Beanstalk shows as stars, by the setting's name, so that they can be put back.",
    example: '{"RDS_PASSWORD": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:test/app-AbCdEf"}',
    default: "{}",
    change: "counts at the next claim",
  }),
  tunnel: awsKey("tunnel", {
    meaning:
      "The bastion through which databases are reached from where this runs, by instance id or by a tag that it alone has. By default directly.",
    example: '{"bastion": {"tag": "Name", "value": "bastion"}}',
    default: "",
    change: "counts at once",
  }),
  rootCertificate: awsKey("rootCertificate", {
    meaning: "Certificates that are trusted for databases besides the region's own, a PEM file.",
    example: "certificates/rds.pem",
    default: "",
    change: "counts at once",
  }),
};

function awsKey(name: AwsKeyName, words: Omit<ConfigKey<unknown>, "parse">): ConfigKey<unknown> {
  return {
    ...words,
    parse: (text) => {
      const value = awsSettingFrom(name, text);
      return value instanceof WrongSetting ? new Fault(value.why) : value;
    },
  };
}

const regionKey: ConfigKey<unknown> = {
  meaning: "The region of production and of the copies.",
  example: "ap-southeast-2",
  default: undefined,
  change: "not possible on a stack that stands: destroy it first",
  parse: (text) => {
    const value = awsSettingFrom("region", text);
    return value instanceof WrongSetting ? new Fault(value.why) : value;
  },
};

/** All keys of a stack on `aws` by their full names, the region's among them. */
export const fullAwsKeys: Readonly<Record<string, { setting: keyof AwsSettings; key: ConfigKey<unknown> }>> =
  {
    "aws:region": { setting: "region", key: regionKey },
    ...Object.fromEntries(
      Object.entries(awsKeys).map(([name, key]) => [
        `prodcopy:${name}`,
        { setting: name as AwsKeyName, key },
      ]),
    ),
  };
