import { setTimeout as delay } from "node:timers/promises";
import type { Log } from "../../postgres/proof";
import { isTransient } from "./errors";

/** How patient the platform is. */
export interface Pace {
  /**
   * How often it looks at most, in milliseconds; the first looks follow each other faster. Each wait is between one half and one and
   * a half of it. Default 10000.
   */
  everyMs: number;
  /** How often it says what it waits for, in milliseconds. Default 60000. */
  sayEveryMs: number;
  /** The factor by which every limit is multiplied. Default 1. */
  patience: number;
}

export const usualPace: Pace = { everyMs: 10_000, sayEveryMs: 60_000, patience: 1 };

/** What a look has found: the end, or a state in words on the way to it. Whatever does not lead there is thrown. */
export type Look<T> = { done: T } | { state: string };

/** For how long looks may fail one after the other for a reason that passes: throttling, a network that is away, an error of AWS's own. */
const silenceMinutes = 10;

/**
 * Looks until it is done. Looks are spread by chance, so that several runs do not ask in step. A look that fails for a reason that passes is a
 * look that saw nothing: hours of waiting are not given up because AWS was busy for a minute.
 * @param what the thing and what it is to become, e.g. "the copy test-3fa9 to be available"
 * @throws after `limitMinutes`, naming the last state; and at once what a look throws otherwise.
 */
export async function waitFor<T>(
  what: string,
  limitMinutes: number,
  pace: Pace,
  log: Log,
  look: () => Promise<Look<T>>,
): Promise<T> {
  const since = Date.now();
  const limitMs = limitMinutes * 60_000 * pace.patience;
  // What is done in a moment is seen in a moment; what takes minutes is not asked about every second.
  let everyMs = 500;
  let said = { at: since, state: "" };
  let seenAt = since;
  for (;;) {
    const found = await look().catch((error: unknown): Look<T> => {
      if (!isTransient(error) || Date.now() - seenAt > silenceMinutes * 60_000 * pace.patience) throw error;
      return { state: `AWS does not answer (${error.code})` };
    });
    if ("done" in found) return found.done;
    if (!found.state.startsWith("AWS does not answer")) seenAt = Date.now();
    const waited = Date.now() - since;
    if (waited > limitMs) {
      throw new Error(
        `Waited ${Math.round(waited / 60_000)} minutes for ${what}; it is "${found.state}". Nothing more was changed. ` +
          "Look at it in the AWS console; when it has got there, run `pulumi up` again: it goes on from here.",
      );
    }
    if (found.state !== said.state || Date.now() - said.at >= pace.sayEveryMs) {
      said = { at: Date.now(), state: found.state };
      log(
        `waiting for ${what}: ${found.state}${waited >= 1000 ? `, ${Math.round(waited / 1000)} s so far` : ""}`,
      );
    }
    await delay(Math.min(pace.everyMs, everyMs) * (0.5 + Math.random()));
    everyMs *= 1.5;
  }
}
