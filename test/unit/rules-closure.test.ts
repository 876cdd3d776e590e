import * as assert from "node:assert/strict";
import { catalogue, reference, table } from "../support/catalogues";
import { useBinding } from "../support/binding";

describe("binding rules to a catalogue: closure", () => {
  const { bind, faults, one, planOf } = useBinding();

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
});
