import assert from "node:assert/strict";
import { runRules } from "../support/runRules";
import { useScratchServer } from "../support/servers";

/** Columns of composite types: their fields by name, rows within rows, arrays of them. */
describe("sanitiser: rows within columns", function () {
  this.timeout(120_000);
  const server = useScratchServer();

  const types = `create extension hstore; create type mood as enum ('well', 'ill'); create domain short as varchar(5);
    create type place as (street varchar(40), "Town" text);
    create type person as (name text, mail varchar(40), born date, tall int, ok boolean, feels mood, home place, tags text[], doc jsonb, more hstore, code short, id uuid);
    create domain resident as person;`;
  const ann = `row('Ann Lee', 'ann.lee@real.test', '1980-02-03', 170, true, 'ill', row('1 Real Street', 'Realton')::place, '{ann.lee@real.test,x}', '{"a": "ann.lee@real.test", "n": 5}', 'a=>b', 'ab-12', '6ba7b810-9dad-11d1-80b4-00c04fd430c8')::person`;
  const bare =
    "row(null, 'bob@real.test', null, null, null, null, null, null, null, null, null, null)::person";
  const table = `${types} create table t (id int primary key, email text, p person, ps person[], r resident);
    insert into t values (1, 'Ann.Lee@real.test', ${ann}, array[${ann}, null, ${bare}], ${ann}), (2, 'bob@real.test', ${bare}, '{}', ${bare}),
      (3, null, null, null, null), (4, '', row('', '', null, 0, false, 'well', row('', null)::place, '{}', '{}', '', '', null)::person, array[null]::person[], null);`;
  const inner = `{ with: composite, fields: { name: full-name, mail: email, born: date-shift, tall: { with: number, min: 100, max: 200 }, home: { with: composite, fields: { street: address-line }, other: keep }, tags: { with: array, each: email }, doc: { with: json, paths: { $.a: email } }, id: hash } }`;

  interface Person {
    name: string | null;
    mail: string | null;
    born: string | null;
    tall: number | null;
    ok: boolean | null;
    feels: string | null;
    home: { street: string | null; Town: string | null } | null;
    tags: string[] | null;
    doc: unknown;
    more: Record<string, string> | null;
    code: string | null;
    id: string | null;
  }
  interface Row {
    email: string | null;
    p: Person | null;
    ps: (Person | null)[] | null;
    r: Person | null;
  }

  it("have their fields masked by name, NULL and empty stay, and what is not said is redacted by its type", async () => {
    const { after, refused } = await runRules(
      server(),
      table,
      `  t: { mask: { email: email, p: ${inner}, ps: { with: array, each: ${inner} }, r: ${inner} } }`,
    );
    assert.equal(refused, undefined);
    const [one, two, three, four] = after.t as unknown as Row[];
    const p = one?.p;
    assert.match(p?.name ?? "", /^\S+ \S+$/);
    assert.notEqual(p?.name, "Ann Lee");
    assert.equal(p?.mail, one?.email, "as in a column of its own");
    assert.notEqual(p?.born, "1980-02-03");
    assert.ok(Number(p?.tall) >= 100 && Number(p?.tall) <= 200 && p?.tall !== 170);
    assert.deepEqual([p?.ok, p?.feels], [true, "ill"]);
    assert.match(p?.home?.street ?? "", /^\d+ \S+ \S+$/);
    assert.notEqual(p?.home?.street, "1 Real Street");
    assert.equal(p?.home?.Town, "Realton");
    assert.equal(p?.tags?.[0], one?.email);
    assert.deepEqual(p?.doc, { a: one?.email, n: 0 });
    assert.deepEqual(p?.more, { a: "redacted" });
    assert.equal(p?.code?.length, 5);
    assert.notEqual(p?.code, "ab-12");
    assert.notEqual(p?.id, "6ba7b810-9dad-11d1-80b4-00c04fd430c8");
    assert.deepEqual(one?.ps, [p, null, two?.p]);
    assert.deepEqual(one?.r, p);
    const nothing = {
      name: null,
      born: null,
      tall: null,
      ok: null,
      feels: null,
      home: null,
      tags: null,
      doc: null,
      more: null,
      code: null,
      id: null,
    };
    assert.deepEqual(two?.p, { ...nothing, mail: two?.email });
    assert.deepEqual([three?.p, three?.ps, three?.r], [null, null, null]);
    assert.deepEqual(
      [four?.p?.name, four?.p?.mail, four?.p?.home, four?.ps],
      ["", "", { street: "", Town: null }, [null]],
    );
  });

  it("are redacted whole where nothing is said, and lose what has no text", async () => {
    const { after, refused } = await runRules(
      server(),
      table,
      "  t: { mask: { email: email, p: composite, ps: { with: array, each: composite }, r: composite } }",
    );
    assert.equal(refused, undefined);
    const [one] = after.t as unknown as Row[];
    assert.doesNotMatch(JSON.stringify(after), /real|Ann|1980|170/i);
    assert.deepEqual(
      [one?.p?.born, one?.p?.tall, one?.p?.tags, one?.p?.id, one?.p?.ok],
      [null, 0, null, null, true],
    );
    assert.deepEqual(one?.ps?.[0], one?.r);
  });

  it("with a field that is NULL are masked by every transformation, as others are", async () => {
    for (const mask of [
      "null",
      '{ with: constant, value: "(x,y)" }',
      "{ with: choice, values: ['(x,y)', '(v,w)'] }",
    ]) {
      const { after, refused } = await runRules(
        server(),
        "create type pair as (a text, b text); create table t (id int primary key, p pair); insert into t values (1, row('ann@real.test', null)::pair), (2, null)",
        `  t: { mask: { p: ${mask} } }`,
      );
      assert.equal(refused, undefined);
      assert.doesNotMatch(JSON.stringify(after.t?.[0]), /real/, mask);
      assert.equal(after.t?.[1]?.p, null);
    }
  });

  it("stop the run when a field that stays holds what stood there before, and are collected when their table is emptied", async () => {
    const kept = await runRules(
      server(),
      table,
      "  t: { mask: { email: email, p: { with: composite, other: keep }, ps: { with: array, each: composite }, r: composite } }",
    );
    assert.match(
      kept.refused ?? "",
      /public\.t\.p: an e-mail address that stood here before, \d+ times, e\.g\. at id = 1/,
    );
    const emptied = await runRules(
      server(),
      `${table} create table u (id int primary key, v text); insert into u values (1, 'to bob@real.test'); update t set email = null`,
      "  t: truncate\n  u: { keep: [v] }",
    );
    assert.match(emptied.refused ?? "", /public\.u\.v: an e-mail address that stood here before/);
  });

  it("have every fault of their fields named at once, before anything changes", async () => {
    const { before, after, refused } = await runRules(
      server(),
      table,
      `  t:
    keep: [email]
    mask:
      p: { with: composite, fields: { nmae: full-name, born: email, mail: { with: email, domain: elsewhere.example }, tall: { with: phone, format: "04########" }, ok: { with: sql, expression: 'true' }, code: email } }
      ps: { with: composite }
      r: { with: composite, fields: { home: { with: composite, fields: { street: { with: address-line, person: id }, town: city } } } }`,
    );
    assert.deepEqual(after, before);
    for (const why of [
      /rules\.yaml:8:7: `public\.t\.p` \(public\.person\) has no field `nmae`\. Did you mean `name`\?/,
      /`public\.t\.p` \(public\.person\) \(its field `born`, date\) `email` takes text, not date/,
      /\(its field `ok`, boolean\) takes no `sql` inside a row/,
      /`public\.t\.ps` \(public\.person\[\]\) `composite` takes composite, not array: write `\{ with: array, each: composite \}`/,
      /`public\.t\.r` \(public\.resident\) \(its field `home`, public\.place\) has no field `town`\. Did you mean `Town`\?/,
    ]) {
      assert.match(refused ?? "", why);
    }
    const later = await runRules(
      server(),
      table,
      `  t:
    keep: [email, ps]
    mask:
      p: { with: composite, fields: { mail: { with: email, domain: elsewhere.example }, tall: { with: phone, format: "04########" }, code: email } }
      r: { with: composite, fields: { home: { with: composite, fields: { street: { with: address-line, person: id } } } } }`,
    );
    for (const why of [
      /may not be given the domain elsewhere\.example/,
      /\(its field `tall`, integer\) is a whole number and keeps its number of digits/,
      /\(its field `code`, public\.short\) holds 5 characters, `email` needs at least 24 here/,
      /`public\.t\.r` .* can have `person` for the whole column only/,
    ]) {
      assert.match(later.refused ?? "", why);
    }
  });
});
