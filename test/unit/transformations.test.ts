import assert from "node:assert/strict";
import { allowedPattern } from "../../postgres/sanitise/patterns";
import { djangoPassword } from "../../postgres/sanitise/logins";
import { transformations, type MaskName } from "../../postgres/sanitise/rules/domains";
import type { CompileContext, Subject } from "../../postgres/sanitise/subject";
import { compile } from "../../postgres/sanitise/transformations";
import { wordLists } from "../../postgres/sanitise/words/names";

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
    elementFamily: "text",
    maxLength: 40,
    exactCase: false,
    nested: false,
  };
  const params: Partial<Record<MaskName, Record<string, unknown>>> = {
    constant: { value: "v" },
    sql: { expression: "upper(c)" },
    array: { each: { with: "email", params: {} } },
  };

  it("compiles every transformation that the rules know", () => {
    for (const name of Object.keys(transformations) as MaskName[]) {
      const sql = compile({ with: name, params: params[name] ?? {} }, subject, context);
      assert.ok(sql.length > 0, name);
      assert.doesNotMatch(sql, /\bselect\b/i, `${name}: a rewrite takes no subquery`);
    }
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
      ["url", { host: hostile }],
      ["date-truncate", { to: hostile }],
    ];
    for (const [name, given] of masks) {
      const sql = compile({ with: name, params: given }, subject, context);
      assert.ok(sql.includes(`x''); drop table member; -- \\\\ $fn$ é`), `${name}: ${sql}`);
      assert.ok(!sql.includes("x'); drop"), name);
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
    assert.match(phone(false), /prodcopy\.move_shape/);
    assert.match(phone(true), /prodcopy\.fresh_shape/);
  });

  it("reads JSON paths with stars, indexes and quoted names", () => {
    made.length = 0;
    const paths = { '$.a."b.c"[0].*': { with: "hash", params: {} }, $: { with: "null", params: {} } };
    compile({ with: "json", params: { paths } }, { ...subject, type: "jsonb", family: "json" }, context);
    const body = made.join("\n");
    assert.match(
      body,
      /cardinality\(path\) = 4 and path\[1\] = 'a' and path\[2\] = 'b\.c' and path\[3\] = '0' then/,
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
      for (const [list, words] of Object.entries(wordLists(ascii))) {
        assert.ok(words.length >= 100, list);
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
});
