import assert from "node:assert/strict";
import { allowedPattern } from "../../postgres/sanitise/patterns";
import { djangoPassword } from "../../postgres/sanitise/logins";
import { givenNames } from "../../postgres/sanitise/detect/commonNames";
import { transformations, type MaskName } from "../../postgres/sanitise/rules/domains";
import type { TypeFamily } from "../../postgres/sanitise/rules/families";
import type { CompileContext, Subject } from "../../postgres/sanitise/subject";
import { compile } from "../../postgres/sanitise/transformations";
import { wordForms, wordLists } from "../../postgres/sanitise/words/names";

const hostile = `x'); drop table member; -- \\ $fn$ é`;

describe("transformations as SQL", () => {
  const made: string[] = [];
  const context: CompileContext = {
    domain: "example.invalid",
    addFunction(make) {
      made.push(make(`column_${made.length}`));
      return `column_${made.length - 1}`;
    },
  };
  const subject: Subject = {
    sql: '"c"',
    type: "character varying(40)",
    family: "text",
    baseType: "varchar",
    elementFamily: "text",
    maxLength: 40,
    exactCase: false,
    nested: false,
  };
  const email = { with: "email", params: {} } as const;
  const params: Partial<Record<MaskName, Record<string, unknown>>> = {
    constant: { value: "v" },
    choice: { values: ["v", "w"] },
    sql: { expression: "upper(c)" },
    array: { each: email },
    json: { paths: { "$.a": email }, keys: { $: email }, other: email },
    hstore: { keys: { a: email }, other: "keep" },
  };
  /** A type of each family, as the catalogue shows it. */
  const types: Record<TypeFamily, [type: string, baseType: string]> = {
    text: ["character varying(40)", "varchar"],
    uuid: ["uuid", "uuid"],
    integer: ["integer", "int4"],
    decimal: ["numeric(10,2)", "numeric"],
    boolean: ["boolean", "bool"],
    date: ["date", "date"],
    timestamp: ["timestamp with time zone", "timestamptz"],
    time: ["time with time zone", "timetz"],
    json: ["json", "json"],
    bytes: ["bytea", "bytea"],
    ip: ["inet", "inet"],
    mac: ["macaddr", "macaddr"],
    bits: ["bit(8)", "bit"],
    hstore: ["public.hstore", "hstore"],
    xml: ["xml", "xml"],
    tsvector: ["tsvector", "tsvector"],
    point: ["point", "point"],
    range: ["int4range", "int4range"],
    "date range": ["tstzrange", "tstzrange"],
    enum: ["public.mood", "mood"],
    array: ["text[]", "text"],
    composite: ["public.pair", "pair"],
    other: ["box", "box"],
  };

  it("compiles every transformation that the rules know, for every type that it takes", () => {
    for (const name of Object.keys(transformations) as MaskName[]) {
      const taken = transformations[name].types;
      for (const family of taken === "any" ? (Object.keys(types) as TypeFamily[]) : taken) {
        const [type, baseType] = types[family];
        const at = { ...subject, family, type, baseType, maxLength: family === "text" ? 40 : undefined };
        const sql = compile({ with: name, params: params[name] ?? {} }, at, context);
        assert.ok(sql.length > 0, `${name} ${family}`);
        assert.doesNotMatch(sql, /\bselect\b/i, `${name} ${family}: a rewrite takes no subquery`);
        assert.match(sql, /^prodcopy[.]|::/, `${name} ${family}: of the column's type`);
      }
    }
  });

  it("refuses to make up SQL for a type that a transformation does not take", () => {
    const uuid = { ...subject, family: "uuid" as const, type: "uuid", baseType: "uuid" };
    assert.throws(
      () => compile({ with: "nonsense" as MaskName, params: {} }, uuid, context),
      /has no SQL for uuid/,
    );
  });

  it("quotes every parameter that the rules can set", () => {
    const masks: [MaskName, Record<string, unknown>][] = [
      ["constant", { value: hostile }],
      ["email", { domain: hostile }],
      ["email-list", { domain: hostile, separator: hostile }],
      ["phone", { format: hostile }],
      ["postcode", { format: hostile }],
      ["token", { prefix: hostile }],
      ["redact", { text: hostile }],
      ["choice", { values: [hostile, hostile] }],
      ["first-name", { list: hostile }],
      ["mentions", { phone_format: hostile }],
      ["url", { host: hostile }],
      ["date-truncate", { to: hostile }],
    ];
    for (const [name, given] of masks) {
      const family = name === "date-truncate" ? "date" : "text";
      const sql = compile({ with: name, params: given }, { ...subject, family }, context);
      assert.ok(sql.includes(`x''); drop table member; -- \\\\ $fn$ é`), `${name}: ${sql}`);
      assert.ok(!sql.includes("x'); drop"), name);
    }
  });

  it("quotes what stands inside the functions of documents, which are made as literals themselves", () => {
    const constant = { with: "constant", params: { value: hostile } } as const;
    for (const [name, type, given] of [
      ["json", "jsonb", { paths: { "$.a": constant } }],
      ["json", "jsonb", { paths: { [`$."${hostile}"`]: email } }],
      ["hstore", "public.hstore", { keys: { [hostile]: email } }],
      ["array", "text[]", { each: constant }],
    ] as const) {
      made.length = 0;
      compile({ with: name, params: given }, { ...subject, family: name, baseType: type, type }, context);
      const body = made.join("\n");
      assert.ok(body.includes("x''''); drop"), `${name}: doubled twice: ${body}`);
      assert.doesNotMatch(body, /as [$]/, name);
    }
  });

  it("reads the person from the row, under its quoted name", () => {
    for (const name of ["email", "first-name", "full-name", "username", "address-line"] as const) {
      const sql = compile({ with: name, params: { person: 'a"b' } }, subject, context);
      assert.ok(
        sql.includes(`('person:' || prodcopy.norm("a""b"::text collate "default"))`),
        `${name}: ${sql}`,
      );
    }
  });

  it("fits addresses into the column, and keeps twenty characters where there is room", () => {
    const email = (maxLength: number | undefined) =>
      compile({ with: "email", params: {} }, { ...subject, maxLength }, context);
    assert.match(email(undefined), /'example\.invalid', 20, false/);
    assert.match(email(40), /'example\.invalid', 20, false/);
    assert.match(email(30), /'example\.invalid', 14, false/);
  });

  it("walks past former numbers only where nothing is prepared", () => {
    const phone = (nested: boolean) =>
      compile({ with: "phone", params: {} }, { ...subject, nested }, context);
    assert.match(phone(false), /prodcopy\.move_phone/);
    assert.match(phone(true), /prodcopy\.fresh_phone/);
  });

  it("reads JSON paths with stars, indexes and quoted names", () => {
    made.length = 0;
    const paths = { '$.a."b.c"[0].*': { with: "hash", params: {} }, $: { with: "null", params: {} } };
    compile(
      { with: "json", params: { paths } },
      { ...subject, type: "jsonb", baseType: "jsonb", family: "json" },
      context,
    );
    const body = made.join("\n");
    assert.match(
      body,
      /cardinality\(path\) = 4 and path\[1\] = ''a'' and path\[2\] = ''b\.c'' and path\[3\] = ''0'' then/,
    );
    assert.match(body, /cardinality\(path\) = 0 then answer := null::text/);
  });

  it("allows a domain and what is below it, and nothing that only looks like it", () => {
    const domain = new RegExp(allowedPattern(["example.invalid", "a+b.org"]).domain);
    for (const good of ["x@example.invalid", "x@mail.example.invalid", "x@a+b.org"]) {
      assert.match(good, domain);
    }
    for (const bad of ["x@notexample.invalid", "x@examplexinvalid", "x@example.invalid.org", "x@aab.org"]) {
      assert.doesNotMatch(bad, domain);
    }
    assert.doesNotMatch("x@y.org", new RegExp(allowedPattern([]).domain));
  });

  it("hashes passwords as Django does", () => {
    // Python's hashlib.pbkdf2_hmac says the same.
    assert.equal(
      djangoPassword("lètmein", "seasalt", 100_000),
      "pbkdf2_sha256$100000$seasalt$BNZ6eyaNc8qFTJPjrAq99hSYb73EgAdytAtdBg2Sdcc=",
    );
    assert.match(djangoPassword("secret", "salt"), /^pbkdf2_sha256\$1000000\$salt\$[A-Za-z0-9+/]{43}=$/);
  });

  it("has words that fit a name of the server, none twice, ASCII ones where asked", () => {
    for (const ascii of [true, false]) {
      for (const { name: list, words, of } of wordLists(ascii)) {
        assert.ok(words.length >= (of.script !== "latin" ? 26 : 100), `${list} ${words.length}`);
        assert.equal(new Set(words.map((word) => word.toLowerCase())).size, words.length, list);
        assert.ok(
          words.every((word) => Buffer.byteLength(word) <= 63 && word.trim() === word && word !== ""),
          list,
        );
        if (ascii) {
          assert.ok(
            words.every((word) => /^[\x00-\x7f]+$/.test(word)),
            list,
          );
        }
      }
    }
  });

  it("has no made-up word that begins with a common given name", () => {
    const names = givenNames.filter((name) => name.length > 3);
    const met = wordLists(false)
      .filter(({ given }) => !given)
      .flatMap(({ words }) =>
        words.filter((word) => names.some((name) => word.toLowerCase().startsWith(name))),
      );
    assert.deepEqual(met, []);
  });

  it("has a way of writing out each word of towns, streets and companies, with a number in a street's", () => {
    for (const ascii of [true, false]) {
      const places = wordLists(ascii).filter(({ of }) => ["town", "street", "company"].includes(of.kind));
      const forms = wordForms(ascii);
      assert.deepEqual(
        forms.map(({ kind, script }) => `${kind} ${script}`).sort(),
        places.map(({ of }) => `${of.kind} ${of.script}`).sort(),
      );
      for (const { kind, forms: all } of forms) {
        for (const form of all) {
          assert.equal(form.split("{}").length, 2, form);
          assert.equal(form.split("#").length, kind === "street" ? 2 : 1, form);
        }
      }
    }
  });
});
