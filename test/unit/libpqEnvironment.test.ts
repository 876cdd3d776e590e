import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { databaseOfEnvironment } from "../../postgres/databaseUrl";
import { libpqEnvironment, withoutDatabases } from "../../postgres/libpqEnvironment";

describe("the environment of a program that is given a database", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "prodcopy-libpq-"));
  after(() => fs.rmSync(folder, { recursive: true }));
  const target = {
    host: "127.0.0.1",
    port: 6000,
    database: "app",
    user: "me",
    password: String.raw`a:b\c`,
    tls: { mode: "verify-full", authorities: "PEM", serverName: "db.example" },
  } as const;

  it("is read back as the same database, with its certificate's name", async () => {
    const env = await libpqEnvironment(target, folder);
    assert.deepEqual([env.PGHOST, env.PGHOSTADDR, env.PGSSLMODE], ["db.example", "127.0.0.1", "verify-full"]);
    const passwordFrom = `the password is the one of ${env.PGPASSFILE}`;
    assert.deepEqual(databaseOfEnvironment({ ...env, HOME: folder }), { ...target, passwordFrom });
  });

  it("names the tunnel's end for programs that know no PGHOSTADDR, and has the chain checked", async () => {
    const env = await libpqEnvironment(target, folder, true);
    assert.deepEqual([env.PGHOST, env.PGHOSTADDR, env.PGSSLMODE], ["127.0.0.1", undefined, "verify-ca"]);
  });

  it("holds no password: it stands in a file for this user alone, whatever stood there before", async () => {
    fs.writeFileSync(path.join(folder, "passfile"), "old", { mode: 0o644 });
    const env = await libpqEnvironment(target, folder);
    assert.doesNotMatch(JSON.stringify(env), /a:b/);
    assert.equal(fs.statSync(env.PGPASSFILE ?? "").mode & 0o777, 0o600);
    const none = await libpqEnvironment({ ...target, password: "" }, folder);
    assert.equal(none.PGPASSFILE, undefined);
  });

  it("keeps nothing of the caller's that leads elsewhere", () => {
    const kept = withoutDatabases({
      PATH: "/bin",
      PGHOST: "production",
      PGSERVICE: "production",
      DATABASE_URL: "postgres://production",
      SOURCE_DATABASE_URI: "x",
      RDS_PASSWORD: "x",
      SENTRY_DSN: "x",
      PULUMI_CONFIG_PASSPHRASE: "x",
    });
    assert.deepEqual(kept, { PATH: "/bin" });
  });
});
