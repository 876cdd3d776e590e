import * as assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { endKeeper, startKeeper } from "../../platforms/aws/tunnel/keeper";
import { ssmCarrier } from "../../platforms/aws/tunnel/ssm";
import { Tunnel } from "../../platforms/aws/tunnel/tunnel";
import { withSession, type Session } from "../../postgres/connection";
import { useScratchServer } from "../support/servers";
import { SsmSessions } from "../support/ssmSessions";

const standIn = path.resolve(__dirname, "../sandbox/session-manager-plugin.js");

describe("a tunnel by SSM, with a stand-in for AWS's plugin", () => {
  const server = useScratchServer();
  const ssm = new SsmSessions();
  const lines: string[] = [];
  const opened: Tunnel[] = [];

  before(() => ssm.listen());
  after(() => ssm.close());
  beforeEach(() => {
    lines.splice(0);
    process.env.PRODCOPY_SESSION_MANAGER_PLUGIN = standIn;
  });
  afterEach(async () => {
    for (const tunnel of opened.splice(0)) await tunnel.close();
    delete process.env.PRODCOPY_SESSION_MANAGER_PLUGIN;
    delete process.env.STAND_IN_PLUGIN_VERSION;
  });

  async function open(awake = () => Promise.resolve()): Promise<Tunnel> {
    const bastion = { client: ssm.client, instanceId: "i-0abc", region: "eu-west-1", awake };
    const { host, port } = server().handle;
    const tunnel = await Tunnel.open(ssmCarrier(bastion, { host, port }), {
      log: (line) => lines.push(line),
    });
    opened.push(tunnel);
    return tunnel;
  }

  const answer = async (tunnel: Tunnel) => {
    const target = { ...server().target("postgres"), host: tunnel.host, port: tunnel.port };
    const ask = async (session: Session) => (await session.query<{ n: number }>("select 42 as n")).rows[0]?.n;
    return withSession(target, { applicationName: "test tunnel" }, ask);
  };

  it("says how to install the plugin where it is missing", async () => {
    process.env.PRODCOPY_SESSION_MANAGER_PLUGIN = "/nowhere/session-manager-plugin";
    await assert.rejects(open(), /\/nowhere\/session-manager-plugin was not found\. Install AWS's/);
    assert.equal(ssm.open.size, 0);
  });

  it("refuses a plugin that wants the token as an argument", async () => {
    for (const version of ["1.2.497.0", "1.2.5", "nonsense"]) {
      process.env.STAND_IN_PLUGIN_VERSION = version;
      await assert.rejects(open(), new RegExp(`is version ${version}; one after 1\\.2\\.497\\.0 is needed`));
    }
    assert.equal(ssm.open.size, 0);
  });

  it("starts no session while the bastion cannot be reached", async () => {
    const asleep = () => Promise.reject(new Error("the bastion i-0abc is stopped"));
    await assert.rejects(open(asleep), /is stopped/);
    assert.equal(ssm.open.size, 0);
  });

  it("carries connections, shows the token to nobody, and ends its session when it is closed", async () => {
    const tunnel = await open();
    assert.equal(await answer(tunnel), 42);
    assert.equal(ssm.open.size, 1);
    const listed = spawnSync("ps", ["-eo", "args="], { encoding: "utf8" }).stdout;
    assert.ok(
      listed.includes("session-manager-plugin.js AWS_SSM_START_SESSION_RESPONSE eu-west-1 StartSession"),
    );
    assert.ok(!ssm.tokens.some((token) => listed.includes(token) || lines.join().includes(token)));
    await tunnel.close();
    assert.equal(ssm.open.size, 0);
    assert.ok(!pluginRuns());
  });

  it("starts another session, with another token, when the first one ends", async () => {
    const tunnel = await open();
    const before = ssm.tokens.length;
    spawnSync("pkill", ["-9", "-f", `${standIn} AWS_SSM.*i-0abc`]);
    // A connection that the dying way still takes goes with it; those after the cut wait for the next one.
    while (!lines.some((line) => line.includes("was cut"))) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.equal(await answer(tunnel), 42);
    assert.equal(ssm.tokens.length, before + 1);
    assert.match(lines.join("\n"), /was cut \(session-manager-plugin ended .*\n.*is open again/);
  });

  it("starts another session when SSM has ended the first one", async () => {
    const tunnel = await open();
    ssm.terminate([...ssm.open.keys()][0] ?? "");
    // The first connection finds out.
    await answer(tunnel).catch(() => undefined);
    assert.equal(await answer(tunnel), 42);
  });

  function pluginRuns(): boolean {
    return spawnSync("pgrep", ["-f", `${standIn} AWS_SSM`]).status === 0;
  }
});

describe("what must not outlive a tunnel", () => {
  const made = () => fs.mkdtempSync(path.join(os.tmpdir(), "prodcopy-kept-"));

  it("goes when it is told to, command and folder", async () => {
    const folder = made();
    const kept = startKeeper({ folder, command: [process.execPath, "-e", "setInterval(() => 0, 1000)"] });
    await endKeeper(kept);
    assert.ok(!fs.existsSync(folder));
  });

  it("goes although its command does not heed", async function () {
    const deaf = "process.on('SIGINT', () => 0); console.log('up'); setInterval(() => 0, 1000)";
    const kept = startKeeper({ command: [process.execPath, "-e", deaf] });
    await new Promise((resolve) => kept.stdout.once("data", resolve));
    await endKeeper(kept);
    assert.notEqual(kept.exitCode, null);
  });

  it("goes when the process that made it is killed with -9", async () => {
    const folder = made();
    const mark = `kept-${process.pid}-${Date.now()}`;
    const program = `
      require("tsx/cjs");
      const { startKeeper } = require(${JSON.stringify(path.resolve(__dirname, "../../platforms/aws/tunnel/keeper"))});
      startKeeper({ folder: ${JSON.stringify(folder)}, command: [process.execPath, "-e", "console.log('up'); setInterval(() => 0, 1000)", ${JSON.stringify(mark)}] })
        .stdout.once("data", () => console.log("ready"));`;
    const parent = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
    await new Promise((resolve) => parent.stdout.once("data", resolve));
    const runs = () => spawnSync("pgrep", ["-f", mark]).stdout.toString().trim() !== "";
    assert.ok(runs());
    parent.kill("SIGKILL");
    while (runs() || fs.existsSync(folder)) await new Promise((resolve) => setTimeout(resolve, 20));
  });
});
