import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { RulesError } from "../../postgres/sanitise/rules/faults";
import { readRules, rulesDigestOf } from "../../postgres/sanitise/rules/load";
import { nearest, parseTableName, writtenName } from "../../postgres/sanitise/rules/names";

describe("reading rules", () => {
  let folder: string;
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "prodcopy-rules-"));
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  const head = "database: shop\nallowed_domains: [example.invalid]\n";
  function write(text: string): string {
    const file = path.join(folder, "rules.yaml");
    fs.writeFileSync(file, text);
    return file;
  }
  /** Every fault as `line:column message`. */
  function faults(text: string): string[] {
    const file = write(text);
    try {
      readRules(file);
    } catch (error) {
      assert.ok(error instanceof RulesError, String(error));
      for (const { place } of error.faults) assert.equal(place.file, file);
      return error.faults.map(({ place, message }) => `${place.line}:${place.column} ${message}`);
    }
    return [];
  }
  function one(text: string): string {
    const all = faults(text);
    assert.equal(all.length, 1, all.join("\n"));
    return all[0] ?? "";
  }

  it("reports all faults together, each with its line and column", () => {
    const all = faults(`${head}extends: [djanga]
tables:
  member:
    keep: [a, b, a]
    mask:
      b: emial
      c: { with: phone, fromat: "04##" }
      d: { with: number, min: 9, max: 3 }
      e: { with: phone, format: "none" }
  public.member: truncate
  order: { truncate: true, delete: { where: x } }
  empty: {}
`);
    assert.deepEqual(
      all.map((fault) => fault.split(" ")[0]),
      ["3:11", "6:18", "8:10", "9:25", "10:10", "11:33", "12:3", "13:3", "14:3"],
      all.join("\n"),
    );
  });

  it("tells a transformation's faults together with those of what it stands in", () => {
    const all = faults(`database: 7
allowed_domains: [example.invalid]
extends: [djanga]
tables:
  member:
    kep: [id]
    mask:
      a: emial
      b: { with: emial, where: 7 }
      c: { with: json, pahts: {}, paths: { $.x: emial, $.y: { with: digits, keep: 1 } } }
      d: { with: array, each: emial, of: 2 }
`);
    assert.deepEqual(
      all.map((fault) => fault.split(" ")[0]),
      ["1:11", "3:11", "6:5", "8:10", "9:10", "9:32", "10:24", "10:49", "10:77", "11:31", "11:38"],
      all.join("\n"),
    );
  });

  it("names the nearest pack, key, transformation and parameter", () => {
    assert.match(one(`${head}extends: [djanga]`), /there is no pack "djanga"\. Did you mean `django`\?/);
    assert.match(one(`${head}tabels: {}`), /`tabels` is not known here\. Did you mean `tables`\?/);
    assert.match(
      one(`${head}tables: { a: { mask: { x: emial } } }`),
      /"emial" is no transformation\. Did you mean `email`\?/,
    );
    assert.match(
      one(`${head}tables: { a: { mask: { x: { with: phone, fromat: "#" } } } }`),
      /`fromat` is not known here\. Did you mean `format`\?/,
    );
  });

  it("checks transformations inside json and array as well", () => {
    assert.match(
      one(`${head}tables: { a: { mask: { x: { with: array, each: emial } } } }`),
      /"emial" is no transf/,
    );
    assert.match(
      one(`${head}tables: { a: { mask: { x: { with: json, paths: { $.y: { with: digits, keep: 1 } } } } } }`),
      /`keep` is not known here/,
    );
    assert.match(
      one(`${head}tables: { a: { mask: { x: { with: json, paths: { y: email } } } } }`),
      /a path reads like/,
    );
  });

  it("says what is no YAML, and what is missing", () => {
    assert.match(one(`${head}tables: [}`), /^3:\d+ not YAML/);
    assert.match(one("database: shop"), /`allowed_domains` is missing/);
    assert.equal(faults("").length, 2);
    assert.match(one(`${head}tables:\n  a: truncate\n  a: truncate`), /^5:3 `a` stands here twice/);
    assert.equal(faults("database: 7\nallowed_domains: []\ntables: { a: { mask: { x: emial } } }").length, 3);
    assert.match(one("database: shop\nallowed_domains: [Not A Domain]"), /"Not A Domain": must be a domain/);
  });

  it("reads anchors, merge keys and a byte order mark, and names the place where an alias stands", () => {
    const text = `\uFEFF${head}x-people: &people { name: full-name, email: email }
tables:
  a: { mask: { <<: *people, name: redact } }
  b: &b { keep: [x], mask: *people }
  c: { <<: *b, keep: [y] }
`;
    const { tables } = readRules(write(text));
    const masks = tables.map(({ mask }) =>
      Object.fromEntries(mask.map((one) => [one.column, one.spec.with])),
    );
    assert.deepEqual(masks, [
      { name: "redact", email: "email" },
      { name: "full-name", email: "email" },
      { name: "full-name", email: "email" },
    ]);
    assert.match(one(`${head}x-bad: &bad { keep: [x, x] }\ntables:\n  a: *bad\n`), /`x` is kept twice/);
    assert.match(one(`${head}tables:\n  a: *nope\n`), /^4:6 there is no anchor `&nope`/);
    assert.match(one(`${head}tables: &t\n  a: *t\n`), /^4:6 `\*t` stands inside what it stands for/);
  });

  it("says of odd YAML what is meant instead, at its place", () => {
    const expected: [text: string, message: RegExp][] = [
      ["just words", /^1:1 the file is "just words": must be an object/],
      ["- a", /^1:1 the file is \["a"\]: must be an object/],
      [`${head}---\n${head}`, /^3:1 a second document begins here/],
      [`${head}tables:\n\ta: truncate`, /^4:1 not YAML: Tabs are not allowed/],
      [`${head}tables: [a]`, /^3:9 `tables` is \["a"\]: must be an object/],
      [`${head}tables:\n  a:\n`, /`tables\.a` is null: must be an object/],
      [`${head}tables: { a: { keep: x } }`, /must be `all` or a list/],
      [
        `${head}tables: { a: { keep: [x, 5] } }`,
        /^3:26 `tables\.a\.keep\.1` is 5: must be text; write it in quotes/,
      ],
      [`${head}tables: { a: { mask: [email] } }`, /must be an object/],
      [`${head}tables: { a: { mask: { x: 5 } } }`, /^3:27 `tables\.a\.mask\.x` is 5: must be an object/],
      [`${head}tables: { ? [a] : truncate }`, /a key must be a name/],
      [`${head}tables: { a: { mask: { x: toString } } }`, /"toString" is no transformation/],
      [`${head}large_objects: remuve`, /must be `remove` or `keep`\. Did you mean `remove`/],
      [`${head}tables: ${"{a: ".repeat(1500)}`, /not YAML|cannot be read/],
      [
        `a: &a [${"x,".repeat(9)}]\n${["b", "c", "d", "e", "f", "g"].map((k, i) => `${k}: &${k} [${`*${"abcdef"[i]},`.repeat(9)}]`).join("\n")}`,
        /cannot be read: Excessive alias count/,
      ],
    ];
    for (const [text, message] of expected) {
      assert.match(faults(text)[0] ?? "read without a fault", message, text.slice(0, 80));
    }
  });

  it("reads a file of a megabyte in seconds", function () {
    this.timeout(20_000);
    const columns = Array.from({ length: 10 }, (_, i) => `column_number_${i}`).join(", ");
    const many = Array.from({ length: 4000 }, (_, i) => `  table_${i}: { keep: [${columns}] }\n`).join("");
    assert.equal(readRules(write(`${head}tables:\n${many}`)).tables.length, 4000);
    const wide = Array.from({ length: 40_000 }, (_, i) => `c${i}`).join(", ");
    assert.equal(readRules(write(`${head}tables: { a: { keep: [${wide}] } }`)).tables.length, 1);
  });

  it("refuses what cannot be meant", () => {
    assert.match(
      one(`${head}tables: { a: { keep: [x], mask: { x: email } } }`),
      /`x` is both kept and masked/,
    );
    assert.match(one(`${head}tables: { a: { truncate: true, keep: [x] } }`), /loses all its rows/);
    assert.match(one(`${head}tables: { a: { delete: {} } }`), /needs `where` or `follows`/);
    assert.match(one(`${head}tables: { 'a..b': truncate }`), /is no table name/);
    assert.match(one(`${head}tables: { a: { shape: [id] } }`), /`shape` belongs in packs/);
  });

  it("reads the short and the long form, and `null` with or without quotes", () => {
    const rules = readRules(
      write(`${head}tables:
  member:
    mask:
      a: null
      b: "null"
      c: { with: null }
      d: { with: email, where: id > 3, keep_values: [x@y.example, 7], exact: [{ where: id = 1, value: a@b.com }] }
`),
    );
    const [a, b, c, d] = rules.tables[0]?.mask ?? [];
    for (const mask of [a, b, c]) assert.deepEqual(mask?.spec, { with: "null", params: {} });
    assert.equal(d?.where, "id > 3");
    assert.deepEqual(d?.keepValues, ["x@y.example", "7"]);
    assert.deepEqual(d?.exact, [{ where: "id = 1", value: "a@b.com" }]);
  });

  it("has a digest of the meaning: comments, layout and order of keys do not count, a changed pack does", () => {
    const pack = (action: string) =>
      fs.writeFileSync(path.join(folder, "own.yaml"), `pack: own\ntables: { t: { ${action} } }\n`);
    pack("truncate: true, shape: [id]");
    const plain = `${head}extends: [own.yaml]\ntables:\n  a: { keep: [x], mask: { y: email, z: redact } }\n`;
    const first = rulesDigestOf(write(plain));
    const same = `# why\nallowed_domains:\n  - "example.invalid"\ndatabase: shop\nextends: [own.yaml] # mine
tables: { a: { mask: { z: redact, y: email }, keep: [x] } }\n`;
    assert.equal(rulesDigestOf(write(same)), first);
    assert.notEqual(rulesDigestOf(write(plain.replace("redact", "company"))), first);
    pack("keep: [id]");
    assert.notEqual(rulesDigestOf(write(plain)), first);
  });

  it("says which file cannot be read", () => {
    assert.throws(
      () => readRules(path.join(folder, "absent.yaml")),
      /absent\.yaml cannot be read \(ENOENT\)/,
    );
  });

  it("reads hostile names and writes them back", () => {
    for (const parts of [
      ["public", "member"],
      ["a.b", 'say "hi"'],
      ["Archive", 'Список "B"; членов'],
      ['"quoted"', "x y"],
    ] as const) {
      const written = writtenName(...parts);
      assert.deepEqual(parseTableName(written), { schema: parts[0], table: parts[1] }, written);
    }
    for (const bad of ["", ".", "a.", ".a", "a.b.c", '"a', '"a"b']) {
      assert.equal(parseTableName(bad), undefined, bad);
    }
  });

  it("suggests only what is near", () => {
    assert.equal(nearest("mebmer", ["member", "payment"]), "member");
    assert.equal(nearest("invoice", ["member", "payment"]), undefined);
  });
});
