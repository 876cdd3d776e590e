import { spawnSync } from "node:child_process";
import * as path from "node:path";
import type { ServerAccount } from "./account";

/** The version that `postgres --version` states when the servers' account runs it. @throws when it cannot be run by it. */
export function serverVersion(
  binFolder: string,
  account: ServerAccount | undefined,
  libFolder?: string,
): { version: string; major: number } {
  const program = path.join(binFolder, "postgres");
  const loader = libFolder === undefined ? {} : { LD_LIBRARY_PATH: libFolder, DYLD_LIBRARY_PATH: libFolder };
  const result = spawnSync(program, ["--version"], {
    cwd: "/",
    env: { ...process.env, ...loader },
    encoding: "utf8",
    timeout: 30_000,
    ...(account && { uid: account.uid, gid: account.gid }),
  });
  const who = account ? ` by the account ${account.name}, which runs the servers` : "";
  if (result.error) throw new Error(`${program} cannot be run${who}: ${result.error.message}`);
  const match = /\(PostgreSQL\) (\d+)(\S*)/.exec(result.stdout);
  if (result.status !== 0 || match?.[1] === undefined) {
    const said = (result.stderr || result.stdout).trim().split("\n")[0];
    throw new Error(`${program} cannot be run${who}: ${said || `it ended with code ${result.status}`}`);
  }
  return { version: `${match[1]}${match[2] ?? ""}`, major: Number(match[1]) };
}
