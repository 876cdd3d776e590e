import { setTimeout as delay } from "node:timers/promises";
import { row, rows, run } from "../connection";
import type { CopySession } from "../guard";
import { openJournal, type Journal } from "../journal";
import type { Budget } from "./budget";
import { nameOf, type TableWork } from "./work";
import { holdKey, settle } from "./workspace";

/** A session that works on the copy, with the journal on it. */
export interface Hand {
  copy: CopySession;
  journal: Journal;
}

/** Sessions that work side by side on tables of one copy. */
export interface Crew {
  /** How many they are, the run's own session among them. */
  size: number;
  /**
   * Does every item, each by whoever is free, the first ones first. What fails because another session held a lock, or because the disk
   * had no room for it beside the others, is done again at the end, alone. Ends when everybody has.
   * @throws the first failure; no new item is begun after it.
   */
  each: <T>(items: readonly T[], act: (hand: Hand, item: T) => Promise<void>) => Promise<void>;
}

export interface CrewRequest {
  copy: CopySession;
  journal: Journal;
  openSession: <T>(use: (session: CopySession) => Promise<T>) => Promise<T>;
  resourceId: string;
  runId: string;
  budget: Budget;
}

/** lock_not_available, deadlock_detected and disk_full: what the statement had written is given back when it fails. */
const crowdedCodes = ["55P03", "40P01", "53100"];

/** How long an ended session may take to be gone, in milliseconds. */
const patienceMs = 120_000;

/**
 * Opens the crew's sessions for as long as `use` takes. They hold the run's key, so the workspace must be there. Sessions of
 * a killed run are ended first.
 */
export async function withCrew<T>(request: CrewRequest, use: (crew: Crew) => Promise<T>): Promise<T> {
  await endOrphans(request.copy);
  const own: Hand = { copy: request.copy, journal: request.journal };
  return gather(request, [own], use);
}

async function gather<T>(request: CrewRequest, hands: Hand[], use: (crew: Crew) => Promise<T>): Promise<T> {
  if (hands.length >= request.budget.workers) {
    return use({ size: hands.length, each: (items, act) => each(hands, items, act) });
  }
  return request.openSession(async (copy) => {
    await settle(copy, request.budget);
    const journal = await openJournal(copy, request);
    await run(
      copy,
      "joining the crew",
      "insert into prodcopy.crew select pid, backend_start from pg_catalog.pg_stat_activity where pid = pg_catalog.pg_backend_pid()",
    );
    return gather(request, [...hands, { copy, journal }], use);
  });
}

/**
 * Ends what a killed run's other sessions still have the server do. Nothing of it could be kept: whoever would have said
 * COMMIT is gone.
 * @throws when one does not go.
 */
async function endOrphans(copy: CopySession): Promise<void> {
  for (const since = Date.now(); ; await delay(50)) {
    const left = await rows<{ pid: number }>(
      copy,
      "ending sessions of a killed run",
      `select a.pid, pg_catalog.pg_terminate_backend(a.pid) from pg_catalog.pg_stat_activity a
         join prodcopy.crew c on c.pid = a.pid and c.began = a.backend_start where a.pid <> pg_catalog.pg_backend_pid()`,
    );
    if (left.length === 0) break;
    if (Date.now() - since < patienceMs) continue;
    throw new Error(
      `sessions of a killed run were told to end and are still there (server processes ${left.map((one) => one.pid).join(", ")}). ` +
        "Nothing was started. Run again later, or restart the copy's server first",
    );
  }
  await run(copy, "ending sessions of a killed run", "truncate prodcopy.crew");
}

async function each<T>(
  hands: Hand[],
  items: readonly T[],
  act: (hand: Hand, item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const blocked: T[] = [];
  const failures: unknown[] = [];
  const work = async (hand: Hand) => {
    for (let item = queue.shift(); item !== undefined && failures.length === 0; item = queue.shift()) {
      try {
        await act(hand, item);
      } catch (error) {
        if (hands.length > 1 && crowdedCodes.includes((error as { code?: string }).code ?? "")) {
          blocked.push(item);
        } else failures.push(error);
      }
    }
  };
  // What another session prepared in the meantime decides what the key's settings are.
  for (const hand of hands) await holdKey(hand.copy);
  await Promise.all(hands.slice(0, Math.max(1, items.length)).map(work));
  const [own] = hands;
  if (failures.length === 0 && own !== undefined) {
    for (const item of blocked) await act(own, item);
  }
  if (failures.length > 0) throw failures[0];
}

/** A table with its size on disk, all its partitions included. */
export interface Sized {
  work: TableWork;
  bytes: number;
}

/** Large tables first, so that nobody is left with one at the end while the others have nothing to do. */
export async function largestFirst(copy: CopySession, works: readonly TableWork[]): Promise<Sized[]> {
  const { sizes } = await row<{ sizes: Record<string, number> | null }>(
    copy,
    "measuring tables",
    `select json_object_agg(o, (select coalesce(sum(pg_table_size(t)), 0) from (
        select o::regclass as t union select relid from pg_partition_tree(o::regclass)) tree)) as sizes
       from unnest($1::oid[]) o`,
    [works.map((work) => work.oid)],
  );
  return sorted(works, (work) => sizes?.[String(work.oid)]);
}

/** The same order as before anything was masked, with the sizes of then: a run that is taken up again counts as the first one did. */
export async function largestFirstAsBefore(copy: CopySession, works: readonly TableWork[]): Promise<Sized[]> {
  const before = await rows<{ name: string; bytes: string }>(
    copy,
    "reading the sizes of tables",
    "select name, bytes::text from prodcopy.table_before where bytes is not null",
  );
  const sizes = new Map(before.map((one) => [one.name, Number(one.bytes)]));
  return sorted(works, (work) => sizes.get(nameOf(work)));
}

function sorted(works: readonly TableWork[], size: (work: TableWork) => number | undefined): Sized[] {
  return works.map((work) => ({ work, bytes: size(work) ?? 0 })).sort((a, b) => b.bytes - a.bytes);
}
