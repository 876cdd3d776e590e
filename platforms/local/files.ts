/**
 * Files of the `local` platform. A reader sees a file whole or not at all, whatever is killed when; a file's text is
 * never quoted in an error, because it may hold a secret.
 */
import { randomBytes } from "node:crypto";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import type { z } from "zod";

/** The system's code of a failed call, such as `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}

/**
 * Makes a folder that only this account can enter (0700), and narrows one that is already there. Folders above it that are
 * missing are made with the account's usual rights, because PostgreSQL's account must be able to pass through them.
 */
export async function ensurePrivateFolder(folder: string): Promise<void> {
  await fs.mkdir(path.dirname(folder), { recursive: true });
  await fs.mkdir(folder, { recursive: true, mode: 0o700 });
  await fs.chmod(folder, 0o700);
}

/** Replaces a file in one step: written beside it, flushed, renamed. The folder must exist. Mode 0600 unless another is given. */
export async function writeFileAtomic(file: string, text: string, mode = 0o600): Promise<void> {
  const temporary = await writeTemporary(file, text, mode);
  try {
    await fs.rename(temporary, file);
  } catch (error) {
    await fs.rm(temporary, { force: true });
    throw error;
  }
}

/**
 * Creates a file in one step, with all its contents, only when no file of that name exists.
 * @returns whether this call created it; of several callers at once exactly one gets `true`.
 */
export async function createFileExclusive(file: string, text: string, mode = 0o600): Promise<boolean> {
  const temporary = await writeTemporary(file, text, mode);
  try {
    await fs.link(temporary, file);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  } finally {
    await fs.rm(temporary, { force: true });
  }
}

export async function writeJsonAtomic(file: string, value: unknown, mode = 0o600): Promise<void> {
  await writeFileAtomic(file, `${JSON.stringify(value, null, 2)}\n`, mode);
}

/** Reads and checks a JSON file. `what` names it for a person, such as "the settings of environment test". @throws when it is absent or damaged. */
export async function readJson<T>(file: string, schema: z.ZodType<T>, what: string): Promise<T> {
  const value = await readJsonIfPresent(file, schema, what);
  if (value === undefined) throw new Error(`${what} cannot be read: there is no file ${file}`);
  return value;
}

/** As `readJson`, but `undefined` when there is no such file. */
export async function readJsonIfPresent<T>(
  file: string,
  schema: z.ZodType<T>,
  what: string,
): Promise<T | undefined> {
  const text = await readIfPresent(file, what);
  if (text === undefined) return undefined;
  const parsed = schema.safeParse(parse(text, file, what));
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join(".") || "the whole"}: ${issue.code}`);
  throw damaged(file, what, `it does not have the expected form (${faults.join("; ")})`);
}

/** What a killed `writeFileAtomic` or `createFileExclusive` may have left beside a file. */
export function isTemporary(name: string): boolean {
  return /\.[0-9a-f]{12}\.tmp$/.test(name);
}

/** Removes a file and whatever a killed write left beside it. A file that is already gone is fine. */
export async function removeFile(file: string): Promise<void> {
  await fs.rm(file, { force: true });
  const prefix = path.basename(file);
  for (const name of await listFolder(path.dirname(file))) {
    const isOurs = isTemporary(name) && name.length === prefix.length + 17 && name.startsWith(prefix);
    if (isOurs) await fs.rm(path.join(path.dirname(file), name), { force: true });
  }
}

/** Names in a folder, sorted; none when the folder does not exist. */
export async function listFolder(folder: string): Promise<string[]> {
  try {
    return (await fs.readdir(folder)).sort();
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  }
}

/** Whether a file or folder is there and was last changed longer ago than that. */
export async function isOlderThan(file: string, milliseconds: number): Promise<boolean> {
  const stats = await fs.stat(file).catch(() => undefined);
  return stats !== undefined && Date.now() - stats.mtimeMs > milliseconds;
}

async function writeTemporary(file: string, text: string, mode: number): Promise<string> {
  const temporary = `${file}.${randomBytes(6).toString("hex")}.tmp`;
  const handle = await fs.open(temporary, "wx", mode);
  try {
    await handle.chmod(mode);
    await handle.writeFile(text, "utf8");
    await handle.sync();
  } catch (error) {
    await fs.rm(temporary, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  return temporary;
}

async function readIfPresent(file: string, what: string): Promise<string | undefined> {
  try {
    return await fs.readFile(file, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw new Error(`${what} cannot be read from ${file}: ${errorCode(error) ?? "unknown error"}`);
  }
}

function parse(text: string, file: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text around the fault.
    throw damaged(file, what, "it is not JSON");
  }
}

function damaged(file: string, what: string, why: string): Error {
  return new Error(
    `${what} cannot be read from ${file}: ${why}. Somebody else changed the file, or the disk is damaged.`,
  );
}
