/**
 * What an environment keeps, one folder each: `environment.json` (who it is), `settings.json`, `claim.json`,
 * `process.json`, `events.jsonl`, `application.log`, and the lock. All readable by this account alone.
 */
import { createHmac } from "node:crypto";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { z } from "zod";
import type { EnvironmentSettings } from "../../platform";
import { errorCode, listFolder, readJson, readJsonIfPresent, removeFile, writeJsonAtomic } from "../files";
import type { LocalHome } from "../home";

const identitySchema = z.object({
  name: z.string(),
  /** Random, made with the environment: another environment under the same name has another one. */
  id: z.string(),
  port: z.number().int(),
  createdAt: z.string(),
  /** Keys this environment's fingerprints, so that a fingerprint says nothing to who does not hold it. */
  key: z.string(),
});
export type Identity = z.infer<typeof identitySchema>;

const settingsSchema = z.object({
  settings: z.record(z.string(), z.string()),
  /** Settings that are shown as fingerprints only. */
  secretNames: z.array(z.string()),
  /** There while an update is not finished: what the changed settings were before it; null is "was not set". */
  updating: z
    .object({ stack: z.string(), since: z.string(), before: z.record(z.string(), z.string().nullable()) })
    .optional(),
});
export type StoredSettings = z.infer<typeof settingsSchema>;

const earlierSchema = z.union([
  z.object({ value: z.string().nullable() }).strict(),
  z.object({ secret: z.string() }).strict(),
]);
const claimSchema = z.object({
  stack: z.string(),
  environmentId: z.string(),
  claimedAt: z.string(),
  /** Before the claim: a value, null for "was not set", or the reference of the secret that holds it. */
  earlier: z.record(z.string(), earlierSchema),
  /** Fingerprints of what the stack has set or was about to set; written before the settings are. */
  set: z.record(z.string(), z.array(z.string())),
});
export type Claim = z.infer<typeof claimSchema>;

const processSchema = z.object({
  pid: z.number().int().positive(),
  startedAt: z.string(),
  instance: z.string(),
  /** Fingerprint of the settings that it was started with. */
  settingsDigest: z.string(),
});
export type ProcessRecord = z.infer<typeof processSchema>;

export type Severity = "INFO" | "WARN" | "ERROR";

/** The folder of an environment. @throws when the name could not be one. */
export function folderOf(home: LocalHome, name: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9-]{0,39}$/.test(name)) {
    throw new Error(
      `${JSON.stringify(name.slice(0, 60))} cannot name an environment: letters, digits and "-", 40 characters at most, such as "test".`,
    );
  }
  return path.join(home.environments, name);
}

export async function environmentNames(home: LocalHome): Promise<string[]> {
  return (await listFolder(home.environments)).filter((name) => !name.startsWith("."));
}

/** One environment's files. */
export class EnvironmentStore {
  private constructor(
    readonly folder: string,
    readonly identity: Identity,
  ) {}

  static async open(home: LocalHome, name: string): Promise<EnvironmentStore> {
    const store = await EnvironmentStore.openIfPresent(home, name);
    if (store !== undefined) return store;
    const names = await environmentNames(home);
    throw new Error(
      `There is no environment "${name}" on this machine; there ${names.length === 0 ? "is none" : `are: ${names.join(", ")}`}. ` +
        "`prodcopy:environment` names it, `npm start` makes the sample's.",
    );
  }

  static async openIfPresent(home: LocalHome, name: string): Promise<EnvironmentStore | undefined> {
    const folder = folderOf(home, name);
    const file = path.join(folder, "environment.json");
    const identity = await readJsonIfPresent(file, identitySchema, `Environment "${name}"`);
    return identity === undefined ? undefined : new EnvironmentStore(folder, identity);
  }

  get logFile(): string {
    return path.join(this.folder, "application.log");
  }

  readSettings(): Promise<StoredSettings> {
    return readJson(
      this.file("settings"),
      settingsSchema,
      `The settings of environment "${this.identity.name}"`,
    );
  }

  /** One step: a reader sees all of the earlier settings or all of the new ones. */
  writeSettings(settings: StoredSettings): Promise<void> {
    return writeJsonAtomic(this.file("settings"), settings);
  }

  readClaim(): Promise<Claim | undefined> {
    return readJsonIfPresent(this.claimFile, claimSchema, `The claim of environment "${this.identity.name}"`);
  }

  writeClaim(claim: Claim): Promise<void> {
    return writeJsonAtomic(this.claimFile, claim);
  }

  get claimFile(): string {
    return this.file("claim");
  }

  removeClaim(): Promise<void> {
    return removeFile(this.claimFile);
  }

  readProcess(): Promise<ProcessRecord | undefined> {
    const what = `The process of environment "${this.identity.name}"`;
    return readJsonIfPresent(this.file("process"), processSchema, what);
  }

  writeProcess(record: ProcessRecord): Promise<void> {
    return writeJsonAtomic(this.file("process"), record);
  }

  removeProcess(): Promise<void> {
    return removeFile(this.file("process"));
  }

  /** Adds a line to the events. The message holds no secret. */
  async event(severity: Severity, message: string): Promise<void> {
    const line = `${JSON.stringify({ time: new Date().toISOString(), severity, message })}\n`;
    await fs.appendFile(path.join(this.folder, "events.jsonl"), line, { mode: 0o600 });
  }

  /** The last line of the application's log, or an empty text. */
  async lastLogLine(): Promise<string> {
    try {
      return (await fs.readFile(this.logFile, "utf8")).trimEnd().split("\n").at(-1)?.slice(0, 300) ?? "";
    } catch (error) {
      if (errorCode(error) === "ENOENT") return "";
      throw error;
    }
  }

  /** Tells equal values from different ones, and says nothing else about them. */
  fingerprint(name: string, value: string): string {
    return this.hmac(`${name}\0${value}`).slice(0, 32);
  }

  digest(settings: EnvironmentSettings): string {
    return this.hmac(JSON.stringify(Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1))));
  }

  private hmac(text: string): string {
    return createHmac("sha256", Buffer.from(this.identity.key, "hex")).update(text, "utf8").digest("hex");
  }

  private file(name: string): string {
    return path.join(this.folder, `${name}.json`);
  }
}
