import * as fs from "node:fs/promises";
import * as path from "node:path";
import { z } from "zod";
import type { SnapshotRef } from "../../platform";
import { listFolder, readJsonIfPresent } from "../files";
import type { LocalHome } from "../home";

const labelSchema = z.object({
  stack: z.string(),
  generation: z.string(),
  owner: z.string(),
  expiresAt: z.string(),
});

const manifestSchema = z.object({
  id: z.string(),
  source: z.string(),
  kind: z.enum(["automatic", "manual"]),
  /** `copy` goes with its stack; `safety` is kept until a person names it; `automatic` stands for RDS's nightly one. */
  purpose: z.enum(["copy", "safety", "automatic"]),
  /** Whose it is; automatic snapshots belong to production itself. */
  label: labelSchema.optional(),
  createdAt: z.string(),
  complete: z.boolean(),
  sizeBytes: z.number(),
  serverVersion: z.string(),
  /** What a copy of it has to know of production, so that it can be restored while production is down. */
  adminUser: z.string(),
  database: z.string(),
  systemIdentifier: z.string(),
  /** Settings of production that a copy takes over. */
  settings: z.record(z.string(), z.string()),
  /** Folders of the data folder that are kept without their contents. */
  folders: z.array(z.string()),
  files: z.array(z.object({ path: z.string(), size: z.number(), sha256: z.string() })),
});

/** `<home.snapshots>/<id>/manifest.json`; the files stand in `data` beside it. */
export type SnapshotManifest = z.infer<typeof manifestSchema>;
export type SnapshotFile = SnapshotManifest["files"][number];

export const partialSuffix = ".partial";
const idPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,120}$/;

/** @throws for identifiers that are no plain folder name; `latest` and `new` are words of the pin. */
export function assertSnapshotId(id: string): void {
  if (idPattern.test(id) && !id.endsWith(partialSuffix) && id !== "latest" && id !== "new") return;
  throw new Error(
    `${JSON.stringify(id)} is not the identifier of a snapshot: letters, digits, ".", "_" and "-", beginning with a letter or digit, ` +
      `not ending with ${partialSuffix}. Set prodcopy:snapshot to one of those that "prodcopy snapshot --list" names, or to latest or new`,
  );
}

export const snapshotFolder = (home: LocalHome, id: string) => path.join(home.snapshots, id);
export const manifestFile = (folder: string) => path.join(folder, "manifest.json");
export const dataFolder = (folder: string) => path.join(folder, "data");

export function refOf(manifest: SnapshotManifest): SnapshotRef {
  const { id, source, kind, createdAt, sizeBytes, serverVersion } = manifest;
  return { id, source, kind, createdAt, sizeBytes, serverVersion };
}

/** The manifest of a complete snapshot, or undefined when there is none of that name. */
export async function findManifest(home: LocalHome, id: string): Promise<SnapshotManifest | undefined> {
  assertSnapshotId(id);
  const manifest = await readManifest(snapshotFolder(home, id));
  return manifest?.complete === true ? manifest : undefined;
}

/** The manifest in a folder, complete or not. */
export async function readManifest(folder: string): Promise<SnapshotManifest | undefined> {
  return readJsonIfPresent(
    manifestFile(folder),
    manifestSchema,
    `the manifest of snapshot ${path.basename(folder)}`,
  );
}

/** Complete snapshots, oldest first. */
export async function listManifests(home: LocalHome): Promise<SnapshotManifest[]> {
  const names = (await listFolder(home.snapshots)).filter((name) => !name.endsWith(partialSuffix));
  const found = await Promise.all(names.map((name) => readManifest(path.join(home.snapshots, name))));
  return found
    .filter((manifest) => manifest?.complete === true)
    .map((manifest) => manifest as SnapshotManifest)
    .sort((a, b) => a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id));
}

/** Folders of snapshots that were never completed, with what their manifest says, when it was written at all. */
export async function listPartials(
  home: LocalHome,
): Promise<{ folder: string; manifest: SnapshotManifest | undefined }[]> {
  const names = (await listFolder(home.snapshots)).filter((name) => name.endsWith(partialSuffix));
  return Promise.all(
    names.map(async (name) => {
      const folder = path.join(home.snapshots, name);
      return { folder, manifest: await readManifest(folder) };
    }),
  );
}

/** Removes a snapshot's folder so that a kill in between leaves a partial one, never a damaged one. */
export async function removeSnapshotFolder(folder: string): Promise<void> {
  const dying = folder.endsWith(partialSuffix) ? folder : `${folder}.removed${partialSuffix}`;
  if (dying !== folder) await fs.rename(folder, dying);
  await fs.rm(dataFolder(dying), { recursive: true, force: true });
  await fs.rm(dying, { recursive: true, force: true });
}
