import { z } from "zod";
import { fromText, WrongSetting } from "../platforms/aws/settings";
import { Fault, type ConfigKey } from "./configKey";

/** Every key below `prodcopy:` that a stack of production's own side has besides `production`, `owner` and `accounts`. */
export const productionKeys = {
  productionIs: key({
    meaning: "What `production` names: an RDS `instance` or an Aurora `cluster`.",
    example: "cluster",
    default: "instance",
    change: "in place",
    schema: z.enum(["instance", "cluster"]),
  }),
  network: key({
    meaning: "The VPC of production's database.",
    example: "vpc-0a1b2c3d",
    default: undefined,
    change: "everything in it is made anew; what is protected refuses that",
    schema: z.string().regex(/^vpc-[0-9a-f]{8,17}$/, "is no VPC"),
  }),
  subnets: key({
    meaning: "Private subnets for the bastion and the import task, as a list.",
    example: '["subnet-0a1b2c3d"]',
    default: undefined,
    change: "the bastion is replaced when the first one changes; else in place",
    schema: z.array(z.string().regex(/^subnet-[0-9a-f]{8,17}$/, "is no subnet")).min(1),
  }),
  databaseGroup: key({
    meaning:
      "The security group of production's database. It gets a rule each for the bastion and the import task; nothing else of it changes.",
    example: "sg-0a1b2c3d4e5f60718",
    default: undefined,
    change: "the rules move",
    schema: z.string().regex(/^sg-[0-9a-f]{8,17}$/, "is no security group"),
  }),
  databaseName: key({
    meaning: "The database that the import task loads into.",
    example: "federation",
    default: undefined,
    change: "in place: counts from the next task",
    schema: z.string().min(1).max(63),
  }),
  nat: key({
    meaning:
      "Whether the subnets reach AWS's APIs by themselves (a NAT gateway). `false` declares the VPC endpoints instead, which AWS bills by the hour.",
    example: "false",
    default: "true",
    change: "in place",
    schema: z.boolean(),
  }),
  routeTables: key({
    meaning: "With `nat: false`, the route tables of the subnets: S3 is reached through them.",
    example: '["rtb-0a1b2c3d"]',
    default: "[]",
    change: "in place",
    schema: z.array(z.string().regex(/^rtb-[0-9a-f]{8,17}$/, "is no route table")),
  }),
  sshFrom: key({
    meaning:
      "IPv4 ranges from which the bastion takes SSH (keys by EC2 Instance Connect). By default none: sessions go through Systems Manager, with no inbound port.",
    example: '["10.8.0.0/16"]',
    default: "[]",
    change: "in place",
    schema: z.array(
      z
        .string()
        .regex(/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/, "is no IPv4 range")
        .refine((range) => !range.endsWith("/0"), "is the whole world"),
    ),
  }),
  secrets: key({
    meaning:
      "Names of the secrets that this stack declares, without a value: a person writes it. Existing ones are listed in `adopt`.",
    example: '["federation/production/app"]',
    default: "[]",
    change: "a new name is a new secret; an old one is protected",
    schema: z.array(z.string().regex(/^[\w/+=.@-]{1,512}$/, "is no name of a secret")),
  }),
  seedBucket: key({
    meaning: "The bucket of seeds: versioned, encrypted, locked in governance mode.",
    example: "federation-seeds",
    default: undefined,
    change: "a new bucket; the old one is protected",
    schema: bucketName(),
  }),
  seedLockDays: key({
    meaning: "Days for which a published seed cannot be deleted without a special permission.",
    example: "90",
    default: "30",
    change: "counts for seeds from then on",
    schema: z.int().min(1).max(36_500),
  }),
  importBucket: key({
    meaning: "The bucket of workbooks: an upload starts the import task.",
    example: "federation-imports",
    default: undefined,
    change: "a new bucket; the old one is protected",
    schema: bucketName(),
  }),
  importImage: key({
    meaning:
      "The tag of the import task's image in the repository of this stack. Until one is named, schedule and upload rule are disabled.",
    example: "2026-01-31",
    default: "",
    change: "in place: counts from the next task",
    schema: z.string().regex(/^[\w][\w.-]{0,127}$|^$/, "is no tag"),
  }),
  importSchedule: key({
    meaning: "When the import task looks for work by itself, as EventBridge Scheduler writes it.",
    example: "cron(30 5 ? * MON-FRI *)",
    default: "cron(0 6 * * ? *)",
    change: "in place",
    schema: z.string().regex(/^(cron|rate)\(.+\)$/, "is no cron(...) or rate(...)"),
  }),
  importTimezone: key({
    meaning: "The time zone of `importSchedule`.",
    example: "Australia/Sydney",
    default: "UTC",
    change: "in place",
    schema: z.string().regex(/^[A-Za-z_]+(\/[A-Za-z_+-]+)*$/, "is no time zone"),
  }),
  alarmEmail: key({
    meaning: "Who is told by e-mail when an import fails. Other subscriptions of the topic stay as they are.",
    example: "data-team@example.org",
    default: "",
    change: "the new address has to confirm",
    schema: z.string().regex(/^[^@\s]+@[^@\s]+$|^$/, "is no address"),
  }),
  adopt: key({
    meaning:
      "What exists already and is only read: `seedBucket`, `importBucket`, or the name of a secret. Nothing of it is changed or deleted by this stack.",
    example: '["seedBucket"]',
    default: "[]",
    change: "what is no longer adopted is declared, and has to be imported",
    schema: z.array(z.string().min(1)),
  }),
};

function bucketName() {
  return z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "is no name of a bucket");
}

function key<T>({ schema, ...words }: Omit<ConfigKey<T>, "parse"> & { schema: z.ZodType<T> }): ConfigKey<T> {
  return {
    ...words,
    parse: (text) => {
      const value = fromText(schema, text);
      return value instanceof WrongSetting ? new Fault(value.why) : value;
    },
  };
}
