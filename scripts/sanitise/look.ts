import { withSession, type Session } from "../../postgres/connection";
import type { CopySession } from "../../postgres/guard";
import type { SanitisePlan } from "../../postgres/sanitise/plan";
import { planDatabase } from "../../postgres/sanitise/rules/planDatabase";
import { findBudget } from "../../postgres/sanitise/budget";
import { refuseLeaksInCode } from "../../postgres/sanitise/leaks";
import { stage } from "../../postgres/sanitise/prepare";
import { freeOnServer, toldDisk } from "../../postgres/sanitise/room/free";
import { readNeeds } from "../../postgres/sanitise/room/need";
import { Room, type RoomPlan } from "../../postgres/sanitise/room/room";
import { decide } from "../../postgres/sanitise/strategy";
import type { TableWork } from "../../postgres/sanitise/work";
import { settle } from "../../postgres/sanitise/workspace";
import { readEarlier, resourceIdOf, tablesMadeSince, type Earlier } from "../../postgres/standalone/marks";
import { withNamedCopy } from "../../postgres/standalone/namedCopy";
import { whyNotSanitise } from "../../postgres/standalone/refusals";
import { identityOf, readStanding, type Standing } from "../../postgres/standalone/standing";
import { Refused, type Order } from "./order";

/** What a look at the database showed, when nothing speaks against the run. */
export interface Looked {
  identity: string;
  resourceId: string;
  standing: Standing;
  earlier: Earlier;
  plan: SanitisePlan;
  /** How each table comes to its end; empty when an earlier run has decided already. */
  works: TableWork[];
  /** What the run needs beside the data and what is there; undefined when an earlier run has decided already. */
  room: RoomPlan | undefined;
}

/**
 * Looks at the database over a read-only session: what it is, what is going on in it, whether the rules cover it and whether
 * everything in them can be done.
 * @throws Refused with everything that speaks against the run.
 */
export async function lookAtDatabase(order: Order): Promise<Looked> {
  const { target, names } = order;
  try {
    return await withSession(target, { applicationName: names.look, readOnly: true }, (session) =>
      look(session, order),
    );
  } catch (error) {
    throw error instanceof Refused ? error : new Refused([(error as Error).message], { cause: error });
  }
}

async function look(session: Session, order: Order): Promise<Looked> {
  const identity = await identityOf(session);
  const resourceId = await resourceIdOf(session);
  const standing = await readStanding(session);
  const earlier = await readEarlier(session, resourceId);
  const reasons = await refusals(session, order, standing, earlier);
  if (earlier.whose === "ours" && earlier.provenAt !== undefined) {
    const made = await tablesMadeSince(session);
    if (made.length > 0) {
      reasons.push(
        `the database was sanitised at ${earlier.provenAt}, and these tables were made since, so what is in them was never looked at: ` +
          `${made.join(", ")}. If raw data was loaded: drop schema prodcopy cascade, then run it again`,
      );
    }
  }
  const attempt = async <T>(what: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await what();
    } catch (error) {
      reasons.push((error as Error).message);
      return undefined;
    }
  };
  const plan = await attempt(() => planDatabase(session, order.rules, order.target.database));
  let works: TableWork[] | undefined = [];
  if (plan !== undefined && !(earlier.whose === "ours" && earlier.begun)) {
    await settle(session);
    // What calls out goes with what stands in it; the run itself looks when that is cut.
    if (order.options.isolate !== true) await attempt(() => refuseLeaksInCode(session, plan));
    // Reads only, and the session could do nothing else.
    works = await attempt(async () => (await decide(session as CopySession, plan, "catalogue")).works);
  }
  if (reasons.length > 0 || plan === undefined || works === undefined) throw new Refused(reasons);
  const room = await attempt(() => lookAtRoom(session, order, identity, works));
  if (reasons.length > 0) throw new Refused(reasons);
  return { identity, resourceId, standing, earlier, plan, works, room };
}

/** @throws when there is too little room. */
async function lookAtRoom(
  session: Session,
  { options, target, names }: Order,
  identity: string,
  works: TableWork[],
): Promise<RoomPlan | undefined> {
  if (works.length === 0) return undefined;
  const budget = await findBudget(session, options.workers);
  const needs = await readNeeds(session, { finished: () => Promise.resolve([]) }, stage, works, budget);
  // The answer goes through a temporary table, which a read-only session may not make; it is rolled back.
  const disks =
    options.room === undefined
      ? await withNamedCopy(target, names.look, identity, freeOnServer)
      : [toldDisk({ bytes: options.room, by: "--room" })];
  return Room.find(needs, disks, budget.workers).plan;
}

/** What speaks against the run in what the database is and does. */
export async function refusals(
  session: Session,
  { options, target, productions, names, rules }: Order,
  standing: Standing,
  earlier: Earlier,
): Promise<string[]> {
  const found = await whyNotSanitise(session, standing, earlier, {
    confirm: options.confirm,
    host: target.host,
    server: options.server,
    productions,
    spared: Object.values(names),
    endSessions: options.endSessions === true,
    isolate: options.isolate === true,
  });
  if (earlier.whose === "ours" && earlier.begun && earlier.digest !== rules.digest) {
    found.push(
      `this database was sanitised, or partly, under other rules (digest ${earlier.digest}) than these (${rules.digest}); ` +
        "what is sanitised is never sanitised again in place, so take a new copy of the raw data",
    );
  }
  return found;
}
