import * as fs from "node:fs/promises";
import * as path from "node:path";
import { z } from "zod";
import type { Label, SecretStore } from "../platform";
import {
  ensurePrivateFolder,
  isOlderThan,
  isTemporary,
  listFolder,
  readJson,
  readJsonIfPresent,
  removeFile,
  writeJsonAtomic,
} from "./files";
import type { LocalHome } from "./home";

/** The secret store of this machine, with what a sweep needs beside the interface that every platform has. */
export interface LocalSecretStore extends SecretStore {
  /** Names and labels of every secret, without values, sorted by name. @throws when a file is damaged. */
  list(): Promise<{ ref: string; label: Label }[]>;
  /** Removes every secret that carries the stack's label, and what killed writes left. @returns the names removed, sorted. */
  removeByStack(stack: string): Promise<string[]>;
}

const recordSchema = z.object({
  ref: z.string(),
  label: z.object({
    stack: z.string(),
    generation: z.string(),
    owner: z.string(),
    expiresAt: z.string(),
  }),
  value: z.record(z.string(), z.string()),
});
const extension = ".json";
/** Stands for "/" in a file's name; no part of a reference may hold it. */
const separator = "~";

/**
 * Secrets on `local`: one file each that only this account can read, in a folder that only this account can enter. A
 * reference is a name such as `test-3fa9c1d2/admin`. Values never stand in an error; `put` replaces in one step; `remove`
 * of a secret that is gone is fine.
 */
export function localSecrets(home: LocalHome): LocalSecretStore {
  const fileOf = (ref: string): string => path.join(home.secrets, fileName(ref));
  const store: LocalSecretStore = {
    async put(ref, value, label) {
      const file = fileOf(ref);
      await ensurePrivateFolder(home.secrets);
      await writeJsonAtomic(file, { ref, label, value });
    },
    async get(ref) {
      const file = fileOf(ref);
      const record = await readJsonIfPresent(file, recordSchema, describe(ref));
      if (record === undefined) {
        throw new Error(
          `There is no secret "${ref}" on this machine (looked for ${file}). It is written when its copy is made and removed with it. ` +
            "If it was removed by hand, `prodcopy refresh` and `pulumi up` make a new copy with new secrets.",
        );
      }
      // On a file system that ignores case, two references can meet in one file.
      if (record.ref !== ref) throw new Error(`${file} holds the secret "${record.ref}", not "${ref}".`);
      return record.value;
    },
    async remove(ref) {
      await removeFile(fileOf(ref));
    },
    async list() {
      const found = [];
      for (const ref of await storedRefs(home)) {
        const record = await readJson(fileOf(ref), recordSchema, describe(ref));
        found.push({ ref, label: record.label });
      }
      return found;
    },
    async removeByStack(stack) {
      const removed = [];
      for (const { ref, label } of await store.list()) {
        if (label.stack !== stack) continue;
        await removeFile(fileOf(ref));
        removed.push(ref);
      }
      await removeUnfinished(home, stack);
      return removed;
    },
  };
  return store;
}

/**
 * The file of a reference. Distinct references have distinct files, and none leaves the folder.
 * @throws when the reference is not one to four parts of letters, digits, ".", "_" and "-", joined by "/".
 */
function fileName(ref: string): string {
  const parts = ref.split("/");
  const isSafe =
    parts.length <= 4 &&
    ref.length <= 200 &&
    parts.every((part) => /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(part));
  if (!isSafe) {
    throw new Error(
      `${JSON.stringify(ref.slice(0, 80))} cannot name a secret. A name is one to four parts joined by "/", each of letters, digits, ` +
        '".", "_" and "-" and beginning with a letter or a digit, 200 characters at most, such as "test-3fa9c1d2/admin".',
    );
  }
  return parts.join(separator) + extension;
}

function describe(ref: string): string {
  return `The secret "${ref}"`;
}

async function storedRefs(home: LocalHome): Promise<string[]> {
  const names = await listFolder(home.secrets);
  return names
    .filter((name) => name.endsWith(extension))
    .map((name) => name.slice(0, -extension.length).replaceAll(separator, "/"));
}

/** A write that was killed leaves a file without a name of its own: ours when its label says so, or when it is cut off and old. */
async function removeUnfinished(home: LocalHome, stack: string): Promise<void> {
  for (const name of (await listFolder(home.secrets)).filter(isTemporary)) {
    const file = path.join(home.secrets, name);
    const record = await readJsonIfPresent(file, recordSchema, `The unfinished ${name}`).catch(
      () => undefined,
    );
    const isOurs = record === undefined ? await isOlderThan(file, 60_000) : record.label.stack === stack;
    if (isOurs) await fs.rm(file, { force: true });
  }
}
