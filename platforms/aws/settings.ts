import { z } from "zod";

const arn = (service: string) => new RegExp(`^arn:aws[a-z-]*:${service}:`);
const groupOrRange = /^(sg-[0-9a-f]{8,17}|\d{1,3}(\.\d{1,3}){3}\/\d{1,2})$/;
const securityGroup = z
  .string()
  .regex(/^sg-[0-9a-f]{8,17}$/, "is no security group, e.g. sg-0a1b2c3d4e5f60718");

/**
 * What the platform has to know of an AWS account. No secret is among it, so that it may stand in a stack's file, in the
 * state and in a preview.
 */
const settingsSchema = z.strictObject({
  region: z.string().regex(/^[a-z]{2,4}(-[a-z]+)+-\d$/, "is no region, e.g. ap-southeast-2"),
  /** The accounts in which copies may be made. Credentials of any other are refused before the first call. */
  accounts: z.array(z.string().regex(/^\d{12}$/, "is no account of 12 digits")).min(1, "names no account"),
  /** The subnet group of the copies; its network is theirs. */
  subnetGroup: z.string().min(1),
  /** Who may connect while a copy is in quarantine: the bastion's or the runner's security group, or an IPv4 range. */
  runner: z.string().regex(groupOrRange, "is neither a security group nor an IPv4 range such as 10.0.3.7/32"),
  /** The security group of the application's instances; admitted when a copy is opened. */
  applicationGroup: securityGroup,
  /** The application's database on production. Default: the one that RDS made with the instance. */
  database: z.string().min(1).max(63).optional(),
  /** The secret with production's credential, its name or ARN; without it, what needs a login is reported as not proven. */
  productionCredential: z
    .strictObject({
      secret: z.string().min(1),
      /** The field that holds a URI, for secrets that are made so. */
      key: z.string().min(1).optional(),
      /** What is appended to that URI: a database's name with its slash. */
      suffix: z.string().min(1).optional(),
    })
    .optional(),
  /**
   * Production in another account, which these credentials cannot describe. Default: production is in the account of the copies. Nothing
   * can be taken of it from here: its snapshots are shared with this account, and those that are encrypted need a customer managed key.
   */
  productionElsewhere: z
    .strictObject({
      /** Production's endpoint: by this name it is refused, and dialled where its credential is known. */
      host: z.string().min(1),
      port: z.int().min(1).max(65_535).default(5432),
      /** The accounts whose shared snapshots are production's: its own, and one that keeps its backups. */
      accounts: z
        .array(z.string().regex(/^\d{12}$/, "is no account of 12 digits"))
        .min(1, "names no account"),
    })
    .optional(),
  /** Host names and CNAMEs that no Test environment may have or stand on, besides production's own. */
  forbiddenHosts: z.array(z.string().min(1)).default([]),
  /** The class of a copy in quarantine. Default: production's; db.t4g.medium for Aurora that is serverless or in another account. */
  instanceClass: z.string().regex(/^db\./, "is no instance class, e.g. db.t4g.medium").optional(),
  /** The class once it is opened. Default: unchanged. */
  workingClass: z.string().regex(/^db\./, "is no instance class, e.g. db.t4g.medium").optional(),
  /** The KMS key of the copies: an ARN or alias/...; default the snapshot's own, and alias/aws/rds where it has none. */
  kmsKey: z.union([z.string().regex(arn("kms")), z.string().regex(/^alias\/./)]).optional(),
  /** Days for which an opened copy is backed up; 0 for not at all. */
  backupDays: z.int().min(0).max(35).default(1),
  /** How the environment gets the password: `reference` (the secret's ARN, fetched when an instance starts) or `value`. */
  passwordAs: z.enum(["reference", "value"]).default("reference"),
  /** Secrets with the earlier values of settings that Elastic Beanstalk shows as stars, by the setting's name. */
  earlierSecrets: z.record(z.string(), z.string().regex(arn("secretsmanager"))).default({}),
  /**
   * Through which bastion databases are reached from where this runs: its instance id or one tag that it alone has; by SSM, or by SSH where a
   * host key is given. Default: directly, for a runner inside the network.
   */
  tunnel: z
    .strictObject({
      bastion: z.union([
        z.strictObject({ id: z.string().regex(/^i-[0-9a-f]+$/, "is no instance, e.g. i-0a1b2c3d4e5f60718") }),
        z.strictObject({ tag: z.string().min(1), value: z.string().min(1) }),
      ]),
      ssh: z
        .strictObject({ user: z.string().min(1).default("ec2-user"), hostKey: z.string().min(1) })
        .optional(),
    })
    .optional(),
  /** Certificates that are trusted for databases besides the region's, a PEM file. */
  rootCertificate: z.string().min(1).optional(),
});

export type AwsSettings = z.output<typeof settingsSchema>;

/** @throws every fault together, each with the setting and what it holds. */
export function parseAwsSettings(given: unknown): AwsSettings {
  const parsed = settingsSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => faultOf(issue, given));
  throw new Error(
    `The settings of the platform "aws" have ${faults.length} fault${faults.length === 1 ? "" : "s"}; nothing was changed:\n` +
      faults.map((fault) => `  - ${fault}`).join("\n"),
  );
}

export type AwsSettingName = keyof AwsSettings;

/** A setting that a text does not hold, and why. */
export class WrongSetting {
  constructor(readonly why: string) {}
}

/**
 * One setting from a text, as a stack's file gives it: as it stands, or as JSON where the setting is a list, a number or an object. An empty
 * text is a setting that is not set.
 */
export function awsSettingFrom(name: AwsSettingName, text: string): unknown {
  const field = settingsSchema.shape[name];
  if (text === "") {
    const none = field.safeParse(undefined);
    return none.success ? none.data : new WrongSetting("it is empty");
  }
  return fromText<unknown>(field, text);
}

/** A value from a text: as it stands, or as JSON where it is a list, a number or an object. Every fault of it is told, with its place inside. */
export function fromText<T>(schema: z.ZodType<T>, text: string): T | WrongSetting {
  const plain = schema.safeParse(text);
  if (plain.success) return plain.data;
  const value = jsonOf(text);
  const parsed = value === undefined ? plain : schema.safeParse(value);
  if (parsed.success) return parsed.data;
  return new WrongSetting(parsed.error.issues.map((issue) => partFault(issue, value ?? text)).join("; "));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** What is wrong inside a setting, with the path to it where it is an object or a list. */
function partFault(issue: z.core.$ZodIssue, given: unknown): string {
  return issue.path.length === 0 && issue.code !== "unrecognized_keys"
    ? `it ${whyOf(issue)}`
    : faultOf(issue, given);
}

function whyOf(issue: z.core.$ZodIssue): string {
  return ["invalid_format", "too_small", "custom"].includes(issue.code)
    ? issue.message
    : `is wrong: ${issue.message.toLowerCase()}`;
}

function faultOf(issue: z.core.$ZodIssue, given: unknown): string {
  const name = issue.path.map(String).join(".");
  const value = issue.path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
    given,
  );
  if (issue.code === "unrecognized_keys") return `${issue.keys.join(", ")}: no setting of this platform`;
  if (value === undefined) return `${name || "the settings"}: not set`;
  return `${name} is ${JSON.stringify(value)}: it ${issue.code === "invalid_format" || issue.code === "too_small" ? issue.message : issue.message.toLowerCase()}`;
}
