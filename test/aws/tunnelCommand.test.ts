import * as assert from "node:assert/strict";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { EC2Client, RunInstancesCommand, StopInstancesCommand } from "@aws-sdk/client-ec2";
import { CreateDBInstanceCommand, RDSClient } from "@aws-sdk/client-rds";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { runTunnel } from "../../scripts/tunnel/run";
import { clientSettings, makeGroup, region, untilStatus, useSandbox } from "../support/sandbox";

const root = path.resolve(__dirname, "../..");
const standIn = path.join(root, "test/sandbox/session-manager-plugin.js");
const password = "pa:ss\\w'ord#1%2F";

interface Ended {
  code: number | null;
  out: string;
  said: string;
}

describe("prodcopy tunnel, on the sandbox of AWS", function () {
  this.timeout(60_000);
  const sandbox = useSandbox();
  let bastion: string;
  let host: string;
  let port: number;

  const usual = () => [
    ...["--region", region, "--account", "123456789012", "--bastion", "role=bastion"],
    ...["--secret", "app/database", "--root-certificate", sandbox().caFile],
  ];

  before("a database that admits the bastion alone", async function () {
    this.timeout(120_000);
    const settings = clientSettings(sandbox());
    const [ec2, rds] = [new EC2Client(settings), new RDSClient(settings)];
    const bastions = await makeGroup(ec2, "bastions", []);
    const databases = await makeGroup(ec2, "databases", [bastions]);
    const run = await ec2.send(
      new RunInstancesCommand({
        ...{ ImageId: "ami-12c6146b", MinCount: 1, MaxCount: 1, SecurityGroupIds: [bastions] },
        TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "role", Value: "bastion" }] }],
      }),
    );
    bastion = run.Instances?.[0]?.InstanceId ?? "";
    await rds.send(
      new CreateDBInstanceCommand({
        ...{ DBInstanceIdentifier: "prod", Engine: "postgres", DBInstanceClass: "db.t4g.micro" },
        ...{ AllocatedStorage: 20, MasterUsername: "boss", MasterUserPassword: password, DBName: "shop" },
        VpcSecurityGroupIds: [databases],
      }),
    );
    const { Endpoint } = await untilStatus(rds, "prod");
    host = Endpoint?.Address ?? "";
    port = Endpoint?.Port ?? 0;
    const secret = {
      engine: "postgres",
      host,
      port,
      username: "boss",
      password,
      dbname: "shop",
    };
    await new SecretsManagerClient(settings).send(
      new CreateSecretCommand({ Name: "app/database", SecretString: JSON.stringify(secret) }),
    );
  });

  function start(args: string[], env: Record<string, string> = {}): ChildProcess {
    return spawn(process.execPath, [path.join(root, "scripts/prodcopy.js"), "tunnel", ...args], {
      env: { ...environment(), ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  function environment(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      AWS_ENDPOINT_URL: sandbox().endpoint,
      AWS_ACCESS_KEY_ID: "runner",
      AWS_SECRET_ACCESS_KEY: "runner",
      PRODCOPY_SESSION_MANAGER_PLUGIN: standIn,
      DATABASE_URL: "postgres://elsewhere/db",
      PGSERVICE: "other",
    };
  }

  async function ended(child: ChildProcess): Promise<Ended> {
    let [out, said] = ["", ""];
    child.stdout?.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    return { code, out, said };
  }

  /** A program that asks the database of its environment, as any other command of this tool would. */
  const ask = [process.execPath, ...["--require", "tsx/cjs", path.join(root, "test/support/askDatabase.ts")]];
  const openSessions = async () =>
    (await sandbox().control<{ sessions: string[] }>("sessions", { target: bastion })).sessions;

  const pluginRuns = () => spawnSync("pgrep", ["-f", `${standIn} AWS_SSM.*${bastion}`]).status === 0;

  it("hands a command the database, checked by its own name, and takes everything away again", async () => {
    const { code, out, said } = await ended(start([...usual(), "--", ...ask]));
    assert.equal(code, 0, said);
    const seen = JSON.parse(out) as { user: string; ssl: boolean; env: Record<string, string> };
    assert.equal(seen.user, "boss");
    assert.ok(seen.ssl);
    const { PGHOST, PGHOSTADDR, PGSSLMODE, PGPASSFILE } = seen.env;
    assert.deepEqual([PGHOST, PGHOSTADDR, PGSSLMODE], [host, "127.0.0.1", "verify-full"]);
    assert.equal(seen.env.DATABASE_URL ?? seen.env.PGSERVICE ?? seen.env.PGPASSWORD, undefined);
    assert.ok(!fs.existsSync(path.dirname(PGPASSFILE ?? "/")));
    assert.ok(![out, said].some((text) => text.includes(password)));
    assert.deepEqual(await openSessions(), []);
  });

  it("ends with the command's own exit code", async () => {
    const { code } = await ended(start([...usual(), "--", "sh", "-c", "exit 7"]));
    assert.equal(code, 7);
  });

  it("prints the environment and stands, until it is told to end", async () => {
    const child = start([...usual(), "--loopback"]);
    const result = ended(child);
    const lines = await new Promise<string>((resolve) => {
      let out = "";
      child.stdout?.on("data", (chunk: Buffer) => {
        out += chunk.toString();
        if (out.includes("PGSSLROOTCERT")) resolve(out);
      });
    });
    assert.match(lines, /export PGHOST='127\.0\.0\.1'\n/);
    assert.match(lines, /export PGSSLMODE='verify-ca'\n/);
    const shell = spawnSync("sh", ["-c", `${lines}\nexec "$@"`, "sh", ...ask], { encoding: "utf8" });
    assert.equal((JSON.parse(shell.stdout) as { user: string }).user, "boss", shell.stderr);
    child.kill("SIGTERM");
    assert.equal((await result).code, 0);
    assert.deepEqual(await openSessions(), []);
  });

  it("leaves no plugin and no password when it is killed with -9", async () => {
    const child = start(usual());
    const folder = await new Promise<string>((resolve) => {
      let out = "";
      child.stdout?.on("data", (chunk: Buffer) => {
        out += chunk.toString();
        const file = /PGPASSFILE='(.*)'/.exec(out)?.[1];
        if (file !== undefined) resolve(path.dirname(file));
      });
    });
    child.kill("SIGKILL");
    while (pluginRuns() || fs.existsSync(folder)) await soon();
    assert.deepEqual(await openSessions(), []);
  });

  it("starts a bastion that is stopped", async () => {
    const ec2 = new EC2Client(clientSettings(sandbox()));
    await ec2.send(new StopInstancesCommand({ InstanceIds: [bastion] }));
    const { code, said } = await ended(start([...usual(), "--", "true"]));
    assert.equal(code, 0, said);
    assert.match(said, new RegExp(`the bastion ${bastion} is stopped; starting it`));
  });

  it("opens another session when the first one is ended under a command", async () => {
    const child = start([...usual(), "--", ...ask, "twice"]);
    const result = ended(child);
    await new Promise<void>((resolve) => child.stdout?.once("data", () => resolve()));
    const [first] = await openSessions();
    await sandbox().control("sessions", { target: bastion, end: true });
    const { code, said } = await result;
    assert.equal(code, 0, said);
    assert.match(said, /was cut/);
    assert.notEqual(first, undefined);
  });

  it("carries the platform's own connections, and lets its process end", async () => {
    const settings = {
      ...{ region, accounts: ["123456789012"], subnetGroup: "copies", runner: "127.0.0.1/32" },
      ...{ applicationGroup: "sg-0a1b2c3d4e5f60718", rootCertificate: sandbox().caFile },
      tunnel: { bastion: { tag: "role", value: "bastion" } },
    };
    const target = { host, port, database: "shop", user: "boss", password };
    const child = spawn(
      process.execPath,
      ["--require", "tsx/cjs", path.join(root, "test/support/reachDatabase.ts")],
      {
        env: { ...environment(), ASKED: JSON.stringify({ settings, target }) },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    const { code, out, said } = await ended(child);
    assert.equal(code, 0, said);
    const [one, other] = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { user: string; host: string; port: number });
    assert.equal(one?.user, "boss");
    assert.equal(one?.host, "127.0.0.1");
    assert.deepEqual(one, other);
    while (pluginRuns()) await soon();
    assert.deepEqual(await openSessions(), []);
  });

  for (const [what, change, expected] of [
    [
      "credentials of another account",
      { account: "999999999999" },
      /credentials are of account 123456789012 .*--account names 999999999999.*correct --account/,
    ],
    ["a bastion that is not there", { bastion: "role=nobody" }, /there is no instance the tag role=nobody/],
    ["a secret that is not there", { secret: "nowhere" }, /secretsmanager:GetSecretValue/],
    ["a database that does not admit the bastion", { databasePort: "1" }, /no PostgreSQL server answers/],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const { AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, PRODCOPY_SESSION_MANAGER_PLUGIN } =
        environment();
      const own = {
        AWS_ENDPOINT_URL,
        AWS_ACCESS_KEY_ID,
        AWS_SECRET_ACCESS_KEY,
        PRODCOPY_SESSION_MANAGER_PLUGIN,
      };
      const before = { ...process.env };
      Object.assign(process.env, own);
      try {
        const options = {
          ...{ region, account: "123456789012", bastion: "role=bastion", secret: "app/database" },
          rootCertificate: sandbox().caFile,
          ...change,
        };
        await assert.rejects(runTunnel(["true"], options), expected);
      } finally {
        process.env = before;
      }
      assert.deepEqual(await openSessions(), []);
    });
  }
});

const soon = () => new Promise((resolve) => setTimeout(resolve, 20));
