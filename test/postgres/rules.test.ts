import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { qualified, type Session } from "../../postgres/connection";
import type { SanitisePlan } from "../../postgres/sanitise/plan";
import { RulesError } from "../../postgres/sanitise/rules/faults";
import { readRules } from "../../postgres/sanitise/rules/load";
import { planDatabase } from "../../postgres/sanitise/rules/planDatabase";
import { ask } from "../support/sample";
import { useScratchServer } from "../support/servers";
import { faultsOf } from "../support/rulesFaults";

describe("rules on any database", () => {
  const server = useScratchServer();
  let count = 0;
  /** A database of its own made by `schema`, and what the rules below `tables:` make of it. */
  async function planned(
    schema: string,
    tables: string,
    use?: (session: Session, plan: SanitisePlan) => Promise<void>,
  ): Promise<SanitisePlan> {
    const database = `rules_${++count}`;
    await server().createDatabase(database);
    const file = path.join(server().handle.dir, "rules.yaml");
    await fs.writeFile(file, `database: x\nallowed_domains: [example.invalid]\ntables:\n${tables}\n`);
    return server().as(database, async (session) => {
      await session.query(schema);
      const plan = await planDatabase(session, readRules(file), database);
      await use?.(session, plan);
      return plan;
    });
  }
  /** Deletes as the plan says; constraints are checked at the end. */
  async function deleteAll(session: Session, plan: SanitisePlan): Promise<void> {
    await session.query("begin; set constraints all deferred");
    for (const { schema, table, action, where, partitionOf } of plan.tables) {
      if (partitionOf !== undefined) continue;
      if (action === "truncate") await session.query(`delete from ${qualified(schema, table)}`);
      if (action === "delete") await session.query(`delete from ${qualified(schema, table)} where ${where}`);
    }
    await session.query("commit");
  }

  it("take along every row that would dangle: through other tables, within a table, in partitions, under hostile names", () =>
    planned(
      `create schema "S.x";
       create table mail (id int primary key, status int, reply_to int references mail deferrable, again int references mail deferrable);
       create table "S.x"."mail" ("Mail Id" int primary key references mail deferrable, note text);
       create table seen (id int primary key, by int references "S.x"."mail" deferrable);
       create table hit (id int, mail_id int references mail deferrable, primary key (id)) partition by hash (id);
       create table hit_0 partition of hit for values with (modulus 2, remainder 0);
       create table hit_1 partition of hit for values with (modulus 2, remainder 1);
       insert into mail values (1, 0, null, null), (2, 2, null, null), (3, 0, 2, null), (4, 0, 1, 3), (5, 0, 1, null), (6, null, 6, null);
       insert into "S.x"."mail" select id, 'x' from mail; insert into seen select id, id from mail; insert into hit select id, id from mail;`,
      `  mail: { keep: [status], delete: { where: status is distinct from 0 } }
  '"S.x".mail': { keep: [note], delete: { follows: mail } }
  seen: { delete: { follows: '"S.x".mail' } }
  hit: { delete: { follows: [mail] } }`,
      async (session, plan) => {
        await deleteAll(session, plan);
        for (const table of ["mail", "seen", "hit"]) {
          assert.equal(
            await ask(session, `select array_agg(id order by id)::text from ${table}`),
            "{1,5}",
            table,
          );
        }
        assert.equal(await ask(session, `select count(*) from "S.x"."mail"`), "2");
        const where = plan.tables.find(({ table }) => table === "hit_1")?.where ?? "";
        assert.equal(await ask(session, `select count(*) from hit_1 where ${where}`), "0");
      },
    ));

  it("follow a table that loses all its rows by what refers to it", () =>
    planned(
      `create table device (id int primary key);
       create table message (id int primary key, device_id int references device, body text);
       insert into device values (1); insert into message values (1, 1, 'x'), (2, null, 'y');`,
      "  device: truncate\n  message: { keep: [body], delete: { follows: device } }",
      async (session, plan) => {
        assert.equal(plan.tables[0]?.table, "message");
        await deleteAll(session, plan);
        assert.equal(await ask(session, "select array_agg(id)::text from message"), "{2}");
      },
    ));

  it("have every condition and expression parsed before anything changes, and quote no value", async () => {
    const schema =
      "create table t (id int primary key, a text, b varchar(9)); insert into t values (1, 'secret-value', 'x')";
    const faults = await faultsOf(
      planned(
        schema,
        `  t:
    delete: { where: gone = 1 }
    mask:
      a: { with: sql, expression: "upper(a" }
      b: { with: redact, where: "b::int = 3", exact: [{ where: "id = 1) or (c = 2", value: x }] }`,
      ),
    );
    assert.equal(faults.length, 3, faults.join("\n"));
    assert.match(faults[0] ?? "", /condition of `delete` is refused: .*column "gone" does not exist/);
    assert.match(faults[1] ?? "", /expression of a is refused: it is not SQL/);
    assert.match(
      faults[2] ?? "",
      /condition `id = 1\) or \(c = 2` of b is refused: .*column "c" does not exist/,
    );
  });

  it("have every fault told at once: names, masks that do not fit, rows that dangle, columns that nothing says, conditions", async () => {
    const schema = `create table club (id int primary key, kind int, name text); create table member (id int primary key, club_id int references club,
      email varchar(12) unique, born date not null, note text, phone text); insert into club values (1, 1, 'x')`;
    const error = await planned(
      schema,
      `  club:
    delete: { where: knid = 2 }
    keep: [name, kind]
  membre: truncate
  member:
    keep: [emial]
    mask:
      email: email
      born: null
      note:
        with: redact
        where: nte is not null
        keep_values: [a]
        exact: [{ where: "id = 1) or (id = 2", value: x }]
    expect: { note2: [email] }`,
    ).then(
      () => assert.fail("the rules were taken"),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof RulesError, String(error));
    const told = error.faults.map(({ place, message }) => `${place.line}:${place.column} ${message}`);
    const expected = [
      /^5:5 `public\.club` loses rows, and these tables refer to it and would dangle: public\.member \(club_id\)/,
      /^5:5 the condition of `delete` is refused: .*column "knid" does not exist \(SQLSTATE 42703\)\. Did you mean `kind`\?$/,
      /^7:3 the database has no table `public\.membre`\. Did you mean `public\.member`\?$/,
      /^8:3 `public\.member\.phone` \(text\) is not classified\. It looks personal: its name speaks of telephone numbers/,
      /^9:12 `public\.member` has no column `emial`\. Did you mean `email`\?$/,
      /^11:7 `public\.member\.email` \(character varying\(12\)\) holds 12 characters, `email` needs at least 24 here$/,
      /^12:7 `public\.member\.born` \(date\) is NOT NULL and cannot become NULL: choose another transformation$/,
      /^13:7 the condition `nte is not null` of note is refused: .*column "nte" does not exist \(SQLSTATE 42703\)\. Did you mean `note`\?$/,
      /^13:7 the condition `id = 1\) or \(id = 2` of note is refused: it is not one expression$/,
      /^18:15 `public\.member` has no column `note2`\. Did you mean `note`\?$/,
    ];
    for (const one of expected) {
      assert.ok(
        told.some((fault) => one.test(fault)),
        `${one} in\n${told.join("\n")}`,
      );
    }
    assert.equal(told.filter((fault) => !expected.some((one) => one.test(fault))).join("\n"), "");
    assert.deepEqual(
      told,
      [...told].sort((a, b) => parseInt(a) - parseInt(b)),
      "in the order of the file",
    );
    assert.match(
      error.message,
      /^The rules \S+rules\.yaml have 10 faults; no row of the database was changed\.\n {2}\S+rules\.yaml:5:5: /,
    );
  });

  it("do not run what they parse, nor a second statement", async () => {
    const schema = "create table t (id int primary key, a text); insert into t values (1, 'x')";
    const tables = (expression: string) => `  t: { mask: { a: { with: sql, expression: "${expression}" } } }`;
    const [fault] = await faultsOf(planned(schema, tables("null) from t; create table ran (); select (a")));
    assert.match(fault ?? "", /expression of a is refused/);
    await planned(schema, tables("set_config('test.ran', 'yes', false)"), async (session) => {
      assert.equal(
        await ask(session, "select coalesce(current_setting('test.ran', true), 'never')"),
        "never",
      );
    });
  });

  it("look at values of every kind of column, and count without telling", async () => {
    const faults = await faultsOf(
      planned(
        `create extension hstore;
         create table odd (id int primary key, a text, b jsonb, c text[], d bytea, e hstore, f text, g text, h text, i text, j text, k text);
         insert into odd values (1, 'Bo <bo@real.example>', '{"x": ["bo@real.example"]}', '{bo@real.example}', 'bo@real.example', 'x=>bo@real.example',
           'ring +61 491 570 156', 'DE89 3704 0044 0532 0130 00', '4111 1111 1111 1111', 'from 203.0.113.9', 'pbkdf2_sha256$600$x', '2024-01-02 10:11:12');`,
        "  odd: { keep: all }",
      ),
    );
    const expected: Record<string, string> = {
      ...{ a: "e-mail addresses", b: "e-mail addresses", c: "e-mail addresses", d: "e-mail addresses" },
      ...{ e: "e-mail addresses", f: "telephone numbers", g: "IBANs", h: "card numbers" },
      ...{ i: "network addresses", j: "password hashes" },
    };
    assert.equal(faults.length, Object.keys(expected).length, faults.join("\n"));
    for (const [column, what] of Object.entries(expected)) {
      const fault = faults.find((one) => one.includes(`odd.${column}\``));
      assert.ok(fault?.includes(`${what} in 1 of 1 sampled rows`), `${column}: ${fault}`);
    }
    assert.ok(faults.every((fault) => !fault.includes("real.example")));
  });

  it("look into large tables by samples, and at empty ones, and at partitions", () =>
    planned(
      `create table big (id int primary key, word text); insert into big select n, 'word ' || n from generate_series(1, 120000) n; analyze big;
       create table none (id int primary key, word text);
       create table parts (id int primary key, word text) partition by range (id); create table part_1 partition of parts default;`,
      "  big: { keep: all }\n  none: { keep: all }\n  parts: { keep: all }",
    ).then((plan) => assert.equal(plan.tables.length, 4)));
});
