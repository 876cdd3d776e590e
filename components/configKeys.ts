import { parseDuration } from "../pipeline/duration";
import { Fault, type ConfigKey } from "./configKey";

const identifier = /^[A-Za-z][A-Za-z0-9-]{0,39}$/;
const newCopy = "a new copy is made and proven beside the old one, then Test moves to it";

/** Every key below `prodcopy:` that both platforms have; `awsKeys.ts` has those of `aws` alone. */
export const configKeys = {
  platform: key({
    meaning: "Where databases and the application run: `local` (servers on this machine) or `aws`.",
    example: "local",
    default: undefined,
    change: "not possible on a stack that stands: destroy it first",
    parse: (text) => oneOf(text, ["local", "aws"] as const),
  }),
  declares: key({
    meaning:
      "What the stack declares: a sanitised `copy` with the environment on it, or the side of `production`: bastion, secrets, buckets, import task.",
    example: "copy",
    default: "copy",
    change: "not possible on a stack that stands: destroy it first",
    parse: (text) => oneOf(text, ["copy", "production"] as const),
  }),
  production: key({
    meaning: "The production server by the platform's name. Only ever read; refused as a target.",
    example: "production",
    default: "production",
    change: newCopy,
    parse: (text) => named(text),
  }),
  snapshot: key({
    meaning:
      "Which snapshot: `latest`, `new` (taken by this stack), a snapshot's identifier, or `clone`: of a running Aurora cluster, without one.",
    example: "latest",
    default: "latest",
    change: newCopy,
    parse: (text) =>
      /^[A-Za-z][A-Za-z0-9:-]{0,254}$/.test(text) ? text : new Fault("it is no snapshot identifier"),
  }),
  refresh: key({
    meaning: "Any text. `latest` is kept until this changes; `prodcopy refresh` sets it to the time.",
    example: "2026-01-31T08:00:00Z",
    default: "",
    change: `the snapshot is resolved again; when it is another one, ${newCopy}`,
    parse: (text) => (text.length <= 100 ? text : new Fault("it is longer than 100 characters")),
  }),
  safetySnapshot: key({
    meaning:
      "Whether production gets a snapshot of its own first. It outlives the stack and is deleted only by name.",
    example: "true",
    default: "false",
    change: "`true` takes one at the next `up`",
    parse: (text) => truth(text),
  }),
  rules: key({
    meaning: "The sanitise rules, a YAML file relative to the project.",
    example: "rules/sample.yaml",
    default: undefined,
    change: newCopy,
    parse: (text) => relativePath(text),
  }),
  migrations: key({
    meaning: "Folder of numbered SQL files that bring production's schema to Test's.",
    example: "migrations/sample",
    default: "",
    change: `${newCopy}, unless \`migrate\` is \`inPlace\``,
    parse: (text) => (text === "" ? text : relativePath(text)),
  }),
  migrationCommand: key({
    meaning:
      "The application's own migration command, as words; instead of `migrations`. It gets PGHOST, PGPORT, PGUSER, PGDATABASE and PGPASSFILE.",
    example: '["./manage.py", "migrate"]',
    default: "[]",
    change: newCopy,
    parse: (text) => words(text),
  }),
  migrate: key({
    meaning: "What changed migrations do: `newCopy`, or `inPlace` on the copy that stands.",
    example: "inPlace",
    default: "newCopy",
    change: "counts from the next change of the migrations",
    parse: (text) => oneOf(text, ["newCopy", "inPlace"] as const),
  }),
  environment: key({
    meaning:
      'The application environment that is pointed at the copy. A name with "prod" or "live" in it is refused, `preprod` too.',
    example: "test",
    default: undefined,
    change: "the old environment is put back, then the new one is claimed",
    parse: (text) => environmentName(text),
  }),
  applicationUser: key({
    meaning: "The database role by which the application logs in; it owns what migrations make.",
    example: "federation_app",
    default: undefined,
    change: "the copy is opened for the other role and Test follows",
    parse: (text) =>
      /^[^\0]{1,63}$/.test(text) ? text : new Fault("it is no role name of 1 to 63 characters"),
  }),
  alsoSet: key({
    meaning:
      "What the switch sets besides RDS_HOSTNAME, RDS_PASSWORD and RDS_DB_NAME: a list of `port`, `user`.",
    example: '["port", "user"]',
    default: "[]",
    change: "in place",
    parse: (text) => portAndUser(text),
  }),
  owner: key({
    meaning: "Who answers for the copy: a team or an address, written on everything that is made.",
    example: "platform-team",
    default: undefined,
    change: "in place",
    parse: (text) =>
      /^[\w@.+ -]{1,64}$/.test(text) ? text : new Fault("it is not 1 to 64 plain characters"),
  }),
  keepFor: key({
    meaning:
      "How long the copy may live, counted from its restore: hours, days or weeks. Then `prodcopy status` says that it has expired.",
    example: "7d",
    default: "7d",
    change: "in place",
    parse: (text) => (parseDuration(text) === undefined ? new Fault("it is no duration") : text),
  }),
};

function key<T>(entry: ConfigKey<T>): ConfigKey<T> {
  return entry;
}

function oneOf<const T extends string>(text: string, allowed: readonly T[]): T | Fault {
  return allowed.find((value) => value === text) ?? new Fault(`it must be one of: ${allowed.join(", ")}`);
}

function named(text: string): string | Fault {
  return identifier.test(text)
    ? text
    : new Fault("it must be letters, digits and hyphens, 40 at most, a letter first");
}

function environmentName(text: string): string | Fault {
  if (/prod|live/i.test(text)) {
    return new Fault("its name says production, and only a test environment may be switched");
  }
  return named(text);
}

function truth(text: string): boolean | Fault {
  return text === "true" ? true : text === "false" ? false : new Fault("it must be true or false");
}

function relativePath(text: string): string | Fault {
  const outside = text.startsWith("/") || text.split(/[\\/]/).includes("..");
  return text === "" || outside ? new Fault("it must be a path inside the project") : text;
}

function words(text: string): string[] | Fault {
  const list = parseList(text);
  return list ?? new Fault("it must be a list of words");
}

function portAndUser(text: string): ("port" | "user")[] | Fault {
  const list = parseList(text);
  const known = list?.filter((word): word is "port" | "user" => word === "port" || word === "user");
  return known !== undefined && known.length === list?.length
    ? known
    : new Fault("it must be a list of port, user");
}

function parseList(text: string): string[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((word) => typeof word === "string") ? value : undefined;
  } catch {
    return undefined;
  }
}
