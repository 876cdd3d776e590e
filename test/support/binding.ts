import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Catalogue } from "../../postgres/catalogue";
import type { SanitisePlan } from "../../postgres/sanitise/plan";
import { bindRules } from "../../postgres/sanitise/rules/bind";
import { RulesError, type RuleFault } from "../../postgres/sanitise/rules/faults";
import { readRules } from "../../postgres/sanitise/rules/load";
import { table } from "./catalogues";

/** Rules files of a test, bound to catalogues that are made up. */
export function useBinding() {
  let folder: string;
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "prodcopy-rules-"));
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  /** Binds what stands below `tables:`; `more` are further keys of the file. */
  function bind(database: Catalogue, tables: string, more = ""): SanitisePlan {
    const file = path.join(folder, "rules.yaml");
    fs.writeFileSync(
      file,
      `database: shop\nallowed_domains: [example.invalid]\n${more}\ntables:${tables === "" ? " {}" : `\n${tables}`}\n`,
    );
    return bindRules(readRules(file), database);
  }
  function faults(database: Catalogue, tables: string, more = ""): RuleFault[] {
    try {
      bind(database, tables, more);
    } catch (error) {
      assert.ok(error instanceof RulesError, String(error));
      return [...error.faults];
    }
    return [];
  }
  function one(database: Catalogue, tables: string, more = ""): string {
    const all = faults(database, tables, more);
    assert.equal(all.length, 1, all.map((fault) => fault.message).join("\n"));
    return all[0]?.message ?? "";
  }
  const planOf = (plan: SanitisePlan, name: string) => {
    const found = plan.tables.find((one) => one.table === name);
    assert.ok(found, name);
    return found;
  };

  return { bind, faults, one, planOf };
}

export const member = table("member", {
  email: "varchar(254) not null",
  name: "varchar(80) not null",
  active: "bool",
});
