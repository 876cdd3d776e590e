import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { EC2 } from "@aws-sdk/client-ec2";
import { localPlatform } from "../../platforms/local/platform";
import { makeProduction, sandboxProduction } from "../../scripts/sandbox/production";
import { writeStackFile } from "../../scripts/sandbox/stackFile";
import { sandboxAccount } from "../../scripts/sandbox/testSide";
import { awsPlugin } from "../support/awsPlugin";
import { quiet } from "../support/awsProduction";
import { enterSandbox, whatStands } from "../support/awsStack";
import { Engine } from "../support/engine";
import { useSandbox } from "../support/sandbox";
import { skipBecause } from "../support/skip";

const { region } = sandboxProduction;
const stack = "prod";

/**
 * Production's own side, declared by the real engine and made by the real provider for AWS against the sandbox. Not proven here: that
 * AWS's services do with it what their documentation says, and whether the schedule starts the task (test/aws does that).
 */
describe("production's side", function () {
  this.timeout(600_000);
  const sandbox = useSandbox();
  let engine: Engine;
  let stood: Record<string, string[]>;
  let leave: () => void;
  let pathBefore: string | undefined;

  before("production, and a plugin that makes AWS's resources", async function () {
    const plugin = await awsPlugin();
    if (typeof plugin === "string") skipBecause(this, plugin);
    pathBefore = process.env.PATH;
    process.env.PATH = [process.env.PATH, ...plugin.path].join(path.delimiter);
    leave = enterSandbox(sandbox());
    engine = await Engine.of(stack, async ({ project }) => {
      await makeProduction(sandbox(), 0, quiet);
      writeStackFile(path.join(project, `Pulumi.${stack}.yaml`), await settings());
      return { platform: localPlatform(), end: () => Promise.resolve() };
    });
    stood = await account();
  });
  after(async () => {
    await engine?.dispose();
    leave?.();
    if (pathBefore !== undefined) process.env.PATH = pathBefore;
  });

  /** What stands in the account but for the environment, which there is none of here. */
  const account = () => whatStands({ environment: false });

  it("is refused by the provider to credentials of another account, before anything is made", async () => {
    const file = path.join(engine.project, `Pulumi.${stack}.yaml`);
    const right = fs.readFileSync(file, "utf8");
    fs.writeFileSync(file, right.replaceAll(sandboxAccount, "444455556666"));
    const { code, text } = await engine.up();
    fs.writeFileSync(file, right);
    assert.notEqual(code, 0);
    assert.match(text, /not allowed|AllowedAccountIds|allowed_account_ids/i);
    assert.deepEqual(await account(), stood);
  });

  it("comes up: protected, private, with nothing started before an image is named", async () => {
    const { code, text } = await engine.up();
    assert.equal(code, 0, text);
    const state = fs.readFileSync(stateFile(), "utf8");
    const resources = resourcesIn(state);
    assert.ok(resources.length > 55, String(resources.length));
    assert.deepEqual(
      resources
        .filter(({ protect, type }) => protect !== true && type.startsWith("aws:"))
        .map(({ urn }) => urn),
      [],
    );
    const triggers = resources.filter(({ type }) => /scheduler\/schedule|EventRule$/.test(type));
    const states = triggers.map(({ urn, outputs }) => `${urn.split("::").at(-1)} ${String(outputs.state)}`);
    assert.deepEqual(states.sort(), [
      "import-daily DISABLED",
      "import-failed ENABLED",
      "import-upload DISABLED",
    ]);
    const outputs = (await engine.outputs()) as Record<string, unknown>;
    assert.deepEqual(Object.keys(outputs.secrets as object), [
      "federation/new",
      sandboxProduction.masterSecret,
    ]);
  });

  it("has no difference the second time, nor after a refresh", async () => {
    const again = await engine.preview();
    assert.match(again.text, /\d+ unchanged/);
    assert.doesNotMatch(again.text, /to (update|replace|create|delete)/, again.text);
    const refreshed = await engine.refresh();
    assert.equal(refreshed.code, 0, refreshed.text);
    const afterwards = await engine.preview();
    assert.doesNotMatch(afterwards.text, /to (update|replace|create|delete)/, afterwards.text);
  });

  it("is not taken away by destroy while it is protected", async () => {
    const { code, text } = await engine.destroy();
    assert.notEqual(code, 0);
    assert.match(text, /protect/);
    assert.notDeepEqual(await account(), stood);
  });

  it("goes when a person takes the protection off, and leaves what was adopted and production as they were", async () => {
    const unprotected = await engine.run(["state", "unprotect", "--all", "--yes", "--stack", stack]);
    assert.equal(unprotected.code, 0, unprotected.text);
    const { code, text } = await engine.destroy();
    assert.equal(code, 0, text);
    // A secret's name stays for its recovery window of thirty days.
    const left = await account();
    const secrets = (left.secrets ?? []).filter((name) => name !== "federation/new");
    assert.deepEqual({ ...left, secrets }, stood);
  });

  function stateFile(): string {
    const backend = path.join(engine.home.stacks, "pulumi");
    const files = fs.readdirSync(backend, { recursive: true, encoding: "utf8" });
    const found = files.find((name) => name.endsWith(`${stack}.json`) && name.includes("stacks"));
    assert.ok(found);
    return path.join(backend, found);
  }
});

interface Resource {
  urn: string;
  type: string;
  protect?: boolean;
  outputs: Record<string, unknown>;
}

function resourcesIn(state: string): Resource[] {
  const parsed = JSON.parse(state) as { checkpoint: { latest: { resources: Resource[] } } };
  return parsed.checkpoint.latest.resources;
}

/** The stack's file: a private network of production, one secret of its own and one that is there. */
async function settings() {
  const ec2 = new EC2({ region });
  try {
    const { Vpcs } = await ec2.describeVpcs({ Filters: [{ Name: "is-default", Values: ["true"] }] });
    const network = Vpcs?.[0]?.VpcId ?? "";
    const subnet = async (third: number, zone: string) => {
      const asked = {
        VpcId: network,
        CidrBlock: `172.31.${third}.0/24`,
        AvailabilityZone: `${region}${zone}`,
      };
      return (await ec2.createSubnet(asked)).Subnet?.SubnetId ?? "";
    };
    const { SecurityGroups } = await ec2.describeSecurityGroups({
      Filters: [{ Name: "group-name", Values: [sandboxProduction.securityGroup] }],
    });
    return {
      "aws:region": region,
      "aws:s3UsePathStyle": "true",
      "aws:skipMetadataApiCheck": "true",
      "aws:maxRetries": "2",
      "prodcopy:declares": "production",
      "prodcopy:platform": "aws",
      "prodcopy:accounts": [sandboxAccount],
      "aws:allowedAccountIds": [sandboxAccount],
      "prodcopy:production": sandboxProduction.instance,
      "prodcopy:network": network,
      "prodcopy:subnets": [await subnet(200, "a"), await subnet(201, "b")],
      "prodcopy:databaseGroup": SecurityGroups?.[0]?.GroupId ?? "",
      "prodcopy:databaseName": "federation",
      "prodcopy:secrets": ["federation/new", sandboxProduction.masterSecret],
      "prodcopy:adopt": [sandboxProduction.masterSecret],
      "prodcopy:seedBucket": "federation-seeds",
      "prodcopy:importBucket": "federation-imports",
      "prodcopy:alarmEmail": "data@example.org",
      "prodcopy:owner": "platform-team",
    };
  } finally {
    ec2.destroy();
  }
}
