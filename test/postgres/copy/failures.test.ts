import * as assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import * as fs from "node:fs/promises";
import * as net from "node:net";
import * as path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { copyFolder } from "../../../platforms/local/copy";
import { startServer, stopServer } from "../../../platforms/local/server";
import { makePrivateFolder } from "../../../platforms/local/server/place";
import { serverProcesses } from "../../../platforms/local/server/process";
import { findManifest, snapshotFolder } from "../../../platforms/local/snapshot/manifest";
import { labelOf, quiet, useProductionWithSnapshot } from "../../support/production";
import { skipBecause } from "../../support/skip";

/** Restores that cannot be made, or are killed, and what a removal leaves alone. */
describe("a copy when things go wrong", function () {
  this.timeout(120_000);
  const prepared = useProductionWithSnapshot();

  it("needs no production: a snapshot says all that a copy has to know", async () => {
    await stopServer(prepared.production.handle.dir);
    try {
      const { value } = await prepared.platform.restore(prepared.request("down"), quiet);
      assert.deepEqual((await prepared.platform.describe("down-g1"))?.resourceId, value.resourceId);
      assert.notEqual((await prepared.platform.productionIdentity("production")).dataDirectory, undefined);
    } finally {
      await startServer(prepared.production.handle.dir);
      await prepared.platform.removeCopy("down-g1", "down");
    }
  });

  it("changes nothing when the snapshot is damaged", async () => {
    const bad = (await prepared.platform.takeSnapshot("production", "bad-one", labelOf("bad"), "copy", quiet))
      .value.id;
    const file = path.join(snapshotFolder(prepared.home, bad), "data", "PG_VERSION");
    await fs.rm(file);
    await assert.rejects(
      prepared.platform.restore(prepared.request("bad", "g1", bad), quiet),
      /bad-one is damaged: .*PG_VERSION is missing\. Nothing was changed/,
    );
    await assert.rejects(fs.stat(copyFolder(prepared.home, "bad-g1")), { code: "ENOENT" });
  });

  it("refuses the folder of somebody else, and leaves it alone", async () => {
    const dir = copyFolder(prepared.home, "mine-g1");
    await fs.mkdir(dir, { recursive: true });
    await fs.writeFile(path.join(dir, "thesis.txt"), "");
    await assert.rejects(
      prepared.platform.restore(prepared.request("mine"), quiet),
      /carries no label of ours\. It is left alone/,
    );
    await assert.rejects(prepared.platform.removeCopy("mine-g1", "mine"), /carries no label of ours/);
    assert.deepEqual(await prepared.platform.sweep("mine", quiet), []);
    assert.deepEqual(await fs.readdir(dir), ["thesis.txt"]);
    await fs.rm(dir, { recursive: true });
  });

  it("chooses another port when the first is taken before it was handed over", async () => {
    // Whoever watches the folder takes the port as soon as it is written.
    const squatters: net.Server[] = [];
    const file = path.join(copyFolder(prepared.home, "port-g1"), "server.json");
    const restoring = prepared.platform.restore(prepared.request("port"), (line) => {
      if (line.startsWith("starting the copy")) {
        squatters.push(net.createServer().listen(portIn(file), "127.0.0.1"));
      }
    });
    const { value } = await restoring;
    const taken = squatters[0]!.address() as net.AddressInfo;
    assert.notEqual(value.port, taken.port);
    // Once handed over it keeps its port, and says who has to act.
    await stopServer(copyFolder(prepared.home, "port-g1"));
    const late = net.createServer();
    await new Promise<void>((resolve) => late.listen(value.port, "127.0.0.1", resolve));
    await assert.rejects(
      startServer(copyFolder(prepared.home, "port-g1")),
      new RegExp(`port ${value.port} .* another program listens`),
    );
    late.close();
    squatters[0]!.close();
    await prepared.platform.removeCopy("port-g1", "port");
  });

  it("says that the disk is full, and leaves nothing on it", async function () {
    if (process.getuid?.() !== 0) skipBecause(this, "mounting a small disk needs root");
    const small = prepared.home.copies;
    await makePrivateFolder(small);
    await fs.chmod(small, 0o711);
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=24m,mode=0711", "tmpfs", small]);
    if (mounted.status !== 0) {
      skipBecause(this, `no tmpfs can be mounted here: ${String(mounted.stderr)}`);
    }
    try {
      await assert.rejects(
        prepared.platform.restore(prepared.request("full"), quiet),
        /the copy full-g1 needs \d+ MB below .*, and .* MB are free/,
      );
      assert.match(
        (await prepared.platform.troubleOf("full-g1")) ?? "",
        /MB are free on the disk that holds .*no space left on device.*Free some space/,
      );
      // A disk that somebody else fills after it was measured.
      spawnSync("mount", ["-o", "remount,size=200m", small]);
      assert.equal(await prepared.platform.troubleOf("full-g1"), undefined);
      const filler = path.join(small, "filler");
      const filling = prepared.platform.restore(prepared.request("full"), (line) => {
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
    for (const stack of ["killed", "keep", "port"]) await prepared.platform.sweep(stack, quiet);
  });

  for (const moment of ["copy.json", "data/global/pg_control", "data/postmaster.pid"]) {
    it(`starts over after kill -9 as soon as ${moment} is there, and can be destroyed instead`, async () => {
      await killedRestore(moment);
      assert.equal(await prepared.platform.describe("killed-g1"), undefined);
      const { value } = await prepared.platform.restore(prepared.request("killed"), quiet);
      await prepared.atCopy(value, async (query) =>
        assert.equal((await query("select from person")).length, prepared.rowsAtSnapshot),
      );
      await prepared.platform.removeCopy(value.id, "killed");
      await killedRestore(moment);
      const data = path.join(copyFolder(prepared.home, "killed-g1"), "data");
      assert.deepEqual(await prepared.platform.sweep("killed", quiet), ["copy killed-g1"]);
      assert.deepEqual(await serverProcesses(data), []);
      assert.deepEqual(await fs.readdir(prepared.home.copies), []);
    });
  }

  async function killedRestore(moment: string): Promise<void> {
    const dir = copyFolder(prepared.home, "killed-g1");
    const program = `require("tsx/cjs");
      const { localPlatform } = require(${JSON.stringify(path.resolve("platforms/local/platform.ts"))});
      localPlatform().restore(${JSON.stringify(prepared.request("killed"))}, () => undefined).then(() => process.exit(7));`;
    const child = spawn(process.execPath, ["-e", program], {
      env: { ...process.env, PRODCOPY_HOME: prepared.home.root },
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
    await prepared.platform.restore(prepared.request("keep"), quiet);
    const { value } = await prepared.platform.restore(prepared.request("sweep"), quiet);
    await prepared.platform.secrets.put("sweep-g1/admin", { password: "x" }, value.label);
    await prepared.platform.takeSnapshot("production", "sweep-snap", value.label, "copy", quiet);
    const { dataDirectory } = await prepared.platform.expectedIdentity(value.id);
    await assert.rejects(prepared.platform.removeCopy("keep-g1", "sweep"), /belongs to stack "keep"/);
    const removed = await prepared.platform.sweep("sweep", quiet);
    assert.deepEqual(removed, ["copy sweep-g1", "snapshot sweep-snap", "secret sweep-g1/admin"]);
    assert.deepEqual(await serverProcesses(dataDirectory!), []);
    assert.deepEqual(
      (await prepared.platform.listCopies()).map(({ id }) => id),
      ["keep-g1"],
    );
    assert.deepEqual(await prepared.platform.sweep("sweep", quiet), []);
    await prepared.platform.removeCopy("keep-g1", "keep");
    await prepared.platform.removeCopy("keep-g1", "keep");
    assert.equal(await findManifest(prepared.home, "sweep-snap"), undefined);
  });
});

function portIn(file: string): number {
  return (JSON.parse(readFileSync(file, "utf8")) as { port: number }).port;
}
