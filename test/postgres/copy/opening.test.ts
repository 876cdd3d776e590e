import * as assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { withSession } from "../../../postgres/connection";
import { describeCopy, startCopies, stopCopies } from "../../../platforms/local/copy";
import { serverProcesses } from "../../../platforms/local/server/process";
import type { CopyRef } from "../../../platforms/platform";
import { grep, labelOf, planted, quiet, useProductionWithSnapshot } from "../../support/production";

/** A copy whose rows are masked: what its files still hold, and that it opens to the application alone. */
describe("a copy that is prepared and opened", function () {
  this.timeout(120_000);
  const prepared = useProductionWithSnapshot();

  let copy: CopyRef;
  const password = "another for the administrator";

  before(async () => {
    copy = (await prepared.platform.restore(prepared.request("prep"), quiet)).value;
    await prepared.platform.setAdminPassword(copy.id, password);
    await prepared.platform.admit(copy.id, "quarantine");
    await prepared.atCopy(copy, async (query) => {
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
  after(() => prepared.platform.removeCopy("prep-g1", "prep"));

  it("refuses to call itself clear while a transaction runs", async () => {
    await withSession(
      { ...copy, user: copy.adminUser, password },
      { applicationName: "straggler" },
      async (session) => {
        await session.query("begin; create table half_done ()");
        await assert.rejects(
          prepared.platform.clearStorageResidue(copy.id, quiet),
          /while 1 transactions run on it \("straggler"\)/,
        );
      },
    );
  });

  it("keeps no byte of what was there: files without an owner, log segments, texts, other databases", async () => {
    const data = (await prepared.platform.expectedIdentity(copy.id)).dataDirectory!;
    const orphan = path.join(data, "base", await databaseOid(), "99999.1");
    await fs.writeFile(orphan, planted);
    await fs.appendFile(path.join(path.dirname(data), "log", "server.log"), planted);
    assert.notEqual(grep(planted, path.dirname(data)), "", "before, it is there");
    const proofs = await prepared.platform.clearStorageResidue(copy.id, quiet);
    assert.equal(grep(planted, path.dirname(data)), "");
    assert.equal(grep("@real.example", path.dirname(data)), "");
    const said = proofs.map(({ evidence }) => evidence).join("\n");
    assert.match(said, /dropped: "second database"/);
    assert.match(said, /1 without a table removed/);
    assert.match(said, /behind the end of the log every byte is zero/);
    await prepared.atCopy(copy, async (query) =>
      assert.equal((await query("select from person")).length, prepared.rowsAtSnapshot),
    );
  });

  it("refuses what it cannot prove", async () => {
    const data = (await prepared.platform.expectedIdentity(copy.id)).dataDirectory!;
    const strange = path.join(data, "dump.sql");
    await fs.writeFile(strange, "");
    await assert.rejects(
      prepared.platform.clearStorageResidue(copy.id, quiet),
      /holds files that are not the server's: dump\.sql/,
    );
    await fs.rm(strange);
    const old = path.join(data, "pg_wal", "000000010000000000000001");
    await fs.writeFile(old, planted);
    await fs.chmod(old, 0o644);
    await prepared.platform.clearStorageResidue(copy.id, quiet);
    assert.equal(grep(planted, data), "");
    const ahead = path.join(data, "pg_wal", "0000000100000000000000F0");
    await fs.writeFile(ahead, Buffer.concat([Buffer.alloc(1 << 20, 7), Buffer.alloc(15 << 20)]));
    await assert.rejects(
      prepared.platform.clearStorageResidue(copy.id, quiet),
      /0000000100000000000000F0 has contents behind its end/,
    );
    await fs.rm(ahead);
  });

  it("opens for the application alone, on its own database alone, and says so again", async () => {
    await prepared.atCopy(copy, (query) => query("alter role application password 'only on the copy'"));
    await prepared.platform.openQuarantine(copy.id, "application", quiet);
    assert.equal(await prepared.refusal(copy, "application", "only on the copy"), "admitted");
    assert.equal(await prepared.refusal(copy, "application", "only on the copy", "postgres"), "28000");
    assert.equal(await prepared.refusal(copy, "application", "production-app"), "28P01");
    assert.equal(await prepared.refusal(copy, "human; drop", "production-human"), "28000");
    const pids = await serverProcesses((await prepared.platform.expectedIdentity(copy.id)).dataDirectory!);
    const proofs = await prepared.platform.openQuarantine(copy.id, "application", quiet);
    assert.match(proofs[0]!.evidence, /autovacuum = on/);
    const postmaster = Math.min(...pids);
    assert.ok(
      (await serverProcesses((await prepared.platform.expectedIdentity(copy.id)).dataDirectory!)).includes(
        postmaster,
      ),
    );
  });

  it("stays as open as it was after the machine was restarted, and is never made again under Test", async () => {
    await stopCopies(prepared.home, quiet);
    assert.deepEqual(await describeCopy(prepared.home, copy.id), copy);
    await startCopies(prepared.home, quiet);
    assert.equal(await prepared.refusal(copy, "application", "only on the copy"), "admitted");
    await assert.rejects(
      prepared.platform.restore(prepared.request("prep"), quiet),
      /was opened to the application before and may be in use/,
    );
  });

  it("takes a new owner and expiry in place, from its own stack only", async () => {
    await prepared.platform.relabel(copy.id, { ...labelOf("prep"), owner: "another" });
    assert.equal((await prepared.platform.describe(copy.id))?.label.owner, "another");
    await assert.rejects(prepared.platform.relabel(copy.id, labelOf("other")), /belongs to stack "prep"/);
  });

  async function databaseOid(): Promise<string> {
    let rows: unknown[] = [];
    await prepared.atCopy(copy, async (query) => {
      rows = await query("select oid::text from pg_database where datname = current_database()");
    });
    return (rows as { oid: string }[])[0]!.oid;
  }
});
