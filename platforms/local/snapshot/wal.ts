import * as fs from "node:fs/promises";
import * as path from "node:path";
import { row, type Session } from "../../../postgres/connection";
import { addFile, type Listed } from "./list";

/** The segments from the backup's first to its last, both included, and the history of their timeline. */
export async function walSegments(
  data: string,
  session: Session,
  label: string,
  last: string,
): Promise<Listed[]> {
  const first = /\(file ([0-9A-F]{24})\)/.exec(label)?.[1];
  if (first === undefined) {
    throw new Error("the server's backup label names no write-ahead log file; nothing was taken");
  }
  const { bytes } = await row<{ bytes: number }>(
    session,
    "ask for the size of log segments",
    "select setting::int as bytes from pg_settings where name = 'wal_segment_size'",
  );
  const names = await fs.readdir(path.join(data, "pg_wal"));
  const wanted = names.filter((name) => /^[0-9A-F]{24}$/.test(name) && name >= first && name <= last).sort();
  const expected = segmentNumber(last, bytes) - segmentNumber(first, bytes) + 1;
  if (wanted.length !== expected) {
    throw new Error(
      `production removed write-ahead log that its snapshot needs: ${wanted.length} of ${expected} files from ${first} to ${last} are there. ` +
        "The snapshot was given up; take it again, and raise max_slot_wal_keep_size on production when it happens once more",
    );
  }
  const listed: Listed[] = [];
  for (const name of [...wanted, ...names.filter((name) => name.endsWith(".history"))]) {
    await addFile(data, `pg_wal/${name}`, listed);
  }
  return listed;
}

/** The running number of a log segment, from its name. */
export function segmentNumber(name: string, segmentBytes: number): number {
  const perLog = 2 ** 32 / segmentBytes;
  return parseInt(name.slice(8, 16), 16) * perLog + parseInt(name.slice(16), 16);
}
