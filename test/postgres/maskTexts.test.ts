import assert from "node:assert/strict";
import type { MaskSpec } from "../../postgres/sanitise/plan";
import { installWords } from "../../postgres/sanitise/words/install";
import { wordLists } from "../../postgres/sanitise/words/names";
import { mask, useCopyWithFunctions } from "../support/masks";

describe("sanitiser: what texts become", () => {
  const withCopy = useCopyWithFunctions();

  const wordsOf = (name: string) => wordLists(false).find((list) => list.name === name)?.words ?? [];

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
});
