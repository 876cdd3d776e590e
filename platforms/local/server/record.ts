import { randomBytes } from "node:crypto";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import type { ServerHandle } from "../server";
import { socketDirectoryOf, writeWhole } from "./place";

/** `<dir>/server.json`: written before anything else stands in the folder, so that a killed start leaves no riddle. */
export interface ServerRecord extends ServerHandle {
  state: "initialising" | "ready";
  clusterName: string;
  /** Settings beyond those that follow from this record. */
  settings: Record<string, string>;
}

export function newResourceId(): string {
  return `local-${randomBytes(8).toString("hex")}`;
}

/** What `cluster_name` shows: PostgreSQL cuts it at 63 bytes and replaces what is not printable ASCII, so we do it first. */
export function clusterNameOf(name: string, resourceId: string): string {
  const plain = name.replace(/[^\x21-\x7e]/g, "?");
  return `${plain.slice(0, 62 - resourceId.length)}:${resourceId}`;
}

export function newRecord(
  spec: Pick<ServerRecord, "dir" | "name" | "adminUser" | "port" | "settings"> & { resourceId?: string },
): ServerRecord {
  const dir = path.resolve(spec.dir);
  const resourceId = spec.resourceId ?? newResourceId();
  return {
    dir,
    name: spec.name,
    resourceId,
    host: "127.0.0.1",
    port: spec.port,
    dataDirectory: path.join(dir, "data"),
    socketDirectory: socketDirectoryOf(dir),
    adminUser: spec.adminUser,
    database: undefined,
    state: "initialising",
    clusterName: clusterNameOf(spec.name, resourceId),
    settings: spec.settings,
  };
}

const recordFile = (dir: string) => path.join(dir, "server.json");

/** @throws when the record is about another folder: by it, a copy's name would lead to another server's data. */
export async function findRecord(dir: string): Promise<ServerRecord | undefined> {
  let text: string;
  try {
    text = await fs.readFile(recordFile(dir), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  const record = JSON.parse(text) as ServerRecord;
  if (!(await isSameFolder(record.dir, dir)) || record.dataDirectory !== path.join(record.dir, "data")) {
    throw new Error(
      `refused: ${recordFile(dir)} describes a server in ${record.dir} with its data in ${record.dataDirectory}, not the one in ${dir}. ` +
        "Nothing was changed. A server's folder cannot be moved: put it back where it was made",
    );
  }
  return record;
}

async function isSameFolder(one: string, other: string): Promise<boolean> {
  if (path.resolve(one) === path.resolve(other)) return true;
  const real = (folder: string) => fs.realpath(folder).catch(() => path.resolve(folder));
  return (await real(one)) === (await real(other));
}

export async function readRecord(dir: string): Promise<ServerRecord> {
  const record = await findRecord(dir);
  if (record === undefined) {
    throw new Error(`${dir} holds no server of prodcopy: there is no server.json in it`);
  }
  return record;
}

export async function saveRecord(record: ServerRecord): Promise<void> {
  await writeWhole(recordFile(record.dir), `${JSON.stringify(record, undefined, 2)}\n`);
}
