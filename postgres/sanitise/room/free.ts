import { row, rows, run } from "../../connection";
import type { CopySession } from "../../guard";

/** A disk of the server, or what is taken for one. */
export interface Disk {
  /** For messages, e.g. `the server's disk`. */
  name: string;
  /** Bytes that may still be written. */
  free: number;
  /** Tablespaces that stand on it; all where the disk is the only one that is known. */
  spaces: readonly number[] | "all";
  /** Whether the write-ahead log stands on it. */
  log: boolean;
}

/** Room that somebody beside the server tells of: the platform, or the person who typed it. */
export interface ToldRoom {
  bytes: number;
  /** For messages, e.g. `--room`. */
  by: string;
}

export function toldDisk({ bytes, by }: ToldRoom): Disk {
  return { name: `the server's disk, as ${by} says`, free: bytes, spaces: "all", log: true };
}

/**
 * The shell's own words, the same for every server: no name of anything goes into them, and a server's programs begin in its data
 * folder. Each line: what stands there, then the last line of `df`.
 */
const asking =
  'for f in . pg_wal pg_tblspc/*; do test -e "$f" && echo "$f $(df -Pk "$f" | tail -n 1)"; done; true';

/**
 * Asks the server's machine how much is free, where the login may run programs on it (a superuser, in general): PostgreSQL itself has no
 * function that tells. Changes nothing; undefined where it cannot be known.
 */
export async function freeOnServer(copy: CopySession): Promise<Disk[] | undefined> {
  const doing = "asking how much is free on the server's disk";
  const { may, own } = await row<{ may: boolean; own: number }>(
    copy,
    doing,
    `select (select rolsuper or pg_has_role('pg_execute_server_program', 'usage') from pg_roles where rolname = current_user) as may,
            (select dattablespace::int from pg_database where datname = current_database()) as own`,
  );
  if (!may) return undefined;
  let lines: string[];
  await run(copy, doing, "begin");
  try {
    // A text of one column, whatever stands in it.
    await run(copy, doing, "create temporary table prodcopy_disks (line text)");
    await run(
      copy,
      doing,
      `copy pg_temp.prodcopy_disks from program $$${asking}$$ with (format csv, delimiter e'\\x01', quote e'\\x02')`,
    );
    lines = (await rows<{ line: string }>(copy, doing, "select line from pg_temp.prodcopy_disks")).map(
      (one) => one.line,
    );
  } catch {
    // No shell, no df, another system.
    return undefined;
  } finally {
    await copy.query("rollback");
  }
  return disksOf(lines, own);
}

/** One disk for each mount point. @param own the database's tablespace, for files of the data folder itself. */
export function disksOf(lines: readonly string[], own: number): Disk[] | undefined {
  const disks = new Map<string, Disk & { spaces: number[] }>();
  for (const line of lines) {
    const seen = /^(\S+) .*?\s\d+\s+\d+\s+(\d+)\s+\d+%\s+(.+)$/.exec(line);
    if (seen === null) return undefined;
    const [, place = "", free = "", mount = ""] = seen;
    const disk = disks.get(mount) ?? {
      name: `the disk at ${mount} of the server`,
      free: Number(free) * 1024,
      spaces: [],
      log: false,
    };
    disks.set(mount, disk);
    if (place === "pg_wal") disk.log = true;
    const space = /^pg_tblspc\/(\d+)$/.exec(place)?.[1];
    if (space !== undefined) disk.spaces.push(Number(space));
    if (place === ".") disk.spaces.push(defaultSpace, globalSpace);
  }
  const found = [...disks.values()];
  return found.some((disk) => disk.spaces.includes(own)) ? found : undefined;
}

/** `pg_default` and `pg_global` stand in the data folder itself; their numbers are PostgreSQL's own (pg_tablespace.dat). */
const defaultSpace = 1663;
const globalSpace = 1664;
