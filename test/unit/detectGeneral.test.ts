import assert from "node:assert/strict";
import type { CatalogueTable } from "../../postgres/catalogue";
import { judge } from "../../postgres/sanitise/detect/judge";
import { tablesOfPeople } from "../../postgres/sanitise/detect/relations";
import { nameWords } from "../../postgres/sanitise/detect/vocabulary";
import { indexCatalogue } from "../../postgres/sanitise/rules/lookup";
import { catalogue, table } from "../support/catalogues";

describe("what names say in applications that nobody here has seen", () => {
  const said = (one: CatalogueTable, name: string) => {
    const found = one.columns.find((each) => each.name === name);
    assert.ok(found, name);
    const ofPeople = tablesOfPeople(indexCatalogue(catalogue([one]))).has(one);
    const { action, kind } = judge(one, found, {
      parts: [],
      sample: undefined,
      places: [],
      structural: undefined,
      allowed: undefined,
      ofPeople,
    });
    return kind === undefined || action === "keep" ? action : `${action} ${kind}`;
  };
  const alone = (tableName: string, name: string, type = "text") =>
    said(table(tableName, { [name]: type }), name);

  it("divides words of which only the end is known, and leaves those that are something else together", () => {
    assert.deepEqual(nameWords("failedloginip"), ["failed", "login", "ip"]);
    assert.deepEqual(nameWords("netpasswd"), ["net", "passwd"]);
    assert.deepEqual(nameWords("frobnicatoremail"), ["frobnicator", "email"]);
    assert.deepEqual(nameWords("classificationcomment"), ["classification", "comment"]);
    assert.deepEqual(nameWords("iphone"), ["iphone"]);
    assert.deepEqual(nameWords("microphone"), ["microphone"]);
  });

  it("takes a flag for one, whatever it is kept as and speaks of", () => {
    for (const [name, type] of [
      ["has_ip_pin", "int4"],
      ["does_comments", "varchar(1)"],
      ["consented_to_sms_terms", "int4"],
      ["email_never_send", "text"],
      ["gets_mail", "varchar(1)"],
      ["channel_email", "varchar(1)"],
      ["federal_income_tax_withheld_amount", "numeric"],
    ] as const) {
      assert.doesNotMatch(alone("customer", name, type), /^mask/, name);
    }
    assert.equal(alone("customer", "annual_income", "numeric"), "mask sensitive");
  });

  it("knows parts of names, of addresses and of births by what stands beside them", () => {
    const vcards = table("frobs", {
      fn: "text",
      given: "text",
      family: "text",
      suffix: "text",
      first: "text",
    });
    for (const name of ["fn", "given", "family", "suffix", "first"]) {
      assert.equal(said(vcards, name), "mask name", name);
    }
    assert.equal(said(table("queue_slots", { first: "text", kind: "text" }), "first"), "keep");
    const flats = table("frobs", { scala: "text", piano: "text", interno: "text" });
    assert.equal(said(flats, "piano"), "mask address");
    assert.notEqual(said(table("frobs", { piano: "text", colour: "text" }), "piano"), "mask address");
    assert.equal(alone("people", "deathyear", "int4"), "mask birth");
    assert.equal(alone("address", "house_no", "numeric"), "mask address");
  });

  it("takes a state beside a town for a place, and one beside a postcode for how far a row has come", () => {
    assert.equal(
      said(table("signers", { postcode: "text", state: "text", city: "text" }), "state"),
      "mask address",
    );
    assert.notEqual(said(table("signers", { postcode: "text", state: "text" }), "state"), "mask address");
  });

  it("keeps no contents of caches, sessions and settings of which it saw none", () => {
    assert.equal(alone("cache_entries", "value", "bytea"), "mask text");
    assert.equal(alone("sessions", "vdata"), "mask text");
    assert.equal(said(table("app_config", { name: "text", value: "text" }), "value"), "mask credential");
    assert.notEqual(said(table("app_config", { value: "text" }), "value"), "mask credential");
    assert.equal(alone("topic_answers", "value"), "mask text");
    assert.notEqual(alone("field_options", "value"), "mask text");
    assert.equal(alone("password_history", "hash"), "mask credential");
    assert.equal(alone("voip_cdr", "callee"), "mask phone");
  });

  it("takes a text without limit beside short ones for written by hand, in a table of people only", () => {
    const columns = { kind_a: "varchar(20)", kind_b: "varchar(20)", ambitions: "text" };
    assert.equal(said(table("applicants", columns), "ambitions"), "mask text");
    assert.equal(said(table("products", columns), "ambitions"), "keep");
    assert.equal(said(table("applicants", { ambitions: "text", other: "text" }), "ambitions"), "review");
  });

  it("knows who acted, whatever the verb, but not which machine did", () => {
    assert.equal(alone("petition_mails", "sent_by"), "mask username");
    assert.notEqual(alone("delayed_jobs", "locked_by"), "mask username");
    assert.equal(alone("documents", "locked_by"), "mask username");
  });

  it("knows numbers of people, not keys that point at other tables", () => {
    assert.equal(alone("veterans", "file_number"), "mask number");
    assert.equal(alone("customers", "order_number"), "review number");
    assert.equal(alone("frobs", "participant_id"), "mask number");
    assert.equal(alone("frobs", "tenant_id"), "keep");
    assert.equal(alone("frobs", "participant_id", "int4"), "keep");
    assert.equal(alone("cuentas", "idcuenta", "int4"), "keep");
  });

  it("reads other languages' words for people, places, numbers and letters", () => {
    for (const [tableName, name, expected] of [
      ["facturas", "cifnif", "mask number"],
      ["clientes", "razonsocial", "mask name"],
      ["inmuebles", "propietario", "mask name"],
      ["mensajes", "asunto", "mask text"],
      ["messaggi", "destinatario", "mask email"],
      ["pazienti", "nominativo", "mask name"],
      ["automezzi", "targa", "mask number"],
      ["rosterusers", "jid", "mask username"],
      ["contacten", "omschrijving", "review text"],
    ] as const) {
      assert.equal(alone(tableName, name), expected, `${tableName}.${name}`);
    }
  });
});
