import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { applyMigrations } from "../../postgres/migrate";
import { asCopy } from "../support/copies";
import { useScratchServer } from "../support/servers";

const planted = "jane.doe@real.example";

describe("migrations", () => {
  const server = useScratchServer();
  let folder: string;

  beforeEach("an empty database and an empty folder", async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), "prodcopy-migrations-"));
    await server().as("postgres", async (session) => {
      await session.query("drop database if exists app with (force)");
      await session.query("create database app");
    });
  });
  afterEach(() => fs.rm(folder, { recursive: true }));

  const write = (name: string, text: string) => fs.writeFile(path.join(folder, name), text);
  const query = async (text: string) =>
    server().as("app", async (session) => (await session.query<Record<string, unknown>>(text)).rows);
  const apply = () =>
    server().as("app", async (session) => {
      const { migrations, proofs } = await applyMigrations(
        await asCopy(session, server().handle),
        folder,
        () => undefined,
      );
      return { outcomes: migrations.map(({ name, outcome }) => `${name}: ${outcome}`), proofs };
    });
  const records = () => query("select name from schema_migration order by name");

  it("are applied in the order of their numbers, once, with their hashes", async () => {
    await write("10_last.sql", "alter table a add column c int;");
    await write("0002_first.sql", "create table a (b int); insert into a values (1);");
    await write("notes.txt", "no migration");
    const first = await apply();
    assert.deepEqual(first.outcomes, ["0002_first: applied", "10_last: applied"]);
    assert.equal(first.proofs[0]?.claim, "The schema is at version 10_last.");
    assert.deepEqual((await apply()).outcomes, ["0002_first: already there", "10_last: already there"]);
    assert.deepEqual(
      await query("select count(*)::int as n from schema_migration where length(sha256) = 64"),
      [{ n: 2 }],
    );
  });

  it("are refused when one was edited after use", async () => {
    await write("1_a.sql", "create table a ()");
    await apply();
    await write("1_a.sql", "create table a (b int)");
    await write("2_b.sql", "create table b ()");
    await assert.rejects(apply(), /edited after it was applied: 1_a\.sql\. Nothing was applied/);
    assert.deepEqual(await records(), [{ name: "1_a" }]);
  });

  it("fail with file, line, column and caret, and nothing of the file is applied", async () => {
    await write("1_a.sql", "create table a ();");
    await write(
      "2_b.sql",
      "create table b ();\n-- so\n\tselect '\u{1F600}',\tnothing_here;\ncreate table c ();\n",
    );
    await assert.rejects(apply(), (error: Error) => {
      assert.match(
        error.message,
        /^2_b\.sql:3:14: migration 2_b failed: column "nothing_here" does not exist/,
      );
      assert.match(error.message, /\n {4}\tselect '\u{1F600}',\tnothing_here;\n {4}\t {11}\t\^\n/u);
      return true;
    });
    assert.deepEqual(await records(), [{ name: "1_a" }]);
    assert.deepEqual(await query("select to_regclass('b') as there"), [{ there: null }]);
  });

  it("never show a row, not from a statement and not from the COMMIT", async () => {
    await query(`create table member (id int primary key, email text);
      create table mail (member int references member deferrable initially deferred, address text);
      insert into member values (1, '${planted}')`);
    const failing: Record<string, RegExp> = {
      "create unique index on member ((1)); alter table member add check (email is null)": /1_x\.sql:1:38: /,
      "alter table member alter email type int using email::int": /SQLSTATE 22P02/,
      "create unique index u on member (email);\ninsert into member select 2, email from member":
        /1_x\.sql:2:1: .*constraint u/,
      "insert into mail select 7, email from member;\n": /1_x\.sql:1:46: .*23503/,
    };
    for (const [sql, place] of Object.entries(failing)) {
      await write("1_x.sql", sql);
      await assert.rejects(apply(), (error: Error) => {
        assert.match(error.message, place);
        assert.doesNotMatch(`${error.stack} ${JSON.stringify(error)}`, /jane/);
        return true;
      });
    }
  });

  it("are refused with commands of psql, inline data, or a transaction of their own, naming the line", async () => {
    const refused: Record<string, RegExp> = {
      "select 1;\n\\connect other\n": /1_x\.sql:2:1: commands of psql/,
      "create table t ();\ncopy t from stdin;\n1\n\\.\n": /1_x\.sql:4:1: commands of psql/,
      "create table t ();\n  copy t (a) from stdin": /1_x\.sql:2:3: COPY FROM stdin/,
      "create table t ();\nbegin;\ncreate table u ();\ncommit":
        /1_x\.sql:2:1: each file runs in one transaction/,
      "create table t ();\n-- so\nCOMMIT": /1_x\.sql:3:1: each file runs in one transaction/,
    };
    for (const [sql, message] of Object.entries(refused)) {
      await write("1_x.sql", sql);
      await assert.rejects(apply(), message);
    }
    assert.deepEqual(await query("select to_regclass('t') as there"), [{ there: null }]);
  });

  it("are refused without a number, and with one number twice", async () => {
    await write("fix.sql", "select 1");
    await assert.rejects(apply(), /fix\.sql has no number/);
    await fs.rm(path.join(folder, "fix.sql"));
    await write("1_a.sql", "select 1");
    await write("01_b.sql", "select 1");
    await assert.rejects(apply(), /01_b\.sql and 1_a\.sql|1_a\.sql and 01_b\.sql/);
  });

  it("are refused when the database is newer than the folder", async () => {
    await write("1_a.sql", "select 1");
    await apply();
    await query("insert into schema_migration (name) values ('0007_from_production')");
    await assert.rejects(apply(), /newer than the folder: it has 0007_from_production/);
  });

  it("fit the application's own bookkeeping, which names versions and has no hashes", async () => {
    await query(`create table schema_migration (version varchar(100) primary key, applied_at timestamptz default now());
      insert into schema_migration values ('0001_initial'), ('0002_before')`);
    await write("0002_before.sql", "this would fail");
    // It writes its record itself, as the application's files do.
    await write(
      "0003_own.sql",
      "insert into schema_migration (version) values ('0003_own') on conflict do nothing",
    );
    assert.deepEqual((await apply()).outcomes, ["0002_before: already there", "0003_own: applied"]);
    assert.deepEqual((await apply()).outcomes, ["0002_before: already there", "0003_own: already there"]);
    assert.deepEqual(
      await query("select version, sha256 is not null as hashed from schema_migration order by 1"),
      [
        { version: "0001_initial", hashed: false },
        { version: "0002_before", hashed: false },
        { version: "0003_own", hashed: true },
      ],
    );
  });

  it("are refused when the bookkeeping is of another shape", async () => {
    await query("create table schema_migration (id int)");
    await write("1_a.sql", "select 1");
    await assert.rejects(apply(), /neither a column name nor version.*its columns are id/);
  });

  it("of an empty folder are none", async () => {
    assert.deepEqual(await apply(), { outcomes: [], proofs: [] });
  });
});
