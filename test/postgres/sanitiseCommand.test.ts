import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { runCli, startCli, type Finished, type Running } from "../support/cli";
import { canaries, makeDatabase, rules, urlOf, useSanitiseCommand } from "../support/sanitiseCli";
import { grepFiles } from "../support/sanitise";

const hostile = `Cöpy "of" it's; drop/1`;

describe("prodcopy sanitise", function () {
  this.timeout(120_000);
  const { server, work, env, sanitise, quiet, stateOf, refusedOn } = useSanitiseCommand();

  it("sanitises a database with a hostile name, leaves the others alone, and says where the report is", async () => {
    await makeDatabase(server(), hostile);
    await makeDatabase(server(), "neighbour");
    await server().as("postgres", (s) =>
      s.query(`comment on database neighbour is 'ask ${canaries.address}';
               alter database neighbour set my.contact = '${canaries.address}'`),
    );
    const neighbour = await stateOf("neighbour");
    const ran = await sanitise(hostile, ["--json"]);
    assert.equal(ran.code, 0, ran.err);
    quiet(ran);
    const summary = JSON.parse(ran.out) as Record<string, unknown>;
    assert.equal(Object.keys(summary)[0], "verdict");
    assert.deepEqual(
      [summary.verdict, summary.database, summary.tables, summary.columns, summary.leaks],
      ["passed", hostile, 3, 11, 0],
    );
    const page = fs.readFileSync(String(summary.report), "utf8");
    assert.match(page, /4 of 11 columns masked/);
    assert.doesNotMatch(page, /canary/i);
    assert.equal(
      (JSON.parse(fs.readFileSync(String(summary.reportJson), "utf8")) as { verdict: string }).verdict,
      "passed",
    );
    const left = await server().as(hostile, (s) =>
      s.query<{ n: string; same: string }>(
        `select count(*) filter (where "E-mail" like '%real-mail%') as n, count(*) filter (where p."E-mail" = o.contact) as same
           from "Odd ""people""" p join orders o on o.person = p.id`,
      ),
    );
    assert.deepEqual(left.rows, [{ n: "0", same: "200" }]);
    assert.equal(await stateOf("neighbour"), neighbour);
    const kept = await server().as("postgres", (s) =>
      s.query(`select from pg_shdescription where description ~ 'canary' union all
               select from pg_db_role_setting where setconfig::text ~ 'canary'`),
    );
    assert.equal(kept.rows.length, 2);
  });

  it("answers the same again, and refuses once a table was made anew", async () => {
    const before = await stateOf(hostile);
    const again = await sanitise(hostile, ["--json"]);
    assert.equal(again.code, 0, again.err);
    const summary = JSON.parse(again.out) as { doneBefore: string | null; tables: number };
    assert.ok(summary.doneBefore !== null && summary.tables === 3);
    assert.equal(await stateOf(hostile), before);
    await server().as(hostile, (s) =>
      s.query("drop table token; create table token (id int primary key, secret text)"),
    );
    await refusedOn(hostile, ["--confirm", hostile], {}, /made since.*\n?.*public\.token/);
  });

  it("says how much room it needs, and refuses what does not fit, before anything changes", async () => {
    await makeDatabase(server(), "roomy");
    await server().as("roomy", (s) => s.query("create table wide (id int primary key, note text)"));
    await server().as("roomy", (s) =>
      s.query("insert into wide select i, repeat('x', 900) from generate_series(1, 2000) i"),
    );
    const file = path.join(work().folder, "roomy.yaml");
    fs.writeFileSync(file, `${rules}  wide: { mask: { note: redact } }\n`);
    const plan = (...args: string[]) =>
      runCli(
        ["sanitise", "--rules", file, "--confirm", "roomy", "--dry-run", "--json", ...args],
        env("roomy"),
      );
    const printed = ({ out }: Finished) =>
      JSON.parse(out) as {
        verdict: string;
        reasons: string[];
        room: { free: number; atLeast: number; sideBySide: number };
      };
    const before = await stateOf("roomy");
    const asked = printed(await plan());
    assert.ok(asked.room.free > asked.room.sideBySide, "a superuser's server is asked how much is free");
    assert.ok(asked.room.atLeast > 2000 * 900 && asked.room.sideBySide >= asked.room.atLeast);
    const refused = printed(await plan("--room", "1MB"));
    assert.equal(refused.verdict, "refused");
    assert.match(
      refused.reasons.join(),
      /for public\.wide, the largest, .*; 1\.0 MB are free on the server's disk, as --room says/,
    );
    assert.equal(await stateOf("roomy"), before);
    assert.match((await plan("--room", "much")).err, /It must be a number with MB, GB or TB/);
  });

  it("leaves no old value in the data files, log segments included", async () => {
    await server().createDatabase("files");
    await server().as("files", (s) =>
      s.query(`create table t (id int primary key, mail text);
               insert into t select i, 'needle' || i || '@before.test' from generate_series(1, 3000) i`),
    );
    const file = path.join(work().folder, "files.yaml");
    fs.writeFileSync(
      file,
      "database: x\nallowed_domains: [example.invalid]\ntables: { t: { mask: { mail: email } } }\n",
    );
    const ran = await runCli(["sanitise", "--rules", file, "--confirm", "files"], env("files"));
    assert.equal(ran.code, 0, ran.err);
    const needles = Array.from({ length: 3000 }, (_, i) => `needle${i + 1}@before.test`);
    const found = await grepFiles(server().handle.dataDirectory, needles, /needle\d+@before\.test/g);
    assert.deepEqual([...found.values()].flat(), []);
  });

  it("shows the plan on --dry-run and changes nothing", async () => {
    await makeDatabase(server(), "dry");
    const before = await stateOf("dry");
    const ran = await sanitise("dry", ["--dry-run"]);
    assert.equal(ran.code, 0, ran.err);
    assert.match(
      ran.out,
      /public\.Odd "people": rewrite[\s\S]*E-mail \(character varying\(80\)\) -> email[\s\S]*public\.token: truncate/,
    );
    const json = JSON.parse((await sanitise("dry", ["--dry-run", "--json"])).out) as { verdict: string };
    assert.equal(json.verdict, "planned");
    assert.equal(await stateOf("dry"), before);
  });

  it("takes a table on which row security is forced, as its owner", async () => {
    await makeDatabase(server(), "forced");
    await server().as("forced", async (s) => {
      await s.query("create role forced_owner login password 'forced-pw'");
      await s.query(`alter database forced owner to forced_owner; alter table orders owner to forced_owner; alter table token owner to forced_owner;
        alter table "Odd ""people""" owner to forced_owner; alter view contacts owner to forced_owner;
        alter table orders enable row level security; alter table orders force row level security`);
    });
    const login = { user: "forced_owner", password: "forced-pw" };
    const more = { DATABASE_URL: urlOf(server(), "forced", login) };
    const planned = await sanitise("forced", ["--dry-run"], more);
    assert.equal(planned.code, 0, planned.err);
    const ran = await sanitise("forced", [], more);
    assert.equal(ran.code, 0, ran.err);
    const left = await server().as("forced", (s) =>
      s.query<{ n: string; forced: boolean }>(
        `select count(*) filter (where contact like '%real-mail%') as n, bool_and(c.relforcerowsecurity) as forced
           from orders, pg_class c where c.oid = 'orders'::regclass`,
      ),
    );
    assert.deepEqual(left.rows, [{ n: "0", forced: true }]);
  });

  it("killed half-way it is taken up by the same command; other rules are refused meanwhile", async () => {
    await makeDatabase(server(), "killed");
    await server().as("killed", (s) =>
      s.query(
        `insert into orders select i, null, 'late' || i || '@real-mail.example.org', current_date from generate_series(1000, 150000) i`,
      ),
    );
    const running = startCli(["sanitise", "--rules", work().file, "--confirm", "killed"], env("killed"));
    await until(running, /table \d of \d/);
    const shown = execFileSync("ps", ["-eo", "args"], { encoding: "utf8" });
    assert.ok(shown.includes("--confirm killed"));
    assert.ok(!shown.includes(server().adminPassword), "the password stands in an argument");
    running.child.kill("SIGKILL");
    assert.equal((await running.finished).signal, "SIGKILL");
    const file = path.join(work().folder, "others.yaml");
    fs.writeFileSync(file, rules.replace("note: redact", "note: hash"));
    const other = await runCli(["sanitise", "--rules", file, "--confirm", "killed"], env("killed"));
    assert.deepEqual([other.code, /under other rules/.test(other.err)], [1, true], other.err);
    const ran = await sanitise("killed");
    assert.equal(ran.code, 0, ran.err);
    assert.match(ran.out, /Sanitised killed/);
    const left = await server().as("killed", (s) =>
      s.query<{ n: string }>("select count(*) as n from orders where contact like '%real-mail%'"),
    );
    assert.equal(left.rows[0]?.n, "0");
  });

  it("ends with 3 when it fails half-way, says what is left, and goes on when the cause is mended", async () => {
    await makeDatabase(server(), "stuck");
    await server().as("stuck", (s) =>
      s.query(`create table stays (id int primary key, info text);
               insert into stays values (1, 'see ${canaries.address}');
               create type shape as (id int, email text);
               create table typed of shape; insert into typed values (1, 'a@b.org')`),
    );
    const file = path.join(work().folder, "leak.yaml");
    fs.writeFileSync(
      file,
      `${rules.trimEnd()}\n  stays: { keep: [info] }\n  typed: { keep: [id], mask: { email: email } }\n`,
    );
    const ran = await runCli(["sanitise", "--rules", file, "--confirm", "stuck", "--json"], env("stuck"));
    assert.equal(ran.code, 3, ran.err);
    quiet(ran);
    assert.match(
      ran.err,
      /public\.stays\.info[\s\S]*Left behind: 3 of 3 tables that the rules change are masked[\s\S]*treat stuck as production/,
    );
    assert.equal((JSON.parse(ran.out) as { verdict: string }).verdict, "failed");
    const page = /report: (.*)\n/.exec(ran.err)?.[1] ?? "";
    assert.match(fs.readFileSync(page, "utf8"), /stuck is not sanitised/);
  });

  it("writes the passwords of test logins to a file of this user alone", async () => {
    await server().createDatabase("logins");
    await server().as("logins", (s) =>
      s.query(
        "create table account (id int primary key, password text); insert into account values (4, 'old')",
      ),
    );
    const file = path.join(work().folder, "logins.yaml");
    fs.writeFileSync(
      file,
      "database: x\nallowed_domains: [example.invalid]\ntables: { account: { mask: { password: unusable-password } } }\n" +
        "logins: [{ table: account, match: { id: 4 }, password: password }]\n",
    );
    const ran = await runCli(["sanitise", "--rules", file, "--confirm", "logins", "--json"], env("logins"));
    assert.equal(ran.code, 0, ran.err);
    const { logins } = JSON.parse(ran.out) as { logins: string };
    const password = (JSON.parse(fs.readFileSync(logins, "utf8")) as Record<string, string>)["4"] ?? "";
    assert.ok(password.length > 12 && !(ran.out + ran.err).includes(password));
    assert.equal(fs.statSync(logins).mode & 0o777, 0o600);
  });
});

/** Waits until it has said something like this. @throws when it ends before. */
async function until(running: Running, said: RegExp): Promise<void> {
  let ended = false;
  void running.finished.finally(() => (ended = true));
  while (!said.test(running.said())) {
    if (ended) throw new Error(`it ended before it said ${String(said)}:\n${running.said()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
