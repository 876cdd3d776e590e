import { setTimeout as delay } from "node:timers/promises";
import { ident, literal, row, rows, run, withTransaction, type Session } from "../../../postgres/connection";
import { withSocketSession, type ServerHandle } from "../server";
import type { SamplePasswords } from "./credentials";
import { sampleNames } from "./names";
import { runSql, setForSession } from "./sqlFiles";

const pollMs = 50;
/** How long the first synchronisation of the ratings may take. */
const synchronisationMs = 60_000;

/** Connects production to the publisher in every way that a copy must not keep. */
export async function reachOut(
  production: ServerHandle,
  publisher: ServerHandle,
  passwords: SamplePasswords,
): Promise<void> {
  await withSocketSession(production, sampleNames.database, async (session) => {
    await setForSession(session, {
      "sample.publisher_port": String(publisher.port),
      "sample.password_reader": passwords.reader,
      "sample.password_announcer": passwords.announcer,
    });
    await withTransaction(session, () => runSql(session, "reach/outward.sql"));
    await makeSlot(session);
    await subscribe(session, publisher, passwords.feed);
    // Last, because a slot waits for every transaction that is open when it is made.
    await leavePrepared(session);
  });
}

async function makeSlot(session: Session): Promise<void> {
  await rows(
    session,
    "make production's replication slot",
    "select pg_create_logical_replication_slot($1, 'pgoutput') is not null as made",
    [sampleNames.publicationSlot],
  );
}

async function subscribe(session: Session, publisher: ServerHandle, password: string): Promise<void> {
  const { subscription, subscriptionSlot, publisherDatabase } = sampleNames;
  const connection = `host=${publisher.host} port=${publisher.port} dbname=${publisherDatabase} user=feed password=${password}`;
  await run(
    session,
    "subscribe to the ratings",
    `create subscription ${ident(subscription)} connection ${literal(connection)} publication ratings
       with (slot_name = ${literal(subscriptionSlot)})`,
  );
  const until = Date.now() + synchronisationMs;
  while (!(await isStreaming(session))) {
    if (Date.now() > until) {
      throw new Error(
        `the sample's subscription did not begin to stream within ${synchronisationMs / 1000} s; ` +
          `the log of the publisher on port ${publisher.port} says why. Nothing of the sample is used before it is complete`,
      );
    }
    await delay(pollMs);
  }
}

async function isStreaming(session: Session): Promise<boolean> {
  const { streaming } = await row<{ streaming: boolean }>(
    session,
    "look at the subscription",
    `select exists (select from pg_stat_subscription where pid is not null and relid is null)
       and not exists (select from pg_subscription_rel where srsubstate <> 'r') as streaming`,
  );
  return streaming;
}

/** A transaction that nobody came back for; it holds a row that is seen by nobody and stands in the table's file. */
async function leavePrepared(session: Session): Promise<void> {
  await run(session, "begin", "begin");
  await run(session, "become the application", `set local role ${ident(sampleNames.app)}`);
  await run(
    session,
    "block an address",
    `insert into blocked_email (email, reason, blocked_at)
       values ('prepared.blackwood@post.example', 'Asked by Prudence Blackwood on 0491570159', timestamptz '2025-10-31Z')`,
  );
  await run(session, "prepare", `prepare transaction ${literal(sampleNames.preparedTransaction)}`);
}
