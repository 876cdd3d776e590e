import assert from "node:assert/strict";
import type { MaskSpec } from "../../postgres/sanitise/plan";
import { compile } from "../../postgres/sanitise/transformations";
import { mask, subject, useCopyWithFunctions } from "../support/masks";

describe("sanitiser: what dates, documents and arrays become", () => {
  const withCopy = useCopyWithFunctions();

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

  it("JSON: a number stays a number, whatever its first digit becomes", () =>
    withCopy(async (copy) => {
      const numbers = Array.from({ length: 300 }, (_, i) => 8000 + i * 3);
      for (const name of ["digits", "postcode", "phone"] as const) {
        const spec: MaskSpec = { with: "json", params: { other: { with: name, params: {} } } };
        const [out] = await mask(copy, spec, [JSON.stringify(numbers)], { type: "jsonb", family: "json" });
        const result = JSON.parse(out ?? "") as number[];
        result.forEach((one, i) => {
          assert.equal(typeof one, "number");
          assert.notEqual(one, numbers[i]);
          assert.match(String(one), /^[1-9]\d{3}$/);
        });
      }
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
});
