import * as assert from "node:assert/strict";
import { looksByName } from "../../postgres/sanitise/detect/personalNames";
import { catalogue, column, reference, table } from "../support/catalogues";
import { member, useBinding } from "../support/binding";

describe("binding rules to a catalogue: coverage", () => {
  const { bind, faults, one, planOf } = useBinding();

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
