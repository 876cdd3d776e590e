import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
  archiveFolder,
  ensureSample,
  resetSample,
  sampleLogins,
  sampleServer,
  sampleStatus,
  stopSample,
  type SampleLoginKey,
} from "../../../platforms/local/sample";
import { features } from "../../support/sampleFeatures";
import {
  allText,
  asSampleLogin,
  ask,
  fingerprintOf,
  killedBuild,
  onSample,
  startTimes,
} from "../../support/sample";
import { useScratchHome } from "../../support/servers";

const members = 120;
const silent = () => undefined;

async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
  const until = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > until) assert.fail(`did not come true within 20 s: ${what}`);
    await delay(50);
  }
}

describe("sample production", function () {
  this.timeout(300_000);
  const home = useScratchHome();
  const killed = useScratchHome();

  before("make the sample", () => ensureSample(home(), { members }, silent));

  it("refuses to become another size", async () => {
    await assert.rejects(ensureSample(home(), { members: members + 1 }, silent), /has 120 members, and 121/);
    assert.equal((await sampleStatus(home())).members, members);
  });

  it("is only looked at the second time", async () => {
    const lines: string[] = [];
    const before = await startTimes(home());
    const status = await ensureSample(home(), { members }, (line) => lines.push(line));
    assert.equal(status.state, "running");
    assert.deepEqual(lines, []);
    assert.deepEqual(await startTimes(home()), before);
  });

  for (const [name, { query, expected }] of Object.entries(features(members))) {
    it(`has ${name}`, async () => {
      assert.equal(await onSample(home(), "production", (session) => ask(session, query)), expected);
    });
  }

  it("lets every login in by its secret, over loopback", async () => {
    for (const key of Object.keys(sampleLogins) as SampleLoginKey[]) {
      const user = await asSampleLogin(home(), key, (session) => ask(session, "select session_user"));
      assert.equal(user, sampleLogins[key].username);
    }
    const known = await asSampleLogin(home(), "legacyImport", (session) => Promise.resolve(session.password));
    assert.equal(known, "letmein");
  });

  it("opens reporting's sessions read-only", async () => {
    await assert.rejects(
      asSampleLogin(home(), "reporting", (session) =>
        session.query("create temp table t as select 1; delete from member"),
      ),
      /read-only|permission/,
    );
  });

  it("names no address at a domain that somebody could own", async () => {
    const found = await onSample(home(), "production", allText);
    const domains = [...found.matchAll(/@([\p{L}\p{N}.-]+\.\p{L}+)/gu)].map(([, domain]) => String(domain));
    assert.ok(domains.length > 1000, `${domains.length} addresses`);
    assert.deepEqual(
      domains.filter((domain) => !/\.(example|test)$/i.test(domain)),
      [],
    );
  });

  it("keeps a dropped column's addresses in the table's file", async () => {
    const { dataDirectory } = await sampleServer(home(), "production");
    const file = await onSample(home(), "production", async (session) => {
      await session.query("checkpoint");
      return ask(session, "select pg_relation_filepath('newsletter_subscriber')");
    });
    assert.match(
      await fs.readFile(path.join(dataDirectory, file), "latin1"),
      /before\.[a-z-]+\d+@post\.example/,
    );
  });

  it("gives the old Test server forty invented members, ahead of production's schema", async () => {
    await asSampleLogin(home(), "testApp", async (session) => {
      assert.equal(await ask(session, "select count(*) from member where kind = 'person'"), "40");
      assert.equal(
        await ask(session, "select count(*) from member where email !~ '@example\\.invalid$'"),
        "0",
      );
      assert.equal(
        await ask(session, "select string_agg(version, ' ' order by version) from schema_migration"),
        "0001_initial 0002_member_title 0003_congress_is_online 0004_payment_paid_at_index",
      );
      // New rows get keys of their own.
      await session.query(
        "begin; insert into chess_title values ('X', 'x'); insert into club (code, name, created_at) values ('X', 'x', now()); rollback",
      );
    });
  });

  it("is made again after a build was killed, with the same rows as any other of its size", async () => {
    for (const line of ["keys and indexes", "the old Test server"]) {
      await killedBuild(killed(), members, line);
      assert.equal((await sampleStatus(killed())).state, "unfinished");
    }
    const lines: string[] = [];
    await ensureSample(killed(), { members }, (line) => lines.push(line));
    assert.match(lines[0] ?? "", /an earlier build did not end/);
    const [one, other] = [await fingerprintOf(killed()), await fingerprintOf(home())];
    // These hold passwords, ports and folders.
    const ofTheBuild = ["verifiers", "settings", "functions", "foreign servers", "subscriptions"];
    for (const part of ofTheBuild) assert.notEqual(one.parts[part], other.parts[part], part);
    const positions = "slots";
    assert.deepEqual(
      without(one.parts, [...ofTheBuild, positions]),
      without(other.parts, [...ofTheBuild, positions]),
    );
  });

  it("is to be made again when a secret is gone", async () => {
    await fs.rm(path.join(killed().secrets, (await fs.readdir(killed().secrets))[0] ?? ""));
    assert.equal((await sampleStatus(killed())).state, "unfinished");
  });

  it("archives its write-ahead log", async () => {
    const segment = await onSample(home(), "production", async (session) => {
      const name = await ask(session, "select pg_walfile_name(pg_current_wal_lsn())");
      await session.query("select pg_switch_wal()");
      return name;
    });
    await eventually("the segment is in the archive", async () =>
      (await fs.readdir(archiveFolder(home()))).includes(segment),
    );
  });

  it("receives the publisher's changes while it runs", async () => {
    await onSample(home(), "publisher", (session) => session.query("update rating_feed set rating = 2999"));
    await eventually("the ratings arrive", async () =>
      onSample(
        home(),
        "production",
        async (session) => (await ask(session, "select min(rating) from rating_feed")) === "2999",
      ),
    );
  });

  it("announces a new entry to the publisher, even when the entry is rolled back", async () => {
    await asSampleLogin(home(), "productionApp", (session) =>
      session.query(`begin;
        insert into congress_entry (congress_id, member_id, fee, entered_at) values (1, 122, 1, now());
        rollback`),
    );
    const player = await onSample(home(), "publisher", (session) =>
      ask(session, "select player from entry_announcement"),
    );
    const entered = await onSample(home(), "production", (session) =>
      ask(session, "select first_name || ' ' || last_name from member where id = 122"),
    );
    assert.equal(player, entered);
  });

  it("is shown by the publisher's log to whoever asks who called", async () => {
    const { dir } = await sampleServer(home(), "publisher");
    const text = await fs.readFile(path.join(dir, "log", "server.log"), "utf8");
    for (const user of ["feed", "reader", "announcer"]) {
      assert.match(text, new RegExp(`host=127.0.0.1 user=${user} db=ratings .*connection authorized`));
    }
    assert.match(text, /app=ratings_feed .*START_REPLICATION SLOT "federation_ratings"/);
  });

  it("stops, and starts again as it was", async () => {
    const before = await fingerprintOf(home());
    await stopSample(home());
    assert.equal((await sampleStatus(home())).state, "stopped");
    await ensureSample(home(), { members }, silent);
    assert.deepEqual(await fingerprintOf(home()), before);
  });

  it("moves its fingerprint, in the part that was changed", async () => {
    const changes: Record<string, string> = {
      "table public.member": "update member set about = 'x' where id = 5",
      "table public.login_event_default": "update login_event_default set outcome = 'x'",
      verifiers: "alter role reporting password 'another'",
      "role settings": "alter role reporting set work_mem = '5MB'",
      sequences: "select nextval('membership_number_seq')",
      subscriptions: "alter subscription ratings_feed disable",
      functions:
        "create or replace function note_ddl() returns event_trigger language plpgsql as 'begin end'",
      databases: "alter database federation connection limit 50",
      "large objects": "select lo_put(700001, 0, 'x')",
    };
    let before = await fingerprintOf(home());
    for (const [part, statement] of Object.entries(changes)) {
      await onSample(home(), "production", (session) => session.query(statement));
      const after = await fingerprintOf(home());
      const moved = Object.keys(after.parts).filter((name) => after.parts[name] !== before.parts[name]);
      assert.deepEqual(moved, [part]);
      assert.notEqual(after.hash, before.hash);
      before = after;
    }
  });

  it("is removed with everything that belongs to it", async () => {
    await resetSample(home());
    assert.equal((await sampleStatus(home())).state, "absent");
    assert.deepEqual(await fs.readdir(home().servers), []);
    assert.deepEqual(await fs.readdir(home().secrets), []);
  });
});

function without(parts: Record<string, string>, names: string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(parts).filter(([name]) => !names.includes(name)));
}
