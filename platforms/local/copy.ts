import * as fs from "node:fs/promises";
import * as path from "node:path";
import { z } from "zod";
import type { Log } from "../../postgres/proof";
import type { ServerIdentity } from "../../postgres/guard";
import type { CopyRef, Label } from "../platform";
import { listFolder, readJsonIfPresent } from "./files";
import type { LocalHome } from "./home";
import { startServer, stopServer } from "./server";
import { writeWhole } from "./server/place";
import { findRecord, readRecord, type ServerRecord } from "./server/record";

const recordSchema = z.object({
  label: z.object({
    stack: z.string(),
    generation: z.string(),
    owner: z.string(),
    expiresAt: z.string(),
  }),
  source: z.string(),
  snapshotId: z.string(),
  resourceId: z.string(),
  adminUser: z.string(),
  database: z.string(),
  /** `restoring` until its server was started and proven. */
  state: z.enum(["restoring", "ready"]),
  admission: z.enum(["sealed", "rotating", "quarantine", "open"]),
  /** What the copy takes over from production's settings. */
  settings: z.record(z.string(), z.string()),
});

/** `<home.copies>/<id>/copy.json`: whose copy this is and of what, written before anything else of it. */
export type CopyRecord = z.infer<typeof recordSchema>;

const idPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,120}$/;

/** @throws for an id that is no plain folder name. */
export function copyFolder(home: LocalHome, copyId: string): string {
  if (!idPattern.test(copyId)) {
    throw new Error(
      `${JSON.stringify(copyId)} cannot name a copy: letters, digits, ".", "_" and "-" only, beginning with a letter or digit`,
    );
  }
  return path.join(home.copies, copyId);
}

/** @throws when the folder, its label or its data is a link: what is done to the copy would be done to what it leads to. */
export async function findCopyRecord(dir: string): Promise<CopyRecord | undefined> {
  for (const place of [
    dir,
    path.join(dir, "copy.json"),
    path.join(dir, "server.json"),
    path.join(dir, "data"),
  ]) {
    const found = await fs.lstat(place).catch(() => undefined);
    if (found?.isSymbolicLink() !== true) continue;
    throw new Error(
      `refused: ${place} is a link, and a copy is never worked on through one, for it may lead to production. Nothing was changed. ` +
        "Look where it leads, and remove the link yourself",
    );
  }
  return readJsonIfPresent(path.join(dir, "copy.json"), recordSchema, `the label of the copy in ${dir}`);
}

export async function saveCopyRecord(dir: string, record: CopyRecord): Promise<void> {
  await writeWhole(path.join(dir, "copy.json"), `${JSON.stringify(record, undefined, 2)}\n`);
}

/** A copy that can be worked with: its label, its server, its folder. */
export interface Copy {
  id: string;
  dir: string;
  record: CopyRecord;
  server: ServerRecord;
}

/** @throws when there is no such copy, or its restore was never finished. */
export async function requireCopy(home: LocalHome, copyId: string): Promise<Copy> {
  const dir = copyFolder(home, copyId);
  const record = await findCopyRecord(dir);
  if (record?.state === "ready") return { id: copyId, dir, record, server: await readRecord(dir) };
  throw new Error(
    `there is no copy ${copyId} on this machine (${record === undefined ? `nothing is labelled in ${dir}` : "its restore was never finished"}). ` +
      'Nothing was changed. Run "pulumi refresh" and "pulumi up": it makes a new one',
  );
}

/** The copy as it stands now, or undefined when it is gone or was never finished. Its server need not run. */
export async function describeCopy(home: LocalHome, copyId: string): Promise<CopyRef | undefined> {
  const dir = copyFolder(home, copyId);
  const record = await findCopyRecord(dir);
  const server = await findRecord(dir);
  if (record?.state !== "ready" || server === undefined) return undefined;
  return refOfCopy({ id: copyId, dir, record, server });
}

export function refOfCopy({ id, record, server }: Copy): CopyRef {
  const { resourceId, database, adminUser, label } = record;
  return { id, resourceId, host: server.host, port: server.port, database, adminUser, label };
}

/** Every finished copy on this machine, of every stack. */
export async function listCopies(home: LocalHome): Promise<CopyRef[]> {
  const names = (await listFolder(home.copies)).filter((name) => idPattern.test(name));
  const found = await Promise.all(names.map((name) => describeCopy(home, name)));
  return found.filter((copy) => copy !== undefined);
}

/** Starts the copies that stand still, for instance after the machine was restarted. Who may connect stays as it was. */
export async function startCopies(home: LocalHome, log: Log): Promise<void> {
  for (const { id } of await listCopies(home)) {
    const { host, port } = await startServer(copyFolder(home, id));
    log(`the copy ${id} runs on ${host}:${port}`);
  }
}

export async function stopCopies(home: LocalHome, log: Log): Promise<void> {
  for (const { id } of await listCopies(home)) {
    await stopServer(copyFolder(home, id));
    log(`the copy ${id} is stopped`);
  }
}

/** Writes owner and expiry anew. @throws when the copy is another stack's. */
export async function relabelCopy(home: LocalHome, copyId: string, label: Label): Promise<void> {
  const { dir, record } = await requireCopy(home, copyId);
  assertLabel(copyId, record, label);
  await saveCopyRecord(dir, { ...record, label });
}

/** @throws when a copy of this name is somebody else's. */
export function assertLabel(
  copyId: string,
  record: CopyRecord,
  label: Pick<Label, "stack" | "generation">,
): void {
  const { stack, generation } = record.label;
  if (stack === label.stack && generation === label.generation) return;
  throw new Error(
    `the copy ${copyId} belongs to stack "${stack}" (generation ${generation}), not to "${label.stack}" (generation ${label.generation}). ` +
      "It is left alone. Give one of the two stacks another name",
  );
}

/** What a connection to the copy shows; the guard compares. */
export async function copyIdentity(home: LocalHome, copyId: string): Promise<ServerIdentity> {
  return identityOf((await requireCopy(home, copyId)).server);
}

/** Names are left out on purpose: the guard resolves what was dialled, and compares addresses. */
export function identityOf(
  server: Pick<ServerRecord, "clusterName" | "dataDirectory" | "port">,
): ServerIdentity {
  return {
    clusterName: server.clusterName,
    dataDirectory: server.dataDirectory,
    endpoints: [`127.0.0.1:${server.port}`, `[::1]:${server.port}`],
  };
}

/** Whether a kill left nothing in a folder but, at most, a label that was being written. */
export async function holdsNothing(dir: string): Promise<boolean> {
  return (await listFolder(dir)).every((name) => name.endsWith(".new"));
}
