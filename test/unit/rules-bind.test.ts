import * as assert from "node:assert/strict";
import { catalogue, column, reference, table } from "../support/catalogues";
import { member, useBinding } from "../support/binding";

describe("binding rules to a catalogue", () => {
  const { bind, faults, one, planOf } = useBinding();

  describe("names", () => {
    it("suggests the nearest table and column", () => {
      const database = catalogue([member]);
      const messages = faults(database, "  membre: truncate\n  member: { keep: [nmae, email, name] }").map(
        (f) => f.message,
      );
      assert.match(messages[0] ?? "", /no table `public\.membre`\. Did you mean `public\.member`\?/);
      assert.match(messages[1] ?? "", /no column `nmae`\. Did you mean `name`\?/);
    });

    it("checks logins and media as well", () => {
      const rules = "  member: { keep: [name], mask: { email: email } }";
      const more =
        "logins: [{ table: member, match: { id: 1 }, password: pasword }]\nmedia: [member.photo, gone.file]";
      assert.equal(faults(catalogue([member]), rules, more).length, 3);
    });

    it("tells tables of the same name in two schemas apart", () => {
      const twin = { ...member, schema: "Other" };
      const plan = bind(
        catalogue([member, twin]),
        "  member: truncate\n  Other.member: { keep: [email, name] }",
      );
      assert.deepEqual(
        plan.tables.map((t) => [t.schema, t.action]),
        [
          ["public", "truncate"],
          ["Other", "keep"],
        ],
      );
    });
  });

  describe("domains", () => {
    const odd = table(
      "odd",
      { short: "varchar(12)", born: "date not null", code: "text not null", tags: "text[]", doc: "jsonb" },
      { uniqueKeys: [["code"]] },
    );
    const rest = (not: string) =>
      ["short", "born", "code", "tags", "doc"].filter((name) => name !== not).join(", ");
    const refused = (name: string, mask: string) =>
      one(catalogue([odd]), `  odd: { keep: [${rest(name)}], mask: { ${name}: ${mask} } }`);

    it("refuses a type that a transformation does not take", () => {
      assert.match(refused("born", "email"), /`email` takes text, not date/);
      assert.match(refused("tags", "email"), /`email` takes text, not array/);
      assert.match(
        refused("tags", "{ with: array, each: number }"),
        /`number` takes integer, decimal, not text/,
      );
      assert.match(refused("doc", "email"), /`email` takes text, not json/);
    });

    it("refuses NULL in a column that takes none, a mask that does not fit, and a foreign domain", () => {
      assert.match(refused("born", "null"), /is NOT NULL/);
      assert.match(
        refused("code", "{ with: token, exact: [{ where: id = 1, value: null }] }"),
        /is NOT NULL/,
      );
      assert.match(refused("short", "email"), /holds 12 characters, `email` needs at least 24/);
      assert.match(
        refused("short", "{ with: redact, keep_values: [thirteen_long] }"),
        /holds 12 characters, not/,
      );
      assert.match(
        refused("code", "{ with: email, domain: real.example }"),
        /the domain real\.example, which allowed_domains/,
      );
    });

    it("refuses to make values of a unique column equal", () => {
      assert.match(
        refused("code", "redact"),
        /part of a unique key \(code\) and `redact` makes different values equal/,
      );
      const both = { ...odd, uniqueKeys: [["short", "code"]] };
      assert.match(
        one(catalogue([both]), "  odd: { keep: [born, code, tags, doc], mask: { short: city } }"),
        /unique key \(short, code\)/,
      );
    });

    it("refuses to mask a generated column, and one end of a foreign key alone", () => {
      const generated = {
        ...member,
        columns: [...member.columns, column("search", "text", { generated: true })],
      };
      const rules = "  member: { keep: [name, email], mask: { search: redact } }";
      assert.match(one(catalogue([generated]), rules), /generated from other columns/);
      const login = table("login", { member_email: "text" });
      const database = catalogue([member, login], [reference("login.member_email -> member.email")]);
      const mask = (other: string) => `  member: { keep: [name], mask: { email: email } }\n  login: ${other}`;
      assert.match(one(database, mask("{ keep: [member_email] }")), /mask both in the same way, or neither/);
      assert.match(one(database, mask("{ mask: { member_email: hash } }")), /mask both in the same way/);
      for (const fine of [
        "{ mask: { member_email: email } }",
        "{ mask: { member_email: null } }",
        "truncate",
      ]) {
        assert.doesNotThrow(() => bind(database, mask(fine)), fine);
      }
    });
  });

  describe("packs", () => {
    const withId = table("django_session", {
      session_key: "varchar(40)",
      session_data: "text",
      expire_date: "timestamptz",
    });
    const session = { ...withId, primaryKey: ["session_key"], columns: withId.columns.slice(1) };

    it("apply where the table exists and has the shape, and say so", () => {
      const plan = bind(catalogue([session]), "", "extends: [django]");
      assert.equal(planOf(plan, "django_session").action, "truncate");
      assert.match(planOf(plan, "django_session").origin, /rules[/\\]packs[/\\]django\.yaml:\d+$/);
      assert.equal(plan.packs[0]?.applied, true);
      assert.match(
        plan.packs[0]?.reason ?? "",
        /applied to public\.django_session; not here: django_admin_log/,
      );
    });

    it("leave a table of another shape to the gate", () => {
      const other = { ...session, columns: session.columns.filter((c) => c.name !== "expire_date") };
      assert.match(
        one(catalogue([other]), "", "extends: [django]"),
        /no rule mentions the table `public\.django_session`/,
      );
      const plan = bind(catalogue([other]), "  django_session: truncate", "extends: [django]");
      assert.match(plan.packs[0]?.reason ?? "", /has another shape \(no expire_date\)/);
    });

    it("reach tables of any schema and are overridden by the rules", () => {
      const plan = bind(catalogue([{ ...session, schema: "web" }]), "", "extends: [django]");
      assert.equal(planOf(plan, "django_session").action, "truncate");
      const rules =
        "  django_session: { keep: [expire_date], mask: { session_data: redact, session_key: token } }";
      assert.equal(
        planOf(bind(catalogue([session]), rules, "extends: [django]"), "django_session").action,
        "mask",
      );
    });

    it("can be ignored for a table", () => {
      const rules = "  django_session: { ignore_packs: true, keep: [session_key] }";
      assert.equal(faults(catalogue([session]), rules, "extends: [django]").length, 2);
    });
  });

  it("carries conditions, sentinels, exact values and the identifying mark into the plan", () => {
    const rules = `  member:
    keep: [name]
    mask:
      email: { with: email, where: id > 3, keep_values: [none@set.example], exact: [{ where: id = 1, value: a@b.com }] }`;
    const email = planOf(bind(catalogue([member]), rules), "member").columns[1];
    assert.equal(email?.where, "id > 3");
    assert.deepEqual(email?.keepValues, ["none@set.example"]);
    assert.deepEqual(email?.exact, [{ where: "id = 1", value: "a@b.com" }]);
    assert.equal(email?.identifying, true);
    const quiet = rules.replace("where: id > 3", "identifying: false");
    assert.equal(planOf(bind(catalogue([member]), quiet), "member").columns[1]?.identifying, false);
  });
});
