import assert from "node:assert/strict";
import type { CatalogueTable, ForeignKey } from "../../postgres/catalogue";
import type { Finding } from "../../postgres/sanitise/detect/finding";
import { judge } from "../../postgres/sanitise/detect/judge";
import { judgeAlike, pastTables, tablesOfPeople } from "../../postgres/sanitise/detect/relations";
import { subjectOf } from "../../postgres/sanitise/detect/tableSubject";
import { columnKey, indexCatalogue } from "../../postgres/sanitise/rules/lookup";
import { catalogue, reference, table } from "../support/catalogues";

describe("what empty tables hide", () => {
  function judged(one: CatalogueTable, name: string, keys: ForeignKey[] = [], others: CatalogueTable[] = []) {
    const column = one.columns.find((each) => each.name === name);
    assert.ok(column);
    const index = indexCatalogue(catalogue([one, ...others], keys));
    const ofPeople = tablesOfPeople(index).has(one);
    return judge(one, column, {
      parts: [],
      sample: undefined,
      places: [],
      structural: undefined,
      allowed: undefined,
      ofPeople,
    });
  }
  const said = (...of: Parameters<typeof judged>) => {
    const { action, kind } = judged(...of);
    return kind === undefined || action === "keep" ? action : `${action} ${kind}`;
  };

  it("takes a table with a surname and a birthday, an address or an e-mail address for one of people", () => {
    const applications = table("club_applications", {
      first_name: "text",
      last_name: "text",
      email: "text",
      birthday: "date",
      city: "text",
    });
    assert.equal(subjectOf(applications), "person");
    assert.equal(said(applications, "city"), "mask address");
    assert.equal(subjectOf(table("product_types", { surname: "text", iban: "text" })), "person");
    assert.equal(
      subjectOf(table("shop_orders", { first_name: "text", last_name: "text", phone: "text" })),
      "person",
    );
    assert.equal(
      subjectOf(table("venues", { contact_name: "text", phone: "text", street: "text" })),
      "party",
    );
    assert.equal(subjectOf(table("cities", { postcode: "text", street: "text" })), "geo");
    assert.equal(subjectOf(table("contributions", { first_name: "text", last_name: "text" })), "person");
  });

  it("takes the name of one in a role for a person's in any table", () => {
    const one = table("product_types", {
      debtor_name: "text",
      payer_name: "text",
      holder_name: "text",
      beneficiary_name: "text",
      guardian_name: "text",
      product_name: "text",
    });
    for (const { name } of one.columns.slice(1, -1)) assert.equal(said(one, name), "mask name", name);
    assert.equal(said(one, "product_name"), "keep");
  });

  it("masks what users write in reports and flags, and reviews free text beside a reference to people", () => {
    const users = table("users", { email: "text" });
    const reports = table("reports", { details: "text", user_ref: "int4", kind: "text" });
    assert.equal(said(reports, "details", [reference("reports.user_ref -> users.id")], [users]), "mask text");
    assert.equal(said(reports, "kind", [reference("reports.user_ref -> users.id")], [users]), "keep");
    assert.equal(
      said(table("item_flags", { reason: "varchar(500)", creator_id: "int4" }), "reason"),
      "mask text",
    );
    assert.equal(said(table("item_flags", { reason: "varchar(20)", creator_id: "int4" }), "reason"), "keep");
    assert.equal(
      said(table("tag_links", { description: "text", author_id: "int4" }), "description"),
      "review text",
    );
    assert.equal(said(table("tag_links", { description: "text" }), "description"), "keep");
  });

  it("keeps no JSON of banks and services of which it saw no document", () => {
    const moves = table("bank_transactions", { camt_source: "jsonb", iban: "text" });
    assert.equal(said(moves, "camt_source"), "mask text");
    assert.equal(said(table("media_metadata", { metadata: "jsonb" }), "metadata"), "review text");
    assert.equal(said(table("product_rates", { properties: "jsonb" }), "properties"), "review text");
    assert.equal(said(table("products", { tags: "jsonb" }), "tags"), "keep");
  });

  it("knows what a table is named after in its plain columns", () => {
    assert.equal(said(table("email_addresses", { address: "text" }), "address"), "mask email");
    assert.equal(said(table("phone_numbers", { value: "text" }), "value"), "mask phone");
    assert.equal(said(table("user_name_changes", { old_name: "text" }), "old_name"), "mask name");
    assert.equal(said(table("email_templates", { value: "text" }), "value"), "keep");
  });

  it("takes backup codes for credentials, whatever their type, and voucher codes for worth a look", () => {
    assert.equal(said(table("users", { backup_codes: "int4[]" }), "backup_codes"), "mask token");
    assert.equal(said(table("users", { otp: "int4" }), "otp"), "mask token");
    assert.equal(said(table("coupons", { code: "text" }), "code"), "review token");
    assert.equal(said(table("coupons", { currency_code: "text" }), "currency_code"), "keep");
  });

  it("takes editors, shops and events that people visit for what they are", () => {
    assert.notEqual(
      judged(table("users", { preferred_editor: "text" }), "preferred_editor").kind,
      "username",
    );
    assert.equal(said(table("retail_stores", { name: "text", phone: "text" }), "name"), "keep");
    assert.equal(
      said(table("events", { name: "text", slug: "text", starts_at: "timestamptz" }), "name"),
      "keep",
    );
    assert.equal(said(table("log_entries", { grouped_by: "text" }), "grouped_by"), "review");
    assert.equal(said(table("plans", { display_name: "text" }), "display_name"), "review username");
    assert.equal(said(table("payments", { provider_customer_id: "uuid" }), "provider_customer_id"), "keep");
  });

  it("looks at free values and slugs in tables about people", () => {
    assert.equal(said(table("customer_metadata", { key: "text", value: "text" }), "value"), "mask text");
    assert.equal(said(table("product_metadata", { key: "text", value: "text" }), "value"), "keep");
    assert.equal(said(table("customers", { slug: "text" }), "slug"), "review username");
    assert.equal(said(table("products", { slug: "text" }), "slug"), "keep");
  });

  it("looks at what another system knows somebody by, and at somebody's own settings", () => {
    assert.equal(said(table("customers", { external_id: "text" }), "external_id"), "mask token");
    assert.equal(said(table("products", { external_id: "text" }), "external_id"), "keep");
    assert.equal(said(table("user_project_preferences", { settings: "jsonb" }), "settings"), "review text");
    assert.equal(said(table("product_types", { settings: "jsonb" }), "settings"), "keep");
  });

  it("takes a name to show for a person's only among people", () => {
    assert.equal(said(table("users", { display_name: "text" }), "display_name"), "mask username");
    assert.equal(
      said(table("frobs", { display_name: "text", email: "text" }), "display_name"),
      "mask username",
    );
    assert.equal(said(table("frobs", { display_name: "text" }), "display_name"), "review username");
    assert.equal(said(table("companies", { display_name: "text" }), "display_name"), "review username");
  });

  it("judges a table and its past alike, the graver finding for both", () => {
    const [base, past] = [
      table("wiki_pages", { body: "text" }),
      table("wiki_page_versions", { body: "text" }),
    ];
    assert.deepEqual([...pastTables(indexCatalogue(catalogue([base, past])))], [[past, base]]);
    const finding = (action: Finding["action"], confidence: number): Finding => ({
      action,
      kind: undefined,
      confidence,
      reasons: [],
      places: [],
      list: false,
    });
    const findings = new Map([
      [columnKey(base, "body"), finding("keep", 0.7)],
      [columnKey(past, "body"), finding("mask", 0.6)],
    ]);
    judgeAlike(past, base, findings);
    assert.equal(findings.get(columnKey(base, "body"))?.action, "mask");
    findings.set(columnKey(base, "body"), finding("keep", 1));
    judgeAlike(past, base, findings);
    assert.equal(findings.get(columnKey(base, "body"))?.action, "keep");
  });
});
