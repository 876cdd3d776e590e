import assert from "node:assert/strict";
import { useExceptions } from "../support/exceptions";

/** What rules except from a mask: what is right, and above all what is refused. */
describe("sanitiser: exceptions", function () {
  this.timeout(120_000);
  const { run, refused, done, members, mask, ours } = useExceptions();

  describe("where", () => {
    it("keeps rows for which it is false, and masks where it is neither true nor false", async () => {
      const rows = await done(
        members.replaceAll("real.example", "real.test"),
        mask("{ with: email, where: kind = 'person', keep_values: [noemail@notset.com] }"),
      );
      assert.equal(rows[0]?.email, "planted.one@real.test");
      for (const row of [rows[1], rows[2]]) assert.match(String(row?.email), ours);
      assert.equal(rows[3]?.email, null);
    });

    it("reads the row as it was, whatever else of it is masked", async () => {
      const rows = await done(
        "create table t (id int primary key, kind text, a text, b text); insert into t values (1, 'x', 'aaaa', 'bbbb'), (2, 'y', 'aaaa', 'bbbb')",
        "  t: { mask: { kind: { with: constant, value: z }, a: { with: redact, where: kind = 'x' }, b: { with: redact, where: a = 'aaaa' and kind = 'y' } } }",
      );
      assert.deepEqual(
        rows.map(({ kind, a, b }) => [kind, a === "aaaa", b === "bbbb"]),
        [
          ["z", false, true],
          ["z", true, false],
        ],
      );
    });

    it("stops at what it keeps of addresses outside the domains in a column that identifies nobody", async () => {
      const { refused: said } = await run(
        members,
        "  t: { keep: [kind, note], mask: { email: { with: redact, where: kind = 'person' } } }",
      );
      assert.match(
        said ?? "",
        /public\.t\.email: an e-mail address outside the allowed domains, 1 times, e\.g\. at id = 1/,
      );
    });

    it("is refused when it names no column, and says which", async () => {
      assert.match(
        await refused(members, mask("{ with: email, where: knid = 'person' }")),
        /rules\.yaml:5:36: the condition `knid = 'person'` of email is refused: .*column "knid" does not exist \(SQLSTATE 42703\)\. Did you mean `kind`\?/,
      );
    });

    it("is refused when it is no condition, or asks another table, or counts", async () => {
      for (const [where, why] of [
        ["kind || 'x'", /argument of WHERE must be type boolean/],
        ["id in (select id from t)", /subquer/],
        ["count(*) > 1", /aggregate functions are not allowed/],
        ["row_number() over () = 1", /window functions are not allowed/],
        ["generate_series(1, 2) = 1", /set-returning functions are not allowed/],
        ["id = 1; drop table t", /it is not SQL/],
        ["id = 1) or (id = 2", /it is not one expression/],
      ] as const) {
        assert.match(await refused(members, mask(`{ with: email, where: "${where}" }`)), why, where);
      }
    });

    it("is refused when it is not the same twice", async () => {
      for (const where of ["random() < 0.5", "clock_timestamp()::text like '%1'"]) {
        assert.match(
          await refused(members, mask(`{ with: email, where: "${where}" }`)),
          /of email is refused: it calls what answers differently each time/,
          where,
        );
      }
      assert.match(
        await refused(
          members,
          mask("{ with: email, exact: [{ where: random() < 0.5, value: x@example.invalid }] }"),
        ),
        /answers differently each time/,
      );
      assert.match(
        await refused(
          members,
          "  t: { delete: { where: random() < 0.5 }, keep: [kind, note], mask: { email: email } }",
        ),
        /the condition of `delete` is refused: it calls what answers differently each time/,
      );
    });

    it("that fails on a row is refused before anything changes, and shows no row", async () => {
      for (const where of ["1 / (id - 2) > 0", "email::int > 0"]) {
        assert.match(
          await refused(members, mask(`{ with: email, where: "${where}" }`)),
          /public\.t.*the server's message is withheld because it may hold a row \(SQLSTATE 22/,
          where,
        );
      }
    });

    it("that fails on a late row leaves every table as it was", async () => {
      const many = `create table t (id int primary key, email text); insert into t select i, 'planted' || i || '@real.example' from generate_series(1, 900) i;`;
      assert.match(
        await refused(many, `  t: { mask: { email: { with: email, where: "1 / (id - 800) < 5" } } }`),
        /public\.t.*withheld because it may hold a row \(SQLSTATE 22012/,
      );
    });
  });

  describe("keep_values", () => {
    it("keeps a sentinel in a column that identifies nobody, wherever it stands; other addresses still stop the run", async () => {
      const kept = "{ with: redact, keep_values: [noemail@notset.com] }";
      const rows = await done(
        `${members} create table u (id int primary key, v text); insert into u values (1, 'write to NoEmail@notset.com')`,
        `${mask(kept)}\n  u: { keep: [v] }`,
      );
      assert.equal(rows[4]?.email, "noemail@notset.com");
      const { refused: said } = await run(
        `${members} create table u (id int primary key, v text); insert into u values (1, 'yesemail@notset.com')`,
        `${mask(kept)}\n  u: { keep: [v] }`,
      );
      assert.match(said ?? "", /public\.u\.v: an e-mail address outside the allowed domains, 1 times/);
    });

    it("compares as the column's type does", async () => {
      const rows = await done(
        `create extension citext; create table t (id int primary key, c citext, p char(6), n numeric(6,2), d date, i int, u uuid);
         insert into t values (1, 'NoEmail@notset.com', 'none', 1.50, '2001-01-31', 7, '6BA7B810-9DAD-11D1-80B4-00C04FD430C8'),
           (2, 'planted@real.example', 'some', 2.50, '2002-01-31', 8, '6ba7b810-9dad-11d1-80b4-00c04fd430c9')`,
        `  t:
    mask:
      c: { with: email, keep_values: [noemail@notset.com] }
      p: { with: digits, keep_values: [none] }
      n: { with: number, keep_values: [1.5] }
      d: { with: date-shift, keep_values: [2001-1-31] }
      i: { with: digits, keep_values: [7] }
      u: { with: token, keep_values: [6ba7b810-9dad-11d1-80b4-00c04fd430c8] }`,
      );
      const [one, two] = rows;
      assert.deepEqual(one, {
        id: 1,
        c: "NoEmail@notset.com",
        p: "none  ",
        n: 1.5,
        d: "2001-01-31",
        i: 7,
        u: "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
      });
      for (const [column, value] of Object.entries({
        c: "planted@real.example",
        p: "some  ",
        n: 2.5,
        d: "2002-01-31",
        i: 8,
      })) {
        assert.notEqual(two?.[column], value, column);
      }
    });

    it("is refused where a value is none of the column's type", async () => {
      assert.match(
        await refused(
          "create table t (id int primary key, n int, d date); insert into t values (1, 1, '2001-01-01')",
          "  t: { mask: { n: { with: digits, keep_values: [many] }, d: { with: date-shift, exact: [{ where: id = 1, value: never }] } } }",
        ),
        /have 2 faults; no row[\s\S]*the value "many" of n is refused: it is no integer[\s\S]*the value "never" of d is refused: it is no date/,
      );
    });
  });

  describe("exact", () => {
    it("decides by the first condition that holds, before all else, on NULL too, and is expected where it stands", async () => {
      const rows = await done(
        members,
        mask(
          "{ with: email, where: id <> 1, keep_values: [noemail@notset.com], exact: [{ where: id = 1, value: a@b.com }, { where: 'id in (1, 4)', value: fourth@b.com }, { where: id = 5, value: null }] }",
        ),
      );
      assert.deepEqual(
        [rows[0], rows[3], rows[4]].map((row) => row?.email),
        ["a@b.com", "fourth@b.com", null],
      );
    });

    it("does not shield what stood in its row before", async () => {
      const { refused: said } = await run(
        `${members} create table u (id int primary key, v text); insert into u values (1, 'was planted.one@real.test');
         update t set email = replace(email, 'real.example', 'real.test')`,
        `${mask("{ with: email, keep_values: [noemail@notset.com], exact: [{ where: id = 1, value: a@b.com }] }")}\n  u: { keep: [v] }`,
      );
      assert.match(said ?? "", /public\.u\.v: an e-mail address that stood here before, 1 times/);
    });

    it("that makes two rows of a unique column equal is refused, and shows no value", async () => {
      const said = await refused(
        members.replace("email text", "email text unique"),
        mask("{ with: email, exact: [{ where: kind = 'person', value: planted@example.invalid }] }"),
      );
      assert.match(said, /public\.t.*SQLSTATE 23505.*t_email_key/);
    });
  });
});
