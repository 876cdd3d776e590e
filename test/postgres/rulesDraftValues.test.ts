import assert from "node:assert/strict";
import { withSession } from "../../postgres/connection";
import { draftRules } from "../../postgres/sanitise/draft/draft";
import { planOf } from "../support/sanitise";
import { useScratchHome, useScratchServer } from "../support/servers";

describe("rules draft, by what rows say", function () {
  this.timeout(120_000);
  useScratchHome();
  const server = useScratchServer();

  async function said(name: string, sql: string) {
    await server().createDatabase(name);
    await server().as(name, (session) => session.query(sql));
    const options = { applicationName: "test", readOnly: true };
    const draft = await withSession(server().target(name), options, (session) => draftRules(session));
    return (column: string) => {
      const found = draft.columns.get(`public.${column}`);
      assert.ok(found, `${column} is not in the draft`);
      return {
        text: `${found.action} ${found.with ?? "-"}`,
        reasons: found.reasons.join("; "),
        yaml: draft.yaml,
      };
    };
  }

  for (const encoding of ["LATIN1", "SQL_ASCII", "WIN1251"]) {
    it(`looks at values in a database of encoding ${encoding}, too`, async () => {
      const name = `enc_${encoding.toLowerCase()}`;
      await server().as("postgres", (session) =>
        session.query(`create database ${name} template template0 encoding '${encoding}' locale 'C'`),
      );
      const letter =
        encoding === "SQL_ASCII" ? "chr(195) || chr(159)" : encoding === "LATIN1" ? "chr(223)" : "'ss'";
      await server().as(name, (session) =>
        session.query(`create table t (id int primary key, c1 text, c2 text, c3 jsonb, c4 text);
          insert into t select n, 'someone' || n || '@real.org', 'Hauptstra' || ${letter} || 'e ' || n,
            jsonb_build_object('w', 'Mary Smith'), (array['Maria', 'Peter', 'Olga', 'Hans'])[1 + n % 4] from generate_series(1, 60) n`),
      );
      const options = { applicationName: "test", readOnly: true };
      const draft = await withSession(server().target(name), options, (session) => draftRules(session));
      const found = ["c1", "c2", "c3", "c4"].map((column) => draft.columns.get(`public.t.${column}`)?.with);
      assert.deepEqual(found, ["email", "address-line", "json", "full-name"]);
      assert.doesNotMatch(draft.yaml, /Values were not looked at/);
    });
  }

  it("moves dates of birth inside JSON, gives its names and towns new ones, and takes no VAT number for an IBAN", async () => {
    const of = await said(
      "inside",
      `create table person (id int primary key, profile jsonb, ref1 text, ref2 text);
       insert into person select n, jsonb_build_object('birth_date', '19' || 50 + n % 40 || '-03-12', 'first_name', 'Mary', 'last_name', 'Smith' || n,
         'home', jsonb_build_object('city', 'Perth', 'year_of_birth', 1950 + n)), 'NL' || 100000000 + n || 'B01',
         'NO' || 10 + n || ' 8601 1117 94' || n % 10 from generate_series(1, 40) n`,
    );
    const profile = of("person.profile");
    assert.equal(profile.text, "mask json");
    for (const [path, mask] of [
      ["birth_date", "date-shift"],
      ["first_name", "first-name"],
      ["last_name", "last-name"],
      ["home.city", "city"],
    ]) {
      assert.ok(profile.yaml.includes(`$.${path}: ${mask}`), `${path}\n${profile.yaml}`);
    }
    assert.doesNotMatch(profile.yaml, /year_of_birth: /);
    assert.doesNotMatch(of("person.ref1").reasons, /IBAN/);
    assert.match(of("person.ref2").reasons, /IBANs in 40 of 40 values/);
  });

  it("masks composite columns by their fields, in rows within rows and arrays too", async () => {
    const of = await said(
      "rows_in_rows",
      `create type address as (street text, city varchar(40), kind boolean, visits int);
       create type contact as (email text, home address);
       create table person (id int primary key, contact contact, homes address[]);
       insert into person select n, row('someone' || n || '@real.org', row(n || ' Some Street', 'Perth', true, n))::contact,
         array[row(n || ' Some Street', 'Perth', true, n)::address] from generate_series(1, 20) n`,
    );
    assert.equal(of("person.contact").text, "mask composite");
    const address = "{with: composite, fields: {street: address-line, city: city}}";
    const { yaml } = of("person.homes");
    assert.ok(yaml.includes(`contact: {with: composite, fields: {email: email, home: ${address}}}`), yaml);
    assert.ok(yaml.includes(`homes: {with: array, each: ${address}}`), yaml);
    await withSession(
      server().target("rows_in_rows"),
      { applicationName: "test", readOnly: true },
      (session) => planOf(session, yaml, "rows_in_rows"),
    );
  });

  it("takes no list of titles for personal because people stand in another table", async () => {
    const of = await said(
      "titles",
      `create table employee (id int primary key, first_name text, last_name text);
       create table title (id int primary key, employee_id int references employee, title text, c7 text);
       insert into employee select n, 'Given' || n, 'Family' || n from generate_series(1, 60) n;
       insert into title select n, n, (array['Senior Engineer', 'Technique Leader', 'Assistant Engineer', 'Engineer', 'Senior Staff', 'Manager'])[1 + n % 6], 'Given' || n || ' Family' || n from generate_series(1, 60) n`,
    );
    assert.doesNotMatch(of("title.title").text, /^mask /);
    assert.match(of("title.c7").text, /^mask /, "a full name that is put together from two columns");
  });

  it("masks values under keys that name secrets or what is somebody's, and no others", async () => {
    const of = await said(
      "keyed",
      `create table options (id int primary key, option_name text, option_value text);
       insert into options select n, 'option_' || n, 'value ' || n from generate_series(1, 40) n;
       insert into options values (41, 'smtp_password', 'x');
       create table colours (id int primary key, name text, value text);
       insert into colours select n, 'colour_' || n, 'value ' || n from generate_series(1, 40) n;
       create table page_fields (id int primary key, field text, data jsonb);
       insert into page_fields select n, 'field' || n, to_jsonb('value ' || n) from generate_series(1, 40) n;
       insert into page_fields values (41, 'contact_email', '"x"');
       create table unset (id int primary key, key text, value text);
       insert into unset values (1, 'smtp_password', ''), (2, 'api_key', null), (3, 'colour', 'red')`,
    );
    assert.match(of("options.option_value").text, /^mask /);
    assert.match(of("options.option_value").reasons, /keys that name secrets/);
    assert.doesNotMatch(of("options.option_value").yaml, /smtp/, "a key is a value of a row");
    assert.match(of("page_fields.data").text, /^mask /);
    assert.doesNotMatch(of("colours.value").text, /^mask /);
    assert.doesNotMatch(of("unset.value").reasons, /keys that name/);
  });

  it("says of views what becomes of the columns that they show or are computed from, and writes no rules for them", async () => {
    const of = await said(
      "views",
      `create table person (id int primary key, email text, first_name text, last_name text, colour text);
       insert into person select n, 'p' || n || '@post.example', 'Anna', 'Smith', 'red' from generate_series(1, 40) n;
       create view shown as select id, email as c1, colour as c2, first_name || ' ' || last_name as c3, length(email) as c4 from person;
       create view outer_view as select c1 as d1, c2 as d2, upper(c3) as d3 from shown where c4 > 0;
       create materialized view kept as select c1, count(*) as n from shown group by c1;
       create view colours as select upper(colour) as u from person`,
    );
    assert.equal(of("shown.c1").text, "mask view");
    assert.match(of("shown.c1").reasons, /^as public\.person\.email, which it shows/);
    assert.equal(of("shown.c2").text, "keep -");
    assert.equal(of("shown.c3").text, "mask view", "computed");
    assert.equal(of("shown.c4").text, "keep -", "a number");
    assert.equal(of("outer_view.d1").text, "mask view", "through another view");
    assert.equal(of("outer_view.d2").text, "keep -");
    assert.equal(of("outer_view.d3").text, "mask view");
    assert.equal(of("kept.c1").text, "mask view");
    assert.equal(of("kept.n").text, "keep -");
    assert.equal(of("colours.u").text, "keep -");
    assert.doesNotMatch(of("shown.c1").yaml, /outer_view|kept:/);
  });

  it("says of a generated column what becomes of those that it is made from, and needs no line for it", async () => {
    const of = await said(
      "made",
      `create table person (id int primary key, data jsonb, first_name text, code text,
         email text generated always as (data ->> 'email') stored, upper_code text generated always as (upper(code)) stored,
         search tsvector generated always as (to_tsvector('simple', first_name)) stored, letters int generated always as (length(first_name)) stored);
       insert into person (id, data, first_name, code) select n, jsonb_build_object('email', 'p' || n || '@post.example'), 'Anna', 'A' || n % 3 from generate_series(1, 40) n`,
    );
    assert.equal(of("person.email").text, "mask generated");
    assert.equal(of("person.search").text, "mask generated");
    assert.equal(of("person.upper_code").text, "keep -");
    assert.equal(of("person.letters").text, "keep -");
    assert.doesNotMatch(of("person.email").yaml, /^ *(- )?email:?/m);
  });
});
