import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Catalogue } from "../../postgres/catalogue";
import type { SanitisePlan } from "../../postgres/sanitise/plan";
import { bindRules } from "../../postgres/sanitise/rules/bind";
import { RulesError, type RuleFault } from "../../postgres/sanitise/rules/faults";
import { readRules } from "../../postgres/sanitise/rules/load";
import { looksByName } from "../../postgres/sanitise/detect/personalNames";
import { catalogue, column, reference, table } from "../support/catalogues";

describe("binding rules to a catalogue", () => {
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

  const member = table("member", {
    email: "varchar(254) not null",
    name: "varchar(80) not null",
    active: "bool",
  });

  describe("coverage gate", () => {
    it("names a table that nobody mentions once, with its columns and what looks personal", () => {
      const message = one(catalogue([member]), "");
      assert.match(message, /no rule mentions the table `public\.member`/);
      assert.match(
        message,
        /`email` \(varchar\(254\); its name speaks of e-mail addresses\), `name` \(varchar\(80\); its name speaks of names of people\)/,
      );
      assert.doesNotMatch(message, /`id`|`active`/);
    });

    it("names a column that is new in a table with rules", () => {
      const rules = "  member: { mask: { email: email }, keep: [name] }";
      assert.doesNotThrow(() => bind(catalogue([member]), rules));
      const grown = { ...member, columns: [...member.columns, column("backup_email", "varchar(254)")] };
      const [fault] = faults(catalogue([grown]), rules);
      assert.match(
        fault?.message ?? "",
        /`public\.member\.backup_email` \(varchar\(254\)\) is not classified/,
      );
      assert.match(fault?.message ?? "", /its name speaks of e-mail addresses/);
      assert.equal(fault?.place.line, 5);
      assert.equal(fault?.kind, "coverage");
    });

    it("keeps keys and booleans alone by their structure, and says so", () => {
      const order = table("order_line", {
        member_id: "int4",
        batch: "uuid",
        quantity: "int4",
        born: "date",
        created_at: "timestamptz",
        gift: "bool",
      });
      const database = catalogue([member, order], [reference("order_line.member_id -> member.id")]);
      const rules = "  member: { mask: { email: email, name: full-name } }\n  order_line: { keep: [] }";
      assert.deepEqual(
        faults(database, rules).map((fault) => /order_line\.(\w+)/.exec(fault.message)?.[1]),
        ["batch", "quantity", "born", "created_at"],
      );
      const plan = bind(
        database,
        "  member: { mask: { email: email, name: full-name } }\n  order_line: { keep: [batch, quantity, born, created_at] }",
      );
      const origins = Object.fromEntries(planOf(plan, "order_line").columns.map((c) => [c.name, c.origin]));
      assert.equal(origins.id, "structure: primary key");
      assert.equal(origins.member_id, "structure: foreign key to member");
      assert.equal(origins.gift, "structure: boolean");
      assert.match(origins.batch ?? "", /rules\.yaml:6$/);
    });

    it("does not take a primary key that is a person's number for a key", () => {
      const holder = table(
        "holder",
        { passport_number: "int8 not null" },
        { primaryKey: ["passport_number"] },
      );
      assert.match(one(catalogue([holder]), ""), /`passport_number` \(int8; its name speaks of/);
    });

    it("takes a key for a key whatever its table is called, and when each partition has its own", () => {
      const address = table("address", { address_id: "int4 not null" }, { primaryKey: ["address_id"] });
      const parent = { schema: "public", name: "event" };
      const event = table("event", { member_id: "int4" }, { kind: "partitioned" });
      const parts = ["event_1", "event_2"].map((name) =>
        table(name, { member_id: "int4" }, { kind: "partition", parent }),
      );
      const bare = { ...member, columns: member.columns.slice(0, 1) };
      const keys = parts.map(({ name }) => reference(`${name}.member_id -> member.id`));
      const tables = [{ ...address, columns: address.columns.slice(1) }, event, ...parts, bare];
      assert.doesNotThrow(() => bind(catalogue(tables, keys), ""));
      assert.match(
        one(catalogue(tables, keys.slice(1)), ""),
        /`public\.event`\. Not classified: `member_id`/,
      );
    });

    it("lets `keep: all` hold only for what does not look personal", () => {
      const place = table("venue", { title: "text", seats: "int4", contact_email: "text" });
      assert.match(
        one(catalogue([place]), "  venue: { keep: all }"),
        /venue\.contact_email`.*`keep: all` does not hold/,
      );
      const plan = bind(catalogue([place]), "  venue: { keep: all, mask: { contact_email: email } }");
      assert.deepEqual(
        planOf(plan, "venue").columns.map((c) => c.action),
        ["keep", "keep", "keep", "mask"],
      );
    });

    it("wants nothing for views, generated columns and truncated tables", () => {
      const search = column("search", "text", { generated: true });
      const view = table("member_list", { email: "text" }, { kind: "view" });
      const database = catalogue([{ ...member, columns: [...member.columns, search] }, view]);
      const plan = bind(database, "  member: { mask: { email: email, name: full-name } }");
      assert.equal(
        planOf(plan, "member").columns.at(-1)?.origin,
        "follows the columns that it is generated from",
      );
      assert.equal(plan.tables.length, 1);
      assert.equal(planOf(bind(catalogue([member]), "  member: truncate"), "member").action, "truncate");
    });

    it("refuses a foreign table until it is dropped or kept by name", () => {
      const away = table("away", { name: "text" }, { kind: "foreign", primaryKey: [] });
      assert.match(one(catalogue([away]), ""), /`public\.away` is a foreign table/);
      assert.match(one(catalogue([away]), "  away: truncate"), /its rows stand on another server/);
      const plan = bind(catalogue([away]), "  away: drop");
      assert.deepEqual(plan.droppedForeignTables, [{ schema: "public", table: "away" }]);
      assert.equal(plan.tables.length, 0);
      assert.doesNotThrow(() => bind(catalogue([]), "  away: drop"));
      assert.match(one(catalogue([member]), "  member: drop"), /is no foreign table/);
    });

    it("gives partitions their parent's rules and refuses rules of their own", () => {
      const parent = table("event", { ip: "inet" }, { kind: "partitioned" });
      const part = table(
        "event_1",
        { ip: "inet" },
        { kind: "partition", parent: { schema: "public", name: "event" } },
      );
      const leaf = table(
        "event_1a",
        { ip: "inet" },
        { kind: "partition", parent: { schema: "public", name: "event_1" } },
      );
      const database = catalogue([parent, part, leaf]);
      const plan = bind(database, "  event: { mask: { ip: ip }, delete: { where: id < 3 } }");
      assert.deepEqual(
        plan.tables.map((t) => [t.table, t.action, t.partitionOf?.table]),
        [
          ["event", "delete", undefined],
          ["event_1", "delete", "event"],
          ["event_1a", "delete", "event"],
        ],
      );
      assert.match(
        one(database, "  event: truncate\n  event_1: truncate"),
        /is a partition of `public\.event`/,
      );
    });
  });

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

  describe("closure", () => {
    const mail = table("mail", { status: "int4" });
    const archive = table("archive", {});
    const log = table("log", { mail_id: "int4", message: "text" });
    const seen = table("seen", { log_id: "int4" });
    const database = catalogue(
      [mail, archive, log, seen],
      [
        reference("archive.id -> mail.id"),
        reference("log.mail_id -> mail.id"),
        reference("seen.log_id -> log.id"),
      ],
    );
    const kept = "  mail: { keep: [status], delete: { where: status = 2 } }\n  log: { keep: [message]";

    it("names every table that would dangle, also through others and by inherited keys", () => {
      const message = one(database, "  mail: truncate\n  log: { keep: [message] }");
      assert.match(message, /archive \(id\); .*log \(mail_id\); .*seen \(log_id\) through public\.log/);
      assert.match(one(database, `${kept} }`), /delete: \{follows: public\.mail\}/);
    });

    it("takes rows along that follow, in their order, over several steps", () => {
      const plan = bind(
        database,
        `${kept}, delete: { follows: mail } }\n  archive: { delete: { follows: mail } }\n  seen: { delete: { follows: log } }`,
      );
      const order = plan.tables.map((t) => t.table);
      for (const [first, then] of [
        ["seen", "log"],
        ["log", "mail"],
        ["archive", "mail"],
      ] as const) {
        assert.ok(order.indexOf(first) < order.indexOf(then), `${first} before ${then}`);
      }
      assert.equal(
        planOf(plan, "seen").where,
        `exists (select from "public"."log" as p0 where "seen"."log_id" = p0."id" and ` +
          `exists (select from "public"."mail" as p1 where p0."mail_id" = p1."id" and (status = 2)))`,
      );
    });

    it("lets a column that becomes NULL go free, but not one that does so only sometimes", () => {
      const free =
        "  mail: truncate\n  archive: truncate\n  log: { keep: [message], mask: { mail_id: null } }";
      assert.doesNotThrow(() => bind(database, free));
      const sometimes = free.replace("null", '{ with: "null", where: id > 3 }');
      assert.match(one(database, sometimes), /log \(mail_id\)/);
      const other = free.replace("null", "digits");
      assert.match(one(database, other), /log \(mail_id\)/);
    });

    it("refuses to follow what loses nothing, what is not referred to, and in circles", () => {
      const nothing =
        "  mail: { keep: [status] }\n  log: { keep: [message], delete: { follows: mail } }\n  seen: truncate";
      assert.match(one(database, nothing), /`public\.mail` loses no rows/);
      assert.match(
        one(
          database,
          "  mail: { keep: [status] }\n  log: { keep: [message] }\n  seen: { delete: { follows: mail } }",
        ),
        /has no foreign key to `public\.mail`/,
      );
      const round = catalogue(
        [mail, log],
        [reference("log.mail_id -> mail.id"), reference("mail.status -> log.id")],
      );
      const circle =
        "  mail: { delete: { where: id = 1, follows: log } }\n  log: { keep: [message], delete: { follows: mail } }";
      assert.equal(faults(round, circle).filter((f) => f.message.includes("follow each other")).length, 2);
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

  it("reads personal names in several languages and scripts, and leaves the harmless alone", () => {
    for (const name of [
      "email",
      "customeremail",
      "EMail2",
      "e_mail",
      "Courriel",
      "mobile",
      "home_phone",
      "Telefonnummer",
      "电话",
      "Vorname",
      "apellido_paterno",
      "имя",
      "first_name",
      "customerName",
      "birth_date",
      "Geburtsdatum",
      "dob",
      "iban",
      "card_last4",
      "password_hash",
      "api_key",
      "ip",
      "last_login_ip",
      "Straße",
      "adresse_postale",
      "notes",
      "お名前 氏名",
    ]) {
      assert.ok(looksByName(column(name, "text")), name);
    }
    for (const name of [
      "status",
      "title",
      "created_at",
      "amount",
      "code",
      "product_name",
      "position",
      "emphasis",
      "shipping_cost",
    ]) {
      assert.equal(looksByName(column(name, "text")), undefined, name);
    }
    assert.equal(looksByName(column("email_sent", "bool")), undefined);
    assert.match(looksByName(column("seen_from", "inet")) ?? "", /network addresses/);
    assert.match(
      looksByName(column("c7", "text", { comment: "E-mail of the buyer" })) ?? "",
      /comment speaks of e-mail/,
    );
  });
});
