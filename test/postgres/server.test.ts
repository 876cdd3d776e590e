import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs/promises";
import * as net from "node:net";
import * as path from "node:path";
import { withSession } from "../../postgres/connection";
import {
  initServer,
  readServer,
  removeServer,
  serverStatus,
  startServer,
  stopServer,
  withSocketSession,
} from "../../platforms/local/server";
import { hbaName } from "../../platforms/local/server/configuration";
import { serverProcesses } from "../../platforms/local/server/process";
import { serversAccount } from "../../platforms/local/server/place";
import { makeScratchHome, removeScratchHome, startScratchServer, useScratchHome } from "../support/servers";

const adminUser = "the admin";
const adminPassword = "a test's password";

describe("local servers", function () {
  this.timeout(60_000);
  const home = useScratchHome();
  const specOf = (name: string) => ({ dir: path.join(home().servers, name), name, adminUser, adminPassword });

  it("refuses a folder that holds something else, and leaves it alone", async () => {
    const spec = specOf("foreign");
    await fs.mkdir(spec.dir, { recursive: true });
    await fs.writeFile(path.join(spec.dir, "thesis.txt"), "three years");
    await assert.rejects(initServer(spec), /is not empty and holds no server of prodcopy/);
    assert.deepEqual(await fs.readdir(spec.dir), ["thesis.txt"]);
  });

  it("makes again what a killed init left, and keeps its port", async () => {
    const spec = specOf("killed");
    const made = await initServer(spec);
    const file = path.join(spec.dir, "server.json");
    const record = JSON.parse(await fs.readFile(file, "utf8")) as Record<string, unknown>;
    await fs.writeFile(file, JSON.stringify({ ...record, state: "initialising" }));
    await fs.rm(path.join(spec.dir, "data", "PG_VERSION"));
    await assert.rejects(startServer(spec.dir), /was never completed/);
    const again = await initServer(spec);
    assert.equal(again.port, made.port);
    await startServer(spec.dir);
    await stopServer(spec.dir);
  });

  it("answers the server that is there, and refuses to make it another's", async () => {
    const spec = specOf("twice");
    const first = await initServer(spec);
    assert.deepEqual(await initServer(spec), first);
    await assert.rejects(initServer({ ...spec, adminUser: "other" }), /already holds the server "twice"/);
  });

  it("takes the password over loopback, nothing by socket but the platform, and tells nothing on the way", async () => {
    const spec = specOf("entrance");
    await initServer(spec);
    const server = await startServer(spec.dir);
    const target = { ...server, database: "postgres", user: adminUser, password: adminPassword };
    await withSession(target, { applicationName: "test" }, async (session) => {
      const { rows } = await session.query("show data_checksums");
      assert.deepEqual(rows, [{ data_checksums: "on" }]);
      await session.query("create role other login password 'p'");
    });
    const wrong = { ...target, password: "wrong" };
    await assert.rejects(
      withSession(wrong, { applicationName: "test" }, () => Promise.resolve()),
      { code: "28P01" },
    );
    await assert.rejects(
      withSocketSession({ ...server, adminUser: "other" }, "postgres", () => Promise.resolve()),
      { code: "28000" },
    );
    await withSocketSession(server, "postgres", async (session) => {
      const { rows } = await session.query<{ cluster_name: string }>("show cluster_name");
      assert.equal(rows[0]?.cluster_name, `entrance:${server.resourceId}`);
    });
    const found = spawnSync("grep", ["-rlF", adminPassword, spec.dir], { encoding: "utf8" });
    assert.equal(found.stdout, "", "the password stands in a file");
    assert.equal(found.status, 1);
  });

  it("keeps other accounts out of data, socket and log", async () => {
    const { dir } = await readServer(specOf("entrance").dir);
    for (const folder of [dir, path.join(dir, "data"), path.join(dir, "run"), path.join(dir, "log")]) {
      const { mode, uid } = await fs.stat(folder);
      assert.equal(mode & 0o777, 0o700, folder);
      assert.equal(uid, serversAccount()?.uid ?? process.getuid?.());
    }
  });

  it("starts again after kill -9, with a pid file whose number another process has", async () => {
    const { dir, dataDirectory } = await startServer(specOf("entrance").dir);
    const pids = await serverProcesses(dataDirectory);
    assert.ok(pids.length > 3, "the postmaster and its helpers work in the data folder");
    for (const pid of pids) process.kill(pid, "SIGKILL");
    const pidFile = path.join(dataDirectory, "postmaster.pid");
    const lines = (await fs.readFile(pidFile, "utf8")).split("\n");
    await fs.writeFile(pidFile, [String(process.pid), ...lines.slice(1)].join("\n"));
    await startServer(dir);
    assert.equal(await serverStatus(dir), "running");
  });

  it("starts once when two ask at the same time, and stops as often as it is told", async () => {
    const { dir, dataDirectory } = await readServer(specOf("entrance").dir);
    await stopServer(dir);
    await stopServer(dir);
    assert.equal(await serverStatus(dir), "stopped");
    assert.deepEqual(await serverProcesses(dataDirectory), []);
    for (let round = 0; round < 5; round++) {
      await stopServer(dir, "immediate");
      await Promise.all(Array.from({ length: 8 }, () => startServer(dir)));
      assert.equal(await serverStatus(dir), "running");
    }
    await stopServer(dir, "immediate");
    await stopServer(path.join(home().servers, "never made"));
    assert.equal(await serverStatus(path.join(home().servers, "never made")), "absent");
  });

  it("says which port is taken and what to do", async () => {
    const { dir, port } = await readServer(specOf("entrance").dir);
    const squatter = net.createServer();
    await new Promise<void>((resolve) => squatter.listen(port, "127.0.0.1", resolve));
    try {
      await assert.rejects(
        startServer(dir),
        new RegExp(`has the port ${port}.*another program listens there`),
      );
    } finally {
      await new Promise((resolve) => squatter.close(resolve));
    }
  });

  it("shows the end of the log when the server does not start", async () => {
    const spec = specOf("misconfigured");
    await initServer({ ...spec, settings: { shared_buffers: "many" } });
    await assert.rejects(
      startServer(spec.dir),
      /did not start\. The end of .*\n.*invalid value for parameter "shared_buffers"/,
    );
  });

  it("works below a path that is too long for a socket", async () => {
    const deep = await makeScratchHome();
    try {
      deep.servers = path.join(deep.root, "a".repeat(80), 'it\'s $HOME, "quoted"');
      const { as, handle } = await startScratchServer(deep, "deep");
      await as("postgres", (session) => session.query("select 1"));
      assert.ok(!handle.socketDirectory.startsWith(deep.root));
      await removeServer(handle.dir);
      await assert.rejects(fs.stat(handle.socketDirectory), { code: "ENOENT" });
    } finally {
      await removeScratchHome(deep);
    }
  });

  it("refuses names that pg_hba.conf cannot express, and quotes all others", () => {
    assert.equal(hbaName('all "of" them'), '"all ""of"" them"');
    assert.throws(() => hbaName("a\nhost all all 0.0.0.0/0 trust"), /cannot stand in pg_hba/);
    assert.throws(() => hbaName("/.*"), /cannot stand in pg_hba/);
  });
});
