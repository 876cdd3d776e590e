import { randomBytes } from "node:crypto";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { row } from "../../postgres/connection";
import { proof, type Log, type Proven } from "../../postgres/proof";
import type { Label, SnapshotPin, SnapshotRef } from "../platform";
import type { LocalHome } from "./home";
import { megabytes, verifyFiles } from "./snapshot/files";
import {
  findManifest,
  listManifests,
  listPartials,
  refOf,
  removeSnapshotFolder,
  snapshotFolder,
  type SnapshotManifest,
} from "./snapshot/manifest";
import { productionServer, withProduction } from "./snapshot/production";
import { take } from "./snapshot/take";
import { assertSameSnapshot } from "../takenSnapshot";

/** How many automatic snapshots of one source are kept, as RDS keeps some days of them. */
const automaticKept = 3;

/**
 * The snapshot that a pin means, read-only. `latest` is the newest complete one of the source, automatic or kept for
 * safety; one that was taken for a copy goes with its stack and is no answer. `new` shows what would be taken now.
 * @throws when nothing fits, saying what there is.
 */
export async function resolveSnapshot(
  home: LocalHome,
  source: string,
  pin: SnapshotPin,
): Promise<SnapshotRef> {
  if (pin === "new") return wouldBeTaken(home, source);
  if (pin !== "latest") return refOf(await completeManifest(home, source, pin));
  const newest = await latestSnapshot(home, source);
  if (newest !== undefined) return newest;
  throw new Error(
    `production "${source}" has no complete snapshot below ${home.snapshots}. Take one with "prodcopy snapshot", or set prodcopy:snapshot to new`,
  );
}

async function wouldBeTaken(home: LocalHome, source: string): Promise<SnapshotRef> {
  return withProduction(await productionServer(home, source), async (session) => {
    const { version, bytes } = await row<{ version: string; bytes: string }>(
      session,
      "ask production for its size",
      "select current_setting('server_version') as version, sum(pg_database_size(oid))::text as bytes from pg_database",
    );
    const createdAt = new Date().toISOString();
    return { id: "new", source, kind: "manual", createdAt, sizeBytes: Number(bytes), serverVersion: version };
  });
}

/** The manifest of a complete snapshot of this source. @throws when there is none, naming those there are. */
export async function completeManifest(
  home: LocalHome,
  source: string,
  id: string,
): Promise<SnapshotManifest> {
  const manifest = await findManifest(home, id);
  if (manifest?.source === source) return manifest;
  const others = (await listManifests(home)).filter((m) => m.source === source).map((m) => m.id);
  const why =
    manifest === undefined
      ? `there is no complete snapshot ${id}`
      : `the snapshot ${id} is of "${manifest.source}"`;
  throw new Error(
    `${why}, and one of "${source}" was asked for. ` +
      `${others.length > 0 ? `There are: ${others.join(", ")}` : "There is none"}. Correct prodcopy:snapshot, or run "prodcopy refresh"`,
  );
}

/** Takes a snapshot, or answers the complete one of that name when it is this stack's. */
export async function takeSnapshot(
  home: LocalHome,
  source: string,
  id: string,
  label: Label,
  purpose: "copy" | "safety",
  log: Log,
): Promise<Proven<SnapshotRef>> {
  const found = await findManifest(home, id);
  if (found === undefined) {
    return provenOf(await take(home, { id, source, label, purpose, kind: "manual" }, log));
  }
  const remedy = `Remove ${snapshotFolder(home, id)} yourself`;
  assertSameSnapshot(id, found, { source, purpose, label }, remedy);
  log(`the snapshot ${id} was taken before, at ${found.createdAt}`);
  return inspectSnapshot(home, source, id, log);
}

/** Stands for RDS's nightly snapshot of the demonstration's production; a person calls it. Keeps the last three. */
export async function takeAutomaticSnapshot(home: LocalHome, source: string, log: Log): Promise<SnapshotRef> {
  const stamp = new Date().toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
  const id = `automatic-${source}-${stamp}-${randomBytes(2).toString("hex")}`;
  const manifest = await take(
    home,
    { id, source, label: undefined, purpose: "automatic", kind: "automatic" },
    log,
  );
  const all = (await listManifests(home)).filter((m) => m.source === source && m.purpose === "automatic");
  for (const old of all.slice(0, -automaticKept)) {
    log(`removing the automatic snapshot ${old.id} of ${old.createdAt}`);
    await removeSnapshotFolder(snapshotFolder(home, old.id));
  }
  return refOf(manifest);
}

/** Proves that a snapshot is there, complete and undamaged, by reading all of it. */
export async function inspectSnapshot(
  home: LocalHome,
  source: string,
  id: string,
  log: Log = () => undefined,
): Promise<Proven<SnapshotRef>> {
  const manifest = await completeManifest(home, source, id);
  await verifyFiles(snapshotFolder(home, id), id, manifest.files, log);
  return provenOf(manifest);
}

function provenOf(manifest: SnapshotManifest): Proven<SnapshotRef> {
  const { files, createdAt, sizeBytes } = manifest;
  const minutes = Math.round((Date.now() - Date.parse(createdAt)) / 60_000);
  const proofs = [
    proof(
      "The snapshot is complete and undamaged.",
      `${manifest.id}: ${files.length} files, ${megabytes(sizeBytes)} MB, each with the SHA-256 of when it was taken`,
    ),
    proof(
      "The age of the data is known.",
      `current at ${createdAt}, ${minutes} ${minutes === 1 ? "minute" : "minutes"} ago`,
    ),
  ];
  return { value: refOf(manifest), proofs };
}

/** The newest complete snapshot that `latest` may mean, or undefined when there is none. */
export async function latestSnapshot(home: LocalHome, source: string): Promise<SnapshotRef | undefined> {
  const candidates = (await listManifests(home)).filter((m) => m.source === source && m.purpose !== "copy");
  const newest = candidates.at(-1);
  return newest && refOf(newest);
}

/** Removes a snapshot that this stack took for a copy; one that is gone is fine. @throws for any other. */
export async function removeSnapshot(home: LocalHome, id: string, stack: string): Promise<void> {
  const manifest = await findManifest(home, id);
  if (manifest === undefined) return;
  if (manifest.purpose !== "copy" || manifest.label?.stack !== stack) {
    throw new Error(
      `the snapshot ${id} is not removed: it was taken as "${manifest.purpose}" by stack "${manifest.label?.stack ?? "none"}", ` +
        `and stack "${stack}" may remove only what it took for its own copies`,
    );
  }
  await removeSnapshotFolder(snapshotFolder(home, id));
}

/** Removes what the stack took for its copies, and what killed runs of it left. @returns the names removed. */
export async function sweepSnapshots(home: LocalHome, stack: string): Promise<string[]> {
  const removed: string[] = [];
  for (const { id, label, purpose } of await listManifests(home)) {
    if (purpose !== "copy" || label?.stack !== stack) continue;
    await removeSnapshotFolder(snapshotFolder(home, id));
    removed.push(`snapshot ${id}`);
  }
  for (const { folder, manifest } of await listPartials(home)) {
    // Without a manifest nothing was copied yet, so an empty folder is nobody's loss.
    const empty = manifest === undefined && (await fs.readdir(folder)).length === 0;
    if (!empty && manifest?.label?.stack !== stack) continue;
    await removeSnapshotFolder(folder);
    removed.push(`unfinished snapshot ${path.basename(folder)}`);
  }
  return removed;
}
