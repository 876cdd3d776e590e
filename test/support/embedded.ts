import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs/promises";
import { createServer } from "node:net";
import * as path from "node:path";
import { type ConnectionTarget, withSession } from "../../postgres/connection";
import { scramVerifier } from "../../postgres/scram";
import { serverAccount } from "../../platforms/local/account";
import { programsEnvironment } from "../../platforms/local/programs";
import { embeddedPostgres } from "../../platforms/local/programs-embedded";
import { type FetchedMajor, fetchEmbedded, OutOfReach } from "./embeddedFetched";
import { makeScratchHome } from "./servers";
import { skipBecause } from "./skip";

export interface EmbeddedServer {
  dataDirectory: string;
  endpoint: string;
  superuser: (database: string) => ConnectionTarget;
}

/**
 * A server on the embedded PostgreSQL, beside whichever version the rest of the tests run on: rights of roles changed in
 * 16. `more` are further settings, as `name=value`. In mocha's hooks; skips the suite where the package is not installed, or, of another version, cannot be had.
 */
export function useEmbeddedServer(major?: FetchedMajor, more: string[] = []): () => EmbeddedServer {
  let server: EmbeddedServer | undefined;
  let stop: (() => Promise<void>) | undefined;
  before("an embedded server", async function () {
    this.timeout(120_000);
    try {
      [server, stop] = await startEmbedded(more, major && (await fetchEmbedded(major)));
    } catch (error) {
      if (!(error instanceof OutOfReach) && !/is not installed/.test(String(error))) throw error;
      skipBecause(this, (error as Error).message);
    }
  });
  after("stop the embedded server", async function () {
    this.timeout(60_000);
    await stop?.();
  });
  return () => {
    if (server === undefined) throw new Error("the embedded server runs only while tests run");
    return server;
  };
}

async function startEmbedded(
  more: string[],
  unpacked?: string,
): Promise<[EmbeddedServer, () => Promise<void>]> {
  const { root } = await makeScratchHome();
  const account = serverAccount();
  const programs = await embeddedPostgres({ ...process.env, PRODCOPY_HOME: root }, account, unpacked);
  const home = path.join(root, "embedded");
  await fs.mkdir(home, { mode: 0o700 });
  const password = "embedded-superuser";
  const passwordFile = path.join(home, "verifier");
  await fs.writeFile(passwordFile, `${scramVerifier(password)}\n`, { mode: 0o600 });
  const owner = account && { uid: account.uid, gid: account.gid };
  if (owner) for (const one of [home, passwordFile]) await fs.chown(one, owner.uid, owner.gid);
  const options = {
    ...owner,
    cwd: "/",
    env: programsEnvironment({ ...programs, source: "embedded" }, { PATH: process.env.PATH, LC_ALL: "C" }),
  };
  const dataDirectory = path.join(home, "data");
  const made = spawnSync(
    path.join(programs.binFolder, "initdb"),
    ["-D", dataDirectory, "-U", "root_of_all", "--pwfile", passwordFile, "-A", "scram-sha-256", "--no-sync"],
    { ...options, encoding: "utf8" },
  );
  if (made.status !== 0) throw new Error(made.stderr);
  const port = await freePort();
  const settings = [
    "listen_addresses=127.0.0.1",
    `port=${port}`,
    "unix_socket_directories=",
    "fsync=off",
    ...more,
  ];
  const postmaster = spawn(
    path.join(programs.binFolder, "postgres"),
    ["-D", dataDirectory, ...settings.flatMap((setting) => ["-c", setting])],
    { ...options, stdio: "ignore" },
  );
  const superuser = (database: string) => ({
    host: "127.0.0.1",
    port,
    database,
    user: "root_of_all",
    password,
  });
  const stop = async () => {
    if (postmaster.exitCode === null && postmaster.kill("SIGINT")) await once(postmaster, "exit");
    await fs.rm(root, { recursive: true, force: true });
  };
  try {
    await untilItAnswers(superuser("postgres"));
  } catch (error) {
    await stop();
    throw error;
  }
  return [{ dataDirectory, endpoint: `127.0.0.1:${port}`, superuser }, stop];
}

async function untilItAnswers(target: ConnectionTarget): Promise<void> {
  const since = Date.now();
  for (;;) {
    try {
      return await withSession(target, { applicationName: "test" }, () => Promise.resolve());
    } catch (error) {
      if (Date.now() - since > 30_000) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, "close");
  return port;
}
