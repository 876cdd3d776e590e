import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { parse } from "yaml";
import { awsKeys } from "../../components/awsKeys";
import { parseConfig } from "../../components/config";

const good = {
  "aws:region": "eu-west-1",
  "prodcopy:platform": "aws",
  "prodcopy:rules": "rules/sample.yaml",
  "prodcopy:environment": "federation-test",
  "prodcopy:applicationUser": "federation_app",
  "prodcopy:owner": "platform-team",
  "prodcopy:accounts": '["111122223333"]',
  "prodcopy:subnetGroup": "private",
  "prodcopy:runner": "10.0.3.7/32",
  "prodcopy:applicationGroup": "sg-0a1b2c3d4e5f60718",
};

function parsed(values: Record<string, string>) {
  return parseConfig(values, "test", () => true);
}

function faultsOf(values: Record<string, string>): string {
  try {
    parsed(values);
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

describe("configuration of a stack on aws", () => {
  it("gives the platform its settings, with the documented defaults", () => {
    const { aws } = parsed(good);
    assert.equal(aws?.region, "eu-west-1");
    assert.deepEqual(aws.accounts, ["111122223333"]);
    assert.equal(aws.backupDays, 1);
    assert.equal(aws.passwordAs, "reference");
    assert.deepEqual(aws.forbiddenHosts, []);
    assert.equal(aws.tunnel, undefined);
  });

  it("reads lists, numbers and objects as Pulumi hands them over, as JSON", () => {
    const more = {
      "prodcopy:backupDays": "7",
      "prodcopy:tunnel": '{"bastion":{"tag":"Name","value":"bastion"}}',
      "prodcopy:productionCredential": '{"secret":"federation/database","key":"database_uri"}',
    };
    const { aws } = parsed({ ...good, ...more });
    assert.equal(aws?.backupDays, 7);
    assert.deepEqual(aws.tunnel?.bastion, { tag: "Name", value: "bastion" });
    assert.equal(aws.productionCredential?.key, "database_uri");
  });

  it("names what is missing, what is wrong inside an object, and accounts that YAML took for numbers", () => {
    const { "aws:region": _, "prodcopy:subnetGroup": __, ...rest } = good;
    const text = faultsOf({
      ...rest,
      "prodcopy:accounts": "[111122223333]",
      "prodcopy:applicationGroup": "application",
      "prodcopy:backupDays": "40",
      "prodcopy:tunnel": '{"bastion":{"id":"bastion"},"shh":1}',
    });
    assert.match(text, /has 6 faults; nothing was changed/);
    assert.match(text, /aws:region is not set/);
    assert.match(text, /prodcopy:subnetGroup is not set/);
    assert.match(text, /prodcopy:accounts is "\[111122223333\]": 0 is 111122223333: it .*string/);
    assert.match(text, /prodcopy:applicationGroup is "application": it is no security group/);
    assert.match(text, /prodcopy:backupDays is "40": it /);
    assert.match(text, /prodcopy:tunnel is .*: .*shh: no setting/);
  });

  it("refuses keys of aws on a stack on this machine", () => {
    const text = faultsOf({ ...good, "prodcopy:platform": "local" });
    assert.match(text, /prodcopy:runner is a key of the platform "aws", and this stack is on "local"/);
  });

  it("accepts every key's own example", () => {
    for (const [name, key] of Object.entries(awsKeys)) {
      assert.equal(faultsOf({ ...good, [`prodcopy:${name}`]: key.example }), "", name);
    }
  });

  it("takes the file of the stack test as it stands", () => {
    const { config } = parse(fs.readFileSync("Pulumi.test.yaml", "utf8")) as {
      config: Record<string, unknown>;
    };
    const values = Object.entries(config).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]);
    assert.equal(faultsOf(Object.fromEntries(values) as Record<string, string>), "");
  });
});
