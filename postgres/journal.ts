import { literal, row, rows, run, type Session, withTransaction } from "./connection";
import type { CopySession } from "./guard";

/** The schema of ours in the copy. It stays: by it a stage that runs again knows what was done, so that nothing is sanitised twice. */
export const journalSchema = "prodcopy";

/** Which copy this is, and which run of the pipeline writes. */
export interface JournalIdentity {
  /** The server's resourceId. A journal that came along inside a snapshot carries another one and is not believed. */
  resourceId: string;
  runId: string;
}

export interface Journal {
  /** Whether the step was finished on this copy, by this run or an earlier one. */
  stepDone(stage: string, step: string): Promise<boolean>;
  /**
   * Notes that a step begins or is finished, within the transaction that is open on the session, if one is: written in
   * the same transaction as the work, the note is true exactly when the work is. `note` holds names and counts, never values.
   */
  recordStep(stage: string, step: string, state?: "started" | "done", note?: string): Promise<void>;
  /** Does the work and notes it in one transaction, unless it was done before. Answers whether it ran. */
  step(stage: string, step: string, work: () => Promise<string | void>): Promise<boolean>;
  /** The finished steps of a stage with their notes, in the order in which they were finished. */
  finished(stage: string): Promise<{ step: string; note: string | null }[]>;
}

/**
 * The journal of this copy, made when it is not there. It creates a schema, and creating one fires the event triggers
 * that came along: open it only after `isolate` has cut them.
 * @throws when a schema of that name came along from production and is not ours.
 */
export async function openJournal(copy: CopySession, identity: JournalIdentity): Promise<Journal> {
  const mark = `Journal of prodcopy for copy ${identity.resourceId}`;
  await withTransaction(copy, async () => {
    const owner = await schemaOwner(copy);
    if (owner === mark) return;
    if (owner !== undefined) {
      // A snapshot of a former copy brings that copy's journal along; what it says was done there.
      await run(copy, "remove a journal that came along", `drop schema ${journalSchema} cascade`);
    }
    await run(copy, "create the journal's schema", `create schema ${journalSchema}`);
    await run(
      copy,
      "create the journal",
      `create table ${journalSchema}.journal (
         stage text not null,
         step text not null,
         state text not null check (state in ('started', 'done')),
         run_id text not null,
         started_at timestamptz not null default pg_catalog.clock_timestamp(),
         finished_at timestamptz,
         note text,
         primary key (stage, step)
       )`,
    );
    await run(copy, "mark the journal's schema", `comment on schema ${journalSchema} is ${literal(mark)}`);
  });
  return journalOn(copy, identity.runId);
}

/** The mark on the schema; undefined when there is no schema. @throws when it is not one of ours. */
async function schemaOwner(copy: Session): Promise<string | undefined> {
  const [found] = await rows<{ mark: string | null }>(
    copy,
    "look for the journal",
    `select pg_catalog.obj_description(oid, 'pg_namespace') as mark
       from pg_catalog.pg_namespace where nspname = $1`,
    [journalSchema],
  );
  if (found === undefined) return undefined;
  if (!found.mark?.startsWith("Journal of prodcopy for copy ")) {
    throw new Error(
      `refused: production has a schema "${journalSchema}" of its own, and the copy keeps its journal under that name. ` +
        "Nothing was changed. Rename that schema in production before the next snapshot",
    );
  }
  return found.mark;
}

function journalOn(copy: CopySession, runId: string): Journal {
  /** Notes that a step begins. Answers false, and changes nothing, when it was done before. */
  const began = async (stage: string, step: string) =>
    (await run(
      copy,
      "write the journal",
      `insert into ${journalSchema}.journal (stage, step, state, run_id) values ($1, $2, 'started', $3)
       on conflict (stage, step) do update
         set state = excluded.state, run_id = excluded.run_id, note = null, finished_at = null, started_at = excluded.started_at
         where journal.state <> 'done'`,
      [stage, step, runId],
    )) > 0;
  const journal: Journal = {
    async stepDone(stage, step) {
      const found = await row<{ done: boolean }>(
        copy,
        "read the journal",
        `select exists (select from ${journalSchema}.journal
                         where stage = $1 and step = $2 and state = 'done') as done`,
        [stage, step],
      );
      return found.done;
    },
    async recordStep(stage, step, state = "done", note) {
      await run(
        copy,
        "write the journal",
        `insert into ${journalSchema}.journal (stage, step, state, run_id, finished_at, note)
         values ($1, $2, $3::text, $4, case when $3::text = 'done' then pg_catalog.clock_timestamp() end, $5)
         on conflict (stage, step) do update
           set state = excluded.state, run_id = excluded.run_id, note = excluded.note,
               finished_at = excluded.finished_at,
               started_at = case when excluded.state = 'started' then excluded.started_at
                                 else journal.started_at end`,
        [stage, step, state, runId, note ?? null],
      );
    },
    async step(stage, step, work) {
      return withTransaction(copy, async () => {
        if (!(await began(stage, step))) return false;
        const note = await work();
        await journal.recordStep(stage, step, "done", note ?? undefined);
        return true;
      });
    },
    finished: (stage) =>
      rows(
        copy,
        "read the journal",
        `select step, note from ${journalSchema}.journal
          where stage = $1 and state = 'done' order by finished_at, step`,
        [stage],
      ),
  };
  return journal;
}
