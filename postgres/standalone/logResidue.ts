import { row, run } from "../connection";
import type { CopySession } from "../guard";
import { proof, type Log, type Proof } from "../proof";

/**
 * Writes every segment of the write-ahead log anew, where this login may list them and write checkpoints (pg_monitor and pg_checkpoint
 * are enough): a server renames old segments and uses them again, with their former contents behind the new ones, so rows of before
 * would stand in them for weeks. Twice, since the segment in which the first checkpoint began is given back only by the second.
 */
export async function clearLogResidue(
  copy: CopySession,
  log: Log,
): Promise<{ checks: Proof[]; notProven: string[] }> {
  const { may, switching, archiving, bytes } = await row<{
    may: boolean;
    switching: boolean;
    archiving: boolean;
    bytes: number;
  }>(
    copy,
    "asking about the write-ahead log",
    `select has_function_privilege('pg_catalog.pg_switch_wal()', 'execute') as switching,
            has_function_privilege('pg_catalog.pg_ls_waldir()', 'execute')
              and (select rolsuper or exists (select from pg_roles p where p.rolname = 'pg_checkpoint' and pg_has_role(p.oid, 'usage'))
                     from pg_roles where rolname = current_user) as may,
            current_setting('archive_mode') <> 'off' as archiving,
            (select setting::float8 from pg_settings where name = 'wal_segment_size') as bytes`,
  );
  const notProven = archiving
    ? ["The archive of the write-ahead log holds rows of before until its retention ends."]
    : [];
  if (!may) {
    notProven.push(
      "Segments of the write-ahead log that are used again hold rows of before until they are overwritten: this login may not write them anew.",
    );
    return { checks: [], notProven };
  }
  let written = 0;
  for (let round = 0; round < 2; round++) {
    await run(copy, "writing a checkpoint", "checkpoint");
    const waiting = await waitingSegments(copy);
    if (round === 0) {
      log(
        `writing ${waiting + 1} segments of the write-ahead log anew, ${Math.round(bytes / 1048576)} MB each`,
      );
    }
    for (let i = 0; i <= waiting; i++) {
      await (switching ? startSegment(copy) : fillSegment(copy, bytes));
      written++;
    }
  }
  await run(copy, "writing a checkpoint", "checkpoint");
  return {
    checks: [
      proof(
        "No segment of the write-ahead log holds rows of before.",
        `${written} segments written anew to their end, between three checkpoints`,
      ),
    ],
    notProven,
  };
}

/** The rest of a segment that is left is written with zeros. */
async function startSegment(copy: CopySession): Promise<void> {
  // Without a record in between a switch does nothing.
  await run(copy, "writing to the log", "select pg_catalog.pg_logical_emit_message(false, 'prodcopy', '')");
  await run(copy, "starting a new log segment", "select pg_catalog.pg_switch_wal()");
}

/** Where the login may not start one, as on RDS: as many bytes as a segment has, in messages that mean nothing. */
async function fillSegment(copy: CopySession, bytes: number): Promise<void> {
  await run(
    copy,
    "writing to the log",
    `select count(pg_catalog.pg_logical_emit_message(false, 'prodcopy', repeat(' ', 1048576)))
       from generate_series(1, ${bytes} / 1048576)`,
  );
}

/** Segments that are there to be used again. */
async function waitingSegments(copy: CopySession): Promise<number> {
  const { count } = await row<{ count: number }>(
    copy,
    "listing the log's segments",
    `select count(*)::int as count from pg_catalog.pg_ls_waldir()
      where name ~ '^[0-9A-F]{24}$' and name > pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_insert_lsn())`,
  );
  return count;
}
