import * as assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { setServerDatabase, stopServer, startServer } from "../../platforms/local/server";
import {
  inspectSnapshot,
  latestSnapshot,
  removeSnapshot,
  resolveSnapshot,
  sweepSnapshots,
  takeAutomaticSnapshot,
  takeSnapshot,
} from "../../platforms/local/snapshot";
import { findManifest, listPartials, snapshotFolder } from "../../platforms/local/snapshot/manifest";
import { productionServer, withProduction } from "../../platforms/local/snapshot/production";
import type { Label } from "../../platforms/platform";
import { startScratchServer, useScratchHome, type ScratchServer } from "../support/servers";

const quiet = () => undefined;
const label = (stack: string): Label => ({ stack, generation: "g1", owner: "tester", expiresAt: "" });

describe("snapshots of a running server", function () {
  this.timeout(60_000);
  const home = useScratchHome();
  let production: ScratchServer;

  before("production", async function () {
    production = await startScratchServer(home(), "production", { wal_level: "logical" });
    await production.createDatabase("app");
    await setServerDatabase(production.handle.dir, "app");
    await production.as("app", async (session) => {
      await session.query("create table item (id int primary key, body text)");
      await session.query("insert into item select i, repeat('x', 500) from generate_series(1, 5000) i");
    });
  });

  const takeIt = (id: string, stack = "one", purpose: "copy" | "safety" = "copy") =>
    takeSnapshot(home(), "production", id, label(stack), purpose, quiet);

  it("says what there is when nothing fits", async () => {
    await assert.rejects(
      resolveSnapshot(home(), "production", "latest"),
      /has no complete snapshot.*Take one/,
    );
    await assert.rejects(
      resolveSnapshot(home(), "production", "nightly-7"),
      /no complete snapshot nightly-7.*There is none/,
    );
    await assert.rejects(
      resolveSnapshot(home(), "elsewhere", "new"),
      /no production server "elsewhere".*there are: production/,
    );
    for (const id of ["../production", "a/b", "x.partial", ""]) {
      await assert.rejects(resolveSnapshot(home(), "production", id), /is not the identifier of a snapshot/);
    }
  });

  it("opens production read-only, and leaves no slot, backup or file on it", async () => {
    const server = await productionServer(home(), "production");
    await assert.rejects(
      withProduction(server, (session) => session.query("create table intruder ()")),
      { code: "25006" },
    );
    const before = await fs.readdir(server.dataDirectory);
    const { value, proofs } = await takeIt("one-first");
    assert.equal(value.kind, "manual");
    assert.match(proofs[0]!.evidence, /^one-first: \d+ files/);
    assert.deepEqual(await fs.readdir(server.dataDirectory), before);
    await production.as("postgres", async (session) => {
      const { rows } = await session.query("select slot_name from pg_replication_slots");
      assert.deepEqual(rows, []);
    });
  });

  it("holds nothing of production's configuration, and is closed to other accounts", async () => {
    const folder = snapshotFolder(home(), "one-first");
    const names = await fs.readdir(path.join(folder, "data"));
    assert.deepEqual(
      names.filter((name) => /conf|log|\.pid|signal/.test(name)),
      ["pg_logical"],
    );
    assert.deepEqual(await fs.readdir(path.join(folder, "data", "pg_replslot")), []);
    assert.equal((await fs.stat(home().snapshots)).mode & 0o777, 0o700);
  });

  it("answers the complete one of that name, and refuses another stack's", async () => {
    const lines: string[] = [];
    const first = await findManifest(home(), "one-first");
    await takeSnapshot(home(), "production", "one-first", label("one"), "copy", (line) => lines.push(line));
    assert.match(lines.join("\n"), /was taken before/);
    assert.deepEqual(await findManifest(home(), "one-first"), first);
    await assert.rejects(
      takeIt("one-first", "two"),
      /is there already: .* of stack "one"\. It is left alone/,
    );
    await assert.rejects(takeIt("one-first", "one", "safety"), /is there already/);
  });

  for (const damage of ["missing", "truncated", "changed"] as const) {
    it(`names the file that is ${damage}`, async () => {
      const id = `one-${damage}`;
      await takeIt(id);
      const file = path.join(snapshotFolder(home(), id), "data", "global", "pg_control");
      if (damage === "missing") await fs.rm(file);
      if (damage === "truncated") await fs.truncate(file, 100);
      if (damage === "changed") {
        const contents = await fs.readFile(file);
        contents[20]! ^= 1;
        await fs.writeFile(file, contents);
      }
      const said = { missing: /is missing/, truncated: /is 100 bytes long/, changed: /has other contents/ }[
        damage
      ];
      await assert.rejects(inspectSnapshot(home(), "production", id), (error: Error) => {
        assert.match(error.message, new RegExp(`the snapshot ${id} is damaged: .*global/pg_control`));
        assert.match(error.message, said);
        return true;
      });
      await removeSnapshot(home(), id, "one");
    });
  }

  it("does not list one that was never finished, and takes it anew", async () => {
    const manifest = await findManifest(home(), "one-first");
    const killed = path.join(home().snapshots, "one-killed.0badcafe.partial");
    await fs.mkdir(path.join(killed, "data"), { recursive: true });
    const begun = { ...manifest, id: "one-killed", complete: false, files: [] };
    await fs.writeFile(path.join(killed, "manifest.json"), JSON.stringify(begun));
    await assert.rejects(
      resolveSnapshot(home(), "production", "one-killed"),
      /no complete snapshot one-killed/,
    );
    await takeIt("one-killed");
    assert.deepEqual(await listPartials(home()), []);
    assert.equal((await resolveSnapshot(home(), "production", "one-killed")).id, "one-killed");
  });

  it("refuses a production with tablespaces before anything is copied", async () => {
    await production.as("postgres", async (session) => {
      await session.query("set allow_in_place_tablespaces = on");
      await session.query("create tablespace \"fast; disk\" location ''");
      await assert.rejects(takeIt("one-spaces"), /keeps data in tablespaces \("fast; disk"\)/);
      await session.query('drop tablespace "fast; disk"');
    });
    assert.deepEqual(await listPartials(home()), []);
  });

  it("keeps the last three automatic ones; `latest` is the newest, and none that was taken for a copy", async () => {
    const taken: string[] = [];
    for (let i = 0; i < 4; i += 1) taken.push((await takeAutomaticSnapshot(home(), "production", quiet)).id);
    await takeIt("one-later");
    assert.equal((await resolveSnapshot(home(), "production", "latest")).id, taken[3]);
    assert.equal(await findManifest(home(), taken[0]!), undefined);
    assert.notEqual(await findManifest(home(), taken[1]!), undefined);
    assert.equal(await latestSnapshot(home(), "other"), undefined);
    const wouldBe = await resolveSnapshot(home(), "production", "new");
    assert.ok(wouldBe.sizeBytes > 1e6);
  });

  it("removes a stack's own, never a safety snapshot or another's", async () => {
    await takeIt("one-safety", "one", "safety");
    await takeIt("two-first", "two");
    await assert.rejects(removeSnapshot(home(), "one-safety", "one"), /was taken as "safety"/);
    await assert.rejects(removeSnapshot(home(), "two-first", "one"), /by stack "two"/);
    const removed = await sweepSnapshots(home(), "one");
    assert.deepEqual(removed.sort(), ["snapshot one-first", "snapshot one-killed", "snapshot one-later"]);
    assert.notEqual(await findManifest(home(), "one-safety"), undefined);
    assert.notEqual(await findManifest(home(), "two-first"), undefined);
    await removeSnapshot(home(), "one-first", "one");
  });

  it("says so when production does not run", async () => {
    await stopServer(production.handle.dir);
    await assert.rejects(takeIt("one-down"), /production server "production" does not run/);
    assert.notEqual(await latestSnapshot(home(), "production"), undefined);
    await startServer(production.handle.dir);
  });
});
