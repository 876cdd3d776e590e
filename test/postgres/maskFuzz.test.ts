import assert from "node:assert/strict";
import fc from "fast-check";
import type { CatalogueColumn } from "../../postgres/catalogue";
import type { CopySession } from "../../postgres/guard";
import type { MaskSpec } from "../../postgres/sanitise/plan";
import { transformations, type MaskName } from "../../postgres/sanitise/rules/domains";
import { misfits } from "../../postgres/sanitise/rules/fits";
import { subjectOf } from "../../postgres/sanitise/subject";
import { compile } from "../../postgres/sanitise/transformations";
import { installWords } from "../../postgres/sanitise/words/install";
import { column, table } from "../support/catalogues";
import { asCopy } from "../support/copies";
import { withFunctions } from "../support/sanitise";
import { useScratchServer } from "../support/servers";

/** From which seed types, lengths and values are drawn: `PRODCOPY_PROPERTY_SEED`. */
const seed = Number(process.env.PRODCOPY_PROPERTY_SEED ?? 20_240_607);

/** Every transformation that takes text, as rules write it with and without what can be said beside it. */
const specs: MaskSpec[] = (Object.keys(transformations) as MaskName[])
  .filter((name) => transformations[name].types.includes("text") && transformations[name].types !== "any")
  .filter((name) => !["json", "mentions"].includes(name))
  .flatMap((name): MaskSpec[] => {
    const more: Partial<Record<MaskName, Record<string, unknown>[]>> = {
      phone: [{ format: "04########" }],
      digits: [{ keep_first: 2 }, { format: "A-####" }],
      token: [{ prefix: "cus_" }],
      "unusable-password": [{ format: "bcrypt" }],
      redact: [{ text: "gone" }],
      "file-name": [{ keep_folder: true }],
      url: [{ keep_path: true }],
      hash: [{ length: 16 }],
      "first-name": [{ list: "greek" }],
      "address-line": [{ list: "han" }],
    };
    return [{}, ...(more[name] ?? [])].map((params) => ({ with: name, params }));
  });
const written = (spec: MaskSpec) => `${spec.with} ${JSON.stringify(spec.params)}`;

/** Whether the rules take a transformation for a column of so many characters. */
function fits(spec: MaskSpec, one: CatalogueColumn, unique: boolean): boolean {
  const rule = {
    column: "c",
    place: { file: "", line: 1, column: 1 },
    spec,
    where: undefined,
    keepValues: [],
    exact: [],
    identifying: undefined,
  };
  const of = { ...table("t", {}), columns: [one], uniqueKeys: unique ? [["c"]] : [] };
  return misfits(rule, one, of, ["example.invalid"]).length === 0;
}

const types = {
  varchar: (n: number) => column("c", `varchar(${n})`, { type: `character varying(${n})` }),
  char: (n: number) => column("c", `bpchar(${n})`, { type: `character(${n})` }),
  citext: () => column("c", "citext", { type: "public.citext" }),
};

