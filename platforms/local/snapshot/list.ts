import * as fs from "node:fs/promises";
import * as path from "node:path";
import { errorCode } from "../files";

/**
 * Only these have contents that a copy needs. Everything else in a data folder stays behind: configuration with its
 * archive_command and primary_conninfo, certificates, logs, slots, what was spilled.
 */
const copiedFolders = ["base", "global", "pg_commit_ts", "pg_multixact", "pg_twophase", "pg_xact"];
const copiedFiles = ["PG_VERSION", "pg_logical/replorigin_checkpoint"];
const neverCopied = /^(pg_internal\.init.*|pgsql_tmp.*|t\d+_\d+.*)$/;
/** The control file has to be read last: it must not be older than anything else. */
const controlFile = "global/pg_control";

/** Every folder that the data folder has; most stay empty in the copy. */
export async function foldersOf(data: string): Promise<string[]> {
  const entries = await fs.readdir(data, { withFileTypes: true });
  const names = entries
    .filter((e) => e.name.startsWith("pg_") || copiedFolders.includes(e.name))
    .map((e) => e.name);
  const folders: string[] = [];
  for (const name of names) {
    if ((await fs.stat(path.join(data, name))).isDirectory()) folders.push(name);
  }
  const below = ["pg_wal/archive_status", "pg_logical/mappings", "pg_logical/snapshots"];
  const databases = (await fs.readdir(path.join(data, "base"))).filter((name) => /^\d+$/.test(name));
  return [
    ...folders,
    ...below,
    "pg_multixact/members",
    "pg_multixact/offsets",
    ...databases.map((d) => `base/${d}`),
  ];
}

/** A file below the data folder, by its relative path. */
export interface Listed {
  path: string;
  size: number;
}

/** The files to copy, with their present sizes; the control file last. */
export async function listData(data: string): Promise<Listed[]> {
  const found: Listed[] = [];
  for (const folder of copiedFolders) await listBelow(data, folder, found);
  for (const file of copiedFiles) await addFile(data, file, found);
  const control = found.filter((file) => file.path === controlFile);
  return [...found.filter((file) => file.path !== controlFile), ...control];
}

async function listBelow(data: string, folder: string, found: Listed[]): Promise<void> {
  const entries = await fs
    .readdir(path.join(data, folder), { withFileTypes: true })
    .catch(ignoreGone<[]>([]));
  for (const entry of entries) {
    if (neverCopied.test(entry.name)) continue;
    const relative = `${folder}/${entry.name}`;
    if (entry.isDirectory()) await listBelow(data, relative, found);
    else await addFile(data, relative, found);
  }
}

/** Adds a file to the list unless it has gone in the meantime. */
export async function addFile(data: string, relative: string, found: Listed[]): Promise<void> {
  const stat = await fs.stat(path.join(data, relative)).catch(ignoreGone(undefined));
  if (stat !== undefined) found.push({ path: relative, size: stat.size });
}

/** Tables are dropped and truncated while we copy; the write-ahead log says so again when the copy recovers. */
export function ignoreGone<T>(instead: T): (error: unknown) => T {
  return (error) => {
    if (errorCode(error) === "ENOENT") return instead;
    throw error;
  };
}
