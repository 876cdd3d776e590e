import * as assert from "node:assert/strict";
import { execFile } from "node:child_process";
import * as fs from "node:fs/promises";
import { promisify } from "node:util";
import { CreateDBInstanceCommand, RDSClient } from "@aws-sdk/client-rds";
import { NoSandboxPython } from "../../scripts/sandbox/python";
import { startSandbox, type Sandbox } from "../../scripts/sandbox/sandbox";
import { clientSettings, startOrSkip, untilStatus } from "../support/sandbox";

describe("sandbox: its end", function () {
  this.timeout(120_000);
  const running: Sandbox[] = [];
  const quick = { states: { default: 0, accepted: 0 } };

  const start = async (): Promise<Sandbox> => {
    const sandbox = await startSandbox(quick);
    running.push(sandbox);
    return sandbox;
  };
  const withInstance = async (sandbox: Sandbox) => {
    const rds = new RDSClient(clientSettings(sandbox));
    await rds.send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: "prod",
        DBInstanceClass: "db.t4g.micro",
        Engine: "postgres",
        MasterUsername: "boss",
        MasterUserPassword: "password-of-boss",
        AllocatedStorage: 20,
        BackupRetentionPeriod: 0,
      }),
    );
    await untilStatus(rds, "prod");
    rds.destroy();
  };
  /** The processes that name the sandbox's folder in their arguments. */
  const processesOf = async (sandbox: Sandbox) => {
    const { stdout } = await promisify(execFile)("ps", ["-axww", "-o", "pid=,args="]);
    return stdout.split("\n").filter((line) => line.includes(`${sandbox.folder}/`));
  };
  const exists = (file: string) =>
    fs.stat(file).then(
      () => true,
      () => false,
    );

  before("the sandbox can run here", async function () {
    this.timeout(300_000);
    running.push(await startOrSkip(this, quick));
  });

  after("stop what still runs", async () => {
    for (const sandbox of running) await sandbox.stop();
  });

  it("leaves no server and no file when it is stopped", async () => {
    const sandbox = await start();
    await withInstance(sandbox);
    assert.equal((await processesOf(sandbox)).length, 1);
    await sandbox.stop();
    assert.deepEqual(await processesOf(sandbox), []);
    assert.equal(await exists(sandbox.folder), false);
  });

  it("leaves servers when it is killed with -9, which the next one ends, and no other one's", async () => {
    const [other] = running;
    assert.ok(other !== undefined);
    await withInstance(other);
    const killed = await start();
    await withInstance(killed);
    process.kill(killed.pid, "SIGKILL");
    await killed.ended;
    assert.equal((await processesOf(killed)).length, 1);
    await start();
    assert.deepEqual(await processesOf(killed), []);
    assert.equal(await exists(killed.folder), false);
    assert.equal((await processesOf(other)).length, 1, "a sandbox that lives is left alone");
  });

  it("is skipped for want of Python alone", async () => {
    const skipped = { test: this.tests[0], skip: () => assert.fail("skipped") } as unknown as Mocha.Context;
    await assert.rejects(
      startOrSkip(skipped, { env: { ...process.env, PRODCOPY_POSTGRES_BIN: "/nowhere" } }),
      /PRODCOPY_POSTGRES_BIN/,
    );
    await assert.rejects(startSandbox({ env: { ...process.env, PATH: "/nowhere" } }), NoSandboxPython);
  });

  it("names what it was not given rightly", async () => {
    const [sandbox] = running;
    assert.ok(sandbox !== undefined);
    await assert.rejects(sandbox.control("states", { modifying: "soon" }), /"modifying" cannot last 'soon'/);
    await assert.rejects(sandbox.control("states", { modifyng: 1 }), /no state "modifyng": .*modifying/);
    await assert.rejects(sandbox.control("nonsense"), /knows no 'nonsense'/);
    for (const groups of [["sg-0a1b2c3d4e5f60718"], "sg-1"]) {
      await assert.rejects(sandbox.control("callers", { name: "app", groups }), /no such security groups/);
    }
    await assert.rejects(
      sandbox.control("agents", { id: "i-0abc", online: false }),
      /no EC2 instance 'i-0abc'/,
    );
    await assert.rejects(sandbox.control("cut", { id: "absent" }), /no instance 'absent'/);
  });
});
