import assert from "node:assert/strict";
import { ident, literal } from "../../postgres/connection";
import { asCopy } from "../support/copies";
import { sanitiseWith } from "../support/sanitise";
import { useScratchServer } from "../support/servers";

/** Put together here, so that nobody takes this file for a leak. */
const secret = {
  jwt: ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0NTY3ODkwIn0", "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"].join("."),
  pem: ["-----BEGIN", "RSA", "PRIVATE", "KEY-----"].join(" "),
  aws: `AKIA${"QWERTYUIOP123456"}`,
  github: `ghp_${"a1b2c3".repeat(6)}`,
  stripe: `sk_live_${"4eC39HqLyjWDarjtT1zdp7dc"}`,
  slack: ["xoxb", "123456789012", "abcdefABCDEF123456"].join("-"),
};

/** A leak of each kind, with the words by which the run names it. */
const leaks: [value: string, found: string][] = [
  ["QUACK3@real.org", "an e-mail address that stood here before"],
  ["somebody@else.org", "an e-mail address outside the allowed domains"],
  ["0410 002 931", "a telephone or account number that stood here before"],
  ["Wilhelmina Quackenbushc", "the full name of a person who stood here before"],
  ["3 Quackstreet Road", "an address line that stood here before"],
  ["tok_live_abcdef123456_3", "a value that stood here before"],
  ["4111 1111 1111 1111", "a card's number"],
  ["DE89 3704 0044 0532 0130 00", "a bank account's number (IBAN)"],
  [secret.jwt, "a signed token (JWT)"],
  [secret.pem, "a private key"],
  [secret.aws, "a key of a cloud or payment service"],
  [secret.github, "a key of a cloud or payment service"],
  [secret.stripe, "a key of a cloud or payment service"],
  [secret.slack, "a key of a cloud or payment service"],
];
/** The parser of text search divides what has no blanks; addresses, numbers and words it keeps, in lower case. */
const inWords = leaks
  .slice(0, 7)
  .map(([value]) => value)
  .filter((value) => !value.startsWith("tok_"));

const json = (value: string) => JSON.stringify({ a: [1, { b: `about ${value} today` }] });
const types: [type: string, make: (value: string) => string, only?: string[]][] = [
  ["text", (v) => literal(`about ${v} today`)],
  ["varchar(4000)", (v) => literal(v)],
  ["citext", (v) => literal(`about ${v} today`)],
  ["words", (v) => literal(`about ${v} today`)],
  ["json", (v) => literal(json(v).replaceAll("@", "\\u0040"))],
  ["jsonb", (v) => literal(json(v))],
  ["text[]", (v) => `array['x', ${literal(v)}]`],
  ["json[]", (v) => `array[${literal(json(v))}::json]`],
  ["jsonb[]", (v) => `array[${literal(json(v))}::jsonb]`],
  ["hstore", (v) => `hstore('a', ${literal(v)})`],
  ["xml", (v) => literal(`<a>${v.replace("@", "&#64;")}</a>`)],
  ["bytea", (v) => `convert_to(${literal(`about ${v} today`)}, 'UTF8')`],
  ["pair", (v) => `row(${literal(v)}, 1)::pair`],
  ["pair[]", (v) => `array[row(${literal(v)}, 1)::pair]`],
  ["span", (v) => `span(${literal(v)}, null)`],
  ["tsvector", (v) => `to_tsvector('simple', ${literal(`about ${v} today`)})`, inWords],
];

const person = `
  create table person (id int primary key, first text, last text, email text, phone text, street text, token text);
  insert into person select i, 'Wilhelmina', 'Quackenbush' || chr(96 + i), 'quack' || i || '@real.org', '04' || (10000000 + i * 977),
    i || ' Quackstreet Road', 'tok_live_abcdef123456_' || i from generate_series(1, 20) i;`;
const masked = `
allowed_domains: [example.invalid]
tables:
  person: { mask: { first: first-name, last: last-name, email: email, phone: phone, street: address-line, token: token } }
`;

