import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { parse } from "yaml";
import { fullProductionKeys, parseProductionConfig } from "../../components/production/config";

const good = {
  "aws:region": "eu-west-1",
  "prodcopy:declares": "production",
  "prodcopy:platform": "aws",
  "prodcopy:accounts": '["111122223333"]',
  "aws:allowedAccountIds": '["111122223333"]',
  "prodcopy:production": "federation-production",
  "prodcopy:network": "vpc-0a1b2c3d",
  "prodcopy:subnets": '["subnet-0a1b2c3d"]',
  "prodcopy:databaseGroup": "sg-0a1b2c3d4e5f60718",
  "prodcopy:databaseName": "federation",
  "prodcopy:seedBucket": "federation-seeds",
  "prodcopy:importBucket": "federation-imports",
  "prodcopy:owner": "platform-team",
};

function faultsOf(values: Record<string, string>): string {
  try {
    parseProductionConfig(values, "prod");
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

describe("configuration of production's side", () => {
  it("fills in the documented defaults", () => {
    const config = parseProductionConfig(good, "prod");
    assert.equal(config.account, "111122223333");
    assert.equal(config.region, "eu-west-1");
    assert.equal(config.nat, true);
    assert.equal(config.importImage, "");
    assert.deepEqual(config.sshFrom, []);
    assert.equal(config.seedLockDays, 30);
  });

  it("tells every fault together", () => {
    const { "prodcopy:databaseName": _, ...rest } = good;
    const text = faultsOf({
      ...rest,
      "prodcopy:platform": "local",
      "prodcopy:accounts": '["111122223333", "444455556666"]',
      "prodcopy:nat": "false",
      "prodcopy:sshFrom": '["0.0.0.0/0"]',
      "prodcopy:importBucket": "federation-seeds",
      "prodcopy:adopt": '["buckets"]',
      "prodcopy:rules": "rules/sample.yaml",
    });
    assert.match(text, /has 8 faults; nothing was changed/);
    assert.match(text, /prodcopy:databaseName is not set/);
    assert.match(text, /prodcopy:platform is "local"/);
    assert.match(text, /more than one account/);
    assert.match(text, /prodcopy:nat is false and prodcopy:routeTables is empty/);
    assert.match(text, /prodcopy:sshFrom is .*: it is the whole world/);
    assert.match(text, /seedBucket and prodcopy:importBucket are both "federation-seeds"/);
    assert.match(text, /prodcopy:adopt names "buckets": it can name seedBucket, importBucket/);
    assert.match(text, /prodcopy:rules is no key of a stack that declares production's side/);
  });

  it("wants AWS's provider to refuse every other account, too", () => {
    const { "aws:allowedAccountIds": _, ...rest } = good;
    assert.match(faultsOf(rest), /aws:allowedAccountIds is not set: .*Example: \["111122223333"\]/);
    const other = { ...good, "aws:allowedAccountIds": '["444455556666"]' };
    assert.match(
      faultsOf(other),
      /aws:allowedAccountIds is "\[\\"444455556666\\"\]": it must be the account/,
    );
  });

  it("accepts every key's own example, with what it wants beside it", () => {
    for (const [name, key] of Object.entries(fullProductionKeys)) {
      const beside: Record<string, string> =
        name === "prodcopy:nat" ? { "prodcopy:routeTables": '["rtb-0a1b2c3d"]' } : {};
      assert.equal(faultsOf({ ...good, ...beside, [name]: key.example }), "", name);
    }
  });

  it("takes the file of the stack prod as it stands", () => {
    const { config } = parse(fs.readFileSync("Pulumi.prod.yaml", "utf8")) as {
      config: Record<string, unknown>;
    };
    const texts = Object.entries(config).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]);
    assert.equal(faultsOf(Object.fromEntries(texts) as Record<string, string>), "");
  });
});
