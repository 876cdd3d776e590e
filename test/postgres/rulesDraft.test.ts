import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { labelNames, readLabels } from "../../bench/detect/labels";
import { score, recallOf, precisionOf } from "../../bench/detect/score";
import { readCatalogue } from "../../postgres/catalogue";
import { detect } from "../../postgres/sanitise/detect/detect";
import { draftRules } from "../../postgres/sanitise/draft/draft";
import { explainColumn } from "../../postgres/sanitise/draft/explain";
import { readRules } from "../../postgres/sanitise/rules/load";
import { asCopy } from "../support/copies";
import { useDrafts } from "../support/drafts";
import { fitting } from "../support/fittingSchema";
import { sanitiseWith } from "../support/sanitise";
import { startScratchServer } from "../support/servers";

const checkout = path.resolve(__dirname, "../..");
const schemas = path.join(checkout, "bench/detect/schemas");

describe("rules draft", function () {
  this.timeout(120_000);
  const { home, server, made, drafted, column, bound } = useDrafts();

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
});
