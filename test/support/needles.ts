import * as fs from "node:fs";
import * as path from "node:path";

/** What must not be found somewhere: each value under a name that may be shown. */
export class Needles {
  /** Which three-byte beginnings there are; one look at it settles nearly every byte of a file. */
  private readonly beginnings = new Uint8Array(1 << 24);
  private readonly byBeginning = new Map<number, { name: string; bytes: Buffer }[]>();
  private readonly known = new Set<string>();

  /** A text is searched for as UTF-8, in base64 and in hexadecimal digits. Shorter than six characters proves nothing. */
  add(name: string, value: string): void {
    if (Buffer.byteLength(value) < 6) throw new Error(`${name} is too short to be searched for`);
    const bytes = Buffer.from(value);
    for (const form of [value, bytes.toString("base64").replace(/=+$/, ""), bytes.toString("hex")]) {
      this.addBytes(name, Buffer.from(form));
    }
  }

  addBytes(name: string, bytes: Buffer): void {
    if (this.known.has(bytes.toString("latin1"))) return;
    this.known.add(bytes.toString("latin1"));
    const beginning = (bytes[0]! << 16) | (bytes[1]! << 8) | bytes[2]!;
    this.beginnings[beginning] = 1;
    this.byBeginning.set(beginning, [...(this.byBeginning.get(beginning) ?? []), { name, bytes }]);
  }

  /** Names of all values. */
  names(): string[] {
    return [...new Set([...this.byBeginning.values()].flat().map(({ name }) => name))].sort();
  }

  /** Names of the values that stand in it, sorted. */
  in(haystack: Buffer | string): string[] {
    const bytes = typeof haystack === "string" ? Buffer.from(haystack) : haystack;
    const found = new Set<string>();
    for (let at = 0, window = 0; at < bytes.length; at += 1) {
      window = ((window << 8) | bytes[at]!) & 0xffffff;
      if (at < 2 || this.beginnings[window] === 0) continue;
      for (const needle of this.byBeginning.get(window) ?? []) {
        const start = at - 2;
        const end = start + needle.bytes.length;
        if (end > bytes.length || found.has(needle.name)) continue;
        if (bytes.compare(needle.bytes, 0, needle.bytes.length, start, end) === 0) found.add(needle.name);
      }
    }
    return [...found].sort();
  }

  /**
   * `file: name` for each value that stands in a file below the folder, or in a file's name. Links are not followed; a file
   * that a server removes meanwhile is gone. `designed` names files and folders, relative, that may hold them.
   */
  below(folder: string, designed: readonly string[] = []): string[] {
    return filesBelow(folder, designed).flatMap((file) => {
      const content = contentOf(path.join(folder, file));
      return [...this.in(file), ...this.in(content)].map((name) => `${file}: ${name}`);
    });
  }
}

/** All files below a folder, relative, but for what lies at or below one of `left`. */
export function filesBelow(folder: string, left: readonly string[] = [], below = ""): string[] {
  const entries = listed(path.join(folder, below));
  return entries.flatMap((entry) => {
    const file = path.join(below, entry.name);
    if (left.includes(file)) return [];
    if (entry.isDirectory()) return filesBelow(folder, left, file);
    return entry.isFile() ? [file] : [];
  });
}

function listed(folder: string): fs.Dirent[] {
  try {
    return fs.readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function contentOf(file: string): Buffer {
  try {
    return fs.readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return Buffer.alloc(0);
    throw error;
  }
}

/** Keeps every argument list that any process of this machine shows while it samples; one that lives shorter may be missed. */
export class ArgumentSampler {
  readonly seen = new Set<string>();
  samples = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(everyMs = 50) {
    this.timer = setInterval(() => this.sample(), everyMs);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private sample(): void {
    this.samples += 1;
    for (const pid of fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      try {
        this.seen.add(fs.readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " "));
      } catch {
        // Ended between the listing and the reading.
      }
    }
  }
}
