import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { ident, literal, withSession, type ConnectionTarget } from "../../postgres/connection";
import { takeAutomaticSnapshot } from "../../platforms/local/snapshot";
import { demonstration } from "../../scripts/demonstration";
import { Engine } from "../support/engine";
import {
  assertNothingLeft,
  assertProductionUntouched,
  assertTestOnCopy,
  assertTestPutBack,
  takeBefore,
  type Before,
} from "../support/engineChecks";
import { ask, onSample } from "../support/sample";

/** Everything that a careless statement, path, pattern or line of a configuration trips over. */
const hostile = {
  schema: `Sché"ma.of 'x'; --`,
  table: `Ta"ble\\n $1 $$ .ünï {{x}} 表`,
  column: `Co"lumn.'é' %s \${y}`,
  role: `Ro"le'; drop role federation_app; -- ж`,
  database: `Data"base 'ü'.; x`,
} as const;
const planted = "hostile.person@real-place.org";
const rolePassword = "hostile-role-password";

/** A federation that nobody has joined yet, on a server whose names are hostile. Not proven here: anything about its speed. */
describe("an empty database with hostile names", function () {
  this.timeout(600_000);
  let engine: Engine;
  let untouched: Before;

  before(async () => {
    engine = await Engine.create(0);
    await plant(engine);
    await takeAutomaticSnapshot(engine.home, demonstration.source, () => undefined);
    writeRules(engine);
    untouched = await takeBefore(engine);
  });
  after(() => engine?.dispose());

  it("becomes a copy that Test stands on, without a member", async () => {
    const { code, text } = await engine.up();
    assert.equal(code, 0, text);
    await assertTestOnCopy(engine, 0);
    assert.ok(!text.includes(planted) && !text.includes(rolePassword), "a planted value is shown");
  });

  it("has the hostile column masked, the hostile role locked out, and the hostile database gone", async () => {
    const target = await copyTarget(engine);
    const { schema, table, column, role, database } = hostile;
    await withSession(target, { applicationName: "test" }, async (session) => {
      const value = await ask(session, `select ${ident(column)} from ${ident(schema)}.${ident(table)}`);
      assert.match(value, /@example\.invalid$/);
      const empty = await ask(session, `select count(*) from ${ident(schema)}.${ident(`${table} empty`)}`);
      assert.equal(empty, "0");
      assert.equal(
        await ask(session, `select rolcanlogin from pg_roles where rolname = ${literal(role)}`),
        "false",
      );
      const databases = `select count(*) from pg_database where datname = ${literal(database)}`;
      assert.equal(await ask(session, databases), "0");
    });
    await assert.rejects(
      withSession({ ...target, user: role, password: rolePassword }, { applicationName: "test" }, () =>
        Promise.resolve(),
      ),
      /SQLSTATE 28/,
    );
  });

  it("names them in the report as they are", async () => {
    const { report } = await engine.outputs();
    const json = fs.readFileSync(report!.replace(/\.html$/, ".json"), "utf8");
    assert.ok(
      json.includes(JSON.stringify(hostile.column).slice(1, -1)),
      "the report does not name the column",
    );
    assert.ok(!json.includes(planted));
    assert.doesNotMatch(fs.readFileSync(report!, "utf8"), /hostile\.person/);
  });

  it("destroy leaves nothing, and production as it was", async () => {
    const { code, text } = await engine.destroy();
    assert.equal(code, 0, text);
    await assertTestPutBack(engine, untouched);
    await assertNothingLeft(engine);
    await assertProductionUntouched(engine, untouched);
  });
});

async function plant(engine: Engine): Promise<void> {
  const { schema, table, column, role, database } = hostile;
  await onSample(engine.home, "production", async (session) => {
    const name = `${ident(schema)}.${ident(table)}`;
    const columns = `(id int primary key, ${ident(column)} varchar(80) unique)`;
    await session.query(`create role ${ident(role)} login password ${literal(rolePassword)}`);
    await session.query(`create database ${ident(database)} owner ${ident(role)}`);
    await session.query(`create schema ${ident(schema)} authorization ${ident(role)}`);
    await session.query(`create table ${name} ${columns}`);
    await session.query(`create table ${ident(schema)}.${ident(`${table} empty`)} ${columns}`);
    await session.query(`alter table ${name} owner to ${ident(role)}`);
    await session.query(`insert into ${name} values (1, ${literal(planted)})`);
    await session.query(`alter role ${ident(role)} in database ${ident(database)} set work_mem = '8MB'`);
  });
}

/** Rules for what was planted. Nobody is there to keep a login, so the sample's rules go without. */
function writeRules(engine: Engine): void {
  const file = path.join(engine.project, "rules/sample.yaml");
  const quoted = (part: string) => `"${part.replaceAll('"', '""')}"`;
  const rule = (table: string) =>
    `  ${JSON.stringify(`${quoted(hostile.schema)}.${quoted(table)}`)}:\n    mask:\n      ${JSON.stringify(hostile.column)}: email\n`;
  const text = fs
    .readFileSync(file, "utf8")
    .replace(/\nlogins:\n(  .*\n)+/, "\n")
    .replace("\ntables:\n", () => `\ntables:\n${rule(hostile.table)}${rule(`${hostile.table} empty`)}`);
  fs.writeFileSync(file, text);
}

async function copyTarget(engine: Engine): Promise<ConnectionTarget> {
  const { adminSecret } = await engine.outputs();
  const { username, password, host, port, dbname } = await engine.platform.secrets.get(adminSecret!);
  return { host: host!, port: Number(port), database: dbname!, user: username!, password: password! };
}
