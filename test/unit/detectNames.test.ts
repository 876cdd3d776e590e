import assert from "node:assert/strict";
import { bareWords } from "../../postgres/sanitise/detect/affixes";
import { impliedReference } from "../../postgres/sanitise/detect/implied";
import { hintsOf, looksByName } from "../../postgres/sanitise/detect/personalNames";
import { subjectOf } from "../../postgres/sanitise/detect/tableSubject";
import { nameWords } from "../../postgres/sanitise/detect/vocabulary";
import { formatOf } from "../../postgres/sanitise/draft/probe";
import { indexCatalogue } from "../../postgres/sanitise/rules/lookup";
import { catalogue, column, table } from "../support/catalogues";

describe("what names say", () => {
  const kindIn = (tableName: string, name: string, type = "text") => {
    const other = table(tableName, { [name]: type });
    const found = other.columns.find((one) => one.name === name);
    assert.ok(found);
    const [best] = hintsOf(found, other);
    return best && best.sure >= 0.5 ? best.kind : undefined;
  };

  it("divides names at signs, capitals and digits, and words that are made of known ones", () => {
    assert.deepEqual(nameWords("shippingAddress2"), ["shipping", "address"]);
    assert.deepEqual(nameWords("IPAddress"), ["ip", "address"]);
    assert.deepEqual(nameWords("customeremail"), ["customer", "email"]);
    assert.deepEqual(nameWords("Telefonnummer"), ["telefon", "nummer"]);
    assert.deepEqual(nameWords("Straße"), ["strasse"]);
    assert.deepEqual(nameWords("用户手机号"), ["手机"]);
    assert.deepEqual(nameWords("position"), ["position"]);
  });

  it("reads abbreviations and phrases", () => {
    for (const [name, kind] of [
      ["fname", "name"],
      ["lst_nm", "name"],
      ["emerg_contact_tel", "phone"],
      ["acct_no", "number"],
      ["drv_lic_no", "number"],
      ["pwd_hash", "credential"],
      ["sec_answer", "credential"],
      ["chg_by", "username"],
      ["reg_token", "token"],
      ["remote_ip", "network"],
      ["date_of_birth", "birth"],
      ["billing_city", "address"],
      ["old_val", "text"],
    ]) {
      assert.equal(kindIn("thing_x", name ?? ""), kind, name);
    }
  });

  it("reads names without what all columns of a table begin or end with", () => {
    const members = table("adherents", {
      nom_adh: "text",
      ville_adh: "text",
      mdp_adh: "text",
      info_publique_adh: "text",
      date_echeance: "date",
    });
    const kind = (name: string) => {
      const found = members.columns.find((one) => one.name === name);
      assert.ok(found);
      return hintsOf(found, members)[0]?.kind;
    };
    assert.deepEqual(bareWords(members, "nom_adh"), ["nom"]);
    assert.equal(bareWords(members, "date_echeance"), undefined);
    assert.equal(kind("nom_adh"), "name");
    assert.equal(kind("ville_adh"), "address");
    assert.equal(kind("mdp_adh"), "credential");
    assert.equal(kind("info_publique_adh"), "text");
    const joint = table("pushers", { app_id: "text", user_id: "text", room_id: "text", push_id: "text" });
    assert.equal(bareWords(joint, "user_id"), undefined, "a reference stays one");
  });

  it("knows a reference by its name and type where no foreign key says so", () => {
    const users = table("users", { id: "text not null", name: "text" }, { primaryKey: ["id"] });
    const posts = table("posts", {
      userid: "text",
      author_user_id: "text",
      user_id: "int8",
      passport_id: "text",
    });
    const index = indexCatalogue(catalogue([users, posts]));
    const refersTo = impliedReference(index);
    const of = (name: string) => {
      const found = posts.columns.find((one) => one.name === name);
      assert.ok(found);
      return refersTo(posts, found);
    };
    assert.equal(of("userid"), "users");
    assert.equal(of("author_user_id"), "users");
    assert.equal(of("user_id"), undefined, "of another type");
    assert.equal(of("passport_id"), undefined);
  });

  it("takes a name for a person's by what its table is about", () => {
    assert.equal(kindIn("customer", "name"), "name");
    assert.equal(kindIn("accounts_user", "city"), "address");
    assert.equal(kindIn("support_incident", "description"), "text");
    assert.equal(kindIn("totp_device", "key"), "token");
    for (const [tableName, name] of [
      ["category", "name"],
      ["city", "name"],
      ["product", "description"],
      ["user_role", "name"],
      ["customer_type", "name"],
      ["email_template", "body"],
      ["product", "state"],
    ] as const) {
      assert.equal(kindIn(tableName, name), undefined, `${tableName}.${name}`);
    }
    assert.equal(subjectOf(table("app_banktransaction", {})), "party");
  });

  it("does not take what is about a thing for the thing", () => {
    for (const name of [
      "email_status",
      "phone_type",
      "address_format",
      "password_expires",
      "table_name",
      "event_name",
      "email_template",
      "country_code",
    ]) {
      assert.equal(looksByName(column(name, "text")), undefined, name);
    }
    for (const [name, type] of [
      ["email_sent", "bool"],
      ["email_count", "int4"],
      ["phone_verified_at", "timestamptz"],
    ] as const) {
      assert.equal(looksByName(column(name, type)), undefined, name);
    }
  });

  it("derives a format of digits from a check, and from no other", () => {
    assert.equal(formatOf("((mobile)::text ~ '^04[0-9]{8}$'::text)"), "04########");
    assert.equal(formatOf("(VALUE ~ '^\\d{3}-\\d{2}$'::text)"), "###-##");
    assert.equal(formatOf("(x ~ '^\\+61 [0-9]{3}$'::text)"), "+61 ###");
    for (const check of [
      "(x ~ '^[A-Z][0-9]$'::text)",
      "(x ~ '[0-9]{3}'::text)",
      "(x ~ '^(a|b)[0-9]$'::text)",
      "(x > 3)",
    ]) {
      assert.equal(formatOf(check), undefined, check);
    }
  });
});
