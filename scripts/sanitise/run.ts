import { withStageLock } from "../../postgres/stageLock";
import type { CopySession } from "../../postgres/guard";
import { cutOutbound, type Cut } from "../../postgres/isolate";
import type { Log } from "../../postgres/proof";
import { planDatabase } from "../../postgres/sanitise/rules/planDatabase";
import { sanitise, type Sanitised } from "../../postgres/sanitise/sanitise";
import { clearLogResidue } from "../../postgres/standalone/logResidue";
import { forgetRefusedRun, readEarlier, rememberTables, type Earlier } from "../../postgres/standalone/marks";
import { withNamedCopy } from "../../postgres/standalone/namedCopy";
import { endOtherClients, otherClients, readStanding, type Client } from "../../postgres/standalone/standing";
import { NeedsLookError } from "../outcome";
import { refusals, type Looked } from "./look";
import { Refused, type Order } from "./order";

/** What a run did. */
export interface Ran extends Sanitised {
  /** What `--isolate` cut. */
  cut: Cut[];
  /** Clients that were on the database when the run ended. */
  clients: Client[];
}

/** How far it has come, for the words of a failure. */
interface Progress {
  /** Whether anything may have been changed beside the journal. */
  changed: boolean;
}

/**
 * Sanitises the database that was looked at.
 * @throws Refused when it fails with nothing changed, NeedsLookError when something is: it says what is left behind.
 */
export async function runSanitise(order: Order, looked: Looked, log: Log): Promise<Ran> {
  const progress: Progress = { changed: false };
  try {
    return await withNamedCopy(order.target, order.names.main, looked.identity, (copy) =>
      withStageLock(copy, order.names.main, log, () => work(copy, order, looked, log, progress), {
        everyMs: 200,
      }),
    );
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw await explain(order, looked, error as Error, progress);
  }
}

async function work(
  copy: CopySession,
  order: Order,
  looked: Looked,
  log: Log,
  progress: Progress,
): Promise<Ran> {
  const { options, target, names, startedAt } = order;
  const { resourceId } = looked;
  // Once more, now that this session holds the lock: an earlier self may have ended in between, and others may have come.
  const reasons = await refusals(copy, order, await readStanding(copy), await readEarlier(copy, resourceId));
  if (reasons.length > 0) throw new Refused(reasons);
  if (options.endSessions === true) {
    const ended = await endOtherClients(copy, Object.values(names));
    if (ended > 0) log(`ended ${ended} other sessions`);
  }
  const cut: Cut[] = [];
  if (options.isolate === true) {
    progress.changed = true;
    cut.push(...(await cutOutbound(copy, log)).cut);
  }
  // What was cut may have been what a plan stands on.
  const plan =
    options.isolate === true ? await planDatabase(copy, order.rules, target.database) : looked.plan;
  if (plan.droppedForeignTables.length > 0) progress.changed = true;
  const sanitised = await sanitise({
    copy,
    plan,
    openSession: (use) => withNamedCopy(target, names.worker, looked.identity, use),
    resourceId,
    runId: startedAt.toISOString(),
    log,
    ...(options.workers === undefined ? {} : { workers: options.workers }),
    ...(options.room === undefined ? {} : { room: { bytes: options.room, by: "--room" } }),
    wholeServer: false,
  });
  await rememberTables(copy);
  const { checks, notProven } = await clearLogResidue(copy, log);
  sanitised.result.residue.checks.push(...checks);
  sanitised.result.residue.notProven.push(...notProven);
  return { ...sanitised, cut, clients: await otherClients(copy, Object.values(names)) };
}

/** The failure with what it left behind, as the journal shows it: asked of a new session, for the old one may be gone. */
async function explain(order: Order, looked: Looked, error: Error, progress: Progress): Promise<Error> {
  let earlier: Earlier;
  try {
    earlier = await withNamedCopy(order.target, order.names.main, looked.identity, async (copy) => {
      await forgetRefusedRun(copy, looked.resourceId);
      return readEarlier(copy, looked.resourceId);
    });
  } catch (unreachable) {
    return new NeedsLookError(
      `${error.message}\nHow far the run came is not known: ${(unreachable as Error).message}\n` +
        `When the server can be reached again, run the same command: it goes on where it stopped. ${raw(order)}`,
    );
  }
  if (!earlier.begun && !progress.changed) return new Refused([error.message]);
  const full = (error as { code?: string }).code === "53100" ? `${diskFull}\n` : "";
  return new NeedsLookError(`${error.message}\n${full}${leftBehind(earlier)} ${raw(order)}`);
}

const diskFull =
  "The server's disk is full. What the statement had written is given back; make room or enlarge the disk before the next call.";

function leftBehind({ begun, masked, tables, provenAt }: Earlier): string {
  if (provenAt !== undefined) {
    return "All tables are masked, and that was proven; what failed came after it. The same command does it again, and masks nothing twice.";
  }
  if (!begun) {
    return "Left behind: what called out of the database is cut, or foreign tables are dropped; no row was changed.";
  }
  const others = masked < tables ? ", the others hold what they held" : "";
  return (
    `Left behind: ${masked} of ${tables} tables that the rules change are masked${others}, and the schema prodcopy holds the run's ` +
    "key and journal. When the cause is mended, the same command with the same rules goes on from there; other rules need a new copy of the raw data."
  );
}

function raw({ target }: Order): string {
  return `Until a run has passed, treat ${target.database} as production's data.`;
}
