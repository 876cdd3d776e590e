import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { withSession, type Session } from "../../postgres/connection";
import { differenceFromRules, differenceOfDatabases } from "../../postgres/sanitise/draft/difference";
import { readRules } from "../../postgres/sanitise/rules/load";
import { useDrafts } from "../support/drafts";

const checkout = path.resolve(__dirname, "../..");

describe("rules draft, check, explain and diff on the command line", function () {
  this.timeout(120_000);
  const { home, server, made, drafted } = useDrafts();

  it("tells what a release added, and what rules do not know yet", async () => {
    await made("before", "create table person (id int primary key, email text, gone text)");
    await made(
      "after",
      "create table person (id int primary key, email varchar(90), phone text); create table fee (id int primary key, amount int)",
    );
    const [older, newer] = [server().target("before"), server().target("after")];
    const options = { applicationName: "test", readOnly: true };
    const difference = await withSession(newer, options, (now) =>
      withSession(older, options, (was) => differenceOfDatabases(now, was)),
    );
    assert.deepEqual(
      difference.added.map(({ column, action }) => `${column} ${action}`),
      ["public.fee.id keep", "public.fee.amount keep", "public.person.phone mask"],
    );
    assert.deepEqual(difference.removed, ["public.person.gone"]);
    assert.deepEqual(difference.changed, [
      { column: "public.person.email", before: "text", after: "character varying(90)" },
    ]);
    const file = path.join(home().root, "before-rules.yaml");
    fs.writeFileSync(file, (await drafted("before")).yaml);
    const open = await withSession(newer, options, (session: Session) =>
      differenceFromRules(session, readRules(file)),
    );
    assert.deepEqual(
      open.added.map(({ column }) => column),
      ["public.fee.amount", "public.person.phone"],
    );
    assert.deepEqual(open.removed, ["public.person.gone"]);
  });

  async function prodcopy(database: string, ...words: string[]) {
    const { host, port, user, password } = server().target(database);
    const env = {
      ...process.env,
      DATABASE_URL: `postgres://${user}:${password}@${host}:${port}/${database}`,
    };
    const run = promisify(execFile)(
      process.execPath,
      [path.join(checkout, "scripts/prodcopy.js"), ...words],
      { env },
    );
    return run.then(
      (out) => ({ ...out, code: 0 }),
      (error: { code: number; stdout: string; stderr: string }) => error,
    );
  }

  it("drafts, checks, explains and says with its exit code what is open", async () => {
    await made(
      "line",
      "create table person (id int primary key, email text); insert into person values (1, 'Some.Body@x.example')",
    );
    const json = await prodcopy("line", "rules", "draft", "--json");
    assert.equal(json.code, 0, json.stderr);
    const parsed = JSON.parse(json.stdout) as Record<
      string,
      { action: string; with: string; confidence: number; reasons: string[] }
    >;
    assert.equal(parsed["public.person.email"]?.action, "mask");
    assert.equal(parsed["public.person.email"].with, "email");
    assert.ok(parsed["public.person.email"].confidence > 0.9);
    const file = path.join(home().root, "line.yaml");
    const written = await prodcopy("line", "rules", "draft", "--out", file);
    assert.equal(written.code, 0);
    assert.match(written.stderr, /^2 columns: 1 masked, 1 kept, 0 to review/m);
    assert.ok(
      written.stderr.includes(`Written: ${file}. Next:\n  npx prodcopy rules check --rules ${file}\n`),
    );
    assert.match(written.stderr, /sanitise --rules \S+ --confirm line --dry-run\n/);
    const again = await prodcopy("line", "rules", "draft", "--out", file);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /exists and is left as it is/);
    assert.equal((await prodcopy("line", "rules", "check", "--rules", file)).code, 0);
    const explained = await prodcopy("line", "rules", "explain", "person.email", "--rules", file);
    assert.match(
      explained.stdout,
      /mask with email[^]*prodcopy\.email[^]*shape before +Aaaa\.Aaaa@a\.aaaaaaa/,
    );
    const wrong = await prodcopy("line", "rules", "explain", "person.emial", "--rules", file);
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /Did you mean `email`/);
    await server().as("line", (session) => session.query("alter table person add column phone text"));
    const check = await prodcopy("line", "rules", "check", "--rules", file, "--json");
    assert.equal(check.code, 1);
    const faults = (JSON.parse(check.stdout) as { faults: { kind: string; message: string }[] }).faults;
    assert.deepEqual(
      faults.map(({ kind }) => kind),
      ["coverage"],
    );
    assert.match(faults[0]?.message ?? "", /person\.phone/);
    const nowhere = await prodcopy("line", "rules", "draft", "--out", path.join(home().root, "no/line.yaml"));
    assert.deepEqual([nowhere.code, /its folder \(ENOENT\)/.test(nowhere.stderr)], [1, true], nowhere.stderr);
    const schema = await prodcopy("line", "rules", "draft", "--schema", "pulbic");
    assert.equal(schema.code, 1);
    assert.match(schema.stderr, /no tables in a schema pulbic\. Did you mean `public`\?/);
    const all = [json, again, explained, wrong, check].map(({ stdout, stderr }) => stdout + stderr).join();
    assert.doesNotMatch(all, new RegExp(`${server().adminPassword}|Some\\.Body`));
  });
});
