import assert from "node:assert/strict";
import * as fc from "fast-check";
import { placeOf, splitSql } from "../../postgres/sqlText";

const texts = (sql: string) => splitSql(sql).statements.map((statement) => statement.text);

describe("an SQL file", () => {
  const cases: [what: string, sql: string, expected: string[]][] = [
    ["two statements", "select 1; select 2", ["select 1", "select 2"]],
    ["nothing but comments", "-- a; b\n/* c; /* d; */ e; */ ;", [""].slice(1)],
    ["quotes", `select ';', "a;b", 'it''s;'; select 2`, [`select ';', "a;b", 'it''s;'`, "select 2"]],
    ["an escaped quote", String.raw`select E'it\';s'; select 2`, [String.raw`select E'it\';s'`, "select 2"]],
    [
      "a backslash in a plain string",
      String.raw`select 'c:\'; select 2`,
      [String.raw`select 'c:\'`, "select 2"],
    ],
    [
      "dollar quotes",
      "do $x$ begin; $$ ; $$ end $x$; select $1",
      ["do $x$ begin; $$ ; $$ end $x$", "select $1"],
    ],
    ["a name with a dollar", "select a$b$c; select 2", ["select a$b$c", "select 2"]],
    [
      "a rule of several statements",
      "create rule r as on insert to t do (select 1; select 2); select 3",
      ["create rule r as on insert to t do (select 1; select 2)", "select 3"],
    ],
    [
      "a body in SQL",
      "create function f() returns int begin atomic; select case when true then 1 end; select 2; end; select 3",
      [
        "create function f() returns int begin atomic; select case when true then 1 end; select 2; end",
        "select 3",
      ],
    ],
    ["an unfinished quote", "select 1; select 'abc", ["select 1", "select 'abc"]],
    ["an unfinished comment", "select 1; /* abc", ["select 1"]],
  ];
  for (const [what, sql, expected] of cases) {
    it(`is cut into its statements: ${what}`, () => assert.deepEqual(texts(sql), expected));
  }

  it("shows commands of psql outside quotes and comments only", () => {
    const sql = String.raw`select '\a'; -- \b` + "\n" + String.raw`\connect x`;
    assert.deepEqual(splitSql(sql).metaCommands, [sql.indexOf(String.raw`\connect`)]);
  });

  it("loses nothing but blanks, comments and semicolons, whatever it holds", () => {
    const piece = fc.constantFrom(
      "select",
      "'a;b'",
      '"x"',
      "$$;$$",
      "(",
      ")",
      ";",
      "\n",
      " ",
      "--c\n",
      "1",
      "é",
      "case",
      "end",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const sql = pieces.join("");
        for (const { text, offset } of splitSql(sql).statements) {
          assert.equal(sql.slice(offset, offset + text.length), text);
          assert.notEqual(text.trim(), "");
        }
      }),
    );
  });

  it("gives places as people count them", () => {
    assert.deepEqual(placeOf("a\r\n\u{1F600}bc\r\nd", 5), { line: 2, column: 2, source: "\u{1F600}bc" });
    assert.deepEqual(placeOf("ab", 2), { line: 1, column: 3, source: "ab" });
  });
});
