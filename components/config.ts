import * as fs from "node:fs";
import type { AwsSettings } from "../platforms/aws/settings";
import { fullAwsKeys } from "./awsKeys";
import type { ConfigKey } from "./configKey";
import { configKeys } from "./configKeys";
import { refuseFaults, stackName, take } from "./takeKeys";

type Keys = typeof configKeys;
/** The stack's configuration, parsed and checked. Nothing else reads Pulumi's configuration. */
export type ParsedConfig = {
  readonly [K in keyof Keys]: Keys[K] extends ConfigKey<infer T> ? T : never;
} & {
  readonly stack: string;
  /** The platform's settings, on `aws`. */
  readonly aws?: AwsSettings;
};

/**
 * Parses the configuration of a stack. All faults are collected and thrown as one error, each with its key, its value,
 * why it is refused and an example.
 *
 * @param values everything that the stack's file holds, with full keys (`prodcopy:rules`), as texts
 * @param stack the stack's name; it goes into the names of everything that is made
 * @param exists whether a path of the project exists
 */
export function parseConfig(
  values: Readonly<Record<string, string>>,
  stack: string,
  exists: (path: string) => boolean = fs.existsSync,
): ParsedConfig {
  const faults: string[] = [];
  const parsed: Record<string, unknown> = { stack };
  for (const [name, key] of Object.entries(configKeys) as [string, ConfigKey<unknown>][]) {
    take(`prodcopy:${name}`, key, values, faults, (value) => (parsed[name] = value));
  }
  if (parsed.platform === "aws") {
    const aws: Record<string, unknown> = {};
    for (const [name, { setting, key }] of Object.entries(fullAwsKeys)) {
      take(name, key, values, faults, (value) => (aws[setting] = value));
    }
    parsed.aws = aws;
  }
  faults.push(...unknownKeys(values, parsed.platform), ...acrossKeys(parsed, exists), ...stackName(stack));
  refuseFaults(stack, faults);
  return parsed as unknown as ParsedConfig;
}

function unknownKeys(values: Readonly<Record<string, string>>, platform: unknown): string[] {
  const common = Object.keys(configKeys).map((name) => `prodcopy:${name}`);
  const ofAws = Object.keys(fullAwsKeys);
  return Object.keys(values)
    .filter((key) => key.startsWith("prodcopy:") && !common.includes(key))
    .filter((key) => platform !== "aws" || !ofAws.includes(key))
    .map((key) => {
      if (ofAws.includes(key)) return `${key} is a key of the platform "aws", and this stack is on "local"`;
      const known = platform === "aws" ? [...common, ...ofAws] : common;
      return `${key} is no key of this project. Known: ${known.map((one) => one.replace("prodcopy:", "")).join(", ")}`;
    });
}

function acrossKeys(config: Partial<ParsedConfig>, exists: (path: string) => boolean): string[] {
  const faults: string[] = [];
  if (config.rules !== undefined && !exists(config.rules)) {
    faults.push(
      `prodcopy:rules is ${JSON.stringify(config.rules)}: there is no such file. Example: rules/sample.yaml`,
    );
  }
  if (config.migrations && !exists(config.migrations)) {
    faults.push(`prodcopy:migrations is ${JSON.stringify(config.migrations)}: there is no such folder`);
  }
  if (config.migrations && (config.migrationCommand ?? []).length > 0) {
    faults.push("prodcopy:migrations and prodcopy:migrationCommand are both set: choose one");
  }
  if (config.environment !== undefined && config.environment === config.production) {
    faults.push(
      `prodcopy:environment and prodcopy:production are both ${JSON.stringify(config.environment)}`,
    );
  }
  return faults;
}
