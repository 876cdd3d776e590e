import type { Disk } from "./free";
import type { BySpace, Need, Needs } from "./need";

/** What is needed beside the data and what is there, as it is told before anything changes; of several disks the fullest. */
export interface RoomPlan {
  /** In words. */
  disk: string;
  /** Bytes for the largest table alone, and for as many as work side by side. */
  atLeast: number;
  sideBySide: number;
  /** Bytes; null where it is not known. Where it is less than `sideBySide`, tables wait for each other. */
  free: number | null;
  /** How many tables are rewritten side by side, where they fit. */
  workers: number;
}

/** What is needed and what is there, as one line. */
export function roomText({ disk, atLeast, sideBySide, free, workers }: RoomPlan): string {
  const needed = `${size(sideBySide)} beside the data${workers > 1 ? `, with up to ${workers} tables rewritten side by side` : ""}`;
  if (free === null) {
    return `room: at most ${needed}, and at least ${size(atLeast)}; how much is free on the server's disk is not known here (prodcopy sanitise --room takes it)`;
  }
  if (sideBySide > free) {
    return `room: ${needed} would be needed, and ${size(free)} are free on ${disk}; tables that do not fit side by side wait for each other, which takes ${size(atLeast)}`;
  }
  return `room: at most ${needed}; ${Number.isFinite(free) ? `${size(free)} are free on ${disk}` : `${disk} grows by itself`}`;
}

/**
 * Room on the server's disks, of which each table takes its part while it is rewritten: what does not fit beside the others waits until
 * one of them has given back.
 */
export class Room {
  private readonly waiting: { need: readonly number[]; go: () => void }[] = [];

  private constructor(
    /** Bytes by disk. */
    private readonly free: number[],
    private readonly needs: ReadonlyMap<string, readonly number[]>,
    readonly plan: RoomPlan,
  ) {}

  /**
   * @param workers how many tables are worked on at once
   * @throws when the largest table alone does not fit; with every disk that is too small.
   */
  static find(needs: Needs, disks: readonly Disk[] | undefined, workers: number): Room {
    const known = disks ?? [{ name: "the server's disk", free: Infinity, spaces: "all", log: true }];
    const faults: string[] = [];
    const plans = known.map((disk): RoomPlan => {
      const on = (need: BySpace) => bytesOn(disk, need);
      const always = on(needs.hashes) + (disk.log ? needs.logBytes : 0);
      const freed = on(needs.freed);
      const largest = max([...needs.tables, ...needs.alone], on);
      const atLeast = Math.max(always, always + largest.bytes - freed);
      if (atLeast > disk.free) faults.push(tooSmall(disk, always, largest, freed));
      const sideBySide = Math.max(atLeast, always + largestOf(needs.tables, on, workers) - freed);
      return { disk: disk.name, atLeast, sideBySide, free: disk.free, workers };
    });
    if (faults.length > 0) throw new Error(`refused: ${faults.join("; ")}. ${whatToDo}`);
    const byTable = needs.tables.map(
      (one) => [one.name, known.map((disk) => bytesOn(disk, one.bytes))] as const,
    );
    const free = known.map((disk) => {
      const always = bytesOn(disk, needs.hashes) + (disk.log ? needs.logBytes : 0);
      return disk.free - always + bytesOn(disk, needs.freed);
    });
    // Of several disks the one that is told is that on which it is closest.
    const [plan] = plans.sort((a, b) => left(a) - left(b));
    if (plan === undefined) throw new Error("a server without disks");
    return new Room(free, new Map(byTable), disks === undefined ? { ...plan, free: null } : plan);
  }

  /** Does something about a table once there is room for it. */
  async holding<T>(table: string, use: () => Promise<T>): Promise<T> {
    const need = this.needs.get(table) ?? [];
    if (!this.fits(need)) await new Promise<void>((go) => this.waiting.push({ need, go }));
    else this.take(need, -1);
    try {
      return await use();
    } finally {
      this.take(need, 1);
      this.wake();
    }
  }

  /** Whoever fits goes on; taken here, so that nobody comes in between. */
  private wake(): void {
    for (const one of [...this.waiting]) {
      if (!this.fits(one.need)) continue;
      this.waiting.splice(this.waiting.indexOf(one), 1);
      this.take(one.need, -1);
      one.go();
    }
  }

  private fits(need: readonly number[]): boolean {
    return need.every((bytes, i) => bytes === 0 || bytes <= (this.free[i] ?? Infinity));
  }

  private take(need: readonly number[], sign: 1 | -1): void {
    for (const [i, bytes] of need.entries()) this.free[i] = (this.free[i] ?? Infinity) + sign * bytes;
  }
}

function left({ free, sideBySide }: RoomPlan): number {
  return (free ?? Infinity) - sideBySide;
}

const whatToDo =
  "Nothing was changed by this call. Make room or enlarge the disk, empty the table in the rules (truncate), " +
  "or, if more is free than that, say how much: prodcopy sanitise --room";

function tooSmall(
  disk: Disk,
  always: number,
  largest: { name: string; bytes: number },
  freed: number,
): string {
  const parts = [
    ...(largest.bytes > 0 ? [`${size(largest.bytes)} for ${largest.name}, the largest`] : []),
    `${size(always)} for log and hashes`,
    ...(freed > 0 ? [`less ${size(freed)} that emptied tables give back`] : []),
  ];
  return `what is rewritten stands beside the data until it is whole, which takes ${parts.join(", ")}, even one table at a time; ${size(disk.free)} are free on ${disk.name}`;
}

function bytesOn(disk: Disk, need: BySpace): number {
  let bytes = 0;
  for (const [space, own] of need) if (disk.spaces === "all" || disk.spaces.includes(space)) bytes += own;
  return bytes;
}

function max(needs: readonly Need[], on: (need: BySpace) => number): { name: string; bytes: number } {
  let most = { name: "", bytes: 0 };
  for (const one of needs) if (on(one.bytes) > most.bytes) most = { name: one.name, bytes: on(one.bytes) };
  return most;
}

function largestOf(needs: readonly Need[], on: (need: BySpace) => number, count: number): number {
  const sizes = needs.map((one) => on(one.bytes)).sort((a, b) => b - a);
  return sizes.slice(0, count).reduce((all, one) => all + one, 0);
}

/** `812 kB`, `4.1 GB`: units of 1024, as PostgreSQL and df have them. */
function size(bytes: number): string {
  const units = ["kB", "MB", "GB", "TB"];
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value >= 10 || unit === 0 ? Math.ceil(value) : value.toFixed(1)} ${units[unit]}`;
}
