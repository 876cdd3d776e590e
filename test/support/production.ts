import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { withSession } from "../../postgres/connection";
import { copyFolder } from "../../platforms/local/copy";
import type { LocalHome } from "../../platforms/local/home";
import { localPlatform } from "../../platforms/local/platform";
import { readServer, setServerDatabase, withSocketSession } from "../../platforms/local/server";
import { makePrivateFolder } from "../../platforms/local/server/place";
import { takeAutomaticSnapshot } from "../../platforms/local/snapshot";
import type { CopyRef, Label, Platform, RestoreRequest } from "../../platforms/platform";
import { startScratchServer, useScratchHome, type ScratchServer } from "./servers";

export const quiet = () => undefined;
/** A database name with everything that a careless line of pg_hba.conf or SQL trips over. */
const database = 'app "all", O\'Brien ü +x';
/** Stands in production's rows. */
export const planted = "planted.person@real.example";

export const labelOf = (stack: string, generation = "g1"): Label => ({
  stack,
  generation,
  owner: "tester",
  expiresAt: "2030-01-01T00:00:00.000Z",
});

type Query = (text: string) => Promise<unknown[]>;

/** A small production with all that reaches out, the publisher of its subscription, and a snapshot of it. */
export interface ProductionWithSnapshot {
  home: LocalHome;
  platform: Platform;
  production: ScratchServer;
  /** Where production's log is archived. */
  archive: string;
  /** Rows of `person` when the snapshot was taken. */
  rowsAtSnapshot: number;
  /** For a copy `<stack>-<generation>` of the snapshot, or of another one. */
  request: (stack?: string, generation?: string, snapshotId?: string) => RestoreRequest;
  /** `admitted`, or the SQLSTATE by which the copy refuses this login. */
  refusal: (copy: CopyRef, user: string, password: string, database?: string) => Promise<string>;
  /** The copy's administrator by the socket. */
  atCopy: (copy: CopyRef, use: (query: Query) => Promise<unknown>) => Promise<void>;
  /** How many connections the publisher has seen. */
  callsToPublisher: () => Promise<number>;
}

/** In mocha's hooks: two servers and the snapshot, which is taken while production is written to. */
export function useProductionWithSnapshot(): ProductionWithSnapshot {
  const home = useScratchHome();
  let publisher: ScratchServer | undefined;
  let production: ScratchServer | undefined;
  let snapshot = "";
  const onlyInTests = () => assert.fail("production runs only while tests run");

  before("production with all that reaches out, and a snapshot while it is written to", async function () {
    this.timeout(120_000);
    publisher = await startPublisher(home());
    await makePrivateFolder(prepared.archive);
    production = await startProduction(home(), prepared.archive);
    await fillProduction(production, publisher);
    snapshot = await whileWriting(production, async () => {
      return (await takeAutomaticSnapshot(home(), "production", quiet)).id;
    });
  });

  const prepared: ProductionWithSnapshot = {
    get home() {
      return home();
    },
    get platform() {
      return localPlatform(home());
    },
    get production() {
      return production ?? onlyInTests();
    },
    get archive() {
      return path.join(home().servers, "archive");
    },
    rowsAtSnapshot: 2001,
    request: (stack = "one", generation = "g1", snapshotId = snapshot) => ({
      snapshotId,
      source: "production",
      copyId: `${stack}-${generation}`,
      label: labelOf(stack, generation),
    }),
    refusal: (copy, user, password, of = copy.database) =>
      withSession({ ...copy, user, password, database: of }, { applicationName: "test" }, () =>
        Promise.resolve("admitted"),
      ).catch((error: { code: string }) => error.code),
    async atCopy(copy, use) {
      const server = await readServer(copyFolder(home(), copy.id));
      await withSocketSession(server, copy.database, (session) =>
        use(async (text) => (await session.query(text)).rows as unknown[]),
      );
    },
    async callsToPublisher() {
      const { handle } = publisher ?? onlyInTests();
      const text = await fs.readFile(path.join(handle.dir, "log", "server.log"), "utf8");
      return text.split("\n").filter((line) => line.includes("connection received")).length;
    },
  };
  return prepared;
}

async function startPublisher(home: LocalHome): Promise<ScratchServer> {
  const publisher = await startScratchServer(home, "publisher", {
    wal_level: "logical",
    log_connections: "on",
    log_replication_commands: "on",
  });
  await publisher.as("postgres", async (session) => {
    await session.query("create table rating (id int primary key)");
    await session.query("create publication ratings for table rating");
  });
  return publisher;
}

async function startProduction(home: LocalHome, archive: string): Promise<ScratchServer> {
  const production = await startScratchServer(home, "production", {
    wal_level: "logical",
    archive_mode: "on",
    archive_command: `test ! -f '${archive}/%f' && cp %p '${archive}/%f'`,
    shared_preload_libraries: "pg_stat_statements,auto_explain",
    max_prepared_transactions: "5",
    max_connections: "33",
    log_statement: "all",
  });
  await production.createDatabase(database);
  await production.createDatabase("second database");
  await setServerDatabase(production.handle.dir, database);
  return production;
}

async function fillProduction(production: ScratchServer, publisher: ScratchServer): Promise<void> {
  const { port } = publisher.handle;
  await production.as(database, async (session) => {
    await session.query("create table person (id int primary key, email text)");
    await session.query(
      "insert into person select i, 'a' || i || '@real.example' from generate_series(1, 2000) i",
    );
    await session.query(`insert into person values (0, '${planted}')`);
    await session.query("create table rating (id int primary key)");
    const reach = `host=127.0.0.1 port=${port} dbname=postgres user=scratch_admin password=${publisher.adminPassword}`;
    await session.query(`create subscription feed connection '${reach}' publication ratings`);
    await session.query("select pg_create_logical_replication_slot('reader', 'pgoutput')");
    await session.query("create role application login password 'production-app'");
    await session.query("create role \"human; drop\" login password 'production-human'");
    await session.query("alter role application set log_min_duration_statement = 0");
    await session.query("alter system set log_min_duration_statement = 0");
    await session.query(`alter database "second database" set auto_explain.log_min_duration = 0`);
  });
}

/** Another session commits rows all the time while `use` runs. */
async function whileWriting<T>(server: ScratchServer, use: () => Promise<T>): Promise<T> {
  let done = false;
  const writing = server.as(database, async (session) => {
    await session.query("create table written (id serial, filler text)");
    while (!done) {
      await session.query("insert into written (filler) select repeat('w', 800) from generate_series(1, 20)");
      await session.query("select pg_sleep(0.01)");
    }
  });
  try {
    return await use();
  } finally {
    done = true;
    await writing;
  }
}

/** The files below the folder that hold this, one a line. */
export function grep(what: string, folder: string): string {
  return spawnSync("grep", ["-rlaF", what, folder], { encoding: "utf8" }).stdout;
}
