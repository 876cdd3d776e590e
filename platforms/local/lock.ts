import * as fs from "node:fs/promises";
import * as path from "node:path";
import { z } from "zod";
import { createFileExclusive, listFolder, readJsonIfPresent, writeJsonAtomic } from "./files";
import { identityOf, isSameProcess, type ProcessIdentity } from "./processes";

const ticketSchema = z.object({
  holder: z.object({ pid: z.number().int().positive(), startedAt: z.string() }),
  doing: z.string(),
  since: z.string(),
  released: z.boolean(),
});
export type Ticket = z.infer<typeof ticketSchema>;

/**
 * Runs `use` while nobody else holds the folder's lock, in this process or another. A holder that was killed holds
 * nothing. Waits for a living one. @throws after `timeoutMs`, naming the holder and what it does.
 */
export async function withLock<T>(
  folder: string,
  doing: string,
  timeoutMs: number,
  use: () => Promise<T>,
): Promise<T> {
  const release = await acquire(folder, doing, timeoutMs);
  try {
    return await use();
  } finally {
    await release();
  }
}

/** Who holds the lock now, or undefined. */
export async function holderOf(folder: string): Promise<Ticket | undefined> {
  const newest = (await ticketNumbers(folder)).at(-1);
  const ticket = newest === undefined ? undefined : await readTicket(folder, newest);
  return ticket !== undefined && (await isHeld(ticket)) ? ticket : undefined;
}

/**
 * Tickets are numbered files; the newest one is the lock, and only the next number may be taken, by whoever creates that
 * file. The newest is never removed, so the lock of a killed holder is passed on without ever removing a living one's.
 */
async function acquire(folder: string, doing: string, timeoutMs: number): Promise<() => Promise<void>> {
  const holder = await ownIdentity();
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const newest = (await ticketNumbers(folder)).at(-1) ?? 0;
    const ticket = newest === 0 ? undefined : await readTicket(folder, newest);
    if (ticket === undefined || !(await isHeld(ticket))) {
      const mine: Ticket = { holder, doing, since: new Date().toISOString(), released: false };
      const release = await take(folder, newest + 1, mine);
      if (release !== undefined) return release;
    } else if (Date.now() > deadline) {
      throw new Error(
        `Process ${ticket.holder.pid} has been ${ticket.doing} since ${ticket.since} and is not finished after ` +
          `${Math.round(timeoutMs / 1000)} s of waiting. Let it finish or end it, then run the same command again.`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function take(
  folder: string,
  number: number,
  ticket: Ticket,
): Promise<(() => Promise<void>) | undefined> {
  const file = ticketFile(folder, number);
  if (!(await createFileExclusive(file, JSON.stringify(ticket)))) return undefined;
  const numbers = await ticketNumbers(folder);
  if (numbers.at(-1) !== number) {
    // Somebody passed this number by while we looked, and its file was tidied away before we made it again.
    await fs.rm(file, { force: true });
    return undefined;
  }
  for (const older of numbers.slice(0, -1)) await fs.rm(ticketFile(folder, older), { force: true });
  return () => writeJsonAtomic(file, { ...ticket, released: true });
}

async function isHeld(ticket: Ticket): Promise<boolean> {
  return !ticket.released && (await isSameProcess(ticket.holder));
}

async function readTicket(folder: string, number: number): Promise<Ticket | undefined> {
  return readJsonIfPresent(ticketFile(folder, number), ticketSchema, "The lock");
}

async function ticketNumbers(folder: string): Promise<number[]> {
  const numbers = (await listFolder(folder)).map((name) => /^lock\.(\d+)\.json$/.exec(name)?.[1]);
  return numbers
    .filter((text) => text !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}

function ticketFile(folder: string, number: number): string {
  return path.join(folder, `lock.${number}.json`);
}

async function ownIdentity(): Promise<ProcessIdentity> {
  const identity = await identityOf(process.pid);
  if (identity === undefined) {
    throw new Error("This process cannot be found in the system's list of processes.");
  }
  return identity;
}
