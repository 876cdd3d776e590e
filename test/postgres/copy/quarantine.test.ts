import * as assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import { withSession } from "../../../postgres/connection";
import { copyFolder, findCopyRecord } from "../../../platforms/local/copy";
import { quarantineSettings } from "../../../platforms/local/copy/settings";
import type { CopyRef } from "../../../platforms/platform";
import { labelOf, quiet, useProductionWithSnapshot } from "../../support/production";

/** A copy as it is born, until it is opened: whom it admits, and that nothing goes out of it. */
describe("a copy that is born in quarantine", function () {
  this.timeout(120_000);
  const prepared = useProductionWithSnapshot();

  let copy: CopyRef;
  let archived: string[];
  let called: number;

  before(async () => {
    archived = await fs.readdir(prepared.archive);
    called = await prepared.callsToPublisher();
    assert.ok(called > 0, "production's own subscription has called");
    copy = (await prepared.platform.restore(prepared.request(), quiet)).value;
  });
  after(() => prepared.platform.removeCopy("one-g1", "one"));

  it("holds production as it was: rows, roles, verifiers, system identifier", async () => {
    await prepared.atCopy(copy, async (query) => {
      const [{ count }] = (await query("select count(*)::int as count from person")) as [{ count: number }];
      assert.equal(count, prepared.rowsAtSnapshot);
      const verifiers = "select rolname, rolpassword from pg_authid where rolcanlogin order by 1";
      const there = await prepared.production.as(
        "postgres",
        async (session) => (await session.query(verifiers)).rows as unknown[],
      );
      assert.deepEqual(await query(verifiers), there);
      const system = "select system_identifier from pg_control_system()";
      const same = await prepared.production.as(
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
    assert.equal(await prepared.refusal(copy, "scratch_admin", prepared.production.adminPassword), "28000");
    assert.equal(await prepared.refusal(copy, "application", "production-app"), "28000");
  });

  it("never connected to the publisher, wrote no archive, keeps no slot", async () => {
    assert.equal(await prepared.callsToPublisher(), called);
    assert.deepEqual(
      (await fs.readdir(prepared.archive)).filter((name) => !archived.includes(name)),
      [],
    );
    await prepared.atCopy(copy, async (query) => {
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
    const own = await prepared.platform.expectedIdentity(copy.id);
    const theirs = await prepared.platform.productionIdentity("production");
    assert.notEqual(own.clusterName, theirs.clusterName);
    assert.notEqual(own.dataDirectory, theirs.dataDirectory);
    assert.ok(own.endpoints.every((endpoint) => !theirs.endpoints.includes(endpoint)));
    await prepared.atCopy(copy, async (query) => {
      const shown = await query(
        "select current_setting('cluster_name') as c, current_setting('data_directory') as d",
      );
      assert.deepEqual(shown, [{ c: own.clusterName, d: own.dataDirectory }]);
    });
    assert.match(own.clusterName ?? "", new RegExp(`^one-g1:${copy.resourceId}$`));
  });

  it("is taken over by the next restore of the same, with its identity", async () => {
    const lines: string[] = [];
    const again = await prepared.platform.restore(prepared.request(), (line) => lines.push(line));
    assert.deepEqual(again.value, copy);
    assert.match(lines.join("\n"), /taking over one-g1/);
    await assert.rejects(
      prepared.platform.restore({ ...prepared.request(), label: labelOf("two") }, quiet),
      /belongs to stack "one"/,
    );
  });

  it("changes whom it admits, and ends the sessions of the others", async () => {
    const password = "a new one for the administrator";
    await prepared.platform.setAdminPassword(copy.id, password);
    await prepared.platform.admit(copy.id, "rotating");
    assert.equal(await prepared.refusal(copy, "scratch_admin", prepared.production.adminPassword), "28P01");
    assert.equal(await prepared.refusal(copy, "scratch_admin", password), "admitted");
    const stranger = { ...copy, user: "application", password: "production-app" };
    await withSession(stranger, { applicationName: "test" }, async (session) => {
      const proofs = await prepared.platform.admit(copy.id, "quarantine");
      assert.match(
        proofs.map(({ evidence }) => evidence).join("\n"),
        /1 sessions that are no longer admitted were ended/,
      );
      await assert.rejects(session.query("select 1"));
    });
    assert.equal(await prepared.refusal(copy, "application", "production-app"), "28000");
    assert.equal(await prepared.refusal(copy, "scratch_admin", password), "admitted");
    await prepared.production.as("postgres", (session) => session.query("select 1"));
  });

  it("is made again, not taken over, once somebody was admitted", async () => {
    const lines: string[] = [];
    const { value } = await prepared.platform.restore(prepared.request(), (line) => lines.push(line));
    assert.match(lines.join("\n"), /removing one-g1, which an earlier run left half prepared/);
    assert.notEqual(value.resourceId, copy.resourceId);
    assert.equal((await findCopyRecord(copyFolder(prepared.home, "one-g1")))?.admission, "sealed");
    copy = value;
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
});