describe("sanitiser: leaks of every kind in columns of every type", function () {
  this.timeout(120_000);
  const server = useScratchServer();

  async function inDatabase<T>(database: string, sql: string, use: () => Promise<T>): Promise<T> {
    await server().createDatabase(database);
    try {
      await server().as(database, (session) => session.query(sql));
      return await use();
    } finally {
      await server().as("postgres", (session) => session.query(`drop database ${ident(database)}`));
    }
  }
  const run = (database: string, rules: string) =>
    sanitiseWith(server().target(database), (session) => asCopy(session, server().handle), rules);

  let message = "";
  before("a run that finds them all", async () => {
    const kept = types.map(([type, make, only], i) => {
      const rows = leaks
        .filter(([value]) => only?.includes(value) ?? true)
        .map(([value], n) => `(${n}, ${make(value)})`);
      return `create table kept_${i} (id int primary key, v ${type}); insert into kept_${i} values ${rows.join(", ")};`;
    });
    const sql = `create extension hstore; create extension citext; create domain words as text; create type pair as (one text, two int);
      create type span as range (subtype = text); create type mood as enum ('well', 'quack21@example.invalid'); ${person}${kept.join("\n")}
      insert into person (id, email) values (21, 'quack21@example.invalid'), (22, 'quack22@example.invalid');
      create table listed (id int, who text) partition by list (who); create table listed_one partition of listed for values in ('quack22@example.invalid');`;
    const rules = `database: every_type${masked}${types.map((_, i) => `  kept_${i}: { keep: [v] }`).join("\n")}\n  listed: { keep: all }\n`;
    message = await inDatabase("every_type", sql, async () =>
      run("every_type", rules.replace("listed: { keep: all }", "listed: { keep: [id, who] }")).then(
        () => "nothing was found",
        (error: unknown) => (error as Error).message,
      ),
    );
  });

  for (const [i, [type, , only]] of types.entries()) {
    it(`finds each in ${type}`, () => {
      const expected = leaks.filter(([value]) => only?.includes(value) ?? true).map(([, found]) => found);
      const missing = [...new Set(expected)].filter(
        (found) => !message.includes(`public.kept_${i}.v: ${found}`),
      );
      assert.deepEqual(missing, []);
    });
  }

  it("finds all keys of services, counted together", () => {
    assert.match(
      message,
      /public\.kept_0\.v: a key of a cloud or payment service, 4 times, e\.g\. at id = \d+/,
    );
  });

  it("finds an address in an enum's label and in a partition's bound", () => {
    assert.match(message, /label of type public\.mood: an e-mail address that stood here before/);
    assert.match(message, /bound of partition public\.listed_one: an e-mail address that stood here before/);
  });

  it("names places and shows no value", () => {
    for (const [value] of leaks) {
      assert.ok(!message.toLowerCase().includes(value.toLowerCase()), "a value is shown");
    }
    assert.doesNotMatch(message, /quack|4111|DE89|eyJ|AKIA|ghp_|sk_live|xoxb/i);
  });

  /** What another database may hold by right: each of these has stopped a run that was too eager. */
  const innocent = `${person}
    alter table person add username text, add company text, add card text, add iban text, add account text, add remark text, add device text, add whole text;
    update person set username = 'windows1' || id, company = 'Acme Trading Company ' || id, card = '4' || lpad((id * 7919)::text, 15, '0'),
      iban = 'DE89 3704 0044 0532 ' || (1000 + id) || ' 00', account = '5' || (100000000 + id * 7919), remark = 'No answer, call again',
      device = 'iphone12promax', whole = case id when 1 then 'Test User' when 2 then 'Taylor Williams' else 'Doctor Quackname' || chr(96 + id) end;
    update person set phone = '0000000000' where id = 5;
    update person set account = '5100006500' where id = 1;
    create table product (id int primary key, name text, brand text, status text, platform text, phone text);
    insert into product select i, 'windows' || i, 'Brand ' || i || ' Trading Company', 'No answer, call again', 'iphone12promax', '0000000000' from generate_series(1, 200) i;
    update product set brand = 'Acme Trading Company 7' where id = 7;
    create table firm (id int primary key, name text);
    insert into firm select i, (array['Brown', 'Jones', 'Miller'])[1 + i % 3] || ', Williams and ' || i || ' Sons' from generate_series(1, 30) i;
    insert into firm values (31, 'Taylor, Williams and Smith'), (32, 'Test user accounts'), (33, 'Another user'), (34, 'Smith Street Bakers');
    create table parcel (id int primary key, reference text, tracking text);
    insert into parcel select i, (5100000000 + i * 13)::text, '4' || lpad((i * 1009)::text, 15, '3') from generate_series(1, 3000) i;
    create table page (id int primary key, body text);
    insert into page values (1, 'see logo@2x.png, git@github.com:x/y.git, version 120.0.0.0, 2024-05-17 10:33:12.123456+00, 3.14159265358979, call +61 3 9999 9999'),
      (2, 'mail root@localhost, a@b, @everyone, support@shop.test'), (3, md5('x') || ' ' || gen_random_uuid()), (4, 'the club answers at help@club.org');`;
  const innocentRules = `database: innocent${masked.replace(
    "token: token }",
    `token: token, username: username, company: company, card: digits, iban: digits, account: digits, remark: "null", device: "null", whole: full-name }`,
  )}
  product: { keep: [name, brand, status, platform, phone] }
  firm: { keep: [name] }
  parcel: { keep: [reference, tracking] }
  page: { keep: [body], expect: { body: [email] } }
`;

  it("does not stop at coincidences, and tells of those that a person should look at", async () => {
    const { result } = await inDatabase("innocent", innocent, () => run("innocent", innocentRules));
    const told = result.leakScan.suspicious.map((one) => `${one.table}.${one.column}: ${one.kind}`).sort();
    assert.deepEqual(told, [
      "firm.name: the full name of a person who stood here before",
      "page.body: a telephone number by its shape",
      "page.body: an e-mail address outside the allowed domains",
      "parcel.reference: a telephone or account number that stood here before",
      "parcel.tracking: a card's number",
      "product.brand: a value that stood here before and may be another's too",
      "product.name: a value that stood here before and may be another's too",
      "product.platform: a value that stood here before",
    ]);
    assert.ok(result.residue.notProven.some((line) => line.includes("public.firm.name")));
  });
});
