import assert from "node:assert/strict";
import { ident, withSession, type Session } from "../../postgres/connection";
import type { Sanitised } from "../../postgres/sanitise/sanitise";
import { grepFiles, sanitiseWith } from "../support/sanitise";
import { needles, needleShape, people, planted, rules, schema } from "../support/sanitiseSchema";
import { embeddedPlace, scratchPlace } from "../support/sanitisePlaces";

const settings = { max_wal_size: "64MB", shared_preload_libraries: "pg_stat_statements" };

for (const [place, usePlace] of [
  ["this machine's PostgreSQL", () => scratchPlace(settings)],
  ["the embedded PostgreSQL", embeddedPlace],
] as const) {
  /** The whole of a run on a schema of every kind that is handled. Most of the work is done once, in `before`. */
  describe(`sanitiser: one database from end to end, on ${place}`, function () {
    this.timeout(180_000);
    const database = `odd "data' base`;
    const at = usePlace();
    const as = <T>(name: string, use: (session: Session) => Promise<T>) =>
      withSession(at().target(name), { applicationName: "test" }, use);
    const createDatabase = (name: string) =>
      as("postgres", (session) => session.query(`create database ${ident(name)}`));
    const lines: string[] = [];
    let done: Sanitised;
    const ask = async <T>(session: Session, query: string): Promise<T> =>
      Object.values((await session.query<Record<string, T>>(query)).rows[0] ?? {})[0] as T;

    before("sanitise it", async () => {
      await createDatabase(database);
      await as(database, async (session) => {
        await session.query(schema);
        await session.query("create extension pg_stat_statements");
      });
      assert.ok((await grepFiles(at().dataDirectory, needles, needleShape)).size > 0, "grep sees nothing");
      done = await sanitiseWith(
        at().target(database),
        at().asCopy,
        rules.replace("DATABASE", JSON.stringify(database)),
        lines,
      );
    });

    const inside = (use: (session: Session) => Promise<void>) => as(database, use);

    it("leaves no planted value in any data file of the server", async () => {
      await as("postgres", (session) => session.query("checkpoint"));
      const found = await grepFiles(at().dataDirectory, needles, needleShape);
      // The write-ahead log is the platform's: clearStorageResidue has its own test.
      const inData = [...found].filter(([, files]) => files.some((file) => !file.startsWith("pg_wal/")));
      assert.deepEqual(inData.slice(0, 5), []);
    });

    it("masks every cell that the rules do not keep, and only those", () =>
      inside(async (session) => {
        const { rows } = await session.query<Record<string, string | null>>(
          "select *, born::text as day, others::text as list from member order by id",
        );
        assert.equal(rows.length, people);
        assert.equal(rows[0]?.email, "everyone@example.invalid");
        assert.deepEqual([rows[0]?.first_name, rows[0]?.last_name], ["Every", "One"]);
        assert.deepEqual(
          [rows[1]?.email, rows[1]?.about, rows[1]?.mobile],
          ["noemail@allowed.example", null, null],
        );
        assert.deepEqual([rows[2]?.email, rows[2]?.about, rows[2]?.list], [null, "", "{}"]);
        for (const row of rows.slice(3)) {
          const i = Number(row.id);
          assert.match(row.email ?? "", /^[a-z0-9]{20}@example\.invalid$/);
          assert.equal(row.lower_email, row.email);
          assert.match(row.mobile ?? "", /^04\d{8}$/);
          assert.notEqual(row.mobile, planted.phone(i));
          assert.notEqual(row.last_name, planted.last(i));
          assert.equal(row.list, `{${row.email},NULL,""}`);
          assert.equal((row.profile as unknown as { contact: string }).contact, row.email);
          assert.match(row.ip ?? "", /^198\.51\.100\./);
          assert.equal(row.spare, "nothing");
        }
        assert.equal(new Set(rows.map((row) => row.mobile)).size, people);
      }));

    it("maps one person to one address in every table, and keeps natural keys together", () =>
      inside(async (session) => {
        assert.equal(
          await ask(session, "select count(*)::int from club c join member m on m.email = c.contact::text"),
          57,
        );
        assert.equal(
          await ask(session, "select count(*)::int from natural_child c join natural_parent p using (email)"),
          50,
        );
        assert.equal(
          await ask(session, "select count(*)::int from club c join payment p on p.card = c.token"),
          60,
        );
        assert.equal(await ask(session, "select count(*)::int from club where bank ~ '^[0-9]{7}$'"), 60);
      }));

    it("removes what the rules remove, with what follows it, and fires no trigger", () =>
      inside(async (session) => {
        assert.equal(
          await ask(session, "select count(*)::int from email where status not in (0, 1) or status is null"),
          0,
        );
        assert.equal(await ask(session, "select count(*)::int from email"), 80);
        assert.equal(await ask(session, "select count(*)::int from email_log"), 80);
        assert.equal(await ask(session, "select count(*)::int from session"), 0);
        assert.equal(await ask(session, "select count(*)::int from fired"), 0);
        assert.equal(await ask(session, "select count(*)::int from pg_largeobject_metadata"), 0);
        assert.equal(
          await ask(session, "select tgenabled::text from pg_trigger where tgname = 'on_email'"),
          "D",
        );
      }));

    it("puts views back with their owner, grants, comments, options, triggers, and fills materialised ones anew", () =>
      inside(async (session) => {
        assert.equal(
          await ask(session, "select relowner::regrole::text from pg_class where oid = 'people'::regclass"),
          "other_owner",
        );
        assert.deepEqual(
          await ask(session, "select reloptions from pg_class where oid = 'people'::regclass"),
          ["security_barrier=true"],
        );
        assert.equal(
          await ask(
            session,
            "select has_table_privilege('reader_of_views', 'people', 'select with grant option')",
          ),
          true,
        );
        assert.equal(
          await ask(session, "select count(*)::int from digest where email like '%@example.invalid'"),
          people - 2 - 1,
        );
        assert.equal(
          await ask(session, "select relispopulated from pg_class where oid = 'empty_digest'::regclass"),
          false,
        );
        assert.equal(
          await ask(
            session,
            "select attstorage::text from pg_attribute where attrelid = 'member'::regclass and attname = 'about'",
          ),
          "e",
        );
      }));

    it("chooses and explains a strategy for every table", () => {
      const by = Object.fromEntries(done.result.tables.map((table) => [table.table, table.strategy]));
      assert.equal(by.member, "refill");
      assert.equal(by.club, "rewrite");
      assert.equal(by.payment, "rewrite");
      assert.equal(by.email, "delete");
      assert.equal(by.session, "truncate");
      assert.equal(by.audit, "rewrite");
      assert.equal(by.once_wide, "rewrite for dropped columns");
      assert.equal(by.digest, "refreshed");
      assert.equal(by.fired, "kept");
      assert.ok(done.result.tables.every((table) => table.reason !== ""));
      assert.match(lines.join("\n"), /table \d+ of \d+ public\.club .* rows\/s/);
    });

    it("removes an address from a comment, and leaves the other comments", () =>
      inside(async (session) => {
        assert.equal(
          await ask(session, "select obj_description('club'::regclass)"),
          "Ask (address removed) about this",
        );
        assert.equal(await ask(session, "select col_description('club'::regclass, 4)"), "no person here");
      }));

    it("leaves nothing of itself but the journal", () =>
      inside(async (session) => {
        assert.equal(
          await ask(
            session,
            "select string_agg(relname, ' ') from pg_class where relnamespace = 'prodcopy'::regnamespace and relkind = 'r'",
          ),
          "journal",
        );
        assert.equal(
          await ask(
            session,
            "select count(*)::int from pg_proc where pronamespace = 'prodcopy'::regnamespace",
          ),
          0,
        );
      }));

    it("gives the test login a password that its hash knows, and says no values", async () => {
      assert.equal(done.testLogins.length, 1);
      const text = JSON.stringify(done.result) + lines.join("\n");
      assert.ok(!text.includes(done.testLogins[0]?.password ?? "?"));
      for (const needle of needles) assert.ok(!text.includes(needle));
      await inside(async (session) => {
        assert.match(
          await ask(session, "select password from member where id = 4"),
          /^pbkdf2_sha256\$1000000\$/,
        );
        assert.equal(
          await ask(session, "select count(*)::int from member where password like '!%'"),
          people - 1,
        );
      });
    });

    it("answers the same result when it is called again, and changes nothing but the login", async () => {
      const fingerprint = (session: Session) =>
        ask<string>(
          session,
          "select md5(string_agg(m::text, '' order by id)) from (select id, email, mobile, last_name, ip from member) m",
        );
      let before = "";
      await inside(async (session) => {
        before = await fingerprint(session);
      });
      const again = await sanitiseWith(
        at().target(database),
        at().asCopy,
        rules.replace("DATABASE", JSON.stringify(database)),
      );
      assert.deepEqual(again.result.tables, done.result.tables);
      assert.notEqual(again.testLogins[0]?.password, done.testLogins[0]?.password);
      await inside(async (session) => assert.equal(await fingerprint(session), before));
    });

    it("handles a database with nothing in it", async () => {
      await as("postgres", async (session) => {
        await session.query(`drop database ${ident(database)}`);
      });
      await createDatabase("empty");
      const empty = await sanitiseWith(
        at().target("empty"),
        at().asCopy,
        "database: empty\nallowed_domains: [example.invalid]\ntables: {}\n",
      );
      assert.deepEqual(empty.result.tables, []);
    });
  });
}
