import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { CatalogueTable } from "../../postgres/catalogue";
import type { SanitisePlan } from "../../postgres/sanitise/plan";
import { bindRules } from "../../postgres/sanitise/rules/bind";
import { RulesError } from "../../postgres/sanitise/rules/faults";
import { packNames, readRules } from "../../postgres/sanitise/rules/load";
import { catalogue, column } from "../support/catalogues";
import { djangoLibraries } from "../support/upstream/django";
import { laravelPackages } from "../support/upstream/laravel";
import { gems, modelColumns } from "../support/upstream/rails";
import { versionsOf } from "../support/upstream/tables";

/** Packs against the tables that libraries make, in every shape that their migrations went through. */
describe("packs and the tables of their libraries", () => {
  let folder: string;
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "prodcopy-rules-"));
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  function bind(pack: string, tables: CatalogueTable[]): SanitisePlan {
    const file = path.join(folder, "rules.yaml");
    fs.writeFileSync(file, `database: shop\nallowed_domains: [example.invalid]\nextends: [${pack}]\n`);
    return bindRules(readRules(file), catalogue(tables));
  }
  function faults(pack: string, one: CatalogueTable): string[] {
    try {
      bind(pack, [one]);
    } catch (error) {
      assert.ok(error instanceof RulesError, String(error));
      return error.faults.map(({ message }) => message);
    }
    return [];
  }
  const later = (one: CatalogueTable) => ({
    ...one,
    columns: [...one.columns, column("added_by_a_later_version", "text")],
  });
  const shown = (one: CatalogueTable) => `${one.name} (${one.columns.map(({ name }) => name).join(", ")})`;

  for (const [where, packs] of Object.entries({ djangoLibraries, laravelPackages, gems })) {
    for (const [pack, tables] of Object.entries(packs)) {
      it(`${pack} covers each column of every version, and names one that a later version adds (${where})`, () => {
        for (const [name, steps] of Object.entries(tables)) {
          for (const version of versionsOf(name, steps)) {
            const plan = bind(pack, [version]);
            assert.match(
              plan.packs[0]?.reason ?? "",
              new RegExp(`applied to public.${name}(;|$)`),
              shown(version),
            );
            assert.doesNotMatch(plan.packs[0]?.reason ?? "", /another shape/);
            const missing = faults(pack, later(version));
            if (plan.tables[0]?.action === "truncate") assert.deepEqual(missing, []);
            else {
              assert.equal(missing.length, 1, missing.join("\n"));
              assert.match(missing[0] ?? "", /added_by_a_later_version.*not classified/, shown(version));
            }
          }
        }
      });
    }
  }

  it("every entry of these packs by name has been held against its library", () => {
    const held = new Set(
      [djangoLibraries, laravelPackages, gems].flatMap((packs) =>
        Object.values(packs).flatMap((tables) => Object.keys(tables)),
      ),
    );
    const file = path.join(folder, "all.yaml");
    fs.writeFileSync(
      file,
      `database: shop\nallowed_domains: [example.invalid]\nextends: [${packNames().join(", ")}]\n`,
    );
    const whole = ["django-otp", "django-allauth", "django-post-office", "social-auth", "fcm-django"];
    whole.push("django-oauth-toolkit", "django-axes", "laravel", "typeorm");
    const missing = readRules(file)
      .packs.filter(({ name }) => whole.includes(name))
      .flatMap(({ tables }) => tables.map((rule) => rule.table))
      .filter((name) => !held.has(name));
    assert.deepEqual(missing, []);
  });

  for (const [pack, models] of Object.entries(modelColumns)) {
    it(`${pack} covers what its libraries add to a model of any name`, () => {
      for (const columns of models) {
        const [model] = versionsOf("club_member", [
          columns.startsWith("id") ? columns : `id:int8! ${columns}`,
        ]);
        assert.ok(model);
        assert.deepEqual(faults(pack, model), [], shown(model));
        assert.match(
          bind(pack, [model]).packs[0]?.reason ?? "",
          /^applied to public\.club_member/,
          shown(model),
        );
      }
    });
  }

  it("a table of another library under the same name is left to the rules, which is said", () => {
    const [doorkeeper] = versionsOf("oauth_access_tokens", [
      "id:int8! resource_owner_id:int8 application_id:int8! token:varchar! refresh_token:varchar revoked_at:timestamp",
    ]);
    assert.ok(doorkeeper);
    assert.match(
      faults("laravel", doorkeeper)[0] ?? "",
      /no rule mentions the table `public.oauth_access_tokens`/,
    );
    assert.equal(bind("rails", [doorkeeper]).tables[0]?.action, "truncate");
  });
});