describe("sanitiser: every transformation at every length", function () {
  this.timeout(120_000);
  const server = useScratchServer();

  const withCopy = (use: (copy: CopySession) => Promise<void>) =>
    server().as("postgres", async (session) => {
      await session.query("create extension if not exists citext");
      const copy = await asCopy(session, server().handle);
      await withFunctions(copy);
      await installWords(copy);
      await use(copy);
    });
  const context = { domain: "example.invalid", addFunction: () => assert.fail("no function is needed") };
  const expression = (spec: MaskSpec, one: CatalogueColumn, sql: string) =>
    `(${compile(spec, subjectOf(one, sql, false), context)})::text`;

  const given = [
    "Ann",
    "Ann Lee",
    "7",
    "42",
    "00000",
    "3000",
    "NSW",
    "x",
    "ZZ",
    "ann.lee+shop@mail.example",
    "0412345678",
    "+61 (2) 9876-5432",
    "DE89370400440532013000",
    "4111111111111111",
    "https://mail.example/a?b=c#d",
    "10.1.2.3",
    "2001:db8::1",
    "12 Rose Street",
    "Дмитрий Иванов",
    "小明",
    'o\'Brien\\ "x"',
    "2001-01-31",
    "letters/cv.pdf",
    "a".repeat(60),
    "9".repeat(60),
    "$2a$12$abcdefghijklmnopqrstuv",
    "é",
    " Ann ",
    "Nothing of the earlier text is left here. This line only keeps",
  ];

  it("fits into varchar(1) to varchar(60), changes what can be changed, and says the same twice", () =>
    withCopy(async (copy) => {
      for (const spec of specs) {
        const sizes = Array.from({ length: 60 }, (_, i) => i + 1).filter((n) =>
          fits(spec, types.varchar(n), false),
        );
        assert.ok(sizes.includes(60), written(spec));
        const all = sizes.map((n) => expression(spec, types.varchar(n), `left(v, ${n})`));
        const { rows } = await copy.query<{ v: string; out: string[]; again: string[] }>(
          `select v, array[${all.join(", ")}] as out, array[${all.join(", ")}] as again from unnest($1::text[]) with ordinality u(v, n) order by n`,
          [given],
        );
        for (const { v, out, again } of rows) {
          assert.deepEqual(again, out, written(spec));
          for (const [i, n] of sizes.entries()) {
            const [was, is] = [[...v].slice(0, n).join(""), out[i] ?? ""];
            const at = `${written(spec)} in varchar(${n}): ${was} -> ${is}`;
            assert.ok(is !== "" && [...is].length <= n, at);
            if (/[\p{L}\p{N}]/u.test(was)) assert.notEqual(is, was, at);
          }
        }
      }
    }));

  /** Values that differ, also when case does not count. */
  const kinds: Record<string, (i: number) => string> = {
    numbers: (i) => String(i * 7919 + 100_000),
    "short numbers": (i) => String(i),
    padded: (i) => String(i).padStart(5, "0"),
    codes: (i) => String.fromCharCode(65 + (i % 26), 65 + (Math.floor(i / 26) % 26)) + (i >= 676 ? i : ""),
    words: (i) => `w${i.toString(36)}`,
    "letters with marks": (i) => [...i.toString(6)].map((c) => "äöüéàñ"[Number(c)]).join(""),
    Cyrillic: (i) => `${[...i.toString(5)].map((c) => "абвгд"[Number(c)]).join("")} 12`,
    Han: (i) => `${String.fromCharCode(0x4e00 + i * 3)}12`,
    addresses: (i) => `p${i}@mail.example`,
    accounts: (i) => `AB-${i}-x`,
  };

  it("keeps different values different under a unique key, whatever the type, the length and the values", () =>
    withCopy(async (copy) => {
      // What is not in a format's shape gets its place before the run (`swaps.ts`), which sanitise's own tests see.
      const unique = specs.filter(
        ({ with: name, params }) =>
          transformations[name].unique && params.format !== "04########" && params.format !== "A-####",
      );
      const equal: string[] = [];
      const cases = fc.sample(
        fc.record({
          spec: fc.constantFrom(...unique),
          type: fc.constantFrom(...(Object.keys(types) as (keyof typeof types)[])),
          n: fc.integer({ min: 1, max: 60 }),
          kind: fc.constantFrom(...Object.keys(kinds)),
        }),
        { numRuns: 400, seed },
      );
      let tried = 0;
      for (const { spec, type, n, kind } of cases) {
        const one = types[type](n);
        if (!fits(spec, one, true)) continue;
        const values = [...new Set(Array.from({ length: 500 }, (_, i) => (kinds[kind] ?? String)(i)))].filter(
          (value) => type === "citext" || [...value].length <= n,
        );
        const cast = type === "citext" ? "v::public.citext" : `v::${one.type}`;
        const { rows } = await copy.query<{ different: number; count: number; example: string }>(
          `select count(distinct ${type === "citext" ? "lower(o)" : "o"})::int as different, count(*)::int as count, min(v || ' -> ' || o) as example
             from unnest($1::text[]) u(v), lateral (select ${expression(spec, one, `(${cast})`)} as o) m`,
          [values],
        );
        tried += values.length > 0 ? 1 : 0;
        if (rows[0]?.different !== rows[0]?.count) {
          equal.push(
            `${written(spec)} in unique ${one.type}, ${kind}: ${rows[0]?.different} of ${rows[0]?.count}, ${rows[0]?.example}`,
          );
        }
      }
      assert.deepEqual(equal, []);
      assert.ok(tried > 100, String(tried));
    }));

  it("keeps to what a CHECK says of digits, letters and what stands between them", () =>
    withCopy(async (copy) => {
      const shaped = fc.stringMatching(/^[A-Z0-9][A-Z0-9a-z ./-]{0,14}$/);
      const values = fc.sample(shaped, { numRuns: 400, seed });
      const pattern = (value: string) =>
        new RegExp(
          `^${[...value].map((c) => (/\d/.test(c) ? "\\d" : /[A-Z]/.test(c) ? "[A-Z]" : /[a-z]/.test(c) ? "[a-z]" : `\\${c}`)).join("")}$`,
        );
      for (const name of ["digits", "phone", "postcode"] as const) {
        const one = types.varchar(15);
        const { rows } = await copy.query<{ v: string; o: string }>(
          `select v, ${expression({ with: name, params: {} }, one, "v")} as o from unnest($1::text[]) u(v)`,
          [values],
        );
        for (const { v, o } of rows) assert.match(o, pattern(v), `${name}: ${v} -> ${o}`);
      }
      for (const [spec, check, list] of [
        [
          { with: "phone", params: { format: "04########" } },
          /^04\d{8}$/,
          ["0400000000", "0499999999", "+61 400 000 001", "none"],
        ],
        [{ with: "digits", params: { keep_first: 2 } }, /^62\d{5}$/, ["6200000", "6299999", "6212345"]],
        [{ with: "postcode", params: { format: "3###" } }, /^3\d{3}$/, ["3000", "2000", "x"]],
      ] as [MaskSpec, RegExp, string[]][]) {
        const { rows } = await copy.query<{ v: string; o: string }>(
          `select v, ${expression(spec, types.varchar(15), "v")} as o from unnest($1::text[]) u(v)`,
          [list],
        );
        assert.equal(new Set(rows.map(({ o }) => o)).size, list.length);
        for (const { v, o } of rows) {
          assert.match(o, check);
          assert.notEqual(o, v);
        }
      }
    }));

  it("permutes the whole of a small domain: two letters, two digits, five characters", () =>
    withCopy(async (copy) => {
      const letters = Array.from({ length: 676 }, (_, i) => (kinds.codes ?? String)(i));
      const two = Array.from({ length: 100 }, (_, i) => String(i).padStart(2, "0"));
      const five = Array.from({ length: 5000 }, (_, i) => String(i * 20).padStart(5, "0"));
      for (const [list, shape, one] of [
        [letters, /^[A-Z]{2}$/, types.varchar(2)],
        [two, /^\d\d$/, types.varchar(2)],
        [five, /^\d{5}$/, types.char(5)],
      ] as const) {
        const { rows } = await copy.query<{ v: string; o: string }>(
          `select v, ${expression({ with: "digits", params: {} }, one, `v::${one.type}`)} as o from unnest($1::text[]) u(v)`,
          [[...list]],
        );
        assert.equal(new Set(rows.map(({ o }) => o)).size, list.length);
        for (const { v, o } of rows) {
          assert.match(o, shape);
          assert.notEqual(o, v);
        }
      }
    }));
});
