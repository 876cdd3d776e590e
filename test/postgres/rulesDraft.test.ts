import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { labelNames, readLabels } from "../../bench/detect/labels";
import { score, recallOf, precisionOf } from "../../bench/detect/score";
import { readCatalogue } from "../../postgres/catalogue";
import { withSession, type Session } from "../../postgres/connection";
import { detect } from "../../postgres/sanitise/detect/detect";
import { draftRules, type Draft } from "../../postgres/sanitise/draft/draft";
import { explainColumn } from "../../postgres/sanitise/draft/explain";
import { differenceFromRules, differenceOfDatabases } from "../../postgres/sanitise/draft/difference";
import { readRules } from "../../postgres/sanitise/rules/load";
import { planDatabase } from "../../postgres/sanitise/rules/planDatabase";
import { asCopy } from "../support/copies";
import { sanitiseWith } from "../support/sanitise";
import { startScratchServer, useScratchHome, useScratchServer } from "../support/servers";

const checkout = path.resolve(__dirname, "../..");
const schemas = path.join(checkout, "bench/detect/schemas");

describe("rules draft", function () {
  this.timeout(120_000);
  const home = useScratchHome();
  const server = useScratchServer();

  async function made(name: string, sql: string): Promise<void> {
    await server().createDatabase(name);
    await server().as(name, (session) => session.query(sql));
  }
  const drafted = (database: string, login?: { user: string; password: string }) =>
    withSession(server().target(database, login), { applicationName: "test", readOnly: true }, (session) =>
      draftRules(session),
    );
  function column(draft: Draft, name: string) {
    const found = draft.columns.get(name);
    assert.ok(found, `${name} is not in the draft`);
    return found;
  }
  /** Binds the draft as a user would: from a file, the whole gate, values and expressions included. */
  async function bound(database: string, draft: Draft) {
    const file = path.join(home().root, `${database}.yaml`);
    fs.writeFileSync(file, draft.yaml);
    return server().as(database, (session) => planDatabase(session, readRules(file), database));
  }

  for (const name of labelNames().filter((one) => fs.existsSync(path.join(schemas, `${one}.sql`)))) {
    it(`finds what is personal in ${name}, and its draft holds`, async () => {
      await made(name, fs.readFileSync(path.join(schemas, `${name}.sql`), "utf8"));
      const labels = readLabels(name);
      const result = await server().as(name, async (session) =>
        score(name, labels, await detect(session, await readCatalogue(session, name)), 0),
      );
      assert.deepEqual(result.unknown, [], "labels of no column");
      if (labels.heldOut) assert.ok(recallOf(result) >= 0.95, result.misses.length.toString());
      else assert.deepEqual(result.misses, []);
      assert.ok(precisionOf(result) >= 0.8, result.falseAlarms.join("\n"));
      await bound(name, await drafted(name));
    });
  }

  it("says something of every column of every table, partitions included", async () => {
    await made(
      "every",
      `create table m (id int primary key, at date, t text) ;
       create table p (id int, at date not null, who text) partition by range (at);
       create table p1 partition of p for values from ('2024-01-01') to ('2025-01-01');
       create table nothing ();`,
    );
    const draft = await drafted("every");
    const expected = ["m.id", "m.at", "m.t", "p.id", "p.at", "p.who", "p1.id", "p1.at", "p1.who"];
    assert.deepEqual([...draft.columns.keys()].sort(), expected.map((one) => `public.${one}`).sort());
    await bound("every", draft);
  });

  it("drafts for a database without tables", async () => {
    await made("bare", "select 1");
    const draft = await drafted("bare");
    assert.equal(draft.columns.size, 0);
    await bound("bare", draft);
  });

  it("writes hostile names so that the rules find them", async () => {
    await made(
      "hostile",
      `create schema "a.b"; create table "a.b"."x ""y"" #z" (id int primary key, "E-Mail: a" text, "- null" text, "yes" text, "{c}" text,
         "line\nbreak email" text, "имя # x" text, "''; drop table t; --" text, " lead" text, "123" text);
       insert into "a.b"."x ""y"" #z" values (1, 'a@b.example', 'x', 'y', 'z', 'c@d.example', 'n', 'p', 'q', 'r');`,
    );
    const draft = await drafted("hostile");
    const plan = await bound("hostile", draft);
    const columns = plan.tables[0]?.columns ?? [];
    assert.equal(columns.length, 10);
    assert.equal(columns.find((one) => one.name === "line\nbreak email")?.mask?.with, "email");
  });

  it("shows no value of any row, whatever kind of column it stands in", async () => {
    await made(
      "canaries",
      `create extension hstore; create type pair as (a text, b text);
       create table c (id int primary key, name text, email text, j jsonb, js json, a text[], b bytea, x xml, h hstore, p pair, n numeric, notes varchar(200));
       insert into c select n, 'Canaryname' || n, 'canary' || n || '@canary.example', jsonb_build_object('canarykey' || n, 'canaryvalue', 'email', 'canary@x.example'),
         json_build_object('Canary', n), array['canarya'], 'canaryb', '<canary/>', 'canary=>canary', '(canary,canary)'::pair, 424242424242, 'canary notes' from generate_series(1, 40) n;
       create table few (id int primary key, j jsonb); insert into few select n, '{"canary1.email": "x", "canary@phone": {"mail": "y"}}' from generate_series(1, 3) n;`,
    );
    const draft = await drafted("canaries");
    const file = path.join(home().root, "canaries.yaml");
    fs.writeFileSync(file, draft.yaml);
    const names = ["name", "email", "j", "js", "a", "b", "x", "h", "p", "n", "notes"];
    const explained = await server().as("canaries", async (session) => {
      const all = [];
      for (const name of names) all.push(await explainColumn(session, readRules(file), `c.${name}`));
      return all;
    });
    const text = [draft.yaml, JSON.stringify([...draft.columns]), JSON.stringify(explained)]
      .join("\n")
      .replaceAll("canaries", "");
    assert.doesNotMatch(text, /canary|4242/i);
    assert.match(
      column(draft, "public.c.j").reasons.join(),
      /\$\.email/,
      "a key of the application's own is told",
    );
  });

  it("masks what a pack keeps where its values show people", async () => {
    await made(
      "packed",
      `create table auth_group (id int primary key, name varchar(150) not null unique);
       insert into auth_group select g, 'anna.muster' || g || '@mail.org' from generate_series(1, 40) g`,
    );
    const draft = await drafted("packed");
    assert.ok(draft.packs.includes("django"));
    assert.equal(column(draft, "public.auth_group.name").with, "email");
    const plan = await bound("packed", draft);
    assert.match(JSON.stringify(plan), /"with":"email"/);
  });

  it("takes a table for one of people where its values show them", async () => {
    await made(
      "values",
      `create table product_items (id int primary key, a text, b text, city text);
       insert into product_items select g, 'Maria Smith', 'anna.muster' || g || '@mail.org', 'Springfield ' || chr(65 + g % 26)
         from generate_series(1, 40) g;
       update product_items set a = (array['John Smith', 'Mary Johnson', 'James Brown', 'Linda Davis', 'Robert Miller', 'Susan Wilson'])[1 + id % 6]`,
    );
    const draft = await drafted("values");
    assert.equal(column(draft, "public.product_items.city").action, "mask");
  });

  it("drafts transformations that fit, so that sanitise runs through with it", async () => {
    const single = await startScratchServer(home(), "single");
    await single.createDatabase("fits");
    await single.as("fits", (session) => session.query(fitting));
    const draft = await single.as("fits", (session) => draftRules(session));
    const with_ = (name: string) => column(draft, `public.${name}`).with;
    assert.deepEqual(column(draft, "public.person.mobile").params, { format: "04########" });
    assert.equal(with_("person.email"), "email");
    assert.equal(with_("person.full_nm"), "digits", "what its check lets through");
    assert.notEqual(with_("person.nick"), "first-name", "a unique name stays unique");
    assert.equal(with_("orders.person_email"), "email", "both ends of a key");
    assert.equal(with_("calls.person_email"), "null", "a reference of another type");
    assert.deepEqual(column(draft, "public.patient.gender").params, { values: ["M", "F"] });
    assert.equal(with_("patient.summary"), "redact", "it ends in no blank");
    assert.equal(with_("patient.card_number"), "digits", "within its type");
    assert.equal(column(draft, "public.patient.name").action, "mask");
    assert.equal(with_("guest.full_name"), "username", "an exclusion constraint keeps values apart");
    assert.equal(with_("guest.notes"), "redact", "whatever its collation");
    assert.match(draft.yaml, /name: \{with: full-name, identifying: false\} # REVIEW/);
    await sanitiseWith(single.target("fits"), (session) => asCopy(session, single.handle), draft.yaml);
    const left = await single.as(
      "fits",
      async (session) =>
        (await session.query<{ t: string }>("select database_to_xml(true, false, '')::text as t")).rows[0]
          ?.t ?? "",
    );
    assert.doesNotMatch(left, /old\.example|Oldname|0412345|Old Street|555-12/);
  });

  it("works for a login that may read only some of it, and says what was not looked at", async () => {
    await made(
      "rights",
      `create role half login password 'half-password'; create table open (id int primary key, f1 text); create table shut (id int primary key, email text, f2 text);
       create table part (id int primary key, seen text, hidden text);
       grant select on open to half; grant select (id, seen) on part to half;
       insert into open select n, 'a' || n || '@x.example' from generate_series(1, 30) n; insert into shut values (1, 'x@y.example', 'z');
       insert into part values (1, 'q@r.example', 's@t.example');`,
    );
    const draft = await drafted("rights", { user: "half", password: "half-password" });
    assert.equal(column(draft, "public.open.f1").action, "mask");
    assert.equal(column(draft, "public.shut.email").action, "mask");
    assert.equal(column(draft, "public.shut.f2").action, "review");
    assert.equal(column(draft, "public.part.seen").action, "mask");
    assert.deepEqual(draft.notSampled, [
      "public.part (hidden): this login may not read it",
      "public.shut (email, f2): this login may not read it",
    ]);
    await bound("rights", draft);
  });

  it("tells what a release added, and what rules do not know yet", async () => {
    await made("before", "create table person (id int primary key, email text, gone text)");
    await made(
      "after",
      "create table person (id int primary key, email varchar(90), phone text); create table fee (id int primary key, amount int)",
    );
    const [older, newer] = [server().target("before"), server().target("after")];
    const options = { applicationName: "test", readOnly: true };
    const difference = await withSession(newer, options, (now) =>
      withSession(older, options, (was) => differenceOfDatabases(now, was)),
    );
    assert.deepEqual(
      difference.added.map(({ column, action }) => `${column} ${action}`),
      ["public.fee.id keep", "public.fee.amount keep", "public.person.phone mask"],
    );
    assert.deepEqual(difference.removed, ["public.person.gone"]);
    assert.deepEqual(difference.changed, [
      { column: "public.person.email", before: "text", after: "character varying(90)" },
    ]);
    const file = path.join(home().root, "before-rules.yaml");
    fs.writeFileSync(file, (await drafted("before")).yaml);
    const open = await withSession(newer, options, (session: Session) =>
      differenceFromRules(session, readRules(file)),
    );
    assert.deepEqual(
      open.added.map(({ column }) => column),
      ["public.fee.amount", "public.person.phone"],
    );
    assert.deepEqual(open.removed, ["public.person.gone"]);
  });

  describe("on the command line", () => {
    async function prodcopy(database: string, ...words: string[]) {
      const { host, port, user, password } = server().target(database);
      const env = {
        ...process.env,
        DATABASE_URL: `postgres://${user}:${password}@${host}:${port}/${database}`,
      };
      const run = promisify(execFile)(
        process.execPath,
        [path.join(checkout, "scripts/prodcopy.js"), ...words],
        { env },
      );
      return run.then(
        (out) => ({ ...out, code: 0 }),
        (error: { code: number; stdout: string; stderr: string }) => error,
      );
    }

    it("drafts, checks, explains and says with its exit code what is open", async () => {
      await made(
        "line",
        "create table person (id int primary key, email text); insert into person values (1, 'Some.Body@x.example')",
      );
      const json = await prodcopy("line", "rules", "draft", "--json");
      assert.equal(json.code, 0, json.stderr);
      const parsed = JSON.parse(json.stdout) as Record<
        string,
        { action: string; with: string; confidence: number; reasons: string[] }
      >;
      assert.equal(parsed["public.person.email"]?.action, "mask");
      assert.equal(parsed["public.person.email"].with, "email");
      assert.ok(parsed["public.person.email"].confidence > 0.9);
      const file = path.join(home().root, "line.yaml");
      assert.equal((await prodcopy("line", "rules", "draft", "--out", file)).code, 0);
      const again = await prodcopy("line", "rules", "draft", "--out", file);
      assert.equal(again.code, 1);
      assert.match(again.stderr, /exists and is left as it is/);
      assert.equal((await prodcopy("line", "rules", "check", "--rules", file)).code, 0);
      const explained = await prodcopy("line", "rules", "explain", "person.email", "--rules", file);
      assert.match(
        explained.stdout,
        /mask with email[^]*prodcopy\.email[^]*shape before +Aaaa\.Aaaa@a\.aaaaaaa/,
      );
      const wrong = await prodcopy("line", "rules", "explain", "person.emial", "--rules", file);
      assert.equal(wrong.code, 1);
      assert.match(wrong.stderr, /Did you mean `email`/);
      await server().as("line", (session) => session.query("alter table person add column phone text"));
      const check = await prodcopy("line", "rules", "check", "--rules", file, "--json");
      assert.equal(check.code, 1);
      const faults = (JSON.parse(check.stdout) as { faults: { kind: string; message: string }[] }).faults;
      assert.deepEqual(
        faults.map(({ kind }) => kind),
        ["coverage"],
      );
      assert.match(faults[0]?.message ?? "", /person\.phone/);
      const all = [json, again, explained, wrong, check].map(({ stdout, stderr }) => stdout + stderr).join();
      assert.doesNotMatch(all, new RegExp(`${server().adminPassword}|Some\\.Body`));
    });
  });
});

const fitting = `
  create domain code as varchar(9) check (value ~ '^[A-Z]{2}-[0-9]{4}$');
  create type addr as (street text, town text);
  create table person (id int primary key, email varchar(40) not null unique check (email like '%@%'), nick varchar(30) unique, first_name varchar(12) not null check (char_length(first_name) >= 3),
    last_name text not null, mobile varchar(15) unique check (mobile ~ '^04[0-9]{8}$'), zip char(5) not null, ssn char(9) unique, born date not null check (born < '2020-01-01'), password varchar(60) not null,
    token varchar(12) not null unique, tags text[] not null default '{}', home addr, avatar bytea not null, data jsonb not null, ip inet not null, initials varchar(2), phone_no bigint, lat numeric(8,6), full_nm text check (full_nm ~ '^[A-Z][0-9]+$'),
    status text check (status in ('a', 'b')), card code, notes varchar(15) check (notes <> upper(notes)), full_name text generated always as (first_name || ' ' || last_name) stored);
  create table orders (id int primary key, person_email varchar(40) references person (email) on update cascade, ship_to text, note text);
  create table calls (id int primary key, person_email text references person (email));
  insert into person (id, email, nick, first_name, last_name, mobile, zip, ssn, born, password, token, home, avatar, data, ip, initials, phone_no, lat, full_nm, status, card, notes)
    select n, 'p' || n || '@old.example', 'oldnick' || n, 'Oldname', 'Oldname' || n, '0412345' || lpad(n::text, 3, '0'), lpad(n::text, 5, '0'), lpad(n::text, 9, '5'), '1980-01-01', 'Oldname-' || n, 'tok' || lpad(n::text, 6, '0'),
      ('(' || n || ' Old Street,Oldtown)')::addr, 'Oldname', '{"email": "p@old.example"}', '10.1.2.3', 'ON', 61400000000 + n, 48.1, 'Q' || 1000 + n, 'a', 'AB-' || lpad(n::text, 4, '0'), 'Oldname note' from generate_series(1, 50) n;
  create table patient (id int primary key, gender text not null check (gender in ('M', 'F')), summary text not null check (summary = btrim(summary)),
    name text, card_number int not null check (card_number > 0));
  insert into patient select n, case when n % 2 = 0 then 'M' else 'F' end, left('Oldname came in and was seen by nobody' , n), 'Oldname Zz' || n, 2147483647 - n from generate_series(1, 33) n
    where left('Oldname came in and was seen by nobody', n) not like '% ';
  create collation any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
  create table guest (id int primary key, full_name text collate any_case not null, notes text collate any_case, exclude (full_name with =));
  insert into guest select n, 'Oldname Guest' || n, 'call 0412345' || lpad(n::text, 3, '0') from generate_series(1, 40) n;
  create publication all_of_it for all tables;
  create table visit (id int, email text, birth_date date);
  create table visit_before () inherits (visit);
  create index on visit (lower(email)) where email like 'oldvisit%';
  insert into visit select n, 'oldvisit' || n || '@old.example', case when n % 2 = 0 then date '1980-02-01' else date '4714-11-25 BC' + n end from generate_series(1, 40) n;
  create table long_text (id int primary key, notes text, account_no text, token text);
  insert into long_text select n, repeat('Write to oldlong' || n || '@old.example. ', 3000), repeat('0412345' || n || ' ', 9000), repeat('k9x' || n, 30000) from generate_series(1, 2) n;
  analyze visit;
  create table topics (id int primary key, parent int references topics, img text, name text);
  create table attribute_map (id int primary key, kind_code text);
  insert into topics select n, null, null, case when n % 2 = 0 then 'Item Type' else 'Record Kind' end from generate_series(1, 40) n;
  insert into attribute_map select n, 'item_type' from generate_series(1, 3) n;
  create view attribute_types as select id as item_type from attribute_map;
  insert into orders select n, 'p' || n || '@old.example', n || ' Old Street', 'call 0412345' || lpad(n::text, 3, '0') from generate_series(1, 50) n;
`;
