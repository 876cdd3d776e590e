import assert from "node:assert/strict";
import * as path from "node:path";
import { withSession } from "../../postgres/connection";
import { fileEvidence, rememberFiles } from "../../postgres/sanitise/evidence";
import type { SanitiseResult } from "../../postgres/sanitise/result";
import type { TableWork } from "../../postgres/sanitise/work";
import { clearLogResidue } from "../../postgres/standalone/logResidue";
import { asCopy } from "../support/copies";
import { grepFiles, sanitiseWith, withFunctions } from "../support/sanitise";
import { useScratchServer } from "../support/servers";

/** What can be shown of a server whose files nobody can look into. */
describe("sanitiser: evidence over SQL", function () {
  this.timeout(90_000);
  const server = useScratchServer();
  const master = { user: "rds_master", password: "master-password" };
  const yaml = (database: string) => `
database: ${database}
allowed_domains: [example.invalid]
tables:
  person: { keep: [body], mask: { email: email } }
  parted: { mask: { email: email } }
  gone: truncate
  shrunk: { keep: [body] }
  kept: { keep: [v] }
`;
  const schema = `
    create table person (id int primary key, email text unique, body text);
    insert into person select i, 'someone' || i || '@real.org', (select string_agg(md5(i::text || j), '') from generate_series(1, 100) j) from generate_series(1, 200) i;
    create table parted (id int primary key, email text) partition by range (id);
    create table parted_1 partition of parted for values from (1) to (100); create table parted_2 partition of parted default;
    insert into parted select i, 'someone' || i || '@real.org' from generate_series(1, 200) i;
    create table gone (id int primary key, email text); insert into gone values (1, 'someone1@real.org');
    create table shrunk (id int primary key, body text, email text);
    insert into shrunk select i, 'b', 'someone' || i || '@real.org' from generate_series(1, 50) i; alter table shrunk drop email;
    create table kept (id int primary key, v text); insert into kept values (1, 'v')`;

  before("a role like RDS's master", () =>
    server().as("postgres", (session) =>
      session.query("create role rds_master login createrole createdb password 'master-password'"),
    ),
  );
  async function made(database: string): Promise<void> {
    await server().as("postgres", (session) => session.query(`create database ${database} owner rds_master`));
    await server().as(database, (session) => session.query(`set role rds_master; ${schema}`));
  }
  /** Sanitises and drops the database: the sanitiser refuses a server that holds another one. */
  async function residueOf(database: string, login?: typeof master): Promise<SanitiseResult["residue"]> {
    const { result } = await sanitiseWith(
      server().target(database, login),
      (session) => asCopy(session, server().handle),
      yaml(database),
    );
    const left = await server().as(database, (session) =>
      session.query("select from pg_extension where extname = 'pgstattuple'"),
    );
    assert.equal(left.rows.length, database === "granted" ? 1 : 0);
    await server().as("postgres", (session) => session.query(`drop database ${database}`));
    return result.residue;
  }
  const evidence = ({ checks }: SanitiseResult["residue"], claim: RegExp) =>
    checks.find((one) => claim.test(one.claim))?.evidence ?? "not proven";

  it("proves new files, no dead rows and new statistics, and that the old files are gone, as a superuser", async () => {
    await made("ours");
    const residue = await residueOf("ours");
    assert.match(
      evidence(residue, /stands in new files/),
      /\d+ files of 4 tables \(of 5;.* none of them among the \d+ of before/,
    );
    assert.match(evidence(residue, /holds a value of a dropped/), /1 tables have dropped columns/);
    assert.match(evidence(residue, /files of before are gone/), /0 bytes/);
    assert.match(
      evidence(residue, /deleted or replaced/),
      /0 dead rows in all pages of 1\d tables and TOAST tables/,
    );
    assert.match(evidence(residue, /statistics of every changed table/), /5 tables analysed/);
  });

  it("says what it could not look at, without a superuser", async () => {
    await made("bare");
    const residue = await residueOf("bare", master);
    assert.match(evidence(residue, /stands in new files/), /of 4 tables/);
    const not = residue.notProven.join("\n");
    assert.match(
      not,
      /files of before are gone from the disk: .* this login may not look into the server's folders/,
    );
    assert.match(
      not,
      /dead row was not counted: pgstattuple is not there for this login\. The server's own estimate is 0/,
    );
  });

  it("counts dead rows of all pages where RDS's grants are there, and leaves the extension that was there", async () => {
    await made("granted");
    await server().as("granted", (session) =>
      session.query("create extension pgstattuple; grant pg_stat_scan_tables to rds_master"),
    );
    assert.match(
      evidence(await residueOf("granted", master), /deleted or replaced/),
      /0 dead rows in all pages/,
    );
  });

  it("fails when a table still stands in its file of before, or has dropped columns that were passed by", async () => {
    await made("broken");
    await server().as("broken", async (session) => {
      const copy = await asCopy(session, server().handle);
      await withFunctions(copy);
      await copy.query("create table prodcopy.journal (stage text, started_at timestamptz)");
      const of = async (table: string) => {
        const { rows } = await copy.query<{ oid: number }>(`select '${table}'::regclass::oid::int as oid`);
        return { schema: "public", table, oid: rows[0]?.oid, strategy: "rewrite" } as TableWork;
      };
      const works = [await of("public.person"), await of("public.parted")];
      await rememberFiles(copy, works);
      await copy.query("alter table public.person alter email type text using upper(email)");
      await assert.rejects(
        fileEvidence(copy, works),
        /still stand in a file of before: public\.public\.parted\./,
      );
      await copy.query("truncate public.parted");
      await assert.rejects(
        fileEvidence(copy, works),
        /dropped columns and were not written anew.*: public\.shrunk\./,
      );
    });
    await server().as("postgres", (session) => session.query("drop database broken"));
  });

  it("writes the log anew with the rights that RDS gives its master", async function () {
    await made("logged");
    const { rows } = await server().as("logged", (session) =>
      session.query<{ v: string }>("select current_setting('server_version_num') as v"),
    );
    if (Number(rows[0]?.v) < 150_000) return;
    const wal = path.join(server().handle.dataDirectory, "pg_wal");
    const found = () => grepFiles(wal, undefined, /someone\d+@real\.org/g);
    assert.ok((await found()).size > 0, "the rows stand in the log");
    const clear = () =>
      withSession(server().target("logged", master), { applicationName: "test" }, async (session) =>
        clearLogResidue(await asCopy(session, server().handle), () => undefined),
      );
    assert.match((await clear()).notProven.join(), /may not write them anew/);
    await server().as("postgres", (session) =>
      session.query("grant pg_monitor, pg_checkpoint to rds_master"),
    );
    const { checks, notProven } = await clear();
    assert.deepEqual([checks.length, notProven], [1, []]);
    assert.deepEqual([...(await found()).keys()], []);
  });
});
