import assert from "node:assert/strict";
import { runRules, type Contents } from "../support/runRules";
import { useScratchServer } from "../support/servers";

/** Rows that go, with all that refers to them: compared with what the server's own ON DELETE CASCADE takes along. */
describe("sanitiser: rows that go, and what refers to them", function () {
  this.timeout(120_000);
  const server = useScratchServer();

  /**
   * Composite keys, a tree, keys within partitions, two paths to one table, and a table beside them that stays. `does` is what a key does when
   * its row goes.
   */
  const schema = (does: (n: number) => string) => `
    create table region (country text, code int, status int, primary key (country, code));
    create table shop (id int primary key, country text, code int, boss int references shop ${does(0)}, deputy int references shop ${does(1)},
      foreign key (country, code) references region ${does(2)});
    create table customer (id int primary key, shop_id int references shop ${does(3)});
    create table coupon (id int primary key, customer_id int references customer ${does(4)});
    create table sale (id int, day date, customer_id int references customer ${does(5)}, coupon_id int references coupon ${does(6)}, primary key (id, day)) partition by range (day);
    create table sale_old partition of sale for values from (minvalue) to ('2020-01-01');
    create table sale_new partition of sale for values from ('2020-01-01') to (maxvalue);
    create table line (id int primary key, sale_id int, sale_day date, foreign key (sale_id, sale_day) references sale ${does(7)});
    create table beside (id int primary key, country text, code int);
    insert into region select chr(65 + i % 3), i / 3, i % 5 from generate_series(0, 29) i;
    insert into shop select i, chr(65 + i % 3), case when i % 11 > 0 then i * 7 % 10 end, case when i % 4 > 0 then i / 3 end, nullif(i * 5 % 40, i)
      from generate_series(0, 39) i;
    insert into customer select i, nullif(i * 3 % 41, 40) from generate_series(0, 79) i;
    insert into coupon select i, nullif(i * 7 % 81, 80) from generate_series(0, 79) i;
    insert into sale select i, '2019-12-01'::date + i, nullif(i * 11 % 81, 80), nullif(i * 13 % 90 % 81, 80) from generate_series(0, 119) i;
    insert into line select i, i % 120, case when i % 7 > 0 then '2019-12-01'::date + i % 120 end from generate_series(0, 199) i;
    insert into beside select i, 'A', i from generate_series(0, 9) i;`;
  const rules = (rest = "") => `  region: { keep: [country, code, status], delete: { where: status = 2 } }
  shop: { keep: [country, code], delete: { follows: region } }
  customer: { delete: { follows: shop } }
  coupon: { delete: { follows: customer } }
  sale: { keep: [day], delete: { follows: [customer, coupon] } }
  line: { keep: [sale_day], delete: { follows: sale } }
  beside: { keep: [country, code] }${rest}`;
  const kinds = [
    "",
    "on delete restrict",
    "on delete set null",
    "on delete cascade",
    "deferrable initially deferred",
  ];

  async function cascaded(): Promise<Contents> {
    await server().createDatabase("reference");
    try {
      return await server().as("reference", async (session) => {
        await session.query(schema(() => "on delete cascade"));
        await session.query("delete from region where status = 2");
        const contents: Contents = {};
        for (const table of ["region", "shop", "customer", "coupon", "sale", "line", "beside"]) {
          const { rows } = await session.query<{ row: Record<string, unknown> }>(
            `select to_jsonb(t) as row from ${table} t order by (to_jsonb(t) ->> 'id')::int, 1`,
          );
          contents[table] = rows.map((one) => one.row);
        }
        return contents;
      });
    } finally {
      await server().as("postgres", (session) => session.query("drop database reference"));
    }
  }

  it("are the same that the server takes along, whatever the keys do when their row goes", async () => {
    const expected = await cascaded();
    for (let turn = 0; turn < kinds.length; turn += 2) {
      const { before, after, refused } = await runRules(
        server(),
        schema((n) => kinds[(n + turn) % kinds.length] ?? ""),
        rules(),
      );
      assert.equal(refused, undefined);
      for (const [table, rows] of Object.entries(expected)) {
        assert.deepEqual(after[table], rows, `${table}, ${turn}`);
        if (table !== "beside") {
          assert.ok(rows.length > 0 && rows.length < (before[table]?.length ?? 0), table);
        }
      }
    }
  });

  it("each that is not said is refused, whatever its key would do, and all that hangs on it is named", async () => {
    for (const does of kinds) {
      const { before, after, refused } = await runRules(
        server(),
        schema(() => does),
        rules().replace(/ {2}customer: .*\n/, "  customer: { keep: [] }\n"),
      );
      assert.deepEqual(after, before, does);
      assert.match(
        refused ?? "",
        /rules\.yaml:6:34: `public\.shop` loses rows, and these tables refer to it and would dangle: public\.customer \(shop_id\)\. Either give them `delete: \{follows: public\.shop\}` or `truncate`, or mask the referring column with `null`/,
      );
      assert.match(
        refused ?? "",
        /rules\.yaml:8:\d+: `public\.customer` loses no rows: there is nothing for `public\.coupon` to follow/,
      );
    }
  });

  it("stay when the referring column becomes NULL, in every row", async () => {
    const { before, after, refused } = await runRules(
      server(),
      schema(() => "on delete restrict"),
      rules()
        .replace(/ {2}customer: .*\n/, "  customer: { mask: { shop_id: null } }\n")
        .replace(/ {2}coupon: .*\n/, "  coupon: { keep: [] }\n")
        .replace("follows: [customer, coupon]", "where: 'false'"),
    );
    assert.equal(refused, undefined);
    assert.equal(after.customer?.length, before.customer?.length);
    assert.ok(after.customer?.every((one) => one.shop_id === null));
    assert.deepEqual([after.coupon, after.sale, after.line], [before.coupon, before.sale, before.line]);
  });

  it("of a table that is truncated want all that refers to it truncated, followed or let go, through any number of tables", async () => {
    const { before, after, refused } = await runRules(
      server(),
      schema(() => ""),
      "  region: truncate\n  shop: { keep: [country, code] }\n  sale: { keep: [day] }\n  line: { keep: [sale_day] }\n  beside: { keep: [country, code] }",
    );
    assert.deepEqual(after, before);
    const names = "public.shop (country, code); public.customer (shop_id) through public.shop; ";
    assert.ok(
      refused?.includes(
        `\`public.region\` loses all its rows, and these tables refer to it and would dangle: ${names}`,
      ),
      refused,
    );
    for (const name of [
      "public.coupon (customer_id) through public.customer",
      "public.sale (",
      "public.line (sale_id, sale_day) through public.sale",
    ]) {
      assert.ok(refused?.includes(name), `${name} in ${refused}`);
    }
    const emptied = await runRules(
      server(),
      schema((n) => kinds[n % kinds.length] ?? ""),
      "  region: truncate\n  shop: truncate\n  customer: { mask: { shop_id: null } }\n  sale: { keep: [day] }\n  line: { keep: [sale_day] }\n  beside: { keep: [country, code] }",
    );
    assert.equal(emptied.refused, undefined);
    assert.deepEqual([emptied.after.region, emptied.after.shop], [[], []]);
    assert.equal(emptied.after.customer?.length, 80);
    assert.deepEqual(emptied.after.coupon, emptied.before.coupon);
  });

  const circle = `create table a (id int primary key, b_id int, name text); create table b (id int primary key, a_id int references a deferrable initially deferred);
    alter table a add foreign key (b_id) references b deferrable initially deferred;
    begin; insert into a values (1, 1, 'x'), (2, 2, 'y'), (3, null, 'z'); insert into b values (1, 2), (2, 1), (3, 3); commit;`;

  it("in a circle of two tables go together when one is said as a condition, when both are emptied, or when one lets go", async () => {
    for (const [tables, rest] of [
      ["  a: truncate\n  b: truncate", { a: [], b: [] }],
      [
        "  a: { keep: [name], mask: { b_id: null } }\n  b: { delete: { where: id < 3 } }",
        { a: [1, 2, 3], b: [3] },
      ],
      [
        "  a: { keep: [name], delete: { where: id < 3 }, mask: { b_id: null } }\n  b: { delete: { follows: a } }",
        { a: [3], b: [3] },
      ],
    ] as const) {
      const { after, refused } = await runRules(server(), circle, tables);
      assert.equal(refused, undefined, tables);
      assert.deepEqual({ a: after.a?.map((one) => one.id), b: after.b?.map((one) => one.id) }, rest, tables);
    }
  });

  it("in a circle that no order ends is refused on both sides, with the way out", async () => {
    const { before, after, refused } = await runRules(
      server(),
      circle,
      "  a: { keep: [name], delete: { where: id = 1, follows: b } }\n  b: { delete: { follows: a } }",
    );
    assert.deepEqual(after, before);
    assert.match(refused ?? "", /have 2 faults/);
    assert.match(
      refused ?? "",
      /`public\.a` and `public\.b` follow each other; write the rows of one of them as `where`/,
    );
    assert.match(refused ?? "", /`public\.b` and `public\.a` follow each other/);
  });

  it("by a condition that fails on a row changes nothing, and shows no row", async () => {
    const { before, after, refused } = await runRules(
      server(),
      "create table t (id int primary key, v text); insert into t values (1, 'planted 4711')",
      "  t: { keep: [v], delete: { where: 'v::int > 0' } }",
    );
    assert.deepEqual(after, before);
    assert.match(
      refused ?? "",
      /public\.t failed: the server's message is withheld because it may hold a row \(SQLSTATE 22P02\)/,
    );
    assert.doesNotMatch(refused ?? "", /planted|4711/);
  });

  it("by a condition that is neither true nor false stay, and those of a following table are not lost by it", async () => {
    const { after, refused } = await runRules(
      server(),
      "create table t (id int primary key, status int); create table u (id int primary key, t_id int references t); insert into t values (1, 2), (2, null), (3, 0); insert into u values (1, 1), (2, 2), (3, null)",
      "  t: { keep: [status], delete: { where: status = 2 } }\n  u: { delete: { follows: t } }",
    );
    assert.equal(refused, undefined);
    assert.deepEqual(
      [after.t?.map((one) => one.id), after.u?.map((one) => one.id)],
      [
        [2, 3],
        [2, 3],
      ],
    );
  });
});
