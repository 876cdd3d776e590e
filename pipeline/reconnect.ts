import { isLostConnection } from "../postgres/errors";
import type { Log } from "../postgres/proof";

export interface Patience {
  /** How long a server may stay out of reach, in milliseconds, before the stage fails. 0: a lost connection fails it at once. */
  awayMs: number;
  log: Log;
}

/** Pauses between tries grow from the first to the last, in milliseconds. */
const pauses = { first: 500, last: 15_000 };

/**
 * Long work is judged by what it has recorded in the copy, not by its connection: when that is lost, the work is called again, finds what is done,
 * waits for what still runs in the server, and goes on. Whatever `work` is has to be such that it may be called again.
 * @throws the last failure when the server was out of reach for too long, and every failure of another kind as it is.
 */
export async function throughLostConnections<T>(
  work: () => Promise<T>,
  { awayMs, log }: Patience,
): Promise<T> {
  let lostAt: number | undefined;
  let pause = pauses.first;
  for (;;) {
    const begun = Date.now();
    try {
      return await work();
    } catch (error) {
      if (!isLostConnection(error)) throw error;
      // It had been at work in between, so this is another loss.
      if (lostAt === undefined || Date.now() - begun > awayMs) [lostAt, pause] = [Date.now(), pauses.first];
      if (Date.now() + pause - lostAt >= awayMs) throw error;
      log(`${(error as Error).message}; connecting again and going on from what is done`);
      await new Promise((resolve) => setTimeout(resolve, pause));
      pause = Math.min(pauses.last, 2 * pause);
    }
  }
}
