import assert from "node:assert/strict";
import { useExceptions } from "../support/exceptions";

/** The way out through SQL: what is right, and above all what is refused. */
describe("sanitiser: expressions", function () {
  this.timeout(120_000);
  const { run, refused, done, members, mask } = useExceptions();

  describe("sql", () => {
    const sql = (expression: string) => mask(`{ with: sql, expression: "${expression}" }`);

    it("is refused for what the server does not take, with the reason, before anything changes", async () => {
      for (const [expression, why] of [
        [
          "upper(emial)",
          /rules\.yaml:5:36: the expression of email is refused: .*column "emial" does not exist \(SQLSTATE 42703\)\. Did you mean `email`\?/,
        ],
        ["no_such(email)", /function no_such\(text\) does not exist/],
        ["(select max(note) from t)", /subquer/],
        ["max(email)", /aggregate functions are not allowed|must appear in the GROUP BY/],
        ["email) , (id", /the expression of email is refused: it is not one expression/],
      ] as const) {
        assert.match(await refused(members, sql(expression)), why, expression);
      }
      assert.match(
        await refused(
          "create table t (id int primary key, p point, v text); insert into t values (1, '(1,2)', 'planted')",
          "  t: { keep: [p], mask: { v: { with: sql, expression: 'p + 1' } } }",
        ),
        /operator does not exist: point \+ integer/,
      );
    });

    it("of another type is refused when its values do not go into the column, and shows none", async () => {
      const t =
        "create table t (id int primary key, born date, name text not null); insert into t values (1, '2001-01-31', 'planted 4711')";
      assert.match(
        await refused(t, "  t: { keep: [name], mask: { born: { with: sql, expression: name } } }"),
        /public\.t.*withheld because it may hold a row \(SQLSTATE 22/,
      );
      assert.match(
        await refused(t, "  t: { keep: [name], mask: { born: { with: sql, expression: id } } }"),
        /the expression of born is refused: .*cannot cast type integer to date/,
      );
    });

    it("that answers NULL in a column that takes none is refused before anything changes", async () => {
      assert.match(
        await refused(
          "create table t (id int primary key, name text not null); insert into t values (1, 'planted 4711')",
          "  t: { mask: { name: { with: sql, expression: 'nullif(name, name)' } } }",
        ),
        /refused before anything was changed: the rules of public\.t make values that it does not take.*23502.*column name/,
      );
    });

    it("that fails in the middle of a table leaves it as it was", async () => {
      assert.match(
        await refused(
          "create table t (id int primary key, v text); insert into t select i, 'planted 4711' from generate_series(1, 900) i",
          `  t: { mask: { v: { with: sql, expression: "(1 / (id - 800))::text" } } }`,
        ),
        /masking public\.t failed: the server's message is withheld because it may hold a row \(SQLSTATE 22012\)/,
      );
    });

    it("owes every proof: an address that it leaves where it was, or half of it, stops the run", async () => {
      for (const expression of ["lower(email)", "case when id > 1 then email end", "'<' || email || '>'"]) {
        const { refused: said } = await run(members.replaceAll("real.example", "real.test"), sql(expression));
        assert.match(
          said ?? "",
          /leak scan found[\s\S]*public\.t\.email: an e-mail address that stood here before/,
          expression,
        );
      }
      assert.match(
        await refused(members, sql("email")),
        /`public\.t\.email` \(text\) is left as it is by this expression: name it below `keep`/,
      );
      const { refused: made } = await run(members, sql("'new' || id || '@elsewhere.example'"));
      assert.match(made ?? "", /public\.t\.email: an e-mail address outside the allowed domains/);
    });

    it("may answer anew each time, since each cell is written once", async () => {
      const rows = await done(members, sql("md5(random()::text) || '@example.invalid'"));
      assert.equal(new Set(rows.map((row) => row.email)).size, 5);
    });
  });
});
