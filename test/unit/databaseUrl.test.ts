import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { databaseOfEnvironment, databasesOfEnvironment } from "../../postgres/databaseUrl";

describe("the database of the environment", () => {
  let home: string;
  before(() => (home = fs.mkdtempSync(path.join(os.tmpdir(), "prodcopy-url-"))));
  after(() => fs.rmSync(home, { recursive: true }));

  const read = (env: Record<string, string>) => databaseOfEnvironment({ HOME: home, ...env });
  const url = (text: string, more: Record<string, string> = {}) => read({ DATABASE_URL: text, ...more });
  const faultOf = (env: Record<string, string>) => {
    try {
      databasesOfEnvironment({ HOME: home, ...env });
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error("no fault");
  };
  const write = (name: string, text: string, mode = 0o600) => {
    const file = path.join(home, name);
    fs.writeFileSync(file, text, { mode });
    fs.chmodSync(file, mode);
    return file;
  };

  it("reads a URL with hostile names and a hostile password", () => {
    const names = { user: "Ann: @/Ö", password: "p@ss:/?#% [w]", database: 'a/b."C" %d' };
    const e = encodeURIComponent;
    const target = url(
      `postgresql://${e(names.user)}:${e(names.password)}@db.example:6432/${e(names.database)}?sslmode=disable`,
    );
    assert.deepEqual(target, {
      host: "db.example",
      port: 6432,
      ...names,
      passwordFrom: "the password is the one of DATABASE_URL",
      tls: { mode: "disable" },
    });
  });

  it("takes the scheme of an application's library, and an IPv6 host", () => {
    const target = url("postgresql+psycopg2://u:p@[::1]/db");
    assert.deepEqual([target.host, target.port, target.database], ["::1", 5432, "db"]);
  });

  for (const [text, host, port] of [
    ["postgres:///db?host=/run/a+b&port=5433", "/run/a+b", 5433],
    ["postgres://u:p@/db?host=%2Frun%2Fx", "/run/x", 5432],
    ["postgres://%2Frun%2Fx/db", "/run/x", 5432],
    ["postgres://u@:5439/db?host=/s", "/s", 5439],
  ] as const) {
    it(`finds the Unix socket of ${text}`, () => {
      const target = url(text);
      assert.deepEqual([target.host, target.port, target.database], [host, port, "db"]);
    });
  }

  it("reads PGHOST and its like where there is no URL", () => {
    const target = read({
      PGHOST: "h",
      PGPORT: "5434",
      PGDATABASE: "d",
      PGUSER: "u",
      PGPASSWORD: "p",
      PGSSLMODE: "require",
    });
    assert.deepEqual(target, {
      host: "h",
      port: 5434,
      database: "d",
      user: "u",
      password: "p",
      passwordFrom: "the password is the one of PGPASSWORD",
      tls: { mode: "require" },
    });
  });

  it("lets the URL win over a service, and a service over the environment", () => {
    const services = write(
      "services.conf",
      "# ours\n[other]\nhost=no\n\n[copy]\nhost=served\nport=5440\nuser=su\n",
    );
    const more = {
      PGSERVICE: "copy",
      PGSERVICEFILE: services,
      PGHOST: "env",
      PGUSER: "eu",
      PGPASSWORD: "ep",
    };
    const target = url("postgres://own@/db", more);
    assert.deepEqual([target.user, target.host, target.port, target.password], ["own", "served", 5440, "ep"]);
  });

  it("connects to PGHOSTADDR, and keeps PGHOST as the name that password and certificate stand under", () => {
    write(".pgpass", "db.example:6000:*:*:by-name\n127.0.0.1:6000:*:*:by-address\n");
    const target = read({
      PGHOST: "db.example",
      PGHOSTADDR: "127.0.0.1",
      PGPORT: "6000",
      PGDATABASE: "d",
      PGUSER: "u",
      PGSSLMODE: "require",
    });
    assert.deepEqual(target.tls, { mode: "require", serverName: "db.example" });
    assert.deepEqual([target.host, target.password], ["127.0.0.1", "by-name"]);
    const alone = read({ PGHOSTADDR: "10.0.0.9", PGDATABASE: "d" });
    assert.deepEqual([alone.host, alone.tls], ["10.0.0.9", { mode: "prefer" }]);
    fs.rmSync(path.join(home, ".pgpass"));
  });

  it("refuses an address of the environment beside a host that the URL names: it may be a tunnel to elsewhere", () => {
    const fault = faultOf({ DATABASE_URL: "postgres://u@copy.example/db", PGHOSTADDR: "127.0.0.1" });
    assert.match(fault, /names the host copy\.example, and PGHOSTADDR says to connect to 127\.0\.0\.1/);
    const source = databasesOfEnvironment({
      HOME: home,
      PGHOSTADDR: "127.0.0.1",
      PGDATABASE: "d",
      SOURCE_DATABASE_URL: "postgres://u@h2/db",
    }).source;
    assert.equal(source?.host, "h2");
  });

  it("finds the password in a password file, with its escapes and wild cards", () => {
    write(".pgpass", "# c\nother:5432:*:*:no\nh:5432:*:a\\:b:se\\\\c:ret\nlocalhost:*:db:u:sock\n");
    const { password, passwordFrom } = url("postgres://a%3Ab@h/db");
    assert.deepEqual([password, passwordFrom], ["se\\c:ret", `the password is the one of ${home}/.pgpass`]);
    assert.equal(url("postgres://u@/db?host=/run").password, "sock");
    assert.equal(url("postgres://x@h/db").password, "");
    assert.equal(
      url("postgres://x@h/db").passwordFrom,
      `there is none in DATABASE_URL or PGPASSWORD, and no line for it in ${home}/.pgpass`,
    );
    fs.rmSync(path.join(home, ".pgpass"));
  });

  it("refuses a password file that others may read, unless there is a password already", () => {
    const file = write("open", "*:*:*:*:canary-open", 0o644);
    const fault = faultOf({ DATABASE_URL: "postgres://u@h/db", PGPASSFILE: file });
    assert.match(fault, /chmod 600/);
    assert.doesNotMatch(fault, /canary/);
    assert.equal(url("postgres://u:p@h/db", { PGPASSFILE: file }).password, "p");
  });

  it("gives the second database no password of the first, and reports the faults of both together", () => {
    const env = {
      HOME: home,
      DATABASE_URL: "postgres://u@h/db",
      PGPASSWORD: "first",
      PGHOST: "h1",
      PGUSER: "me",
    };
    const { database, source } = databasesOfEnvironment({ ...env, SOURCE_DATABASE_URL: "postgres://h2/db" });
    assert.equal(database.password, "first");
    assert.deepEqual([source?.host, source?.user, source?.password], ["h2", "me", ""]);
    assert.match(source?.passwordFrom ?? "", /^there is none in SOURCE_DATABASE_URL, and/);
    const fault = faultOf({
      DATABASE_URL: "postgres://u@h:5432/",
      PGSSLMODE: "maybe",
      SOURCE_DATABASE_URL: "postgres://h:70000/x",
    });
    for (const part of ["DATABASE_URL names no database", 'sslmode "maybe"', "SOURCE_DATABASE_URL: "]) {
      assert.ok(fault.includes(part), fault);
    }
  });

  for (const text of [
    "postgres://u:canary@1/x@h/db",
    "postgres://u:9canary?@h/db",
    "postgres://u:canary#x@h/db",
    "postgres://u:canary%zz@h/db",
    "mysql://u:canary@h/db",
    "host=h password=canary",
    "postgres://u:canary@h/",
  ]) {
    it(`never repeats the text of ${text.replaceAll("canary", "...")}`, () => {
      assert.doesNotMatch(faultOf({ DATABASE_URL: text }), /canary/);
    });
  }

  it("says what is missing when nothing names a database, though a user of the same name might have one", () => {
    assert.match(faultOf({ PGHOST: "h", PGUSER: "u" }), /neither DATABASE_URL nor PGDATABASE/);
    assert.match(faultOf({ PGSERVICE: "nowhere" }), /"nowhere" is not in/);
  });

  it("wants an authority's certificate for verify-full, and takes libpq's own file", () => {
    const env = { DATABASE_URL: "postgres://u@h/db?sslmode=verify-full" };
    assert.match(faultOf(env), /certificate of an authority/);
    assert.match(
      faultOf({ ...env, PGSSLROOTCERT: "/nowhere.pem" }),
      /\/nowhere\.pem cannot be read \(ENOENT\)/,
    );
    assert.deepEqual(read({ ...env, PGSSLROOTCERT: "system" }).tls, { mode: "verify-full" });
    fs.mkdirSync(path.join(home, ".postgresql"));
    write(".postgresql/root.crt", "PEM");
    assert.deepEqual(read(env).tls, { mode: "verify-full", authorities: "PEM" });
    fs.rmSync(path.join(home, ".postgresql"), { recursive: true });
  });
});
