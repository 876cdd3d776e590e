import assert from "node:assert/strict";
import { asCopy } from "../support/copies";
import { sanitiseWith } from "../support/sanitise";
import { useScratchServer } from "../support/servers";
import { maskCases as cases } from "../support/maskCases";

/** Whole runs on columns that transformations find hard: of every type that they take, short, unique, checked. */
describe("sanitiser: transformations on real columns", function () {
  this.timeout(120_000);
  const server = useScratchServer();
  let number = 0;

  type Row = Record<string, string | null>;

  /** Runs rules on a database of its own; answers rows of `t` before and after, as text, in the order of `id`. */
  async function run(sql: string, tables: string, table = "t"): Promise<{ before: Row[]; after: Row[] }> {
    const database = `masks_${++number}`;
    await server().createDatabase(database);
    const read = () =>
      server().as(database, async (session) => {
        const { rows } = await session.query<{ row: Row }>(
          `select (select jsonb_object_agg(key, value) from jsonb_each_text(to_jsonb(t))) as row from ${table} t order by id`,
        );
        return rows.map((one) => one.row);
      });
    await server().as(database, async (session) => {
      await session.query(sql);
    });
    try {
      const before = await read();
      await sanitiseWith(
        server().target(database),
        (session) => asCopy(session, server().handle),
        `database: ${database}\nallowed_domains: [example.invalid]\ntables:\n${tables}`,
      );
      return { before, after: await read() };
    } finally {
      // A run refuses a server that holds other databases.
      await server().as("postgres", async (session) => {
        await session.query(`drop database ${database}`);
      });
    }
  }

  it("each keeps its type, NULL and the empty text, changes every value, and answers equal values equally", async () => {
    const columns = cases.map(([type], i) => `c${i} ${type}`).join(", ");
    const quoted = (value: string) => `'${value.replaceAll("'", "''")}'`;
    const row = (at: 0 | 1) => cases.map(([, , values]) => quoted(values[at])).join(", ");
    const texts = cases.map(([type]) =>
      /^(text|varchar[^[]*|char[^[]*|citext)$/.test(type) ? "''" : "null",
    );
    const { before, after } = await run(
      `create extension citext; create extension hstore;
       create type mood as enum ('glad', 'sad', 'cross'); create type pair as (a text, b int);
       create domain short_code as varchar(7) check (value ~ '^[A-Z]{2}-[0-9]{4}$');
       create domain address as varchar(80) check (value like '%@%');
       create domain small_number as smallint check (value >= 0);
       create domain tags as text[];
       create table t (id int primary key, ${columns});
       insert into t values (1, ${row(0)}), (2, ${row(1)}), (3, ${row(0)}), (4, ${cases.map(() => "null").join(", ")}), (5, ${texts.join(", ")})`,
      `  t:\n    mask:\n${cases.map(([, mask], i) => `      c${i}: ${mask.replaceAll(/\bc\b/g, `c${i}`)}`).join("\n")}`,
    );
    const notChanged = /choice|with: (constant|number|sql|hstore)|date-truncate/;
    for (const [i, [type, mask, , result]] of cases.entries()) {
      const name = `${type} ${mask}`;
      const [one, two, three, four, five] = after.map((r) => r[`c${i}`]);
      const [old] = before.map((r) => r[`c${i}`]);
      assert.match(one ?? "NULL", result, name);
      assert.match(two ?? "NULL", result, name);
      assert.equal(one, three, `${name}: equal values`);
      assert.equal(four, null, `${name}: NULL`);
      assert.equal(five?.trim() ?? "", "", `${name}: empty`);
      if (!notChanged.test(mask)) assert.notEqual(one, old, name);
    }
  });

  it("check digits are right", async () => {
    const { after } = await run(
      `create table t (id int primary key, iban text unique, card text);
       insert into t select i, 'NL' || lpad((i % 100)::text, 2, '0') || 'ABNA' || lpad((i * 7919)::text, 10, '0'), '4' || lpad((i * 104729)::text, 15, '0')
         from generate_series(1, 300) i`,
      "  t: { mask: { iban: iban, card: card } }",
    );
    for (const { iban, card } of after) {
      assert.match(iban ?? "", /^NL\d\d[A-Z]{4}\d{10}$/);
      const digits = `${iban?.slice(4)}${iban?.slice(0, 4)}`.replace(/[A-Z]/g, (c) =>
        String(c.charCodeAt(0) - 55),
      );
      assert.equal(BigInt(digits) % 97n, 1n, iban ?? "");
      const sum = [...(card ?? "")].reverse().reduce((total, c, i) => {
        const n = Number(c) * (i % 2 === 1 ? 2 : 1);
        return total + Math.floor(n / 10) + (n % 10);
      }, 0);
      assert.equal(sum % 10, 0, card ?? "");
    }
  });

  it("unique columns stay unique: e-mail in 40 characters, telephone under a check, user name, token, short code", async () => {
    const { after } = await run(
      `create extension citext; create table t (id int primary key, email varchar(40) unique, mobile text unique check (mobile ~ '^04\\d{8}$'),
         login varchar(20) unique, code varchar(5) unique, key varchar(16) unique, odd text unique, plate text unique, pair char(2) unique, mail citext unique);
       insert into t select i, 'person' || i || '@mail.example', '04' || lpad((i * 3)::text, 8, '0'), 'login' || i, lpad(i::text, 5, '0'), 'k' || i,
         case when i % 2 = 0 then '04' || lpad((i * 7)::text, 8, '0') else '+61 ' || i end, 'ÄÖ-' || chr(1040 + i % 32) || chr(1072 + i % 31) || i / 32,
         case when i <= 676 then chr(65 + i % 26) || chr(65 + (i - 1) / 26) end, case when i % 2 = 0 then 'Person' else 'person' end || i || '@mail.example'
         from generate_series(1, 3000) i`,
      `  t: { mask: { email: email, mobile: { with: phone, format: "04########" }, login: username, code: digits, key: token,
        odd: { with: phone, format: "04########" }, plate: digits, pair: digits, mail: email } }`,
    );
    for (const column of ["email", "mobile", "login", "code", "key", "odd", "plate", "mail"]) {
      assert.equal(new Set(after.map((r) => r[column]?.toLowerCase())).size, 3000, column);
    }
    assert.equal(new Set(after.slice(0, 676).map((r) => r.pair)).size, 676);
    for (const row of after) assert.match(row.odd ?? "", /^04\d{8}$/);
  });

  it("columns may be named like what the sanitiser's own functions name their variables", async () => {
    const { before, after } = await run(
      `create table t (id int primary key, v text, former text, leaf jsonb, path text[], answer text, e text, kind text);
       insert into t values (1, '0400000001', '0400000002', '{"a": "x@y.example"}', '{Ann Lee}', 'Ann', 'x@y.example', 'a text')`,
      `  t: { mask: { v: { with: phone, format: "04########" }, former: phone, leaf: { with: json, paths: { $.a: email } }, path: { with: array, each: full-name }, answer: first-name, e: { with: email, person: id }, kind: mentions } }`,
    );
    for (const column of ["v", "former", "leaf", "path", "answer", "e"]) {
      assert.notEqual(after[0]?.[column], before[0]?.[column], column);
    }
    assert.equal(after[0]?.kind, "a text");
  });

  it("a name in another script stays in it, and the parts of a name agree with the whole, across tables", async () => {
    const { after } = await run(
      `create table t (id int primary key, first text, last text, whole text, other text);
       insert into t values (1, 'Ann', 'Lee', 'Ann Lee', 'Lee, Ann'), (2, 'Дмитрий', 'Иванов', 'Дмитрий Иванов', 'Dr. Ann Mary Lee'),
         (3, 'Ελένη', 'Παππάς', 'Ελένη Παππάς', 'ANN LEE Jr.'), (4, '小明', '王', '王小明', 'Lee'), (5, 'محمد', 'علي', 'محمد علي', 'Ann  Lee'),
         (6, '민준', '김', '김민준', 'Mr Lee'), (7, 'さくら', 'たなか', 'さくら たなか', 'van der Lee'), (8, 'अमित', 'शर्मा', 'अमित शर्मा', ' '), (9, 'יוסף', 'כהן', 'יוסף כהן', '-')`,
      "  t: { mask: { first: first-name, last: last-name, whole: full-name, other: full-name } }",
    );
    const scripts = [
      /^\p{Script=Latin}/u,
      /^\p{Script=Cyrillic}/u,
      /^\p{Script=Greek}/u,
      /^\p{Script=Han}/u,
      /^\p{Script=Arabic}/u,
    ];
    scripts.push(
      /^\p{Script=Hangul}/u,
      /^\p{Script=Hiragana}/u,
      /^\p{Script=Devanagari}/u,
      /^\p{Script=Hebrew}/u,
    );
    for (const [i, script] of scripts.entries()) {
      for (const column of ["first", "last", "whole"]) assert.match(after[i]?.[column] ?? "", script, column);
      if (![3, 5].includes(i)) assert.equal(after[i]?.whole, `${after[i]?.first} ${after[i]?.last}`);
    }
    const [{ first, last } = {}] = after;
    assert.equal(after[0]?.other, `${last}, ${first}`);
    assert.equal(after[1]?.other, `${first} ${last}`);
    assert.equal(after[2]?.other, `${first} ${last}`);
    assert.equal(after[4]?.other, `${first} ${last}`);
    assert.ok(after[5]?.other?.endsWith(` ${last}`), "Mr Lee");
    assert.ok(after[6]?.other?.endsWith(` ${last}`), "van der Lee");
  });

  it("towns, streets and companies stay in the script of what they replace, or are in the one that is asked for", async () => {
    const given: [script: string, address: string, town: string, firm: string][] = [
      ["Latin", "12 Rose Street", "Ballarat", "Rose & Sons"],
      ["Cyrillic", "ул. Ленина, д. 12", "Москва", "ООО Ромашка"],
      ["Greek", "Οδός Ερμού 12", "Αθήνα", "Αφοί Παππά"],
      ["Han", "南京路12号", "上海", "光明公司"],
      ["Arabic", "شارع الملك 12", "القاهرة", "شركة النور"],
      ["Hangul", "세종대로 12", "서울", "주식회사 사과"],
      ["Hiragana", "さくらどおり 12", "つくば", "かぶしきがいしゃりんご"],
      ["Devanagari", "१२, गांधी मार्ग", "दिल्ली", "भारत सेवा"],
      ["Hebrew", "רחוב הרצל 12", "חיפה", "חברת החשמל"],
    ];
    const rows = given.map(
      ([, ...values], i) => `(${i}, ${[...values, ...values].map((value) => `'${value}'`).join(", ")})`,
    );
    const { before, after } = await run(
      `create table t (id int primary key, address text, town text, firm text, whose text, where_ text, works text, narrow varchar(7) default 'Москва');
       insert into t select * from (values ${rows.join(", ")}) v`,
      `  t: { mask: { address: address-line, town: city, firm: company, narrow: address-line,
        whose: { with: address-line, person: id }, where_: { with: city, person: id }, works: { with: company, list: greek } } }`,
    );
    for (const [i, [script]] of given.entries()) {
      for (const column of ["address", "town", "firm", "whose", "where_"]) {
        const value = after[i]?.[column] ?? "";
        const letters = value.replace(/[^\p{L}]/gu, "");
        assert.match(letters, new RegExp(`^\\p{Script=${script}}+$`, "u"), `${column}: ${value}`);
        assert.notEqual(value, before[i]?.[column]);
        assert.doesNotMatch(value, /[{}#]/);
      }
      for (const column of ["address", "whose"]) assert.match(after[i]?.[column] ?? "", /\d/, column);
      assert.match(after[i]?.works ?? "", /^\p{Script=Greek}/u);
      assert.ok((after[i]?.narrow ?? "").length <= 7);
      assert.notEqual(after[i]?.narrow, "Москва");
    }
  });
});
