import assert from "node:assert/strict";
import { randomPassword, scramVerifier } from "../../postgres/scram";

describe("SCRAM verifiers", () => {
  it("equal the ones that PostgreSQL computes itself", () => {
    // `password_encryption = scram-sha-256; create role r password 'pencil'` on PostgreSQL 15, read back from pg_authid.
    const made =
      "SCRAM-SHA-256$4096:8dklNuq39aqZ1vmirwc9YQ==$5hNhpQuNb75OX5lR6aGZos7kK6Q7MwpcGDn9ZB5xWks=:+IVzs4uXZeqHP17ibvNl0csTsHfy819crSxb2IuV+V0=";
    const salt = Buffer.from(/:([^$]+)\$/.exec(made)?.[1] ?? "", "base64");
    assert.equal(scramVerifier("pencil", salt), made);
  });

  it("refuse what SASLprep could change", () => {
    for (const password of ["", "päss", "tab\there", "\u00a0space"]) {
      assert.throws(() => scramVerifier(password), /printable ASCII/);
    }
  });

  it("never name the refused password", () => {
    assert.throws(
      () => scramVerifier("geheim-ü"),
      (error: Error) => !error.message.includes("geheim"),
    );
  });

  it("differ for one password by their salt", () => {
    assert.notEqual(scramVerifier("pencil"), scramVerifier("pencil"));
  });
});

describe("random passwords", () => {
  it("are 32 letters and digits, and differ", () => {
    const passwords = new Set(Array.from({ length: 200 }, () => randomPassword()));
    assert.equal(passwords.size, 200);
    for (const password of passwords) assert.match(password, /^[A-Za-z0-9]{32}$/);
  });
});
