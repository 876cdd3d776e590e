import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { takeAutomaticSnapshot } from "../../platforms/local/snapshot";
import { demonstration } from "../../scripts/demonstration";
import { Engine, type RunResult } from "../support/engine";
import { ArgumentSampler, filesBelow, Needles } from "../support/needles";
import { nameProductionSecrets, plantPersonalValues } from "../support/planted";
import { onSample } from "../support/sample";

/**
 * Known secrets and planted personal values, searched for in everything that a stack's life leaves behind: what the CLI
 * prints, its state with backups and history, reports, events, logs, claims, argument lists, and the copy's own files.
 * Not proven here: values inside TOAST that PostgreSQL compressed, processes shorter than the sampler's step, and the
 * environment variables of the Test application, which is handed its password there.
 */
describe("secrets and personal values", function () {
  this.timeout(600_000);
  let engine: Engine;
  let root: string;
  let sampler: ArgumentSampler;
  /** Of production and of the copies: they may stand in the designed files only. */
  const needles = new Needles();
  const said: Record<string, RunResult> = {};
  const environment = path.join("home", "environments", demonstration.environment);
  /** Where secrets and production's values are by design; every other file below the test's folder is searched. */
  const designed = [
    path.join("home", "secrets"),
    // What the application is started with; as Elastic Beanstalk's own settings.
    path.join(environment, "settings.json"),
    // Production itself, the office it reads from, and the old Test server.
    path.join("home", "servers"),
    path.join("home", "snapshots"),
  ];

  before(async () => {
    engine = await Engine.create(60);
    root = path.dirname(engine.project);
    await onSample(engine.home, "production", async (session) => {
      const planted = await plantPersonalValues(session, needles);
      assert.ok(planted >= 50, `only ${planted} values are planted`);
      await nameProductionSecrets(engine.home, session, needles);
    });
    await takeAutomaticSnapshot(engine.home, demonstration.source, () => undefined);
    sampler = new ArgumentSampler();
  });
  after(async () => {
    sampler?.stop();
    await engine?.dispose();
  });

  it("can be found: the search sees one in a file, and all that is planted in production's snapshot", () => {
    const control = new Needles();
    control.add("planted", "zqcontrolvalue");
    const file = path.join(root, "control.txt");
    fs.writeFileSync(file, `a line\n{"x": "${Buffer.from("zqcontrolvalue").toString("base64")}"}`);
    assert.deepEqual(control.below(root, ["home", "project"]), ["control.txt: planted"]);
    fs.rmSync(file);
    const seen = new Set(
      needles.below(engine.home.snapshots).map((line) => line.slice(line.indexOf(": ") + 2)),
    );
    const missing = needles.names().filter((name) => !seen.has(name));
    assert.deepEqual(
      missing.filter((name) => !isOnlyInStore(name)),
      [],
    );
  });

  it("stand in no preview", async () => {
    said.preview = await engine.preview();
    assert.equal(said.preview.code, 0, said.preview.text);
  });

  it("stand in nothing that `up` prints or leaves, the copy's own files included", async () => {
    said.up = await engine.up();
    assert.equal(said.up.code, 0, said.up.text);
    nameCopysSecrets();
    const [copy] = filesBelow(engine.home.copies).filter((file) => file.endsWith("PG_VERSION"));
    assert.ok(copy, "the copy's data folder is searched");
    assert.deepEqual(needles.below(root, designed), []);
  });

  it("stand in nothing that a refresh prints or leaves", async () => {
    said.refresh = await engine.refresh();
    assert.equal(said.refresh.code, 0, said.refresh.text);
    assert.deepEqual(needles.below(root, designed), []);
  });

  it("stand in no error of a sanitise that finds a leak, and in nothing that it leaves but its quarantined copy", async () => {
    const rules = path.join(engine.project, "rules", "sample.yaml");
    const text = fs.readFileSync(rules, "utf8");
    const leaking = text.replace(
      "keep: [visited_on]\n    mask:\n",
      "keep: [visited_on, notes, email]\n    mask:\n",
    );
    fs.writeFileSync(
      rules,
      leaking.replace(/(visitor:[^]*?)\n {6}email: email([^]*?)\n {6}notes: redact/, "$1$2"),
    );
    said.leak = await engine.up();
    assert.notEqual(said.leak.code, 0);
    assert.match(said.leak.text, /sanitise: .*(visitor|leak)/i);
    nameCopysSecrets();
    const quarantined = (await engine.platform.listCopies()).map(({ id }) =>
      path.join("home", "copies", id, "data"),
    );
    assert.deepEqual(needles.below(root, [...designed, ...quarantined]), []);
    fs.writeFileSync(rules, text);
  });

  it("stand in no error of a migration that fails on a member's row", async () => {
    fs.writeFileSync(
      path.join(engine.project, "migrations", "sample", "0009_broken.sql"),
      "create unique index on member ((kind));\n",
    );
    said.migration = await engine.up();
    assert.notEqual(said.migration.code, 0);
    assert.match(said.migration.text, /0009_broken/);
    assert.doesNotMatch(said.migration.text, /Key \(/, "PostgreSQL's details hold a row's values");
    nameCopysSecrets();
    const quarantined = (await engine.platform.listCopies()).map(({ id }) =>
      path.join("home", "copies", id, "data"),
    );
    assert.deepEqual(needles.below(root, [...designed, ...quarantined]), []);
  });

  it("stand in nothing that destroy prints or leaves", async () => {
    said.destroy = await engine.destroy();
    assert.equal(said.destroy.code, 0, said.destroy.text);
    assert.deepEqual(needles.below(root, designed), []);
  });

  it("stood in nothing that any command printed, and in no argument list", () => {
    for (const [command, { text }] of Object.entries(said)) assert.deepEqual(needles.in(text), [], command);
    assert.ok(sampler.samples > 100 && [...sampler.seen].some((line) => line.includes("dynamic-provider")));
    const found = [...sampler.seen].flatMap((line) =>
      needles.in(line).map((name) => `${line.slice(0, 40)}: ${name}`),
    );
    assert.deepEqual(found, []);
  });

  /** Whatever the secret store holds now: administrators', the application's and the test logins' passwords, the earlier ones. */
  function nameCopysSecrets(): void {
    for (const file of fs.readdirSync(engine.home.secrets)) {
      if (file.startsWith("sample~")) continue;
      const { ref, value } = JSON.parse(fs.readFileSync(path.join(engine.home.secrets, file), "utf8")) as {
        ref: string;
        value: Record<string, string>;
      };
      for (const [name, secret] of Object.entries(value)) {
        if (!["username", "host", "port", "dbname"].includes(name)) needles.add(`${ref} ${name}`, secret);
      }
    }
  }
});

/** Passwords of roles stand nowhere in a server, only their verifiers do, as text; subscriptions and mappings hold three. */
function isOnlyInStore(name: string): boolean {
  if (name.endsWith(", bytes")) return true;
  return name.startsWith("password ") && !/publisher-(feed|reader|announcer)/.test(name);
}
