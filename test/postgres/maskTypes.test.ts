import assert from "node:assert/strict";
import { asCopy } from "../support/copies";
import { sanitiseWith } from "../support/sanitise";
import { useScratchServer } from "../support/servers";

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

  /** `type`, the mask in YAML, two values, and what each result must look like. */
  const cases: [type: string, mask: string, values: [string, string], result: RegExp][] = [
    ["varchar(1)", "first-name", ["G", "A"], /^.$/],
    ["varchar(2)", "last-name", ["Al", "Bo"], /^..$/],
    ["varchar(5)", "full-name", ["A Bee", "Ce"], /^.{2,5}$/],
    ["varchar(3)", "address-line", ["1 A", "9"], /^.{3}$/],
    ["varchar(4)", "city", ["Rome", "Oslo"], /^.{4}$/],
    ["varchar(1)", "redact", ["x", "N"], /^.$/],
    ["varchar(1)", "phone", ["7", "x"], /^.$/],
    ["varchar(30)", "email", ["a@b.example", "B@C.example"], /^[a-z0-9]{14}@example\.invalid$/],
    ["varchar(40)", "email", ["a@b.example", "B@C.example"], /^[a-z0-9]{20}@example\.invalid$/],
    ["citext", "email", ["a@b.example", "B@C.example"], /^[a-z0-9]{20}@example\.invalid$/],
    ["char(12)", "username", ["ann", "bob"], /^u[a-z0-9]{11}$/],
    ["char(10)", "phone", ["0412345678", "12"], /^\d{10}$|^\d\d {0,8}$/],
    ["short_code", "digits", ["AB-1234", "CD-9999"], /^[A-Z]{2}-\d{4}$/],
    ["address", "email", ["a@b.example", "c@d.example"], /^[a-z0-9]{20}@example\.invalid$/],
    ["smallint", "digits", ["12345", "7"], /^\d{5}$|^\d$/],
    ["smallint", "postcode", ["3000", "32000"], /^\d{4,5}$/],
    ["small_number", "number", ["3", "4"], /^\d{1,3}$|^1000$/],
    ["integer", "{ with: number, min: 5, max: 6 }", ["5", "99"], /^[56]$/],
    ["numeric(5,2)", "number", ["1.50", "999.99"], /^\d{1,3}\.\d\d$/],
    ["money", "{ with: number, max: 50 }", ["12.50", "99999"], /^\$\d{1,2}\.\d\d$/],
    ["double precision", "geo", ["-37.8136", "179.99"], /^-?\d{1,3}(\.\d{1,6})?$/],
    ["numeric(8,5)", "{ with: geo, km: 5 }", ["51.50735", "-0.12776"], /^-?\d{1,3}\.\d{5}$/],
    ["point", "geo", ["(144.9631,-37.8136)", "(0,90)"], /^\(-?[\d.e-]+,-?[\d.e-]+\)$/],
    [
      "date",
      "{ with: date-shift, direction: past, days: 3 }",
      ["2001-01-31", "1900-02-01"],
      /^\d{4}-\d\d-\d\d$/,
    ],
    ["text", "date-shift", ["2001-01-31", "1999-12-31 (about)"], /^\d{4}-\d\d-\d\d( \(about\))?$/],
    [
      "timestamptz",
      "date-truncate",
      ["2001-05-31 10:00+00", "1999-12-31 10:00+00"],
      /-01-01T00:00:00\+00:00$/,
    ],
    ["time", "date-truncate", ["10:20:30", "23:59:59.5"], /^\d\d:00:00$/],
    ["timetz", "date-truncate", ["10:20:30+02", "23:59:59.5-05"], /^\d\d:00:00\+00$/],
    ["interval", "date-truncate", ["1 day 10:20", "00:59:59"], /^(1 day 10:00:00|00:00:00)$/],
    [
      "daterange",
      "date-shift",
      ["[2001-01-01,2001-02-01)", "(,2001-01-01)"],
      /^[[(](\d{4}-\d\d-\d\d)?,\d{4}-\d\d-\d\d\)$/,
    ],
    ["tstzrange", "date-shift", ["[2001-01-01,2001-02-01]", "empty"], /^\["\d{4}.*\]$|^empty$/],
    ["int4range", "{ with: constant, value: '[1,2)' }", ["[5,9)", "empty"], /^\[1,2\)$/],
    ["bit(12)", "hash", ["101010101010", "000000000000"], /^[01]{12}$/],
    ["varbit", "hash", ["101", "0"], /^[01]{3}$|^[01]$/],
    ["bytea", "hash", ["\\x616263", "\\x00"], /^\\x[0-9a-f]{32}$/],
    ["bytea", "{ with: bytes, length: 3 }", ["\\x616263", "\\x01"], /^\\x000000$/],
    [
      "uuid",
      "hash",
      ["6ba7b810-9dad-11d1-80b4-00c04fd430c8", "6ba7b811-9dad-11d1-80b4-00c04fd430c8"],
      /^[0-9a-f-]{36}$/,
    ],
    ["inet", "ip", ["10.1.2.3/8", "fe80::1"], /^198\.51\.100\.\d+$|^2001:db8:/],
    ["cidr", "ip", ["10.0.0.0/8", "2a00::/16"], /^198\.51\.100\.\d+\/32$|^2001:db8:.*\/128$/],
    ["macaddr", "mac", ["08:00:2b:01:02:03", "08:00:2b:01:02:04"], /^02(:[0-9a-f]{2}){5}$/],
    ["macaddr8", "mac", ["08:00:2b:01:02:03:04:05", "08:00:2b:01:02:03:04:06"], /^02(:[0-9a-f]{2}){7}$/],
    ["text", "mac", ["08-00-2b-01-02-03", "08:00:2b:01:02:04"], /^02(:[0-9a-f]{2}){5}$/],
    ["mood", "{ with: choice, values: [glad, sad] }", ["glad", "cross"], /^(glad|sad)$/],
    ["mood", "{ with: constant, value: sad }", ["glad", "cross"], /^sad$/],
    ["pair", "{ with: constant, value: '(x,1)' }", ["(a,2)", "(b,3)"], /^\{"a": "x", "b": 1\}$/],
    [
      "pair",
      "{ with: sql, expression: \"case when c is not null then row('x', (c).b)::pair end\" }",
      ["(a,2)", "(b,3)"],
      /^\{"a": "x", "b": [23]\}$/,
    ],
    [
      "xml",
      "redact",
      ["<a b='Ann'>Lee</a>", "Ann <!-- Lee --><c/>"],
      /^<a b="redacted">redacted<\/a>$|^redacted<c\/>$/,
    ],
    ["tsvector", "redact", ["'ann':1 'lee':2", "'bob':1"], /^$/],
    ["hstore", "redact", ['phone=>"0412 345 678", a=>NULL', "x=>y"], /^\{/],
    [
      "hstore",
      "{ with: hstore, keys: { phone: phone }, other: keep }",
      ["phone=>0412345678,x=>y", "x=>y"],
      /"x": "y"/,
    ],
    [
      "json",
      "redact",
      ['{"name": "Ann Lee", "n": 5}', '["Ann"]'],
      /^\{"n": 0, "name": "redacted"\}$|^\["redacted"\]$/,
    ],
    [
      "text[]",
      "{ with: array, each: full-name }",
      ["{Ann Lee,NULL}", "{Bob Roe}"],
      /^\["[A-Z][^"]+ [A-Z][^"]+"(, null)?\]$/,
    ],
    [
      "varchar(30)[]",
      "{ with: array, each: email }",
      ["{a@b.example}", "{c@d.example,c@d.example}"],
      /^\["[a-z0-9]{14}@/,
    ],
    ["integer[]", "{ with: array, each: digits }", ["{12345,7}", "{99}"], /^\[\d+(, \d+)?\]$/],
    [
      "date[]",
      "{ with: array, each: date-shift }",
      ["{2001-01-01}", "{1990-01-01}"],
      /^\["\d{4}-\d\d-\d\d"\]$/,
    ],
    [
      "jsonb[]",
      "{ with: array, each: { with: json, paths: { $.e: email } } }",
      ['{"{\\"e\\": \\"a@b.example\\"}"}', "{}"],
      /^\[\{"e": "[a-z0-9]{20}@example\.invalid"\}\]$|^\[\]$/,
    ],
    ["tags", "{ with: array, each: full-name }", ["{Ann Lee}", "{Bob Roe,Cy Dee}"], /^\["[A-Z][^"]+ [A-Z]/],
    [
      "text",
      "iban",
      ["DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432"],
      /^DE\d\d \d{4} \d{4} \d{4} \d{4} \d\d$|^GB\d\d[A-Z]{4}\d{14}$/,
    ],
    ["text", "card", ["4111 1111 1111 1111", "378282246310005"], /^4242 42\d\d \d{4} \d{4}$|^378282\d{9}$/],
    ["varchar(60)", "user-agent", ["curl/8", "Mine/1 (ann@b.example)"], /^Mozilla\/5\.0 \(/],
  ];

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
