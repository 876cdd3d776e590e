import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { serverAccount } from "../../platforms/local/account";
import { findPostgres, programsEnvironment, type PostgresPrograms } from "../../platforms/local/programs";
import { embeddedPostgres } from "../../platforms/local/programs-embedded";
import { row, withSession } from "../../postgres/connection";
import { skipBecause } from "../support/skip";

/** Proves that the programs that are found can be run here. Does not prove any other system's folders. */
describe("PostgreSQL programs", function () {
  this.timeout(120_000);
  let root: string;
  const env = () => ({ ...process.env, PRODCOPY_HOME: path.join(root, "home"), PRODCOPY_POSTGRES_BIN: "" });

  beforeEach(async () => {
    root = await fs.mkdtemp(path.join(os.tmpdir(), "prodcopy-programs-"));
    await fs.chmod(root, 0o755);
  });
  afterEach(() => fs.rm(root, { recursive: true, force: true }));

  it("refuses a PRODCOPY_POSTGRES_BIN without server programs, by name", async () => {
    await assert.rejects(findPostgres({ ...env(), PRODCOPY_POSTGRES_BIN: root }), (error: Error) => {
      assert.match(
        error.message,
        /PRODCOPY_POSTGRES_BIN names .*, which cannot be used: .* has no initdb, postgres, pg_ctl/,
      );
      return true;
    });
  });

  it("refuses a named version that is too old, and one without contrib", async () => {
    for (const [version, complaint] of [
      ["14.9", /PostgreSQL 14.9, older than 15/],
      ["99.1", /PostgreSQL 99.1 without the contrib extensions postgres_fdw, dblink/],
    ] as const) {
      const bin = path.join(root, version, "bin");
      await fs.mkdir(bin, { recursive: true });
      for (const name of ["initdb", "postgres", "pg_ctl"]) {
        await fs.writeFile(path.join(bin, name), `#!/bin/sh\necho "${name} (PostgreSQL) ${version}"\n`, {
          mode: 0o755,
        });
      }
      await assert.rejects(findPostgres({ ...env(), PRODCOPY_POSTGRES_BIN: bin }), complaint);
    }
  });

  it("starts a server on what it finds by itself", async () => {
    const lines: string[] = [];
    const programs = await findPostgres(env(), (line) => lines.push(line));
    assert.match(
      lines.at(-1) ?? "",
      new RegExp(`PostgreSQL ${programs.version.replaceAll(".", "\\.")}.* in /`),
    );
    await assertServes(programs, root);
  });

  it("starts a server on the embedded programs, sweeping what a killed copy left", async function () {
    const programsFolder = path.join(root, "home", "programs");
    // No process has this id: it is beyond the greatest that Linux and macOS give.
    const abandoned = path.join(programsFolder, ".unfinished-99999999-00000000");
    await fs.mkdir(abandoned, { recursive: true });
    const account = serverAccount();
    const embedded = await embeddedPostgres(env(), account).catch((error: Error) => {
      if (!error.message.includes("is not installed")) throw error;
      return skipBecause(this, error.message);
    });
    assert.equal((await fs.readdir(programsFolder)).length, 1);
    await assertServes({ ...embedded, source: "embedded", ...(account && { account }) }, root);
  });

  it("says so when the servers' account cannot reach the embedded programs", async function () {
    const account = serverAccount();
    if (account === undefined) return skipBecause(this, "only root's servers run under another account");
    await fs.chmod(root, 0o700);
    await assert.rejects(embeddedPostgres(env(), account), (error: Error) => {
      assert.match(
        error.message,
        new RegExp(`by the account ${account.name}.*PRODCOPY_HOME names another place`),
      );
      return true;
    });
  });
});

/** initdb, start, a query through the socket, stop. */
async function assertServes(programs: PostgresPrograms, root: string): Promise<void> {
  const dir = path.join(root, "server");
  await fs.mkdir(dir, { mode: 0o700 });
  const { account } = programs;
  if (account) await fs.chown(dir, account.uid, account.gid);
  const run = (program: string, args: string[]) => {
    const result = spawnSync(path.join(programs.binFolder, program), args, {
      cwd: "/",
      env: programsEnvironment(programs, { PATH: process.env.PATH, LC_ALL: "C" }),
      // A started server keeps what it inherits, so nothing may wait for the end of a pipe.
      stdio: "ignore",
      ...(account && { uid: account.uid, gid: account.gid }),
    });
    assert.equal(result.status, 0, `${program} ${args.join(" ")}`);
  };
  const data = path.join(dir, "data");
  run("initdb", ["-D", data, "-U", "admin", "-A", "trust", "--no-sync"]);
  run("pg_ctl", ["-D", data, "-w", "-l", path.join(dir, "log"), "-o", `-h '' -k ${dir} -F`, "start"]);
  try {
    const target = { host: dir, port: 5432, database: "postgres", user: "admin", password: "" };
    const version = await withSession(target, { applicationName: "test" }, (session) =>
      row<{ server_version: string }>(session, "ask for the version", "show server_version"),
    );
    assert.ok(version.server_version.startsWith(programs.version), version.server_version);
  } finally {
    run("pg_ctl", ["-D", data, "-w", "-m", "immediate", "stop"]);
  }
}
