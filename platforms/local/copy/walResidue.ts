import * as fs from "node:fs/promises";
import * as path from "node:path";
import { row, run, type Session } from "../../../postgres/connection";
import { proof, type Proof } from "../../../postgres/proof";
import type { Copy } from "../copy";
import { listFolder } from "../files";
import { segmentNumber } from "../snapshot/wal";

const pageBytes = 8192;

/**
 * Moves the write-ahead log to a new segment, so that every older one is deleted, and proves by reading what is left that
 * none is older than where recovery would start, and that behind the end of the log every byte is zero. (Segments are
 * normally renamed and used again, with their old contents behind the new ones; `wal_recycle = off` forbids it.)
 */
export async function clearWriteAheadLog(copy: Copy, session: Session): Promise<Proof> {
  await run(session, "start a new log segment", "select pg_catalog.pg_switch_wal()");
  await run(session, "write a checkpoint", "checkpoint");
  const folder = path.join(copy.server.dataDirectory, "pg_wal");
  const left = (await listFolder(folder)).filter((name) => /^[0-9A-F]{24}(\.\w+)?$/.test(name));
  const read: Segment[] = [];
  for (const name of left) read.push({ name, usedBytes: await endOfContents(path.join(folder, name)) });
  // Asked after reading: what was written meanwhile is new, and lies before this position.
  const now = await row<{ redo: string; segment: string; offset: number; bytes: number }>(
    session,
    "ask where the log begins and ends",
    `select c.redo_wal_file as redo, pg_catalog.pg_walfile_name(at) as segment,
            (pg_catalog.pg_walfile_name_offset(at)).file_offset as "offset",
            (select setting::int from pg_catalog.pg_settings where name = 'wal_segment_size') as bytes
       from pg_catalog.pg_control_checkpoint() c, pg_catalog.pg_current_wal_insert_lsn() at`,
  );
  for (const { name, usedBytes } of read) {
    if (name < now.redo) {
      throw residue(copy, `the log segment ${name} is older than ${now.redo}, where recovery would start`);
    }
    const written = Math.min(Math.max(bytesBetween(name, now), 0), now.bytes);
    // The page that is being written is zeroed to its end when it is begun.
    const allowed = Math.ceil(written / pageBytes) * pageBytes;
    if (usedBytes > allowed) {
      throw residue(
        copy,
        `the log segment ${name} has contents behind its end (${usedBytes} > ${allowed} bytes)`,
      );
    }
  }
  return proof(
    "The write-ahead log holds nothing of before.",
    `${read.length} segments, none older than ${now.redo}, and behind the end of the log every byte is zero`,
  );
}

interface Segment {
  name: string;
  /** Up to the last byte that is not zero. */
  usedBytes: number;
}

/** How much of a segment lies before the end of the log: all of an older one, nothing of a later one. */
function bytesBetween(name: string, now: { segment: string; offset: number; bytes: number }): number {
  return (segmentNumber(now.segment, now.bytes) - segmentNumber(name, now.bytes)) * now.bytes + now.offset;
}

async function endOfContents(file: string): Promise<number> {
  const contents = await fs.readFile(file);
  const zeros = Buffer.alloc(pageBytes);
  let end = contents.length;
  while (end >= pageBytes && contents.subarray(end - pageBytes, end).equals(zeros)) end -= pageBytes;
  return end;
}

function residue(copy: Copy, what: string): Error {
  return new Error(
    `the write-ahead log of the copy ${copy.id} could not be cleared: ${what}. A replication slot or wal_keep_size may hold it; ` +
      "the copy stays in quarantine",
  );
}
