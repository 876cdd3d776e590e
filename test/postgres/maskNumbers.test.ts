import assert from "node:assert/strict";
import { formerNumbers, knowNumbers, mask, useCopyWithFunctions } from "../support/masks";

describe("sanitiser: what numbers become", () => {
  const withCopy = useCopyWithFunctions();

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

  it("a number whose neighbour stood there gets a free place, and so does one that is not in the format", () =>
    withCopy(async (copy) => {
      const { rows } = await copy.query<{ y: string }>(
        "select prodcopy.move_format('0412345678', '04########') as y",
      );
      const neighbour = rows[0]?.y ?? "";
      await formerNumbers(copy, ["0412345678", neighbour]);
      await copy.query("select prodcopy.place_format('none yet', '04########', 2)");
      await knowNumbers(copy);
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

  it("where numbers stand close together, each gets one that stood nowhere and nobody else has, given places passed over", () =>
    withCopy(async (copy) => {
      // An eighth of all numbers of four digits: many have a former number for their neighbour.
      const numbers = Array.from({ length: 1250 }, (_, i) => String(7 * i).padStart(4, "0"));

      for (const params of [{}, { format: "####" }]) {
        await copy.query("truncate prodcopy.before, prodcopy.swap");
        await formerNumbers(copy, numbers);
        const misfits = Array.from({ length: 60 }, (_, i) => `none ${i}`);
        if ("format" in params) {
          for (const one of misfits) {
            await copy.query("select prodcopy.place_format($1, '####', $2)", [one, numbers.length]);
          }
          await knowNumbers(copy);
        }
        const values = "format" in params ? [...numbers, ...misfits] : numbers;
        const out = await mask(copy, { with: "phone", params }, values);
        assert.equal(new Set(out).size, values.length, "two have the same");
        assert.deepEqual(
          out.filter((one) => numbers.includes(one)),
          [],
          "a former number",
        );
        for (const one of out) assert.match(one, /^\d{4}$/);
      }
    }));
});
