import * as assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import * as fs from "node:fs/promises";
import * as net from "node:net";
import * as path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { withSession } from "../../postgres/connection";
import {
  copyFolder,
  describeCopy,
  findCopyRecord,
  startCopies,
  stopCopies,
} from "../../platforms/local/copy";
import { quarantineSettings } from "../../platforms/local/copy/settings";
import { localPlatform } from "../../platforms/local/platform";
import {
  readServer,
  setServerDatabase,
  startServer,
  stopServer,
  withSocketSession,
} from "../../platforms/local/server";
import { makePrivateFolder } from "../../platforms/local/server/place";
import { serverProcesses } from "../../platforms/local/server/process";
import { findManifest, snapshotFolder } from "../../platforms/local/snapshot/manifest";
import { takeAutomaticSnapshot } from "../../platforms/local/snapshot";
import type { CopyRef, Label, Platform } from "../../platforms/platform";
import { startScratchServer, useScratchHome, type ScratchServer } from "../support/servers";
import { skipBecause } from "../support/skip";

const quiet = () => undefined;
/** A database name with everything that a careless line of pg_hba.conf or SQL trips over. */
const database = 'app "all", O\'Brien ü +x';
const planted = "planted.person@real.example";

const labelOf = (stack: string, generation = "g1"): Label => ({
  stack,
  generation,
  owner: "tester",
  expiresAt: "2030-01-01T00:00:00.000Z",
});

