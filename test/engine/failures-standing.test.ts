import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { takeAutomaticSnapshot } from "../../platforms/local/snapshot";
import type { EnvironmentSettings } from "../../platforms/platform";
import { demonstration } from "../../scripts/demonstration";
import type { Engine, RunResult } from "../support/engine";
import {
  assertNothingLeft,
  assertProductionUntouched,
  assertTestOnCopy,
  assertTestPutBack,
  listing,
  takeBefore,
  type Before,
} from "../support/engineChecks";
import { useEngine } from "../support/useEngine";
import { assertRefused, assertTestStays, withEdit, withFile } from "../support/failures";
import { onSample } from "../support/sample";

/**
 * Runs that cannot make a newer copy: each says why, and Test stays on the copy that stands, until one goes through. Beside
 * them a port that somebody else takes, and a second stack that is after the same environment.
 * Not proven here: failures before there is a copy (failures.test.ts), kills (kill-*.test.ts).
 */
describe("failures while a copy stands", function () {
  this.timeout(600_000);
  const members = 60;
  let engine: Engine;
  let first: Before;
  /** Production with the column that it gets here. */
  let widened: Before;
  let standing: EnvironmentSettings;
  let old: string;

  useEngine(members, (made, before) => ([engine, first] = [made, before]));

  it("takes another port when somebody takes the one that it had chosen", async () => {
    const running = engine.up();
    await engine.waitFor(running, { stage: "restore", event: "progress", line: /^restoring/ });
    const blocker = await takePortOfCopy(engine, running);
    const { code, text } = await running;
    blocker.close();
    assert.equal(code, 0, text);
    const said = engine.events().map((event) => ("line" in event ? event.line : ""));
    assert.match(said.join("\n"), /port \d+ was taken by another program in the meantime; choosing another/);
    await assertTestOnCopy(engine, members);
    standing = (await engine.platform.readEnvironment(demonstration.environment)).settings;
    old = (await engine.outputs()).copyId!;
  });

  it("stops at a new column of production that no rule covers, and names it", async () => {
    await onSample(engine.home, "production", async (session) => {
      await session.query("alter table support_incident add column witness_phone varchar(40)");
      await session.query("update support_incident set witness_phone = 'Plantperson 0411 222 333'");
    });
    widened = await takeBefore(engine);
    await takeAutomaticSnapshot(engine.home, demonstration.source, () => undefined);
    engine.configure("refresh", "once more");
    await refused(
      await engine.up(),
      /support_incident\.witness_phone/,
      /is not classified/,
      /`mask` or `keep`/,
    );
  });

  it("makes another copy of the earlier snapshot when the newer data is given up, and the one that failed goes", async () => {
    const { snapshotId } = await engine.outputs();
    const givenUp = (text: string) =>
      text
        .replace('refresh: "once more"', "refresh: given up")
        .replace("snapshot: latest", `snapshot: ${snapshotId}`);
    await withEdit(engine, "Pulumi.local.yaml", givenUp, async () => {
      const { code, text } = await engine.up();
      assert.equal(code, 0, text);
    });
    await assertTestOnCopy(engine, members);
    const copies = (await engine.platform.listCopies()).map(({ id }) => id);
    assert.ok(
      copies.length === 1 && copies[0] !== old,
      `${old} stood under Test and is now ${copies.join(", ")}`,
    );
    standing = (await engine.platform.readEnvironment(demonstration.environment)).settings;
    old = copies[0]!;
  });

  it("stops at a rule for a column that does not exist, at its place, with the nearest name", async () => {
    await withEdit(
      engine,
      "rules/sample.yaml",
      (text) => covered(text, "witnes_phone"),
      async () => {
        const file = fs.readFileSync(path.join(engine.project, "rules/sample.yaml"), "utf8");
        const line = file.split("\n").findIndex((one) => one.includes("witnes_phone")) + 1;
        await refused(
          await engine.up(),
          new RegExp(`rules/sample\\.yaml:${line}:7: .*witnes_phone.*witness_phone`),
        );
      },
    );
  });

  it("stops when the rules change under a run", async () => {
    const rules = path.join(engine.project, "rules/sample.yaml");
    const running = engine.up();
    await engine.waitFor(running, { stage: "restore", event: "started" });
    fs.writeFileSync(rules, covered(fs.readFileSync(rules, "utf8"), "witness_phone"));
    await refused(
      await running,
      /rules\/sample\.yaml changed after the plan was made/,
      /Run `pulumi up` again/,
    );
  });

  it("stops at a migration that fails, with its place and without a value", async () => {
    const text = "-- Nobody is called so.\n\nselect last_name::integer from member;\n";
    const run = await withFile(migration(engine), text, () => engine.up());
    await refused(
      run,
      /0005_broken\.sql:3:\d+: .*SQLSTATE 22P02/,
      /Nothing of this file was applied/,
      /Mend the file/,
    );
    assert.doesNotMatch(run.text, /invalid input syntax/, "the server's message holds a row's value");
  });

  it("rolls Test back when the application does not come up on the copy", async () => {
    const text = "alter table member rename to people;\n";
    const run = await withFile(migration(engine), text, () => engine.up());
    await refused(
      run,
      /Environment "test" did not come up on its new settings: It does not hold the federation/,
      /RDS_PORT.*put back, and it is healthy on them again/,
      /Its log is \S+/,
    );
  });

  it("moves Test once all is mended, and the copies of the runs that failed are gone", async () => {
    const { code, text } = await engine.up();
    assert.equal(code, 0, text);
    await assertTestOnCopy(engine, members);
    const copies = await engine.platform.listCopies();
    assert.deepEqual(
      copies.map(({ id }) => id),
      [(await engine.outputs()).copyId],
    );
    assert.notEqual(copies[0]?.id, old);
    assert.match((await engine.up()).text, /15 unchanged/);
  });

  it("refuses a second stack that is after the same environment, and its destroy touches nothing of the first", async () => {
    const { settings } = await engine.platform.readEnvironment(demonstration.environment);
    const copies = await engine.platform.listCopies();
    fs.copyFileSync(
      path.join(engine.project, "Pulumi.local.yaml"),
      path.join(engine.project, "Pulumi.second.yaml"),
    );
    const second = (...args: string[]) => engine.run([...args, "--stack", "second"]);
    assert.equal((await engine.run(["stack", "init", "second"])).code, 0);
    assertRefused(
      await second("up", "--yes", "--skip-preview"),
      /Environment "test" is claimed by stack "local" since/,
      /Run `pulumi destroy` on that stack.*or name another one with `prodcopy:environment`/,
    );
    await assertTestStays(engine, settings);
    const destroyed = await second("destroy", "--yes", "--skip-preview");
    assert.equal(destroyed.code, 0, destroyed.text);
    await assertTestStays(engine, settings);
    assert.deepEqual(await engine.platform.listCopies(), copies);
    assert.deepEqual(
      listing(engine.home.secrets).filter((name) => name.startsWith("second")),
      [],
    );
  });

  it("destroy puts Test back to where it was before all of them", async () => {
    const { code, text } = await engine.destroy();
    assert.equal(code, 0, text);
    await assertTestPutBack(engine, first);
    await assertNothingLeft(engine);
    await assertProductionUntouched(engine, widened);
  });

  /** The run failed, says this, holds no planted value, and Test stays on the copy that stands, which stays too. */
  async function refused(run: RunResult, ...says: RegExp[]): Promise<void> {
    assertRefused(run, ...says);
    assert.doesNotMatch(run.text, /Plantperson|0411 222 333/);
    await assertTestStays(engine, standing);
    assert.ok((await engine.platform.describe(old)) !== undefined, "the copy that Test stands on is gone");
  }
});

function migration(engine: Engine): string {
  return path.join(engine.project, "migrations/sample/0005_broken.sql");
}

/** The sample's rules with one more column of support_incident, on a line of its own. */
function covered(rules: string, column: string): string {
  return rules.replace(/(\n  support_incident:\n.*\n    mask:\n)/, `$1      ${column}: phone\n`);
}

/** Listens on the port that the copy was promised, before its server can. */
async function takePortOfCopy(engine: Engine, running: Promise<unknown>): Promise<net.Server> {
  let over = false;
  void running.then(() => (over = true));
  while (!over) {
    for (const name of listing(engine.home.copies)) {
      const file = path.join(engine.home.copies, name, "server.json");
      if (!fs.existsSync(file)) continue;
      const { port } = JSON.parse(fs.readFileSync(file, "utf8")) as { port: number };
      const server = net.createServer();
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen({ port, host: "127.0.0.1" }, resolve);
      });
      return server;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error("the run ended before its copy had a port");
}
