import * as path from "node:path";
import type { Command } from "commander";
import { localHome, type LocalHome } from "../../platforms/local/home";
import { readServer, serverStatus } from "../../platforms/local/server";
import type { ParsedConfig } from "../../components/config";
import type { CopyRef, EnvironmentState, Platform } from "../../platforms/platform";
import { platformFor } from "../../platforms/platforms";
import type { Report } from "../../report/model";
import { newestReport, readReport, reportFolder, reportPaths } from "../../report/store";
import {
  statusJson,
  statusText,
  type EnvironmentStatus,
  type ServerStatus,
  type Status,
} from "../../report/statusText";
import { demonstration } from "../demonstration";
import { say } from "../say";
import { stackConfig } from "../stackConfig";

export function registerStatus(program: Command): void {
  program
    .command("status")
    .description("say in a few lines what stands where")
    .option("--stack <name>", "the stack", demonstration.stack)
    .option("--json", "as JSON, for programs")
    .addHelpText("after", "\nExample:\n  $ npx prodcopy status")
    .action(async (options: { stack: string; json?: boolean }) => {
      const status = await gather(localHome(), stackConfig(options.stack));
      if (options.json === true) say(JSON.stringify(statusJson(status), null, 2));
      else say(statusText(status, { colour: process.stdout.isTTY, now: new Date() }));
    });
}

async function gather(home: LocalHome, config: ParsedConfig): Promise<Status> {
  const platform = platformFor(config.platform, config.aws);
  const folder = newestReport(home.reports, config.stack);
  const report = folder === undefined ? undefined : readReport(folder);
  const environment = await ifThere(config, () => platform.readEnvironment(config.environment));
  const copies = (await platform.listCopies()).filter((copy) => copy.label.stack === config.stack);
  const copy = copies.find((found) => standsOn(environment, found)) ?? copies.at(-1);
  const own = copy && reportOf(home, copy);
  return {
    platform: config.platform,
    production: await production(home, config, platform),
    copy: copy && {
      id: copy.id,
      host: copy.host,
      port: copy.port,
      database: copy.database,
      dataFrom: own?.stages.find(({ stage }) => stage === "snapshot")?.details.snapshot?.createdAt,
      expiresAt: copy.label.expiresAt,
    },
    others: copies.filter((one) => one !== copy).map(({ id, host, port }) => ({ id, host, port })),
    environment: environment && environmentStatus(environment, copies, config.stack),
    report,
    reportPath: folder === undefined ? undefined : reportPaths(folder).html,
  };
}

/** On this machine what is not there was not made yet; on AWS a question that fails is told, not hidden as an absence. */
async function ifThere<T>({ platform }: ParsedConfig, ask: () => Promise<T>): Promise<T | undefined> {
  return platform === "aws" ? ask() : ask().catch(() => undefined);
}

function reportOf(home: LocalHome, { label }: CopyRef): Report | undefined {
  return readReport(reportFolder(home.reports, label.stack, label.generation));
}

async function production(
  home: LocalHome,
  { platform: where, production: name }: ParsedConfig,
  platform: Platform,
): Promise<ServerStatus | undefined> {
  if (where === "aws") {
    const { host, port } = await platform.production(name);
    return { name, host, port, state: "known to RDS" };
  }
  const dir = path.join(home.servers, name);
  const state = await serverStatus(dir);
  if (state === "absent") return undefined;
  const { host, port } = state === "running" ? await platform.production(name) : await readServer(dir);
  return { name, host, port, state };
}

function environmentStatus(
  environment: EnvironmentState,
  copies: CopyRef[],
  stack: string,
): EnvironmentStatus {
  const { settings, claimedBy } = environment;
  const onCopy = copies.some((copy) => standsOn(environment, copy));
  return {
    name: environment.name,
    url: environment.url,
    health: `${environment.status}, ${environment.health}`,
    host: settings.RDS_HOSTNAME ?? "",
    port: Number(settings.RDS_PORT ?? 5432),
    database: settings.RDS_DB_NAME ?? "",
    on: onCopy ? "copy" : claimedBy === undefined || claimedBy === stack ? "before" : "other",
  };
}

function standsOn(environment: EnvironmentState | undefined, copy: CopyRef): boolean {
  const { RDS_HOSTNAME, RDS_PORT } = environment?.settings ?? {};
  return RDS_HOSTNAME === copy.host && (RDS_PORT ?? "5432") === String(copy.port);
}
