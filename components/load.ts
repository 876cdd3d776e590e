import * as pulumi from "@pulumi/pulumi";
import { folderDigest, shortHash } from "../pipeline/digest";
import { sanitiserRevision } from "../postgres/sanitise/revision";
import { rulesDigestOf } from "../postgres/sanitise/rules/load";
import { reportsRoot } from "../platforms/reports";
import { reportFolder, reportPaths } from "../report/place";
import { parseConfig, type ParsedConfig } from "./config";
import type { CopyArgs } from "./copy";
import type { StackFacts } from "./facts";
import type { SourceArgs } from "./source";

/** The configuration in the shape that the components take. */
export interface LoadedConfig {
  facts: StackFacts;
  rulesDigest: string;
  owner: string;
  applicationUser: string;
  alsoSet: ("port" | "user")[];
  source: Omit<SourceArgs, "facts" | "rulesDigest" | "owner">;
  copy: Omit<CopyArgs, "facts" | "snapshot" | "rulesDigest" | "applicationUser" | "owner">;
  /** Path of the report's page for a generation. */
  reportOf(generation: pulumi.Output<string>): pulumi.Output<string>;
}

/**
 * Reads, checks and digests everything that the plan depends on.
 * @throws one error with all faults; a RunError, which Pulumi shows without the stack of our code.
 */
export function loadConfig(): LoadedConfig {
  try {
    return readConfig();
  } catch (error) {
    throw new pulumi.RunError((error as Error).message);
  }
}

function readConfig(): LoadedConfig {
  const config = parseConfig(pulumi.runtime.allConfig(), pulumi.getStack());
  const migrationsDigest = digestOfMigrations(config);
  return {
    facts: {
      platform: config.platform,
      stack: config.stack,
      source: config.production,
      environment: config.environment,
      ...(config.aws === undefined ? {} : { aws: config.aws }),
    },
    rulesDigest: rulesDigestOf(config.rules),
    owner: config.owner,
    applicationUser: config.applicationUser,
    alsoSet: config.alsoSet,
    source: {
      snapshot: config.snapshot,
      refresh: config.refresh,
      safetySnapshot: config.safetySnapshot,
      sanitiserRevision,
      migrationsDigest: config.migrate === "inPlace" ? "" : migrationsDigest,
    },
    copy: {
      rules: config.rules,
      migrations: { folder: config.migrations, command: config.migrationCommand, digest: migrationsDigest },
      keepFor: config.keepFor,
    },
    reportOf: (generation) =>
      generation.apply((hash) => reportPaths(reportFolder(reportsRoot(), config.stack, hash)).html),
  };
}

function digestOfMigrations(config: ParsedConfig): string {
  if (config.migrationCommand.length > 0) return shortHash(...config.migrationCommand);
  return folderDigest(config.migrations === "" ? undefined : config.migrations);
}
