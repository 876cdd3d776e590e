import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { CatalogueTable } from "../../postgres/catalogue";
import type { SanitisePlan } from "../../postgres/sanitise/plan";
import { bindRules } from "../../postgres/sanitise/rules/bind";
import { RulesError } from "../../postgres/sanitise/rules/faults";
import { packNames, readRules } from "../../postgres/sanitise/rules/load";
import { catalogue, table } from "../support/catalogues";
import { libraryTables } from "../support/libraryTables";

describe("packs", () => {
  let folder: string;
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "prodcopy-rules-"));
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  const head = "database: shop\nallowed_domains: [example.invalid]\n";
  function write(name: string, text: string): string {
    const file = path.join(folder, name);
    fs.writeFileSync(file, text);
    return file;
  }
  function bind(packs: string[], tables: CatalogueTable[], rules = ""): SanitisePlan {
    const file = write("rules.yaml", `${head}extends: [${packs.join(", ")}]\ntables: {${rules}}\n`);
    return bindRules(readRules(file), catalogue(tables));
  }
  function faults(run: () => unknown): string[] {
    try {
      run();
    } catch (error) {
      assert.ok(error instanceof RulesError, String(error));
      return error.faults.map(({ message }) => message);
    }
    return [];
  }
  /** `mask`, `keep` and so on of a table, or of its columns by name. */
  const action = (plan: SanitisePlan, name: string) => plan.tables.find((one) => one.table === name)?.action;
  const masks = (plan: SanitisePlan, name: string) =>
    Object.fromEntries(
      (plan.tables.find((one) => one.table === name)?.columns ?? []).flatMap((column) =>
        column.mask ? [[column.name, column.mask.with]] : [],
      ),
    );

  it("are all read without a fault, alone and together, and none names a table twice", () => {
    for (const name of packNames()) {
      assert.deepEqual(
        faults(() => bind([name], [])),
        [],
        name,
      );
    }
    const { packs } = readRules(write("rules.yaml", `${head}extends: [${packNames().join(", ")}]\n`));
    assert.ok(packs.length >= 15, String(packs.length));
    for (const { name, tables, anyTable } of packs) {
      assert.ok(packNames().includes(name), `${name} is called otherwise than its file`);
      assert.ok(tables.length + anyTable.length > 0, name);
      for (const rule of [...tables, ...anyTable]) {
        assert.ok(rule.table !== "any table" || rule.shape.length > 0, name);
      }
    }
  });

  it("cover the tables of their libraries as those make them today", () => {
    const plan = bind(packNames(), libraryTables);
    assert.equal(action(plan, "otp_totp_totpdevice"), "truncate");
    assert.equal(action(plan, "fcm_django_fcmdevice"), "truncate");
    assert.deepEqual(masks(plan, "account_emailaddress"), { email: "email" });
    assert.deepEqual(masks(plan, "socialaccount_socialaccount"), { uid: "hash", extra_data: "json" });
    assert.deepEqual(masks(plan, "oauth2_provider_application"), {
      client_id: "token",
      client_secret: "token",
      backchannel_logout_uri: "url",
    });
    for (const name of [
      "oauth2_provider_devicegrant",
      "oauth2_provider_storedauthorizationrequest",
      "oauth_device_codes",
      "oauth_device_grants",
    ]) {
      assert.equal(action(plan, name), "truncate", name);
    }
    assert.deepEqual(masks(plan, "oauth_clients"), { secret: "token" });
    assert.deepEqual(masks(plan, "xero_tokens"), {
      id_token: "token",
      access_token: "token",
      refresh_token: "token",
      auth_event_id: "token",
      tenant_id: "token",
      tenant_name: "company",
    });
    assert.deepEqual(masks(plan, "active_storage_blobs"), { filename: "file-name", metadata: "json" });
    assert.deepEqual(masks(plan, "_prisma_migrations"), { logs: "null" });
    assert.equal(masks(plan, "changes").planner_email, "email");
  });

  it("find Devise and Stripe by their columns, on a table of any name, and leave the rest of it to the rules", () => {
    const member = table("club_member", {
      email: "text not null",
      encrypted_password: "text not null",
      reset_password_token: "text",
      sign_in_count: "int4 not null",
      current_sign_in_ip: "inet",
      stripe_customer_id: "text",
      created_at: "timestamp not null",
      updated_at: "timestamp not null",
    });
    const missing = faults(() => bind(["rails", "stripe"], [member]));
    assert.equal(missing.length, 1);
    assert.match(
      missing[0] ?? "",
      /no rule mentions the table `public\.club_member`\. Not classified: `email`/,
    );
    assert.doesNotMatch(missing[0] ?? "", /encrypted_password|stripe_customer_id|sign_in_count/);
    const plan = bind(["rails", "stripe"], [member], "club_member: { mask: { email: email } }");
    assert.deepEqual(masks(plan, "club_member"), {
      email: "email",
      encrypted_password: "unusable-password",
      reset_password_token: "null",
      current_sign_in_ip: "ip",
      stripe_customer_id: "token",
    });
    assert.match(plan.packs[0]?.reason ?? "", /applied to public\.club_member/);
  });

  it("do not apply where a column is of a type that their transformation does not take, and say so", () => {
    const odd = table("account_emailaddress", {
      email: "int4",
      verified: "bool",
      primary: "bool",
      user_id: "int4",
    });
    const key = table("invoice", { stripe_customer_id: "int4" });
    const plan = bind(
      ["django-allauth", "stripe"],
      [odd, key],
      "account_emailaddress: truncate, invoice: { keep: all }",
    );
    assert.match(plan.packs[0]?.reason ?? "", /account_emailaddress has another shape \(email is int4\)/);
    assert.deepEqual(masks(plan, "invoice"), {});
    assert.match(
      plan.packs[1]?.reason ?? "",
      /public\.invoice is left to the rules \(stripe_customer_id is int4\)/,
    );
  });

  it("refuse an entry for any table that could mean every table, or that takes rows away", () => {
    const pack = (entry: string) => write("own.yaml", `pack: own\nany_table:\n  - ${entry}\n`);
    pack("{ keep: [a] }");
    assert.match(faults(() => bind(["own.yaml"], [])).join(), /needs `shape`/);
    pack("{ shape: [a], truncate: true }");
    assert.match(faults(() => bind(["own.yaml"], [])).join(), /may `keep` columns by name and `mask` them/);
    pack("{ shape: [a], keep: all }");
    assert.match(faults(() => bind(["own.yaml"], [])).join(), /may `keep` columns by name and `mask` them/);
    pack("{ shape: [a], mask: { a: emial } }");
    assert.match(faults(() => bind(["own.yaml"], [])).join(), /Did you mean `email`/);
    assert.match(
      faults(() => readRules(write("rules.yaml", `${head}any_table: []\n`))).join(),
      /`any_table` is not known here/,
    );
  });

  it("what a pack says of a table by name wins over what it says of any", () => {
    write(
      "own.yaml",
      "pack: own\ntables: { t: { keep: [a] } }\nany_table:\n  - { shape: [a], mask: { a: redact, b: redact } }\n",
    );
    const plan = bind(
      ["own.yaml"],
      [table("t", { a: "text", b: "text" }), table("u", { a: "text", b: "text" })],
    );
    assert.deepEqual(masks(plan, "t"), { b: "redact" });
    assert.deepEqual(masks(plan, "u"), { a: "redact", b: "redact" });
  });
});
