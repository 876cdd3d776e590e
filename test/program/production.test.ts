import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { ProductionSide } from "../../components/production/side";
import { parseProductionConfig, type ProductionConfig } from "../../components/production/config";

/**
 * Production's side with Pulumi's mocks: what each declared thing says of itself. Not proven here: that the provider takes it
 * (test/engine/production.test.ts).
 */
interface Declared {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

const given = {
  "aws:region": "eu-west-1",
  "prodcopy:declares": "production",
  "prodcopy:platform": "aws",
  "prodcopy:accounts": '["111122223333"]',
  "aws:allowedAccountIds": '["111122223333"]',
  "prodcopy:production": "federation",
  "prodcopy:network": "vpc-0a1b2c3d",
  "prodcopy:subnets": '["subnet-0a1b2c3d"]',
  "prodcopy:databaseGroup": "sg-0a1b2c3d4e5f60718",
  "prodcopy:databaseName": "federation",
  "prodcopy:secrets": '["federation/app", "federation/old"]',
  "prodcopy:seedBucket": "federation-seeds",
  "prodcopy:importBucket": "federation-imports",
  "prodcopy:owner": "platform-team",
};

describe("production's side, declared", function () {
  this.timeout(60_000);
  let declared: Declared[] = [];

  before(async () => {
    await pulumi.runtime.setMocks(
      {
        newResource: ({ type, name, inputs }) => {
          const known = inputs as Record<string, unknown>;
          declared.push({ type, name, inputs: known });
          return { id: `${name}-id`, state: { ...known, arn: `arn:aws:x:eu-west-1:111122223333:${name}:1` } };
        },
        call: ({ inputs }) => ({
          ...(inputs as object),
          arn: "arn:aws:found",
          address: "db",
          port: 5432,
          resourceId: "db-1",
        }),
      },
      "prodcopy",
      "prod",
    );
  });

  const declare = async (more: Record<string, string> = {}): Promise<Declared[]> => {
    declared = [];
    const config: ProductionConfig = parseProductionConfig({ ...given, ...more }, "prod");
    new ProductionSide("production", config);
    await pulumi.runtime.disconnect();
    return declared;
  };
  const of = (type: RegExp) => declared.filter((one) => type.test(one.type));

  it("keeps both buckets private, encrypted, versioned, TLS only, and locks seeds in governance mode", async () => {
    await declare();
    assert.equal(of(/^aws:s3\/bucket:Bucket$/).length, 2);
    for (const { inputs } of of(/bucketPublicAccessBlock/)) {
      assert.deepEqual(
        [inputs.blockPublicAcls, inputs.blockPublicPolicy, inputs.restrictPublicBuckets],
        [true, true, true],
      );
    }
    assert.equal(of(/bucketPublicAccessBlock/).length, 2);
    assert.equal(of(/bucketServerSideEncryption/).length, 2);
    assert.equal(of(/bucketVersioning/).length, 2);
    for (const { inputs } of of(/bucketPolicy/)) {
      assert.match(String(inputs.policy), /"Effect":"Deny".*"aws:SecureTransport":"false"/);
    }
    const [lock, ...others] = of(/bucketObjectLock/);
    assert.deepEqual(others, []);
    assert.deepEqual(lock?.inputs.rule, { defaultRetention: { mode: "GOVERNANCE", days: 30 } });
  });

  it("opens nothing to the world but HTTPS to AWS's APIs where there is a NAT, and nothing at all with endpoints", async () => {
    await declare();
    const wide = () =>
      of(/securityGroup(In|E)gressRule/).filter(({ inputs }) => inputs.cidrIpv4 !== undefined);
    assert.deepEqual(
      wide().map(({ name, inputs }) => `${name} ${String(inputs.fromPort)}`),
      ["bastion-apis 443", "import-apis 443"],
    );
    await declare({ "prodcopy:nat": "false", "prodcopy:routeTables": '["rtb-0a1b2c3d"]' });
    assert.deepEqual(wide(), []);
    assert.equal(of(/vpcEndpoint/).length, 9);
  });

  it("takes SSH on the bastion only from what is named, and asks instances for their metadata's version 2", async () => {
    await declare();
    assert.deepEqual(
      of(/IngressRule/).filter(({ inputs }) => inputs.fromPort === 22),
      [],
    );
    const [bastion] = of(/ec2\/instance:Instance$/);
    assert.equal((bastion?.inputs.metadataOptions as { httpTokens: string }).httpTokens, "required");
    assert.equal(bastion?.inputs.associatePublicIpAddress, false);
    await declare({ "prodcopy:sshFrom": '["10.8.0.0/16"]' });
    const ssh = of(/IngressRule/).filter(({ inputs }) => inputs.fromPort === 22);
    assert.deepEqual(
      ssh.map(({ inputs }) => inputs.cidrIpv4),
      ["10.8.0.0/16"],
    );
  });

  it("grants no action by a star, and no resource by a star but the registry's token", async () => {
    await declare();
    const statements = of(/iam\/rolePolicy:/).flatMap(
      ({ inputs }) =>
        (JSON.parse(String(inputs.policy)) as { Statement: { Action: string[]; Resource: string[] }[] })
          .Statement,
    );
    assert.ok(statements.length >= 9);
    assert.deepEqual(
      statements.flatMap(({ Action }) => Action).filter((action) => action.includes("*")),
      [],
    );
    const everywhere = statements
      .filter(({ Resource }) => Resource.includes("*"))
      .flatMap(({ Action }) => Action);
    assert.deepEqual(everywhere, ["ecr:GetAuthorizationToken"]);
  });

  it("runs the import as nobody in particular, on a file system that is read only but for /tmp, and without a password", async () => {
    await declare({ "prodcopy:importImage": "2026-01-31" });
    const [task] = of(/taskDefinition/);
    const [container] = JSON.parse(String(task?.inputs.containerDefinitions)) as Record<string, unknown>[];
    assert.equal(container?.user, "10001:10001");
    assert.equal(container?.readonlyRootFilesystem, true);
    assert.match(String(container?.image), /:2026-01-31$/);
    assert.doesNotMatch(JSON.stringify(container), /PGPASSWORD|secret/i);
    const states = of(/schedule:Schedule$|eventRule/).map(
      ({ name, inputs }) => `${name} ${String(inputs.state)}`,
    );
    assert.deepEqual(states.sort(), [
      "import-daily ENABLED",
      "import-failed undefined",
      "import-upload ENABLED",
    ]);
  });

  it("declares secrets without a value, and only reads what it adopts", async () => {
    await declare({ "prodcopy:adopt": '["federation/old", "seedBucket"]' });
    assert.deepEqual(
      of(/secretsmanager/).map(({ type, inputs }) => [type, inputs.name]),
      [["aws:secretsmanager/secret:Secret", "federation/app"]],
    );
    assert.deepEqual(
      of(/^aws:s3\/bucket:Bucket$/).map(({ inputs }) => inputs.bucket),
      ["federation-imports"],
    );
  });
});
