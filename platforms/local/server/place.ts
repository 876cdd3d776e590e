import { createHash, randomBytes } from "node:crypto";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { serverAccount, type ServerAccount } from "../account";

/** A socket's path may be 107 bytes on Linux (103 on macOS); the name itself takes up to 16 (`.s.PGSQL.65535`). */
const longestSocketDirectory = 103 - "/.s.PGSQL.65535".length;

let account: { value: ServerAccount | undefined } | undefined;

/** The account under which servers run, looked up once a process; undefined means our own. */
export function serversAccount(): ServerAccount | undefined {
  account ??= { value: serverAccount() };
  return account.value;
}

/** Makes a folder, with the parents that are missing, that only the servers' account (and root) can enter. */
export async function makePrivateFolder(folder: string): Promise<void> {
  await makeTraversable(path.dirname(folder));
  await fs.mkdir(folder, { recursive: true, mode: 0o700 });
  await fs.chmod(folder, 0o700);
  await giveToServers(folder);
}

/**
 * Parents that we make ourselves may be passed through but not listed: as root, PostgreSQL runs under another account and
 * has to get through them. Those that exist stay as they are.
 */
async function makeTraversable(folder: string): Promise<void> {
  const first = await fs.mkdir(folder, { recursive: true });
  if (first === undefined || serversAccount() === undefined) return;
  for (let made = folder; made.length >= first.length; made = path.dirname(made)) {
    await fs.chmod(made, 0o711);
  }
}

/** Hands a file or folder to the servers' account; nothing to do where the servers run under our own. */
export async function giveToServers(file: string): Promise<void> {
  const account = serversAccount();
  if (account !== undefined) await fs.chown(file, account.uid, account.gid);
}

/** @throws when the servers' account could not get through to the folder, naming the first one that stops it. */
export async function assertReachable(folder: string): Promise<void> {
  const account = serversAccount();
  if (account === undefined) return;
  const parents: string[] = [];
  for (let at = path.dirname(folder); at !== path.dirname(at); at = path.dirname(at)) parents.unshift(at);
  for (const parent of parents) {
    const { mode, uid, gid } = await fs.stat(parent);
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) {
      throw new Error(
        `${folder}: PostgreSQL runs under the account "${account.name}" (it refuses to run as root), and that account cannot ` +
          `pass through ${parent}. Set PRODCOPY_HOME to a folder that it can reach, or allow it: chmod o+x ${parent}`,
      );
    }
  }
}

/** Writes a file whole or not at all: a reader, or a server that starts after a kill, never sees half of it. */
export async function writeWhole(file: string, text: string): Promise<void> {
  const partial = `${file}.${randomBytes(4).toString("hex")}.new`;
  await fs.writeFile(partial, text, { mode: 0o600, flag: "wx" });
  await giveToServers(partial);
  await fs.rename(partial, file);
}

/** Where the server's socket stands: `<dir>/run`, or, when that path is too long for a socket, a folder below the temporary one. */
export function socketDirectoryOf(dir: string): string {
  const beside = path.join(dir, "run");
  if (Buffer.byteLength(beside) <= longestSocketDirectory) return beside;
  const hash = createHash("sha256").update(path.resolve(dir)).digest("hex").slice(0, 16);
  return path.join(os.tmpdir(), `prodcopy-${hash}`);
}

/** The name below the shared temporary folder can be guessed, so what somebody else put there is refused. */
export async function makeSocketDirectory(folder: string): Promise<void> {
  const owner = serversAccount()?.uid ?? process.getuid?.();
  await fs.mkdir(folder, { recursive: true, mode: 0o700 });
  const made = await fs.lstat(folder);
  const ours = made.isDirectory() && (made.uid === owner || made.uid === process.getuid?.());
  if (!ours) {
    throw new Error(
      `${folder} should hold the server's socket, but it belongs to account ${made.uid} or is no folder. ` +
        `Remove it, or set PRODCOPY_HOME to a shorter path`,
    );
  }
  await fs.chmod(folder, 0o700);
  await giveToServers(folder);
}
