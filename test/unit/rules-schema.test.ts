import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { maskNames } from "../../postgres/sanitise/rules/domains";
import { editorSchema } from "../../postgres/sanitise/rules/editorSchema";
import { packNames } from "../../postgres/sanitise/rules/load";
import { schemaFile } from "../../scripts/rulesFiles";

describe("the schema of rules for editors", () => {
  const rules = path.dirname(schemaFile);
  const written = JSON.parse(fs.readFileSync(schemaFile, "utf8")) as Record<string, unknown>;
  // Read back from JSON alone: nothing of the shapes that it was made of takes part.
  const validator = z.fromJSONSchema(written);
  const valid = (yaml: string) => validator.safeParse(parse(yaml)).success;
  const head = "database: shop\nallowed_domains: [example.invalid]\n";

  it("is the one that stands in the project (npx tsx scripts/rulesFiles.ts writes it)", () => {
    assert.deepEqual(written, JSON.parse(JSON.stringify(editorSchema())));
  });

  it("takes the sample's rules and every pack, and each of them points at it", () => {
    for (const file of ["sample.yaml", ...packNames().map((name) => `packs/${name}.yaml`)]) {
      const text = fs.readFileSync(path.join(rules, file), "utf8");
      const result = validator.safeParse(parse(text));
      assert.ok(result.success, `${file}: ${result.error?.message ?? ""}`);
      const [, named = ""] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text) ?? [];
      assert.equal(path.resolve(rules, path.dirname(file), named), schemaFile, file);
    }
  });

  it("takes every form that docs/rules.md shows", () => {
    for (const entry of [
      "t: truncate",
      "t: { truncate: true }",
      "t: { delete: { where: a > 1 }, keep: all }",
      "t: { delete: { follows: [a, b.c] } }",
      "t: { ignore_packs: true, mask: { a: null, b: 'null', c: { with: null }, d: email } }",
      "t: { mask: { a: { with: email, where: x, keep_values: [a, 1], exact: [{ where: x, value: null }], identifying: false } } }",
      "t: { mask: { a: { with: array, each: { with: json, paths: { $.a: { with: phone, format: '##' } } } } } }",
    ]) {
      assert.ok(valid(`${head}tables: { ${entry} }`), entry);
    }
    assert.ok(valid("pack: own\nany_table: [{ shape: [a], keep: [a], mask: { b: hash } }]"));
  });

  it("refuses what the reader refuses by shape", () => {
    for (const text of [
      "",
      "database: shop",
      `${head}tabels: {}`,
      "database: shop\nallowed_domains: [Not A Domain]",
      "database: 7\nallowed_domains: [a.b]",
      `${head}large_objects: maybe`,
      `${head}any_table: []`,
      `${head}tables: { t: trunkate }`,
      `${head}tables: { t: { truncate: yes please } }`,
      `${head}tables: { t: { keep: some } }`,
      `${head}tables: { t: { shape: [id] } }`,
      `${head}tables: { t: { mask: { a: emial } } }`,
      `${head}tables: { t: { mask: { a: constant } } }`,
      `${head}tables: { t: { mask: { a: { with: phone, fromat: '#' } } } }`,
      `${head}tables: { t: { mask: { a: { with: token, prefix: 7 } } } }`,
      `${head}tables: { t: { mask: { a: { with: date-truncate, to: fortnight } } } }`,
      `${head}tables: { t: { mask: { a: { with: array, each: emial } } } }`,
      `${head}tables: { t: { mask: { a: { with: array, each: { with: email, where: x } } } } }`,
      `${head}tables: { t: { mask: { a: { with: email, exact: [{ value: a }] } } } }`,
      "pack: own\ntables: { t: { ignore_packs: true } }",
      "pack: own\nany_table: [{ keep: [a] }]",
      "pack: own\nany_table: [{ shape: [a], truncate: true }]",
    ]) {
      assert.ok(!valid(text), text);
    }
  });

  it("offers every transformation with what it means, and every parameter with a description", () => {
    const { definitions } = written as { definitions: Record<string, { anyOf: Record<string, unknown>[] }> };
    const objects = (definitions.mask?.anyOf ?? []).slice(1);
    // And one for `same_as`.
    assert.equal(objects.length, maskNames.length + 1);
    for (const object of objects) {
      assert.equal(typeof object.description, "string");
      for (const [name, property] of Object.entries(
        object.properties as Record<string, Record<string, unknown>>,
      )) {
        const known = name === "with" || "$ref" in property || typeof property.description === "string";
        assert.ok(known, `${JSON.stringify(object.description)}: ${name}`);
      }
    }
  });
});
