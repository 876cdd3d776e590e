import * as assert from "node:assert/strict";
import { execFile } from "node:child_process";
import * as fs from "node:fs/promises";
import { promisify } from "node:util";
import { CreateDBInstanceCommand, RDSClient } from "@aws-sdk/client-rds";
import { startSandbox, type Sandbox } from "../../scripts/sandbox/sandbox";
import { clientSettings, untilStatus } from "../support/sandbox";
import { skipBecause } from "../support/skip";

describe("sandbox: its end", function () {
  this.timeout(120_000);
  const running: Sandbox[] = [];

  const start = async (): Promise<Sandbox> => {
    const sandbox = await startSandbox({ states: { default: 0, accepted: 0 } });
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
    try {
      await start();
    } catch (error) {
      skipBecause(this, `no AWS sandbox here: ${(error as Error).message}`);
    }
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

  it("names what it was not given rightly", async () => {
    const [sandbox] = running;
    assert.ok(sandbox !== undefined);
    await assert.rejects(sandbox.control("states", { modifying: "soon" }), /"modifying" cannot last 'soon'/);
    await assert.rejects(sandbox.control("nonsense"), /knows no 'nonsense'/);
    await assert.rejects(sandbox.control("cut", { id: "absent" }), /no instance 'absent'/);
  });
});
