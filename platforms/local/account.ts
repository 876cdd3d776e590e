import { spawnSync } from "node:child_process";

/** Another account of this machine, as which a process of ours is spawned. */
export interface ServerAccount {
  name: string;
  uid: number;
  gid: number;
}

/**
 * The account that PostgreSQL servers run as when this process is root, which PostgreSQL refuses: `postgres` where it
 * exists, else `nobody`. Undefined for an ordinary user, whose servers are his own.
 *
 * @throws when root has neither account.
 */
export function serverAccount(): ServerAccount | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ["postgres", "_postgres", "nobody"]) {
    const uid = idOf("-u", name);
    const gid = idOf("-g", name);
    if (uid !== undefined && gid !== undefined) return { name, uid, gid };
  }
  throw new Error(
    "PostgreSQL refuses to run as root, and this machine has neither an account postgres nor nobody. " +
      "Add one of them, or run this as an ordinary user.",
  );
}

function idOf(flag: "-u" | "-g", name: string): number | undefined {
  const result = spawnSync("id", [flag, name], { encoding: "utf8" });
  // Some systems print nobody's id as 4294967294; the kernel's call takes it as a signed number.
  return result.status === 0 ? Number(result.stdout.trim()) | 0 : undefined;
}
