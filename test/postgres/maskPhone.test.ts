import assert from "node:assert/strict";
import type { MaskSpec } from "../../postgres/sanitise/plan";
import { fictionalNumbers } from "../../postgres/sanitise/words/fictionalNumbers";
import { formerNumbers, mask, useCopyWithFunctions } from "../support/masks";

describe("sanitiser: what telephone numbers become", () => {
  const withCopy = useCopyWithFunctions();
  const phone: MaskSpec = { with: "phone", params: {} };
  const fictional: MaskSpec = { with: "phone", params: { fictional: true } };

  const shape = /^[2-9](?!11)[0-8]\d[2-9](?!11)\d{6}$/;

  const kept = [
    ["+49 151 2345678", /^\+49 1\d\d \d{7}$/],
    ["+49 (0)30 901820", /^\+49 \(0\)3\d \d{6}$/],
    ["0049 30 901820", /^0049 3\d \d{6}$/],
    ["+353 86 123 4567", /^\+353 8\d \d{3} \d{4}$/],
    ["+7 912 345-67-89", /^\+7 9\d\d \d{3}-\d\d-\d\d$/],
    ["06 12 34 56 78", /^06 \d\d \d\d \d\d \d\d$/],
    ["(030) 901820", /^\(03\d\) \d{6}$/],
    ["+1 (212) 736-5000", /^\+1 \([2-9][0-8]\d\) [2-9]\d\d-\d{4}$/],
    ["212-736-5000", /^[2-9][0-8]\d-[2-9]\d\d-\d{4}$/],
    ["001-212-736-5000x1234", /^001-[2-9][0-8]\d-[2-9]\d\d-\d{4}x\d{4}$/],
    ["2127365000 ext. 9", /^[2-9][0-8]\d[2-9]\d{6} ext\. \d$/],
    ["612345678", /^[1-9]\d{8}$/],
  ] as const;

  it("keep country, trunk zero and shape, and are never what they were", () =>
    withCopy(async (copy) => {
      const given = kept.map(([number]) => number);
      const masked = await mask(copy, phone, given);
      for (const [i, [number, shape]] of kept.entries()) {
        assert.match(masked[i] ?? "", shape);
        assert.notEqual(masked[i], number);
      }
      assert.deepEqual(await mask(copy, phone, given), masked);
      // A word in it, a short code, what is too long: as before, shape and difference alone.
      const others = ["0800-FLOWERS", "112", "9".repeat(40)];
      const moved = await mask(copy, phone, others);
      for (const [i, one] of moved.entries()) {
        assert.equal(one.length, others[i]?.length);
        assert.notEqual(one, others[i]);
      }
    }));

  it("stay different, all numbers of a class at once, whichever class stands beside them", () =>
    withCopy(async (copy) => {
      const range = (pattern: string, count: number) =>
        Array.from({ length: count }, (_, i) =>
          pattern.replace(/#+/, (run) => String(i).padStart(run.length, "0")),
        );
      const given = [
        ...range("+4####567", 10_000).filter((_, i) => i % 7 === 0),
        ...range("0####567", 10_000).filter((_, i) => i % 7 === 0),
        ...range("1212####000", 10_000).filter((_, i) => i % 7 === 0),
        ...range("212####000", 10_000).filter((_, i) => i % 3 === 0),
        ...range("##12345", 100),
        ...range("00####89", 10_000).filter((_, i) => i % 7 === 0),
      ];
      const masked = await mask(copy, phone, given);
      assert.equal(new Set(masked).size, new Set(given).size);
      masked.forEach((out, i) => assert.notEqual(out, given[i]));
      // What makes it so for all numbers: each stays in its class, under the digits that stay.
      const { rows } = await copy.query<{ left: string }>(
        `select n as left from unnest($1::text[], $2::text[]) u(v, n),
           lateral (select case when v ~ '^[+]' then '+' else '' end as plus, prodcopy.only_digits(v) as a, prodcopy.only_digits(n) as b) d,
           lateral (select prodcopy.phone_class(plus, a) as class) c, lateral (select prodcopy.phone_head(class, plus, a) as head) h
          where prodcopy.phone_class(plus, b) <> class or prodcopy.phone_head(class, plus, b) <> head or left(a, head) <> left(b, head)`,
        [given, masked],
      );
      assert.deepEqual(rows, []);
    }));

  it("of North America have the same answer however they are written, and reach every area and exchange but those in 11", () =>
    withCopy(async (copy) => {
      const written = [
        "+1 212 736 5000",
        "(212) 736-5000",
        "1-212-736-5000",
        "001 2127365000",
        "212.736.5000",
      ];
      const digits = (await mask(copy, phone, written)).map((one) => one.replace(/\D/g, "").slice(-10));
      assert.equal(new Set(digits).size, 1);
      const given = Array.from({ length: 3000 }, (_, i) => `${200 + (i % 600)}${899 - (i % 600)}${1000 + i}`);
      const shaped = given.filter((one) => shape.test(one));
      assert.ok(shaped.length > 2000);
      const masked = await mask(copy, phone, shaped);
      for (const one of masked) assert.match(one, shape);
      assert.equal(new Set(masked).size, shaped.length);
      assert.ok(new Set(masked.map((one) => one.slice(0, 3))).size > 650);
    }));

  for (const [number, form] of [
    ["+49 151 2345678", /^\+49 1\d\d \d{7}$/],
    ["(212) 736-5000", /^\([2-9]\d\d\) [2-9]\d\d-\d{4}$/],
    ["0912 345 678", /^09\d\d \d{3} \d{3}$/],
  ] as const) {
    it(`${number}: where its image stood there, and the image of that, each gets a free one of its own`, () =>
      withCopy(async (copy) => {
        const chain: string[] = [number];
        for (let i = 0; i < 3; i++) chain.push(...(await mask(copy, phone, [chain.at(-1) ?? ""])));
        const stood = chain.map((one) => one.replace(/\D/g, ""));
        await formerNumbers(copy, stood);
        const out = await mask(copy, phone, chain);
        assert.equal(new Set(out).size, chain.length);
        const nested = await mask(copy, phone, [number], { nested: true });
        for (const one of [...out, ...nested]) {
          assert.match(one, form);
          assert.ok(!stood.includes(one.replace(/\D/g, "")), one);
        }
      }));
  }

  it("with `fictional` they are numbers of nobody where the country keeps some, else as without", () =>
    withCopy(async (copy) => {
      const given = [
        "+44 7911 123456",
        "+33 6 12 34 56 78",
        "(212) 736-5000",
        "0049 171 1234567",
        "+48 601 234 567",
        "0912 345 678",
      ];
      const [british, french, american, german, polish, national] = await mask(copy, fictional, given);
      assert.match(british ?? "", /^\+44 7700 900\d{3}$/);
      assert.match(french ?? "", /^\+33 6 39 98 \d\d \d\d$/);
      assert.match(american ?? "", /^\([2-9][0-8]\d\) 555-01\d\d$/);
      assert.match(german ?? "", /^0049 171 39200\d\d$/);
      assert.match(polish ?? "", /^\+48 6\d\d \d{3} \d{3}$/);
      assert.match(national ?? "", /^09\d\d \d{3} \d{3}$/);
      const home: MaskSpec = { with: "phone", params: { fictional: "+44" } };
      const [mobile, london, plain] = await mask(copy, home, ["07911 123456", "020 7123 4567", "7911123456"]);
      assert.match(mobile ?? "", /^07700 900\d{3}$/);
      assert.match(london ?? "", /^020 7946 0\d{3}$/);
      assert.match(plain ?? "", /^7700900\d{3}$/);
      // The whole range is used, and what stood there is not.
      const numbers = Array.from({ length: 4000 }, (_, i) => `07911${String(i * 17).padStart(6, "0")}`);
      await formerNumbers(
        copy,
        Array.from({ length: 100 }, (_, i) => `07700900${String(i).padStart(3, "0")}`),
      );
      const out = new Set(await mask(copy, home, numbers));
      assert.ok(out.size > 800 && out.size <= 900, String(out.size));
      for (const one of out) assert.match(one, /^07700900[1-9]\d\d$/);
    }));

  it("known ranges have one length a kind and name no digit of a country code", () => {
    for (const [country, list] of Object.entries(fictionalNumbers)) {
      for (const one of list) assert.match(one, /^[1-9]\d+#+$/, `${country} ${one}`);
    }
  });
});
