import assert from "node:assert/strict";
import type { CopySession } from "../../postgres/guard";
import type { MaskSpec } from "../../postgres/sanitise/plan";
import type { Subject } from "../../postgres/sanitise/subject";
import { compile } from "../../postgres/sanitise/transformations";
import { installWords } from "../../postgres/sanitise/words/install";
import { wordLists } from "../../postgres/sanitise/words/names";
import { asCopy } from "../support/copies";
import { withFunctions } from "../support/sanitise";
import { useScratchServer } from "../support/servers";

describe("sanitiser: what values become", () => {
  const server = useScratchServer();

  const withCopy = (use: (copy: CopySession) => Promise<void>) =>
    server().as("postgres", async (session) => {
      const copy = await asCopy(session, server().handle);
      await withFunctions(copy);
      await installWords(copy);
      await use(copy);
    });

  const wordsOf = (name: string) => wordLists(false).find((list) => list.name === name)?.words ?? [];

  const subject = (sql: string, more: Partial<Subject> = {}): Subject => ({
    sql,
    type: "text",
    family: "text",
    baseType: "text",
    elementFamily: "text",
    maxLength: undefined,
    exactCase: false,
    nested: false,
    ...more,
    ...(more.type === undefined ? {} : { baseType: baseTypes[more.type] ?? more.type }),
  });
  const baseTypes: Record<string, string> = {
    integer: "int4",
    bigint: "int8",
    smallint: "int2",
    "numeric(10,2)": "numeric",
    "timestamp with time zone": "timestamptz",
    "text[]": "text",
  };

  /** What a mask makes of values of a type, in order. */
  async function mask(
    copy: CopySession,
    spec: MaskSpec,
    values: unknown[],
    more: Partial<Subject> = {},
  ): Promise<string[]> {
    const type = more.type ?? "text";
    const functions: string[] = [];
    const sql = compile(spec, subject("v", more), {
      domain: "example.invalid",
      addFunction(make) {
        functions.push(make(`column_${functions.length}`));
        return `column_${functions.length - 1}`;
      },
    });
    for (const statement of functions) await copy.query(statement);
    const { rows } = await copy.query<{ out: string }>(
      `select (${sql})::text as out from unnest($1::text[]) with ordinality u(t, n), lateral (select t::${type} as v) c order by n`,
      [values],
    );
    return rows.map((row) => row.out);
  }

  const phones = Array.from({ length: 400 }, (_, i) => `04${String(10_000_000 + i * 7919).padStart(8, "0")}`);

  it("numbers: a permutation without a fixed point, in the format, twice the same", () =>
    withCopy(async (copy) => {
      const format = { with: "phone", params: { format: "04########" } } as const;
      const masked = await mask(copy, format, phones);
      assert.equal(new Set(masked).size, phones.length);
      masked.forEach((phone, i) => {
        assert.match(phone, /^04\d{8}$/);
        assert.notEqual(phone, phones[i]);
      });
      assert.deepEqual(await mask(copy, format, phones), masked);
    }));

  it("numbers: the whole of a small domain is permuted, each value to another", () =>
    withCopy(async (copy) => {
      for (const [n, size] of [
        [10, 1],
        [100, 2],
        [1000, 3],
        [7, 1],
      ] as const) {
        const { rows } = await copy.query<{ y: string }>(
          "select prodcopy.next_in_cycle(x, $1, 'test') as y from generate_series(0, $1::bigint - 1) x",
          [n],
        );
        const images = rows.map((row) => Number(row.y));
        assert.deepEqual(
          [...images].sort((a, b) => a - b),
          Array.from({ length: n }, (_, i) => i),
          `${n} ${size}`,
        );
        images.forEach((y, x) => assert.notEqual(y, x));
      }
    }));

  it("numbers: shape stays, digits and letters go, different ones stay different", () =>
    withCopy(async (copy) => {
      const spec = { with: "phone", params: {} } as const;
      const given = [
        "+61 (2) 9876-5432",
        "02 9876 5432",
        "ask Mary",
        "12",
        "9".repeat(40),
        "PA1234567",
        "PB1234567",
      ];
      const masked = await mask(copy, spec, given);
      assert.match(masked[0] ?? "", /^\+\d\d \(\d\) \d{4}-\d{4}$/);
      assert.match(masked[2] ?? "", /^[a-z]{3} [A-Z][a-z]{3}$/);
      assert.match(masked[4] ?? "", /^\d{40}$/);
      assert.equal(new Set(masked).size, given.length);
      masked.forEach((out, i) => assert.notEqual(out, given[i]));
      const series = await mask(copy, { with: "digits", params: { keep_first: 2 } }, ["AU 6212 345"]);
      assert.match(series[0] ?? "", /^AU 62\d\d \d{3}$/);
    }));

  it("numbers in integer columns stay as long as they were and inside the type", () =>
    withCopy(async (copy) => {
      for (const [type, values] of [
        ["integer", ["2147483647", "1000000000", "7", "-42", "0"]],
        ["bigint", ["9223372036854775807", "1000000000000000000", "412345678", "99"]],
        ["smallint", ["32767", "10000", "5"]],
      ] as const) {
        const masked = await mask(copy, { with: "digits", params: {} }, [...values], {
          type,
          family: "integer",
        });
        masked.forEach((out, i) => {
          assert.notEqual(out, values[i]);
          assert.equal(out.length, values[i]?.length, `${type} ${values[i]} -> ${out}`);
        });
      }
    }));

  it("addresses: case does not matter, the length does, NULL-safe lists keep their separators", () =>
    withCopy(async (copy) => {
      const email = { with: "email", params: {} } as const;
      const [one, two, three] = await mask(copy, email, ["Ann@Club.org", " ann@club.org", "bob@club.org"], {
        maxLength: 40,
      });
      assert.equal(one, two);
      assert.notEqual(one, three);
      assert.match(one ?? "", /^[a-z0-9]{20}@example\.invalid$/);
      const [narrow] = await mask(copy, email, ["ann@club.org"], { maxLength: 26 });
      assert.equal(narrow?.length, 26);
      assert.equal(narrow?.slice(0, 10), one?.slice(0, 10));
      const [upper, lower] = await mask(copy, email, ["Ann@Club.org", "ann@club.org"], { exactCase: true });
      assert.notEqual(upper, lower);
      const [list] = await mask(copy, { with: "email-list", params: {} }, [
        '"Smith, Ann" <ann@club.org>, bob@club.org',
      ]);
      assert.equal(list, `${one}, ${three}`);
      assert.deepEqual(await mask(copy, { with: "email-list", params: {} }, ["ann@club.org;bob@club.org"]), [
        `${one},${three}`,
      ]);
    }));

  it("every text mask changes every value, keeps to the length, and answers the same twice", () =>
    withCopy(async (copy) => {
      const given = [
        "Ada",
        "1 Acornbank Street",
        "x",
        "user42",
        "Ωμέγα",
        "o'Brien\\",
        "http://a.b/c?d#e",
        "10.1.2.3",
        "a-b",
      ];
      for (const name of [
        "first-name",
        "last-name",
        "full-name",
        "address-line",
        "city",
        "company",
        "postcode",
        "username",
        "hash",
        "token",
        "redact",
        "url",
        "ip",
        "unusable-password",
        "file-name",
      ] as const) {
        const spec: MaskSpec = { with: name, params: {} };
        const masked = await mask(copy, spec, given, { maxLength: 30, type: "varchar(30)" });
        masked.forEach((out, i) => {
          assert.notEqual(out, given[i], `${name}: ${out}`);
          assert.ok(out.length <= 30 && out !== "", `${name}: ${out}`);
        });
        assert.deepEqual(await mask(copy, spec, given, { maxLength: 30, type: "varchar(30)" }), masked);
      }
    }));

  it("file names keep their ending and, where asked, their folder; a bcrypt hash is one that libraries read", () =>
    withCopy(async (copy) => {
      const given = ["letters/ada.lovelace/cv of Ada.PDF", "no ending", "a/b.tar.gz", "ада.jpeg"];
      const plain = await mask(copy, { with: "file-name", params: {} }, given);
      assert.match(plain[0] ?? "", /^[0-9a-f]{16}\.PDF$/);
      assert.match(plain[1] ?? "", /^[0-9a-f]{16}$/);
      assert.match(plain[3] ?? "", /^[0-9a-f]{16}\.jpeg$/);
      const [folder] = await mask(copy, { with: "file-name", params: { keep_folder: true } }, given);
      assert.equal(folder, `letters/ada.lovelace/${plain[0]}`);
      const [narrow] = await mask(copy, { with: "file-name", params: { keep_folder: true } }, given, {
        maxLength: 20,
      });
      assert.match(narrow ?? "", /^[0-9a-f]{16}\.PDF$/);
      const bcrypt = await mask(
        copy,
        { with: "unusable-password", params: { format: "bcrypt" } },
        ["$2a$12$x", "y"],
        {
          maxLength: 60,
        },
      );
      for (const hash of bcrypt) assert.match(hash, /^\$2a\$12\$[A-Za-z0-9./]{53}$/);
      assert.notEqual(bcrypt[0], bcrypt[1]);
    }));

  it("words of the lists become other words of the lists", () =>
    withCopy(async (copy) => {
      for (const [name, list] of [
        ["first-name", "first"],
        ["last-name", "last"],
        ["city", "town"],
      ] as const) {
        const words = wordsOf(list);
        const masked = await mask(copy, { with: name, params: {} }, words);
        masked.forEach((out, i) => assert.notEqual(out, words[i]));
      }
    }));

  it("a word that stood in production's names is not given out again", () =>
    withCopy(async (copy) => {
      const last = wordsOf("last");
      await copy.query(
        "insert into prodcopy.before select prodcopy.mark(lower(w)), 6, false from unnest($1::text[]) w",
        [last.slice(3)],
      );
      await installWords(copy);
      const many = Array.from({ length: 200 }, (_, i) => `name ${i}`);
      const out = new Set(await mask(copy, { with: "last-name", params: {} }, many));
      // Fewer than twenty words are left: pairs of them stand in.
      for (const word of out) assert.ok(!last.includes(word), word);
    }));

  it("dates move but not by nothing, numbers stay in their range, uuids and bytes keep their type", () =>
    withCopy(async (copy) => {
      const days = ["1980-02-29", "2001-01-01", "1970-12-31"];
      const shifted = await mask(copy, { with: "date-shift", params: { days: 1 } }, days, {
        type: "date",
        family: "date",
      });
      shifted.forEach((out, i) => {
        const gap = Math.abs(Date.parse(out) - Date.parse(days[i] ?? "")) / 86_400_000;
        assert.equal(gap, 1);
      });
      const year = await mask(copy, { with: "date-truncate", params: {} }, days, {
        type: "date",
        family: "date",
      });
      assert.deepEqual(year, ["1980-01-01", "2001-01-01", "1970-01-01"]);
      const stamps = await mask(copy, { with: "date-shift", params: {} }, ["2020-01-01 10:00+00"], {
        type: "timestamp with time zone",
        family: "timestamp",
      });
      assert.match(stamps[0] ?? "", /10:00:00\+00$/);
      const whole = await mask(copy, { with: "number", params: { min: 1, max: 2 } }, ["1", "2", "3"], {
        type: "integer",
        family: "integer",
      });
      assert.deepEqual(whole.slice(0, 2), ["2", "1"]);
      const money = await mask(copy, { with: "number", params: { min: 0, max: 1 } }, ["0.50", "1.00"], {
        type: "numeric(10,2)",
        family: "decimal",
      });
      money.forEach((out, i) =>
        assert.ok(Number(out) >= 0 && Number(out) <= 1 && out !== ["0.50", "1.00"][i], out),
      );
      const [uuid] = await mask(
        copy,
        { with: "token", params: {} },
        ["6ba7b810-9dad-11d1-80b4-00c04fd430c8"],
        {
          type: "uuid",
          family: "uuid",
        },
      );
      assert.match(uuid ?? "", /^[0-9a-f-]{36}$/);
      const v6 = await mask(copy, { with: "ip", params: {} }, ["fe80::1", "203.0.113.9/24"], {
        type: "inet",
        family: "ip",
      });
      assert.match(v6[0] ?? "", /^2001:db8:/);
      assert.match(v6[1] ?? "", /^198\.51\.100\.\d+\/32$/);
      const bytes = await mask(copy, { with: "bytes", params: {} }, ["\\x616263"], {
        type: "bytea",
        family: "bytes",
      });
      assert.deepEqual(bytes, ["\\x000000"]);
    }));

  it("JSON: named paths by their mask, other strings and numbers redacted, keys that are addresses masked", () =>
    withCopy(async (copy) => {
      const spec: MaskSpec = {
        with: "json",
        params: {
          paths: { "$.to[*].email": { with: "email", params: {} }, "$.n": { with: "digits", params: {} } },
        },
      };
      const document = {
        to: [{ email: "ann@club.org" }, { email: "" }],
        n: 12345,
        free: "call Ann",
        yes: true,
        no: null,
        "bob@club.org": 5,
      };
      const [out] = await mask(copy, spec, [JSON.stringify(document)], { type: "jsonb", family: "json" });
      const result = JSON.parse(out ?? "") as typeof document;
      const [email, key] = await mask(copy, { with: "email", params: {} }, ["ann@club.org", "bob@club.org"]);
      assert.deepEqual(result.to, [{ email }, { email: "" }]);
      assert.match(String(result.n), /^[1-9]?\d{4,5}$/);
      assert.equal(result.free, "redacted");
      assert.deepEqual([result.yes, result.no], [true, null]);
      assert.equal((result as Record<string, unknown>)[key ?? ""], 0);
      const broken = await mask(copy, spec, ["{not json ann@club.org"]);
      assert.deepEqual(broken, ['"redacted"']);
    }));

  it("a parallel query may call what is labelled so: nothing there catches an error", () =>
    withCopy(async (copy) => {
      const { rows: caught } = await copy.query(
        `select proname from pg_proc where pronamespace = 'prodcopy'::regnamespace and proparallel <> 'u' and prosrc ~* 'exception[[:space:]]+when'`,
      );
      assert.deepEqual(caught, []);
      const functions: string[] = [];
      const context = {
        domain: "example.invalid",
        addFunction(make: (name: string) => string) {
          functions.push(make(`column_${functions.length}`));
          return `column_${functions.length - 1}`;
        },
      };
      const json: MaskSpec = { with: "json", params: { paths: {} } };
      const masks = [
        compile(json, subject("v"), context),
        compile({ with: "array", params: { each: json } }, subject("array[v]", { type: "text[]" }), context),
        compile(
          { with: "json", params: { other: json } },
          subject("to_jsonb(v)", { type: "jsonb" }),
          context,
        ),
        compile({ with: "date-shift", params: {} }, subject("v"), context),
        ...(["email", "full-name", "phone", "address-line", "mentions", "token"] as const).map((one) =>
          compile({ with: one, params: {} }, subject("v"), context),
        ),
      ];
      for (const statement of functions) await copy.query(statement);
      await copy.query("create table public.crowd as select '2024-13-45 {no date, no json' as v");
      const { rows: settings } = await copy.query<{ name: string }>(
        "select name from pg_settings where name in ('force_parallel_mode', 'debug_parallel_query')",
      );
      for (const { name } of settings) await copy.query(`set ${name} = on`);
      for (const sql of masks) await copy.query(`select ${sql} from public.crowd`);
    }));

  it("a date in text moves where the calendar has it, and is scrambled where not", () =>
    withCopy(async (copy) => {
      const { rows } = await copy.query<{ v: string; out: string }>(
        `select v, prodcopy.shift_text(v, 1) as out from unnest(array['2024-02-28', '2024-02-29 10:00', '2023-02-29', '2024-12-31T1', '0000-01-01', '2024-13-01']) v`,
      );
      const shape = /^\d{4}-\d\d-\d\d/;
      assert.deepEqual(
        rows.slice(0, 2).map((one) => one.out),
        ["2024-02-29", "2024-03-01 10:00"],
      );
      assert.equal(rows[3]?.out, "2025-01-01T1");
      for (const one of [2, 4, 5]) assert.match(rows[one]?.out ?? "", shape);
      for (const { v, out } of rows) assert.notEqual(out, v);
    }));

  it("arrays: element by element, NULL and empty stay, two dimensions too", () =>
    withCopy(async (copy) => {
      const spec: MaskSpec = { with: "array", params: { each: { with: "email", params: {} } } };
      const out = await mask(
        copy,
        spec,
        ['{ann@club.org,NULL,"",bob@club.org}', "{{ann@club.org},{bob@club.org}}", "{}"],
        {
          type: "text[]",
          family: "array",
        },
      );
      const [ann, bob] = await mask(copy, { with: "email", params: {} }, ["ann@club.org", "bob@club.org"]);
      assert.deepEqual(out, [`{${ann},NULL,"",${bob}}`, `{{${ann}},{${bob}}}`, "{}"]);
    }));

  it("a number whose neighbour stood there gets a free place, and so does one that is not in the format", () =>
    withCopy(async (copy) => {
      const { rows } = await copy.query<{ y: string }>(
        "select prodcopy.move_format('0412345678', '04########') as y",
      );
      const neighbour = rows[0]?.y ?? "";
      await copy.query(
        "insert into prodcopy.before select prodcopy.mark(v), 2, false from unnest(array['0412345678', $1::text]) v",
        [neighbour],
      );
      await copy.query(
        "select prodcopy.place_format(v, '04########', 2) from unnest(array['0412345678', 'none yet']) v",
      );
      await copy.query("select set_config('prodcopy.swaps', 'on', false)");
      const out = await mask(copy, { with: "phone", params: { format: "04########" } }, [
        "0412345678",
        neighbour,
        "none yet",
      ]);
      assert.equal(new Set(out).size, 3);
      for (const one of out) {
        assert.match(one, /^04\d{8}$/);
        assert.ok(one !== neighbour && one !== "0412345678");
      }
      // Inside JSON and arrays, where nothing is prepared, it is walked past.
      await copy.query("delete from prodcopy.swap");
      const nested = await mask(copy, { with: "phone", params: { format: "04########" } }, ["0412345678"], {
        nested: true,
      });
      assert.ok(nested[0] !== neighbour && nested[0] !== "0412345678", nested[0]);
    }));
});
