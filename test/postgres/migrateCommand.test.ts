import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { withSession } from "../../postgres/connection";
import { redactOutput, runMigrationCommand } from "../../postgres/migrateCommand";
import { useScratchServer } from "../support/servers";

const planted = "jane.doe@real.example";

describe("the application's own migration command", () => {
  const server = useScratchServer();
  let folder: string;

  beforeEach(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), "prodcopy-command-"));
  });
  afterEach(() => fs.rm(folder, { recursive: true, force: true }));

  const runNode = (code: string, more: { timeoutMs?: number; log?: (line: string) => void } = {}) =>
    runMigrationCommand({
      command: [process.execPath, "-e", code],
      target: server().target("postgres"),
      outputFolder: folder,
      log: () => undefined,
      ...more,
    });
  const output = () => fs.readFile(path.join(folder, "migrate.log"), "utf8");

  it("gets the copy by PG variables and a passfile, and nothing that leads elsewhere", async () => {
    const poison = {
      DATABASE_URL: "postgres://production",
      RDS_PASSWORD: "x",
      PGPASSWORD: "y",
      PGSERVICE: "z",
    };
    Object.assign(process.env, poison);
    try {
      const [proof] = await runNode(`
        const fs = require("node:fs"), e = process.env;
        const line = fs.readFileSync(e.PGPASSFILE, "utf8");
        console.log(JSON.stringify({ host: e.PGHOST, db: e.PGDATABASE, user: e.PGUSER,
          mode: (fs.statSync(e.PGPASSFILE).mode & 0o777).toString(8), line,
          poison: ${JSON.stringify(Object.keys(poison))}.filter((name) => e[name] !== undefined) }));`);
      assert.match(proof?.evidence ?? "", /exit code 0 after/);
    } finally {
      for (const name of Object.keys(poison)) delete process.env[name];
    }
    const { handle, adminPassword } = server();
    assert.deepEqual(JSON.parse(await output()), {
      host: handle.host,
      db: "postgres",
      user: handle.adminUser,
      mode: "600",
      line: `*:*:*:*:${adminPassword}\n`,
      poison: [],
    });
    assert.deepEqual(await fs.readdir(folder), ["migrate.log"], "the passfile is still there");
    assert.equal((await fs.stat(path.join(folder, "migrate.log"))).mode & 0o777, 0o600);
  });

  it("fails by its exit code, with its last lines and without values", async () => {
    const code = `console.log("step 1"); console.error("ERROR: x\\nDETAIL: Failing row contains (${planted}).");
      console.error("mail ${planted} and " + require("fs").readFileSync(process.env.PGPASSFILE, "utf8").slice(8)); process.exit(3)`;
    await assert.rejects(runNode(code), (error: Error) => {
      assert.match(
        error.message,
        /failed: exit code 3\..*\n {4}step 1\n {4}ERROR: x\n {4}mail \[address\] and/s,
      );
      assert.doesNotMatch(error.message, /jane|scratch-scratch-password/);
      assert.match(error.message, /migrate\.log, readable by you alone/);
      return true;
    });
    assert.match(await output(), /jane/);
  });

  it("fails when it cannot be started, or is ended by a signal", async () => {
    const missing = {
      command: ["/nonexistent/program"],
      target: server().target("postgres"),
      log: () => undefined,
    };
    await assert.rejects(
      runMigrationCommand({ ...missing, outputFolder: folder }),
      /could not be started \(ENOENT\)/,
    );
    await assert.rejects(runNode("process.kill(process.pid, 'SIGKILL')"), /ended by SIGKILL/);
    await assert.rejects(runMigrationCommand({ ...missing, command: [] }), /command is empty/);
  });

  it("fails when it is not done in time, also when it would then say success, and is gone with its children", async () => {
    const mark = `prodcopy-test-${process.pid}-child`;
    const code = `require("child_process").spawn("sleep", ["1234"], { argv0: "${mark}", stdio: "ignore" });
      process.on("SIGTERM", () => process.exit(0)); setTimeout(() => {}, 60000)`;
    await assert.rejects(runNode(code, { timeoutMs: 1500 }), /was not done after 2 s and was ended/);
    const running = execFileSync("ps", ["-eo", "args"], { encoding: "utf8" });
    assert.ok(!running.split("\n").some((line) => line.startsWith(mark)), "its child still runs");
  });

  it("waits for the program of a killed run, which has a session on the copy", async () => {
    const lines: string[] = [];
    let ended = false;
    let started: () => void = () => undefined;
    const running = new Promise<void>((resolve) => (started = resolve));
    const earlier = withSession(
      server().target("postgres"),
      { applicationName: "prodcopy migrate" },
      async (session) => {
        const statement = session.query("select pg_sleep(1)").then(() => (ended = true));
        started();
        await statement;
      },
    );
    await running;
    await runNode("", { log: (line) => lines.push(line) });
    assert.equal(ended, true);
    await earlier;
    assert.match(lines.join(), /waiting for the statement of an earlier, killed run/);
  });

  it("shows no value in what it shows", () => {
    const shown = redactOutput(
      [
        `Key (email)=(${planted}) already exists.`,
        `invalid input: '${planted}'`,
        "call 0412 345 678",
        `STATEMENT: insert ${planted}`,
        "password p:w",
        "Applying members.0007... OK",
      ].join("\n"),
      "p:w",
    );
    assert.equal(
      shown,
      [
        "    Key (email)= (...) already exists.",
        "    invalid input: '...'",
        "    call [number]",
        "    password [redacted]",
        "    Applying members.0007... OK",
      ].join("\n"),
    );
  });
});
