import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { ident, withSession, type ConnectionTarget, type Session } from "../../postgres/connection";
import { localHome, type LocalHome } from "../../platforms/local/home";
import {
  initServer,
  startServer,
  removeServer,
  withSocketSession,
  type ServerHandle,
} from "../../platforms/local/server";

export interface ScratchServer {
  handle: ServerHandle;
  adminPassword: string;
  /** The administrator over loopback with the password; other logins by naming them. */
  target: (database: string, login?: { user: string; password: string }) => ConnectionTarget;
  /** The administrator over loopback. */
  as: <T>(database: string, use: (session: Session) => Promise<T>) => Promise<T>;
  /** Makes an empty database. */
  createDatabase: (name: string) => Promise<void>;
}

/** A fresh home for one test file, in mocha's hooks: afterwards its servers are stopped and its folder is gone. */
export function useScratchHome(): () => LocalHome {
  let home: LocalHome | undefined;
  before("a scratch home", async () => {
    home = await makeScratchHome();
  });
  after("remove the scratch home", async function () {
    this.timeout(60_000);
    if (home !== undefined) await removeScratchHome(home);
  });
  return () => {
    if (home === undefined) throw new Error("the scratch home exists only while tests run");
    return home;
  };
}

/** Where PostgreSQL's account can reach it when the tests run as root. */
export async function makeScratchHome(): Promise<LocalHome> {
  const root = await fs.mkdtemp(path.join(os.tmpdir(), "prodcopy-test-"));
  await fs.chmod(root, 0o755);
  return localHome({ ...process.env, PRODCOPY_HOME: root });
}

export async function removeScratchHome(home: LocalHome): Promise<void> {
  for (const folder of [home.servers, home.copies]) {
    for (const name of await fs.readdir(folder).catch(() => [])) {
      await removeServer(path.join(folder, name));
    }
  }
  await fs.rm(home.root, { recursive: true, force: true });
}

/**
 * One running server for a test file, in mocha's hooks, with its own scratch home. Without fsync: no test here pulls the
 * plug of the machine.
 */
export function useScratchServer(settings: Record<string, string> = {}): () => ScratchServer {
  const home = useScratchHome();
  let server: ScratchServer | undefined;
  before("a scratch server", async function () {
    this.timeout(60_000);
    server = await startScratchServer(home(), "scratch", settings);
  });
  return () => {
    if (server === undefined) throw new Error("the scratch server runs only while tests run");
    return server;
  };
}

/** A further server below a scratch home, which stops it. */
export async function startScratchServer(
  home: LocalHome,
  name: string,
  settings: Record<string, string> = {},
): Promise<ScratchServer> {
  const dir = path.join(home.servers, name);
  const adminPassword = `scratch-${name}-password`;
  await initServer({
    dir,
    name,
    adminUser: "scratch_admin",
    adminPassword,
    settings: { fsync: "off", max_connections: "30", shared_buffers: "16MB", ...settings },
  });
  return scratchServerOf(await startServer(dir), adminPassword);
}

function scratchServerOf(handle: ServerHandle, adminPassword: string): ScratchServer {
  const target: ScratchServer["target"] = (database, login) => ({
    host: handle.host,
    port: handle.port,
    database,
    user: login?.user ?? handle.adminUser,
    password: login?.password ?? adminPassword,
  });
  return {
    handle,
    adminPassword,
    target,
    as: (database, use) => withSession(target(database), { applicationName: "test" }, use),
    async createDatabase(name) {
      await withSocketSession(handle, "postgres", (session) =>
        session.query(`create database ${ident(name)}`),
      );
    },
  };
}