describe("copies of a production server", function () {
  this.timeout(120_000);
  const home = useScratchHome();
  let production: ScratchServer;
  let publisher: ScratchServer;
  let platform: Platform;
  let archive: string;
  let snapshotId: string;
  let rowsAtSnapshot: number;

  before("production with all that reaches out, and a snapshot while it is written to", async function () {
    this.timeout(120_000);
    platform = localPlatform(home());
    publisher = await startScratchServer(home(), "publisher", {
      wal_level: "logical",
      log_connections: "on",
      log_replication_commands: "on",
    });
    await publisher.as("postgres", async (session) => {
      await session.query("create table rating (id int primary key)");
      await session.query("create publication ratings for table rating");
    });
    archive = path.join(home().servers, "archive");
    await makePrivateFolder(archive);
    production = await startScratchServer(home(), "production", {
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
    snapshotId = await whileWriting(production, async () => {
      return (await takeAutomaticSnapshot(home(), "production", quiet)).id;
    });
    rowsAtSnapshot = 2001;
  });

  const request = (stack = "one", generation = "g1", snapshot = snapshotId) => ({
    snapshotId: snapshot,
    source: "production",
    copyId: `${stack}-${generation}`,
    label: labelOf(stack, generation),
  });
  const refusal = (copy: CopyRef, user: string, password: string, of = copy.database) =>
    withSession({ ...copy, user, password, database: of }, { applicationName: "test" }, () =>
      Promise.resolve("admitted"),
    ).catch((error: { code: string }) => error.code);

  describe("born in quarantine", () => {
    let copy: CopyRef;
    let archived: string[];
    let called: number;

    before(async () => {
      archived = await fs.readdir(archive);
      called = await callsToPublisher();
      assert.ok(called > 0, "production's own subscription has called");
      copy = (await platform.restore(request(), quiet)).value;
    });
    after(() => platform.removeCopy("one-g1", "one"));

    it("holds production as it was: rows, roles, verifiers, system identifier", async () => {
      await atCopy(copy, async (query) => {
        const [{ count }] = (await query("select count(*)::int as count from person")) as [{ count: number }];
        assert.equal(count, rowsAtSnapshot);
        const verifiers = "select rolname, rolpassword from pg_authid where rolcanlogin order by 1";
        const there = await production.as(
          "postgres",
          async (session) => (await session.query(verifiers)).rows as unknown[],
        );
        assert.deepEqual(await query(verifiers), there);
        const system = "select system_identifier from pg_control_system()";
        const same = await production.as(
          "postgres",
          async (session) => (await session.query(system)).rows as unknown[],
        );
        assert.deepEqual(await query(system), same);
        const [{ blocks }] = (await query("select count(*)::int as blocks from written")) as [
          { blocks: number },
        ];
        assert.ok(blocks > 0, "what was committed while the snapshot was taken is there");
      });
    });

    it("admits nobody, not even with production's passwords", async () => {
      assert.equal(await refusal(copy, "scratch_admin", production.adminPassword), "28000");
      assert.equal(await refusal(copy, "application", "production-app"), "28000");
    });

    it("never connected to the publisher, wrote no archive, keeps no slot", async () => {
      assert.equal(await callsToPublisher(), called);
      assert.deepEqual(
        (await fs.readdir(archive)).filter((name) => !archived.includes(name)),
        [],
      );
      await atCopy(copy, async (query) => {
        assert.deepEqual(await query("select slot_name from pg_replication_slots"), []);
        const shown = await query(`select current_setting('archive_command') as command,
          current_setting('shared_preload_libraries') as libraries, current_setting('max_connections') as connections,
          current_setting('log_statement') as log`);
        assert.deepEqual(shown, [
          { command: "(disabled)", libraries: "pg_stat_statements", connections: "33", log: "none" },
        ]);
        const stored = await query("select setconfig from pg_db_role_setting");
        assert.deepEqual(stored, []);
      });
    });

    it("can be told from production by what a connection shows", async () => {
      const own = await platform.expectedIdentity(copy.id);
      const theirs = await platform.productionIdentity("production");
      assert.notEqual(own.clusterName, theirs.clusterName);
      assert.notEqual(own.dataDirectory, theirs.dataDirectory);
      assert.ok(own.endpoints.every((endpoint) => !theirs.endpoints.includes(endpoint)));
      await atCopy(copy, async (query) => {
        const shown = await query(
          "select current_setting('cluster_name') as c, current_setting('data_directory') as d",
        );
        assert.deepEqual(shown, [{ c: own.clusterName, d: own.dataDirectory }]);
      });
      assert.match(own.clusterName ?? "", new RegExp(`^one-g1:${copy.resourceId}$`));
    });

    it("is taken over by the next restore of the same, with its identity", async () => {
      const lines: string[] = [];
      const again = await platform.restore(request(), (line) => lines.push(line));
      assert.deepEqual(again.value, copy);
      assert.match(lines.join("\n"), /taking over one-g1/);
      await assert.rejects(
        platform.restore({ ...request(), label: labelOf("two") }, quiet),
        /belongs to stack "one"/,
      );
    });

    it("changes whom it admits, and ends the sessions of the others", async () => {
      const password = "a new one for the administrator";
      await platform.setAdminPassword(copy.id, password);
      await platform.admit(copy.id, "rotating");
      assert.equal(await refusal(copy, "scratch_admin", production.adminPassword), "28P01");
      assert.equal(await refusal(copy, "scratch_admin", password), "admitted");
      const stranger = { ...copy, user: "application", password: "production-app" };
      await withSession(stranger, { applicationName: "test" }, async (session) => {
        const proofs = await platform.admit(copy.id, "quarantine");
        assert.match(
          proofs.map(({ evidence }) => evidence).join("\n"),
          /1 sessions that are no longer admitted were ended/,
        );
        await assert.rejects(session.query("select 1"));
      });
      assert.equal(await refusal(copy, "application", "production-app"), "28000");
      assert.equal(await refusal(copy, "scratch_admin", password), "admitted");
      await production.as("postgres", (session) => session.query("select 1"));
    });

    it("is made again, not taken over, once somebody was admitted", async () => {
      const lines: string[] = [];
      const { value } = await platform.restore(request(), (line) => lines.push(line));
      assert.match(lines.join("\n"), /removing one-g1, which an earlier run left half prepared/);
      assert.notEqual(value.resourceId, copy.resourceId);
      assert.equal((await findCopyRecord(copyFolder(home(), "one-g1")))?.admission, "sealed");
      copy = value;
    });
  });

  describe("prepared and opened", () => {
    let copy: CopyRef;
    const password = "another for the administrator";

    before(async () => {
      copy = (await platform.restore(request("prep"), quiet)).value;
      await platform.setAdminPassword(copy.id, password);
      await platform.admit(copy.id, "quarantine");
      await atCopy(copy, async (query) => {
        await query("alter subscription feed disable");
        await query("alter subscription feed set (slot_name = none)");
        await query("drop subscription feed");
        await query(
          "create table person_new as select id, 'x' || id || '@example.invalid' as email from person",
        );
        await query("drop table person");
        await query("alter table person_new rename to person");
      });
    });
    after(() => platform.removeCopy("prep-g1", "prep"));

    it("refuses to call itself clear while a transaction runs", async () => {
      await withSession(
        { ...copy, user: copy.adminUser, password },
        { applicationName: "straggler" },
        async (session) => {
          await session.query("begin; create table half_done ()");
          await assert.rejects(
            platform.clearStorageResidue(copy.id, quiet),
            /while 1 transactions run on it \("straggler"\)/,
          );
        },
      );
    });

    it("keeps no byte of what was there: files without an owner, log segments, texts, other databases", async () => {
      const data = (await platform.expectedIdentity(copy.id)).dataDirectory!;
      const orphan = path.join(data, "base", await databaseOid(copy), "99999.1");
      await fs.writeFile(orphan, planted);
      await fs.appendFile(path.join(path.dirname(data), "log", "server.log"), planted);
      assert.notEqual(grep(planted, path.dirname(data)), "", "before, it is there");
      const proofs = await platform.clearStorageResidue(copy.id, quiet);
      assert.equal(grep(planted, path.dirname(data)), "");
      assert.equal(grep("@real.example", path.dirname(data)), "");
      const said = proofs.map(({ evidence }) => evidence).join("\n");
      assert.match(said, /dropped: "second database"/);
      assert.match(said, /1 without a table removed/);
      assert.match(said, /behind the end of the log every byte is zero/);
      await atCopy(copy, async (query) =>
        assert.equal((await query("select from person")).length, rowsAtSnapshot),
      );
    });

    it("refuses what it cannot prove", async () => {
      const data = (await platform.expectedIdentity(copy.id)).dataDirectory!;
      const strange = path.join(data, "dump.sql");
      await fs.writeFile(strange, "");
      await assert.rejects(
        platform.clearStorageResidue(copy.id, quiet),
        /holds files that are not the server's: dump\.sql/,
      );
      await fs.rm(strange);
      const old = path.join(data, "pg_wal", "000000010000000000000001");
      await fs.writeFile(old, planted);
      await fs.chmod(old, 0o644);
      await platform.clearStorageResidue(copy.id, quiet);
      assert.equal(grep(planted, data), "");
      const ahead = path.join(data, "pg_wal", "0000000100000000000000F0");
      await fs.writeFile(ahead, Buffer.concat([Buffer.alloc(1 << 20, 7), Buffer.alloc(15 << 20)]));
      await assert.rejects(
        platform.clearStorageResidue(copy.id, quiet),
        /0000000100000000000000F0 has contents behind its end/,
      );
      await fs.rm(ahead);
    });

    it("opens for the application alone, on its own database alone, and says so again", async () => {
      await atCopy(copy, (query) => query("alter role application password 'only on the copy'"));
      await platform.openQuarantine(copy.id, "application", quiet);
      assert.equal(await refusal(copy, "application", "only on the copy"), "admitted");
      assert.equal(await refusal(copy, "application", "only on the copy", "postgres"), "28000");
      assert.equal(await refusal(copy, "application", "production-app"), "28P01");
      assert.equal(await refusal(copy, "human; drop", "production-human"), "28000");
      const pids = await serverProcesses((await platform.expectedIdentity(copy.id)).dataDirectory!);
      const proofs = await platform.openQuarantine(copy.id, "application", quiet);
      assert.match(proofs[0]!.evidence, /autovacuum = on/);
      const postmaster = Math.min(...pids);
      assert.ok(
        (await serverProcesses((await platform.expectedIdentity(copy.id)).dataDirectory!)).includes(
          postmaster,
        ),
      );
    });

    it("stays as open as it was after the machine was restarted, and is never made again under Test", async () => {
      await stopCopies(home(), quiet);
      assert.deepEqual(await describeCopy(home(), copy.id), copy);
      await startCopies(home(), quiet);
      assert.equal(await refusal(copy, "application", "only on the copy"), "admitted");
      await assert.rejects(
        platform.restore(request("prep"), quiet),
        /was opened to the application before and may be in use/,
      );
    });

    it("takes a new owner and expiry in place, from its own stack only", async () => {
      await platform.relabel(copy.id, { ...labelOf("prep"), owner: "another" });
      assert.equal((await platform.describe(copy.id))?.label.owner, "another");
      await assert.rejects(platform.relabel(copy.id, labelOf("other")), /belongs to stack "prep"/);
    });
  });

  describe("when things go wrong", () => {
    it("needs no production: a snapshot says all that a copy has to know", async () => {
      await stopServer(production.handle.dir);
      try {
        const { value } = await platform.restore(request("down"), quiet);
        assert.deepEqual((await platform.describe("down-g1"))?.resourceId, value.resourceId);
        assert.notEqual((await platform.productionIdentity("production")).dataDirectory, undefined);
      } finally {
        await startServer(production.handle.dir);
        await platform.removeCopy("down-g1", "down");
      }
    });

    it("changes nothing when the snapshot is damaged", async () => {
      const bad = (await platform.takeSnapshot("production", "bad-one", labelOf("bad"), "copy", quiet)).value
        .id;
      const file = path.join(snapshotFolder(home(), bad), "data", "PG_VERSION");
      await fs.rm(file);
      await assert.rejects(
        platform.restore(request("bad", "g1", bad), quiet),
        /bad-one is damaged: .*PG_VERSION is missing\. Nothing was changed/,
      );
      await assert.rejects(fs.stat(copyFolder(home(), "bad-g1")), { code: "ENOENT" });
    });

    it("refuses the folder of somebody else, and leaves it alone", async () => {
      const dir = copyFolder(home(), "mine-g1");
      await fs.mkdir(dir, { recursive: true });
      await fs.writeFile(path.join(dir, "thesis.txt"), "");
      await assert.rejects(
        platform.restore(request("mine"), quiet),
        /carries no label of ours\. It is left alone/,
      );
      await assert.rejects(platform.removeCopy("mine-g1", "mine"), /carries no label of ours/);
      assert.deepEqual(await platform.sweep("mine", quiet), []);
      assert.deepEqual(await fs.readdir(dir), ["thesis.txt"]);
      await fs.rm(dir, { recursive: true });
    });

    it("chooses another port when the first is taken before it was handed over", async () => {
      // Whoever watches the folder takes the port as soon as it is written.
      const squatters: net.Server[] = [];
      const file = path.join(copyFolder(home(), "port-g1"), "server.json");
      const restoring = platform.restore(request("port"), (line) => {
        if (line.startsWith("starting the copy")) {
          squatters.push(net.createServer().listen(portIn(file), "127.0.0.1"));
        }
      });
      const { value } = await restoring;
      const taken = squatters[0]!.address() as net.AddressInfo;
      assert.notEqual(value.port, taken.port);
      // Once handed over it keeps its port, and says who has to act.
      await stopServer(copyFolder(home(), "port-g1"));
      const late = net.createServer();
      await new Promise<void>((resolve) => late.listen(value.port, "127.0.0.1", resolve));
      await assert.rejects(
        startServer(copyFolder(home(), "port-g1")),
        new RegExp(`port ${value.port} .* another program listens`),
      );
      late.close();
      squatters[0]!.close();
      await platform.removeCopy("port-g1", "port");
    });

    it("says that the disk is full, and leaves nothing on it", async function () {
      if (process.getuid?.() !== 0) skipBecause(this, "mounting a small disk needs root");
      const small = home().copies;
      await makePrivateFolder(small);
      await fs.chmod(small, 0o711);
      const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=24m,mode=0711", "tmpfs", small]);
      if (mounted.status !== 0) {
        skipBecause(this, `no tmpfs can be mounted here: ${String(mounted.stderr)}`);
      }
      try {
        await assert.rejects(
          platform.restore(request("full"), quiet),
          /the copy full-g1 needs \d+ MB below .*, and .* MB are free/,
        );
        assert.match(
          (await platform.troubleOf("full-g1")) ?? "",
          /MB are free on the disk that holds .*no space left on device.*Free some space/,
        );
        // A disk that somebody else fills after it was measured.
        spawnSync("mount", ["-o", "remount,size=200m", small]);
        assert.equal(await platform.troubleOf("full-g1"), undefined);
        const filler = path.join(small, "filler");
        const filling = platform.restore(request("full"), (line) => {
          if (line.startsWith("restoring ")) writeFileSync(filler, Buffer.alloc(180 << 20));
        });
        await assert.rejects(
          filling,
          /the disk that holds .* is full\. The copy full-g1 was given up and removed/,
        );
        await fs.rm(filler);
        assert.deepEqual(await fs.readdir(small), []);
      } finally {
        spawnSync("umount", ["-l", small]);
      }
    });

    beforeEach(async () => {
      for (const stack of ["killed", "keep", "port"]) await platform.sweep(stack, quiet);
    });

    for (const moment of ["copy.json", "data/global/pg_control", "data/postmaster.pid"]) {
      it(`starts over after kill -9 as soon as ${moment} is there, and can be destroyed instead`, async () => {
        await killedRestore(moment);
        assert.equal(await platform.describe("killed-g1"), undefined);
        const { value } = await platform.restore(request("killed"), quiet);
        await atCopy(value, async (query) =>
          assert.equal((await query("select from person")).length, rowsAtSnapshot),
        );
        await platform.removeCopy(value.id, "killed");
        await killedRestore(moment);
        const data = path.join(copyFolder(home(), "killed-g1"), "data");
        assert.deepEqual(await platform.sweep("killed", quiet), ["copy killed-g1"]);
        assert.deepEqual(await serverProcesses(data), []);
        assert.deepEqual(await fs.readdir(home().copies), []);
      });
    }

    async function killedRestore(moment: string): Promise<void> {
      const dir = copyFolder(home(), "killed-g1");
      const program = `require("tsx/cjs");
        const { localPlatform } = require(${JSON.stringify(path.resolve("platforms/local/platform.ts"))});
        localPlatform().restore(${JSON.stringify(request("killed"))}, () => undefined).then(() => process.exit(7));`;
      const child = spawn(process.execPath, ["-e", program], {
        env: { ...process.env, PRODCOPY_HOME: home().root },
        stdio: ["ignore", "inherit", "inherit"],
      });
      const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
      while (!(await fs.stat(path.join(dir, moment)).catch(() => undefined))) {
        assert.equal(child.exitCode, null, `the restore ended before ${moment} was seen`);
        await delay(2);
      }
      child.kill("SIGKILL");
      await ended;
    }

    it("removes what carries the label, and nothing of another stack", async () => {
      await platform.restore(request("keep"), quiet);
      const { value } = await platform.restore(request("sweep"), quiet);
      await platform.secrets.put("sweep-g1/admin", { password: "x" }, value.label);
      await platform.takeSnapshot("production", "sweep-snap", value.label, "copy", quiet);
      const { dataDirectory } = await platform.expectedIdentity(value.id);
      await assert.rejects(platform.removeCopy("keep-g1", "sweep"), /belongs to stack "keep"/);
      const removed = await platform.sweep("sweep", quiet);
      assert.deepEqual(removed, ["copy sweep-g1", "snapshot sweep-snap", "secret sweep-g1/admin"]);
      assert.deepEqual(await serverProcesses(dataDirectory!), []);
      assert.deepEqual(
        (await platform.listCopies()).map(({ id }) => id),
        ["keep-g1"],
      );
      assert.deepEqual(await platform.sweep("sweep", quiet), []);
      await platform.removeCopy("keep-g1", "keep");
      await platform.removeCopy("keep-g1", "keep");
      assert.equal(await findManifest(home(), "sweep-snap"), undefined);
    });
  });

  it("loads only libraries that are known to be harmless, and keeps pg_cron from working", () => {
    const settings = quarantineSettings(
      { shared_preload_libraries: '"pg_cron", pg_net', "cron.database_name": "app" },
      17,
    );
    assert.equal(settings.shared_preload_libraries, "pg_cron");
    assert.equal(settings["cron.launch_active_jobs"], "off");
    assert.equal(settings.event_triggers, "off");
    assert.equal(quarantineSettings({}, 15)["cron.launch_active_jobs"], undefined);
  });

  async function callsToPublisher(): Promise<number> {
    const text = await fs.readFile(path.join(publisher.handle.dir, "log", "server.log"), "utf8");
    return text.split("\n").filter((line) => line.includes("connection received")).length;
  }

  type Query = (text: string) => Promise<unknown[]>;

  async function atCopy(copy: CopyRef, use: (query: Query) => Promise<unknown>): Promise<void> {
    const server = await readServer(copyFolder(home(), copy.id));
    await withSocketSession(server, copy.database, (session) =>
      use(async (text) => (await session.query(text)).rows as unknown[]),
    );
  }

  async function databaseOid(copy: CopyRef): Promise<string> {
    let oid = "";
    await atCopy(copy, async (query) => {
      const rows = (await query("select oid::text from pg_database where datname = current_database()")) as {
        oid: string;
      }[];
      oid = rows[0]!.oid;
    });
    return oid;
  }
});

function portIn(file: string): number {
  return (JSON.parse(readFileSync(file, "utf8")) as { port: number }).port;
}

function grep(what: string, folder: string): string {
  return spawnSync("grep", ["-rlaF", what, folder], { encoding: "utf8" }).stdout;
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
