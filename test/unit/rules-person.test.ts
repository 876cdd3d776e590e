import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { bindRules } from "../../postgres/sanitise/rules/bind";
import { RulesError } from "../../postgres/sanitise/rules/faults";
import { readRules } from "../../postgres/sanitise/rules/load";
import type { SanitisePlan } from "../../postgres/sanitise/plan";
import { catalogue, table } from "../support/catalogues";

describe("rules: one person in several columns", () => {
  let folder: string;
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "prodcopy-rules-"));
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  const customer = table(
    "customer",
    { email: "varchar(254) not null", name: "text" },
    { uniqueKeys: [["email"]] },
  );
  const invoice = table("invoice", {
    customer_id: "int4",
    email: "varchar(254)",
    short: "varchar(30)",
    name: "text",
  });

  function bind(customerMask: string, invoiceMask: string): SanitisePlan {
    const file = path.join(folder, "rules.yaml");
    fs.writeFileSync(
      file,
      `database: shop\nallowed_domains: [example.invalid]\ntables:\n` +
        `  customer: { keep: all, mask: { ${customerMask} } }\n  invoice: { keep: all, mask: { ${invoiceMask} } }\n`,
    );
    return bindRules(readRules(file), catalogue([customer, invoice]));
  }
  function fault(customerMask: string, invoiceMask: string): string {
    try {
      bind(customerMask, invoiceMask);
    } catch (error) {
      assert.ok(error instanceof RulesError, String(error));
      const faults = error.faults.filter((one) => one.kind !== "coverage");
      assert.equal(faults.length, 1, faults.map((one) => one.message).join("\n"));
      return faults[0]?.message ?? "";
    }
    return "none";
  }
  const both = "email: email, name: full-name";
  const rest = "short: redact, name: redact, customer_id: redact".replace(", customer_id: redact", "");
  const maskOf = (plan: SanitisePlan, name: string) =>
    plan.tables.find((one) => one.table === "invoice")?.columns.find((one) => one.name === name);

  it("a copy takes the transformation, its parameters and the kept values of its source, over several steps", () => {
    const plan = bind(
      "email: { with: email, keep_values: [a@b.example] }, name: { with: full-name, list: greek }",
      "email: { same_as: customer.email }, short: redact, name: { same_as: public.customer.name, identifying: false }",
    );
    assert.deepEqual(maskOf(plan, "email")?.mask, { with: "email", params: {} });
    assert.deepEqual(maskOf(plan, "email")?.keepValues, ["a@b.example"]);
    assert.deepEqual(maskOf(plan, "name")?.mask, { with: "full-name", params: { list: "greek" } });
    assert.equal(maskOf(plan, "name")?.identifying, false);
    const steps = bind(
      both,
      "name: { same_as: invoice.email }, email: { same_as: customer.email }, short: redact",
    );
    assert.deepEqual(maskOf(steps, "name")?.mask, { with: "email", params: {} });
  });

  it("refuses a source that is not there, leads back, or is masked for some rows only", () => {
    assert.match(
      fault(both, `email: { same_as: customer.emial }, ${rest}`),
      /has no mask in these rules.*Did you mean `public\.customer\.email`/,
    );
    assert.match(fault(both, `email: { same_as: email }, ${rest}`), /is no column: write `table\.column`/);
    assert.match(fault(both, `email: { same_as: invoice.email }, ${rest}`), /leads back to itself/);
    assert.match(
      fault(
        "email: { with: email, where: id > 1 }, name: redact",
        `email: { same_as: customer.email }, ${rest}`,
      ),
      /only for some rows/,
    );
    assert.match(
      fault(
        "email: { with: email, exact: [{ where: id = 1, value: a@b.example }] }, name: redact",
        `email: { same_as: customer.email }, ${rest}`,
      ),
      /has `exact` values/,
    );
    assert.match(
      fault(
        "email: { with: email, person: id }, name: redact",
        `email: { same_as: customer.email }, ${rest}`,
      ),
      /name here with `person`/,
    );
    assert.match(
      fault(both, `email: { same_as: customer.email, with: hash }, ${rest}`),
      /`with` is not known here/,
    );
  });

  it("refuses a copy that is narrower than its source, where a result would be cut", () => {
    assert.match(
      fault(both, "email: email, short: { same_as: customer.email }, name: redact"),
      /holds 30 characters and `customer\.email` 254: `email` is cut/,
    );
  });

  it("a person stands in a column of the row, and alone under a unique key", () => {
    const plan = bind(
      "email: { with: email, person: id }, name: redact",
      `email: { same_as: customer.email, person: customer_id }, ${rest}`,
    );
    assert.deepEqual(maskOf(plan, "email")?.mask, { with: "email", params: { person: "customer_id" } });
    assert.match(
      fault("email: { with: email, person: di }, name: redact", `email: email, ${rest}`),
      /no such column\. Did you mean `id`/,
    );
    assert.match(
      fault("email: { with: email, person: name }, name: redact", `email: email, ${rest}`),
      /is unique and `person: name` is not/,
    );
    assert.match(
      fault(
        both,
        "email: email, short: redact, name: { with: json, paths: { $.a: { with: email, person: id } } }",
      ),
      /for the whole column only/,
    );
  });
});
