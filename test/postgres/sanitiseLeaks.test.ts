import assert from "node:assert/strict";
import { ident, type Session } from "../../postgres/connection";
import { asCopy } from "../support/copies";
import { sanitiseWith } from "../support/sanitise";
import { useScratchServer } from "../support/servers";

/** One planted leak after the other: the run must stop, name the place, and show no value. */
describe("sanitiser: what the leak scan finds", function () {
  this.timeout(120_000);
  const server = useScratchServer();
  let number = 0;

  const schema = `
    create extension hstore;
    create table person (id int primary key, first text, last text, email text, phone text, street text, token text, name text, padded text);
    insert into person select i, 'Wilhelmina', 'Quackenbush' || chr(96 + i), 'quack' || i || '@real.org', '04' || (10000000 + i * 977),
      i || ' Quackstreet Road', 'tok_live_abcdef123456_' || i, 'Doctor Quackname' || chr(96 + i), 'UGFkZGVkIHRva2VuIG9m' || i || '==' from generate_series(1, 20) i;
    insert into person (id, email) values (5000, 'quack21@example.invalid');
    create table note (id int primary key, body text);
    insert into note select i, 'Nothing in here, Mary Smith of 12 Smith Street wrote to us on 2024-05-17 10:33 about order 4711' from generate_series(1, 5) i;`;
  const rules = (database: string) => `
database: ${database}
allowed_domains: [example.invalid]
tables:
  person:
    mask: { first: first-name, last: last-name, email: email, phone: phone, street: address-line, token: token, name: full-name, padded: token }
  note: { keep: [body] }
  kept: { keep: [v] }
`;

  async function runWith(extra: string, after?: (session: Session) => Promise<void>): Promise<string> {
    const database = `leak_${++number}`;
    await server().createDatabase(database);
    try {
      await server().as(database, async (session) => {
        await session.query(schema);
        await session.query(extra);
      });
      const forgotten = extra.includes("table forgotten")
        ? "  forgotten: { keep: [mail, who, phone, prose, markup] }\n"
        : "";
      await sanitiseWith(
        server().target(database),
        (session) => asCopy(session, server().handle),
        (extra.includes("table kept")
          ? rules(database)
          : rules(database).replace("  kept: { keep: [v] }\n", "")) + forgotten,
      );
      return "";
    } catch (error) {
      if (after !== undefined) await server().as(database, after);
      return (error as Error).message;
    } finally {
      // The next run refuses a server on which another database holds tables.
      await server().as("postgres", async (session) => {
        await session.query(`drop database ${ident(database)}`);
      });
    }
  }

  it("raises no alarm on the clean database, where common words stand beside names", async () => {
    assert.equal(await runWith(""), "");
  });

  const kept = (type: string, value: string) =>
    `create table kept (id int primary key, v ${type}); insert into kept values (1, ${value})`;
  const leaks: [what: string, sql: string, found: RegExp][] = [
    [
      "an address in running text",
      kept("text", "'write to QUACK3@real.org, please'"),
      /public\.kept\.v: an e-mail address that stood here before, 1 times/,
    ],
    [
      "an address in JSON, escaped",
      kept("json", `'{"a": ["quack3\\u0040real.org"]}'`),
      /public\.kept\.v: an e-mail address/,
    ],
    [
      "an address as a key of jsonb",
      kept("jsonb", `'{"a": {"quack3@real.org": 1}}'`),
      /public\.kept\.v: an e-mail address/,
    ],
    [
      "an address in an array",
      kept("text[]", "array['x', 'quack3@real.org']"),
      /public\.kept\.v: an e-mail address/,
    ],
    ["an address in bytea", kept("bytea", "'quack3@real.org'::bytea"), /public\.kept\.v: an e-mail address/],
    [
      "an address in bytea that is no text",
      kept("bytea", "'\\xff00'::bytea || 'quack3@real.org'::bytea"),
      /public\.kept\.v: an e-mail address/,
    ],
    [
      "an address in hstore",
      kept("hstore", "'a=>\"quack3@real.org\"'"),
      /public\.kept\.v: an e-mail address/,
    ],
    [
      "an address in tsvector",
      kept("tsvector", "to_tsvector('simple', 'quack3@real.org')"),
      /public\.kept\.v: an e-mail address/,
    ],
    [
      "an address in a URL",
      kept("text", "'https://x.example.invalid/?m=quack3%40real.org&a=b'"),
      /public\.kept\.v: an e-mail address that/,
    ],
    [
      "a stranger's address",
      kept("text", "'somebody@else.org'"),
      /public\.kept\.v: an e-mail address outside the allowed domains/,
    ],
    [
      "a telephone number in other punctuation",
      kept("text", "'call 0410 002 931 now'"),
      /public\.kept\.v: a telephone or account number/,
    ],
    [
      "a full name of one column",
      kept("text", "'spoke to doctor quacknamec.'"),
      /public\.kept\.v: the full name of a person/,
    ],
    [
      "a full name of two columns",
      kept("text", "'spoke to Wilhelmina Quackenbushc'"),
      /public\.kept\.v: the full name of a person/,
    ],
    [
      "an address line",
      kept("text", "'lives at 3 Quackstreet Road, Perth'"),
      /public\.kept\.v: an address line/,
    ],
    [
      "a token in a log line",
      kept("text", "'auth=tok_live_abcdef123456_3 ok'"),
      /public\.kept\.v: a value that stood here before/,
    ],
    [
      "a padded token in a log line",
      kept("text", "'key \"UGFkZGVkIHRva2VuIG9m3==\".'"),
      /public\.kept\.v: a value that stood here before/,
    ],
    [
      "a token as a whole value",
      kept("varchar(60)", "'TOK_LIVE_ABCDEF123456_3'"),
      /public\.kept\.v: a value that stood here before/,
    ],
    [
      "an address in a function",
      "create function f() returns text language sql as $$ select 'quack21@example.invalid' $$",
      /function public\.f\(\): an e-mail address that stood here/,
    ],
    [
      "an address in a default",
      "alter table note alter body set default 'quack21@example.invalid'",
      /default of public\.note: an e-mail address that stood here/,
    ],
    ["a name in a view", "create view w as select 'Doctor Quacknamec' as who", /the full name of a person/],
  ];
  for (const [what, sql, found] of leaks) {
    it(`stops at ${what}`, async () => {
      const message = await runWith(sql);
      assert.match(message, found);
      assert.doesNotMatch(message, /quack\d|quacknam|quackens|002 ?931|tok_live|somebody@/i);
    });
  }

  const known: [what: string, sql: string, place: string][] = [
    [
      "a function",
      "create function f() returns text language sql as $$ select 'somebody@else.org' $$",
      "function public.f()",
    ],
    ["a default", "alter table note alter body set default 'somebody@else.org'", "default of public.note"],
    ["a view", "create view w as select 'somebody@else.org' as who", "view public.w"],
    [
      "a constraint",
      "alter table note add check (body <> 'somebody@else.org')",
      "constraint note_body_check of public.note",
    ],
    ["a policy", "create policy p on note using (body <> 'somebody@else.org')", "policy p of public.note"],
    [
      "a key in a trigger",
      `create function g() returns trigger language plpgsql as 'begin return new; end';
      create trigger t before update on note for each row execute function g('AKIAQUACKQUACKQUACK7')`,
      "trigger t of public.note",
    ],
  ];
  for (const [what, sql, place] of known) {
    it(`refuses what no mask reaches in ${what} before anything is changed`, async () => {
      const message = await runWith(sql, async (session) => {
        const { rows } = await session.query<{ n: number }>(
          "select count(*)::int as n from person where email like '%@real.org'",
        );
        assert.equal(rows[0]?.n, 20);
      });
      assert.match(
        message,
        /^refused before anything was changed: the leak scan found what must not be in the copy:/,
      );
      assert.ok(message.includes(`${place}: `), message);
      assert.doesNotMatch(message, /somebody@|AKIAQ/i);
    });
  }

  it("leaves a comment to be cleaned, and lets pass what the rules name or allow", async () => {
    const message = await runWith(`comment on table note is 'ask somebody@else.org';
      create function f() returns text language sql as $$ select 'nobody@example.invalid' $$;
      create function g() returns text language sql as $$ select 'logo@2x.png' $$`);
    assert.equal(message, "");
  });

  it("ends with every column's name where rules forgot most of them, without reading each to its end", async () => {
    const columns = ["mail", "who", "phone", "prose", "markup"];
    const message = await runWith(`
      insert into person select i, 'Quincy' || translate(i::text, '0123456789', 'abcdefghij'), 'Quackenbush' || translate(i::text, '0123456789', 'abcdefghij'),
        'quack' || i || '@real.org', '04' || (10000000 + i * 977), i || ' Quackstreet Road', 'tok_live_abcdef123456_' || i, 'Quackname', null
        from generate_series(21, 2000) i;
      create table forgotten (id int primary key, ${columns.join(" text, ")} text);
      insert into forgotten select p.id + 10000 * n, p.email, p.first || ' ' || p.last, p.phone, 'Dear ' || p.first || ' ' || p.last || ', ' || w,
          '<p>' || p.email || '</p><p>' || p.first || ' ' || p.last || ' of ' || p.phone || '</p>' || w
        from person p, generate_series(1, 10) n,
          (select string_agg('word' || translate(i::text, '0123456789', 'abcdefghij'), ' ') as w from generate_series(1, 60) i) words;`);
    for (const column of columns) {
      assert.match(message, new RegExp(`public\\.forgotten\\.${column}: .*, at least \\d+ times`));
    }
    assert.match(message, /forgotten\.markup: the full name of a person who stood here before/);
    assert.doesNotMatch(message, /quack\d|quackenb|quincy/i);
  });

  it("finds an address in a large object that the rules keep", async () => {
    const database = `leak_${++number}`;
    await server().createDatabase(database);
    await server().as(database, async (session) => {
      await session.query(schema);
      await session.query("select lo_from_bytea(0, 'quack3@real.org'::bytea)");
    });
    const run = sanitiseWith(
      server().target(database),
      (session) => asCopy(session, server().handle),
      rules(database).replace("  kept: { keep: [v] }\n", "") + "large_objects: keep\n",
    );
    await assert.rejects(run, /pg_largeobject\.data: an e-mail address that stood here before/);
    await server().as("postgres", async (session) => {
      await session.query(`drop database ${ident(database)}`);
    });
  });
});
