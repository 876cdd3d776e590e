import assert from "node:assert/strict";
import { readConnectionSecret } from "../../platforms/aws/connectionSecret";

const hostile = 'p:a@s%s/w o#r?d[]"é';

describe("secrets of connections", () => {
  it("are read as RDS writes them", () =>
    assert.deepEqual(
      readConnectionSecret(
        "s",
        JSON.stringify({
          engine: "postgres",
          username: "master",
          password: hostile,
          host: "h",
          port: 5432,
          dbname: "app",
          masterarn: "x",
        }),
      ),
      { user: "master", password: hostile, host: "h", port: 5432, database: "app" },
    ));

  it("are read without a port, and with a port as text", () => {
    const cda = { host: "h", username: "u", dbname: "d", password: hostile };
    assert.deepEqual(readConnectionSecret("s", JSON.stringify(cda)), {
      user: "u",
      password: hostile,
      host: "h",
      port: undefined,
      database: "d",
    });
    assert.equal(readConnectionSecret("s", JSON.stringify({ ...cda, port: "5433" })).port, 5433);
  });

  it("are read from a URI under a key, with a suffix, escaped or not", () => {
    for (const password of [hostile, encodeURIComponent(hostile)]) {
      const secret = JSON.stringify({ remote_dev_uri: `postgresql://user:${password}@db.example/` });
      assert.deepEqual(readConnectionSecret("s", secret, { key: "remote_dev_uri", suffix: "/branch" }), {
        user: "user",
        password: hostile,
        host: "db.example",
        port: 5432,
        database: "branch",
      });
    }
  });

  it("are refused without a word of what they hold", () => {
    const cases: [secret: string | undefined, key: string | undefined, why: RegExp][] = [
      [undefined, undefined, /holds no text/],
      [hostile, undefined, /is no JSON object/],
      [JSON.stringify({ username: "u", secret: hostile }), undefined, /has no password/],
      [JSON.stringify({ password: hostile, port: "many" }), undefined, /not as expected: port/],
      [
        JSON.stringify({ database_uri: `postgres://u:${hostile}@h/d` }),
        undefined,
        /name the field as the key: database_uri/,
      ],
      [
        JSON.stringify({ database_uri: hostile }),
        "other",
        /no text under the key "other"; it has database_uri/,
      ],
      [JSON.stringify({ database_uri: hostile }), "database_uri", /cannot be read/],
    ];
    for (const [secret, key, why] of cases) {
      assert.throws(
        () => readConnectionSecret("the-name", secret, key === undefined ? {} : { key }),
        (error: Error) => {
          assert.match(error.message, why);
          assert.match(error.message, /the-name/);
          for (const part of [hostile, "p:a@s", "w o#r"]) assert.ok(!error.message.includes(part));
          return true;
        },
      );
    }
  });
});
