import * as path from "node:path";
import type { Command } from "commander";
import { localHome, type LocalHome } from "../../platforms/local/home";
import { localPlatform } from "../../platforms/local/platform";
import { readServer, serverStatus } from "../../platforms/local/server";
import type { CopyRef, EnvironmentState, Platform } from "../../platforms/platform";
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

export function registerStatus(program: Command): void {
  program
    .command("status")
    .description("say in a few lines what stands where")
    .option("--json", "as JSON, for programs")
    .addHelpText("after", "\nExample:\n  $ npx prodcopy status")
    .action(async (options: { json?: boolean }) => {
      const status = await gather(localHome());
      if (options.json === true) say(JSON.stringify(statusJson(status), null, 2));
      else say(statusText(status, { colour: process.stdout.isTTY, now: new Date() }));
    });
}

async function gather(home: LocalHome): Promise<Status> {
  const platform = localPlatform(home);
  const folder = newestReport(home.reports);
  const report = folder === undefined ? undefined : readReport(folder);
  const environment = await platform.readEnvironment(demonstration.environment).catch(() => undefined);
  const copies = (await platform.listCopies()).filter((copy) => copy.label.stack === demonstration.stack);
  const copy = copies.find((found) => standsOn(environment, found)) ?? copies.at(-1);
  const own = copy && reportOf(home, copy);
  return {
    platform: "local",
    production: await production(home, platform),
    copy: copy && {
      id: copy.id,
      host: copy.host,
      port: copy.port,
      database: copy.database,
      dataFrom: own?.stages.find(({ stage }) => stage === "snapshot")?.details.snapshot?.createdAt,
      expiresAt: copy.label.expiresAt,
    },
    others: copies.filter((one) => one !== copy).map(({ id, host, port }) => ({ id, host, port })),
    environment: environment && environmentStatus(environment, copies),
    report,
    reportPath: folder === undefined ? undefined : reportPaths(folder).html,
  };
}

function reportOf(home: LocalHome, { label }: CopyRef): Report | undefined {
  return readReport(reportFolder(home.reports, label.stack, label.generation));
}

async function production(home: LocalHome, platform: Platform): Promise<ServerStatus | undefined> {
  const dir = path.join(home.servers, demonstration.source);
  const state = await serverStatus(dir);
  if (state === "absent") return undefined;
  const { host, port } =
    state === "running" ? await platform.production(demonstration.source) : await readServer(dir);
  return { name: demonstration.source, host, port, state };
}

function environmentStatus(environment: EnvironmentState, copies: CopyRef[]): EnvironmentStatus {
  const { settings, claimedBy } = environment;
  const onCopy = copies.some((copy) => standsOn(environment, copy));
  return {
    name: environment.name,
    url: environment.url,
    health: `${environment.status}, ${environment.health}`,
    host: settings.RDS_HOSTNAME ?? "",
    port: Number(settings.RDS_PORT ?? 5432),
    database: settings.RDS_DB_NAME ?? "",
    on: onCopy ? "copy" : claimedBy === undefined || claimedBy === demonstration.stack ? "before" : "other",
  };
}

function standsOn(environment: EnvironmentState | undefined, copy: CopyRef): boolean {
  const { RDS_HOSTNAME, RDS_PORT } = environment?.settings ?? {};
  return RDS_HOSTNAME === copy.host && RDS_PORT === String(copy.port);
}
