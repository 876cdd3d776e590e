import { createHmac, randomBytes } from "node:crypto";
import { z } from "zod";
import type { SecretStore } from "../../platform";
import { isStars, type Environment, type Setting, type Settings } from "./read";

const settingSchema = z.object({ kind: z.enum(["plain", "secret"]), value: z.string() });

const recordSchema = z.object({
  stack: z.string(),
  environment: z.string(),
  environmentId: z.string(),
  claimedAt: z.string(),
  /** Of the fingerprints, so that they say nothing outside of this record. */
  key: z.string(),
  /** What stood there before the claim; null where nothing did. */
  earlier: z.record(z.string(), settingSchema.nullable()),
  /** Fingerprints of what this stack set, or was about to. */
  set: z.record(z.string(), z.array(z.string())),
  /** What this stack set where Elastic Beanstalk shows stars, since it cannot be read there. */
  unseen: z.record(z.string(), settingSchema).optional(),
  /** An update that was begun and is not known to have ended: what its settings were just before. */
  updating: z.record(z.string(), settingSchema.nullable()).optional(),
});

/**
 * What a claim keeps, as one secret beside the tag on the environment: the earlier password is among it. Written before whatever it is about to be
 * true of, so that a killed run can be taken up.
 */
export type ClaimRecord = z.infer<typeof recordSchema>;

export function newRecord(stack: string, environment: Environment): ClaimRecord {
  return {
    stack,
    environment: environment.name,
    environmentId: environment.id,
    claimedAt: new Date().toISOString(),
    key: randomBytes(32).toString("hex"),
    earlier: {},
    set: {},
  };
}

export function recordRef(stack: string, environmentId: string): string {
  return `${stack}/${environmentId}/claim`;
}

export async function writeRecord(secrets: SecretStore, record: ClaimRecord): Promise<void> {
  const { stack, environmentId } = record;
  const label = { stack, generation: "claim", owner: "prodcopy", expiresAt: "" };
  await secrets.put(recordRef(stack, environmentId), { claim: JSON.stringify(record) }, label);
}

/** @throws when it is gone or damaged: without it nothing could be put back. */
export async function readRecord(
  secrets: SecretStore,
  stack: string,
  environment: Environment,
): Promise<ClaimRecord> {
  const ref = recordRef(stack, environment.id);
  const { claim } = await secrets.get(ref);
  const parsed = recordSchema.safeParse(claim === undefined ? undefined : JSON.parse(claim));
  if (parsed.success && parsed.data.stack === stack) return parsed.data;
  throw new Error(
    `The record of the claim of stack "${stack}" on environment "${environment.name}" (secret ${ref}) is damaged, so its earlier values are not known. ` +
      "Nothing was changed. Set the environment by hand, remove its tag prodcopy:claim and the secret, and run `pulumi up` again.",
  );
}

export function fingerprint({ key }: ClaimRecord, name: string, { kind, value }: Setting): string {
  return createHmac("sha256", Buffer.from(key, "hex"))
    .update(JSON.stringify([name, kind, value]))
    .digest("hex");
}

/**
 * Whether a value is one that the claim's stack set, or was about to. Of stars nobody can tell: they are taken for ours when we set something there, since left
 * alone the environment would keep a password of a copy that goes.
 */
export function isOurs(record: ClaimRecord, name: string, setting: Setting | undefined): boolean {
  if (setting === undefined) return false;
  if (isStars(setting)) return record.unseen?.[name] !== undefined || record.updating?.[name] !== undefined;
  return (record.set[name] ?? []).includes(fingerprint(record, name, setting));
}

/**
 * The settings with what is known to stand behind stars: what this stack set there last, else what the claim found.
 * @throws when somebody else has set a claimed one since, which could not be put back
 */
export function revealed(record: ClaimRecord, settings: Settings): Settings {
  const unknown: string[] = [];
  const known = Object.entries(settings).map(([name, setting]) => {
    const behind = record.unseen?.[name] ?? record.earlier[name];
    if (!isStars(setting) || behind === undefined) return [name, setting] as const;
    if (behind === null && record.updating?.[name] === undefined) unknown.push(name);
    return [name, behind ?? setting] as const;
  });
  if (unknown.length === 0) return Object.fromEntries(known);
  throw new Error(
    `Environment "${record.environment}" shows ${unknown.join(", ")} as stars, and nothing stood there when stack "${record.stack}" claimed it: ` +
      "somebody set it since, and it could not be put back. Nothing was changed. Remove it, and run `pulumi up` again.",
  );
}
