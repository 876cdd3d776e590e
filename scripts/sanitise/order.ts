import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { localHome } from "../../platforms/local/home";
import type { ConnectionTarget } from "../../postgres/connection";
import { databaseOfEnvironment } from "../../postgres/databaseUrl";
import type { RulesDocument } from "../../postgres/sanitise/rules/document";
import { loadRules } from "../../postgres/sanitise/rules/load";
import type { NamedProduction } from "../../postgres/standalone/refusals";
import { Faults } from "../faults";
import { configuredProductions } from "../productions";

/** What the person typed. */
export interface SanitiseOptions {
  rules: string;
  confirm: string;
  workers?: number;
  /** Bytes. */
  room?: number;
  json?: boolean;
  dryRun?: boolean;
  endSessions?: boolean;
  isolate?: boolean;
  server?: string;
  report?: string;
  logins?: string;
}

/** What is asked for, read and checked as far as it can be without the server. */
export interface Order {
  options: SanitiseOptions;
  target: ConnectionTarget;
  rules: RulesDocument;
  productions: NamedProduction[];
  /** Names of our sessions: the one with the stage's lock, its helpers, and the one that only looks. */
  names: { main: string; worker: string; look: string };
  startedAt: Date;
  /** Folder of the report, and the file for passwords of test logins. */
  reportFolder: string;
  loginsFile: string;
}

/** Refused with nothing changed; the reasons one by one. */
export class Refused extends Error {
  constructor(
    readonly reasons: string[],
    options?: ErrorOptions,
  ) {
    const lines = reasons.map((one) => `- ${withoutLead(one).replaceAll("\n", "\n  ")}`);
    super(`Refused, nothing was changed:\n${lines.join("\n")}`, options);
  }
}

/** What stands above all reasons need not stand in one of them. */
function withoutLead(reason: string): string {
  return reason.replace(/^refused before anything was changed: /i, "");
}

/** @throws Refused with every fault of the environment, the rules, the configuration and the typed name together. */
export async function readOrder(options: SanitiseOptions, now = new Date()): Promise<Order> {
  const faults = new Faults();
  const target = await faults.attempt(() => databaseOfEnvironment());
  const rules = await faults.attempt(() => loadRules(path.resolve(options.rules)));
  const productions = await faults.attempt(() => configuredProductions());
  if (target !== undefined && target.database !== options.confirm) {
    faults.messages.push(
      `--confirm says ${JSON.stringify(options.confirm)}, and the environment names the database ${JSON.stringify(target.database)}; ` +
        "type the name of the database that is to lose its data",
    );
  }
  const home = localHome();
  const slug = `${options.confirm.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, 40)}-${now.toISOString().replace(/[:.]/g, "")}`;
  const reportFolder = path.resolve(options.report ?? path.join(home.root, "sanitised", slug));
  const loginsFile = path.resolve(options.logins ?? path.join(home.root, "sanitised", `${slug}.logins.json`));
  if (options.dryRun !== true) {
    for (const folder of foldersOf({ reportFolder, loginsFile })) {
      await faults.attempt(() => assertWritable(folder));
    }
  }
  if (fs.existsSync(loginsFile)) faults.messages.push(`--logins names ${loginsFile}, which is there already`);
  if (
    faults.messages.length > 0 ||
    target === undefined ||
    rules === undefined ||
    productions === undefined
  ) {
    throw new Refused(faults.messages);
  }
  return {
    options,
    target,
    rules,
    productions,
    names: namesFor(target),
    startedAt: now,
    reportFolder,
    loginsFile,
  };
}

type Places = Pick<Order, "reportFolder" | "loginsFile">;

function foldersOf({ reportFolder, loginsFile }: Places): string[] {
  return [...new Set([reportFolder, path.dirname(loginsFile)])];
}

/** Makes nothing yet: a run that is refused leaves no folder behind. */
function assertWritable(folder: string): void {
  try {
    const there = nearestThere(folder);
    if (!fs.statSync(there).isDirectory()) throw Object.assign(new Error(), { code: "ENOTDIR" });
    fs.accessSync(there, fs.constants.W_OK | fs.constants.X_OK);
  } catch (error) {
    throw notWritable(folder, error);
  }
}

function nearestThere(folder: string): string {
  return fs.existsSync(folder) ? folder : nearestThere(path.dirname(folder));
}

function notWritable(folder: string, error: unknown): Error {
  return new Error(
    `${folder} cannot be written (${(error as NodeJS.ErrnoException).code ?? "unknown"}); name a folder for the report: --report DIR, and a file for passwords: --logins FILE`,
  );
}

/**
 * Makes the folders of the report and of the logins, before anything is changed.
 * @returns what takes those away again that it made, as long as nothing stands in them.
 * @throws Refused when one cannot be made.
 */
export function makeFolders(places: Places): () => void {
  const made: string[] = [];
  for (const folder of foldersOf(places)) {
    try {
      const first = fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
      for (let at = folder; first !== undefined && at.startsWith(first); at = path.dirname(at)) made.push(at);
    } catch (error) {
      throw new Refused([notWritable(folder, error).message]);
    }
  }
  return () => {
    for (const folder of made.sort((a, b) => b.length - a.length)) {
      if (fs.existsSync(folder) && fs.readdirSync(folder).length === 0) fs.rmdirSync(folder);
    }
  };
}

/** Sixty-three printable characters are all that a server keeps; a database may have any name. */
function namesFor({ database }: ConnectionTarget): Order["names"] {
  const main = `prodcopy sanitise ${createHash("sha256").update(database).digest("hex").slice(0, 16)}`;
  return { main, worker: `${main} worker`, look: `${main} look` };
}
