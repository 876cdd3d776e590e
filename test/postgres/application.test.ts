import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { Pool } from "pg";
import { makeServer } from "../../platforms/local/application/server";
import { poolConfig, readSettings } from "../../platforms/local/application/settings";
import type { Session } from "../../postgres/connection";
import { useScratchServer } from "../support/servers";

const tables = `
  create table club (id int primary key, name text not null);
  create table member (id int primary key, kind text not null, membership_number text not null,
    first_name text not null, last_name text not null, email text not null, home_club_id int);`;

describe("the sample application", function () {
  this.timeout(60_000);
  const server = useScratchServer();

  /** Its answer on these settings; the application is gone afterwards. */
  const ask = async (path: string, env: Record<string, string>, method = "GET") => {
    const { host, port, user, password } = server().target("postgres");
    const base = { RDS_HOSTNAME: host, RDS_PORT: String(port), RDS_USERNAME: user, RDS_PASSWORD: password };
    const settings = readSettings({
      PORT: "1",
      PRODCOPY_INSTANCE: "i",
      RDS_DB_NAME: "postgres",
      ...base,
      ...env,
    });
    const pool = "fault" in settings.database ? undefined : new Pool(poolConfig(settings.database));
    const listening = makeServer(settings, pool).listen(0, "127.0.0.1");
    await once(listening, "listening");
    try {
      const url = `http://127.0.0.1:${(listening.address() as AddressInfo).port}${path}`;
      const answer = await fetch(url, { method });
      return { status: answer.status, text: await answer.text(), headers: answer.headers };
    } finally {
      listening.close();
      listening.closeAllConnections();
      await pool?.end();
    }
  };
  const database = async (name: string, build: (session: Session) => Promise<unknown>) => {
    await server().createDatabase(name);
    await server().as(name, build);
    return { RDS_DB_NAME: name };
  };

  it("says what is wrong with its database, on the page and in its health, without the password", async () => {
    const { user, port } = { ...server().handle, user: server().handle.adminUser };
    const empty = await database("empty", () => Promise.resolve());
    await server().as("postgres", (session) =>
      session.query("create role outsider login password 'Pl4nted'"),
    );
    const unreadable = await database("unreadable", (session) => session.query(tables));
    const cases: [Record<string, string>, RegExp][] = [
      [{ RDS_PORT: "1" }, /Nothing answers at 127\.0\.0\.1:1\./],
      [
        { RDS_PASSWORD: "Pl4nted" },
        new RegExp(`The server at 127.0.0.1:${port} refuses the password of ${user}.`),
      ],
      [{ RDS_DB_NAME: "gone" }, new RegExp(`There is no database gone at 127.0.0.1:${port}.`)],
      [{ RDS_HOSTNAME: "nowhere.invalid" }, /There is no host named nowhere.invalid\./],
      [{ RDS_PASSWORD: "" }, /RDS_PASSWORD is not set\./],
      [{ RDS_PORT: "5432; drop" }, /RDS_PORT is not a port number/],
      [empty, /It does not hold the federation’s tables\./],
      [
        { ...unreadable, RDS_USERNAME: "outsider", RDS_PASSWORD: "Pl4nted" },
        /The login outsider may not read/,
      ],
      [{ ...unreadable, PRODCOPY_GENERATION: "deadbeef" }, /The settings speak of the copy deadbeef/],
    ];
    for (const [env, expected] of cases) {
      const health = await ask("/health", env);
      const { status, instance, reason } = JSON.parse(health.text) as Record<string, string>;
      assert.deepEqual([health.status, status, instance], [503, "failing", "i"], String(expected));
      assert.match(reason ?? "", expected);
      const page = await ask("/", env);
      assert.equal(page.status, 503);
      assert.match(page.text.replaceAll("&quot;", '"'), expected);
      assert.doesNotMatch(health.text + page.text, /Pl4nted/);
    }
  });

  it("shows members as text, whatever they are called, and loads nothing from elsewhere", async () => {
    const names = [
      `<script>alert(1)</script>`,
      `"><img src=x onerror=alert(1)>`,
      `<%= it.nonce %>`,
      `'"&amp;`,
    ];
    const at = await database("hostile", async (session) => {
      await session.query(tables);
      await session.query("insert into club values (1, $1)", [`</td><b onclick='x'>`]);
      for (const [index, name] of names.entries()) {
        await session.query(
          "insert into member values ($1, 'person', 'FC000001', $2, repeat('x', 5000), $2, 1)",
          [index, name],
        );
      }
      await session.query(
        "insert into member values (99, 'everyone', 'FC000000', 'EVERYONE', '', 'a@b.com', null)",
      );
    });
    const { text, headers, status } = await ask("/", at);
    assert.equal(status, 200);
    assert.match(text, /<h2>4 members in 1 club<\/h2>/);
    assert.doesNotMatch(text, /<script|<img|<b onclick|EVERYONE|x{200}/);
    assert.match(text, /&lt;script&gt;alert\(1\)&lt;\/script&gt;/);
    assert.match(text, /&#39;&quot;&amp;amp;/);
    assert.doesNotMatch(text, /(src|url|href)\s*[=(]\s*["']?(https?:)?\/\/|@import/i);
    assert.match(headers.get("content-security-policy") ?? "", /^default-src 'none'; style-src 'nonce-/);
  });

  it("tells a sanitised copy from the old database, by the setting and by the server's own name", async () => {
    const at = await database("standing", (session) => session.query(tables));
    assert.match((await ask("/", at)).text, /Test stands on a database of its own\./);
    // The scratch server is called "scratch:<resource id>", as a copy is called by its generation.
    const copy = await ask("/", { ...at, PRODCOPY_GENERATION: "scratch" });
    assert.match(copy.text, /Test stands on a sanitised copy of production\..*Nobody has joined yet\./s);
    const health = JSON.parse((await ask("/health", at)).text) as Record<string, unknown>;
    const where = `127.0.0.1:${server().handle.port}/standing`;
    assert.deepEqual(health, { status: "ok", environmentId: "", instance: "i", database: where, members: 0 });
  });

  it("answers nothing else", async () => {
    assert.equal((await ask("/members", {})).status, 404);
    assert.equal((await ask("/", {}, "POST")).status, 405);
    assert.deepEqual((await ask("/health?x", { RDS_PORT: "1" }, "HEAD")).text, "");
    assert.throws(() => readSettings({ PORT: "70000" }), /PORT must be a port number/);
  });
});
