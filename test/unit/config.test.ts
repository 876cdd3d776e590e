import * as assert from "node:assert/strict";
import { parseConfig } from "../../components/config";
import { configKeys } from "../../components/configKeys";

const good = {
  "prodcopy:platform": "local",
  "prodcopy:rules": "rules/sample.yaml",
  "prodcopy:environment": "test",
  "prodcopy:applicationUser": "federation_app",
  "prodcopy:owner": "platform-team",
};
const everythingExists = () => true;

function faultsOf(
  values: Record<string, string>,
  stack = "local",
  exists: (path: string) => boolean = everythingExists,
): string {
  try {
    parseConfig(values, stack, exists);
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

describe("configuration", () => {
  it("reports every fault together, with key, value, reason and example, and says that nothing changed", () => {
    const text = faultsOf({
      ...good,
      "prodcopy:platform": "gcp",
      "prodcopy:keepFor": "forever",
      "prodcopy:environment": "my-production",
      "prodcopy:snapshots": "latest",
      "prodcopy:safetySnapshot": "yes",
    });
    assert.match(text, /has 5 faults; nothing was changed/);
    assert.match(text, /prodcopy:platform is "gcp": it must be one of: local, aws\. Example: local/);
    assert.match(text, /prodcopy:keepFor is "forever"/);
    assert.match(text, /prodcopy:environment is "my-production": its name says production/);
    assert.match(text, /prodcopy:snapshots is no key of this project\. Known: platform/);
    assert.match(text, /prodcopy:safetySnapshot is "yes": it must be true or false/);
  });

  it("names each key that must be set when the file is empty", () => {
    const text = faultsOf({});
    for (const [name, key] of Object.entries(configKeys)) {
      assert.equal(text.includes(`prodcopy:${name} is not set`), key.default === undefined, name);
    }
  });

  it("refuses production as the environment, whatever it is called", () => {
    assert.match(
      faultsOf({ ...good, "prodcopy:production": "blue", "prodcopy:environment": "blue" }),
      /are both "blue"/,
    );
  });

  it("refuses paths out of the project and files that are not there", () => {
    assert.match(
      faultsOf({ ...good, "prodcopy:rules": "../rules.yaml" }),
      /must be a path inside the project/,
    );
    assert.match(
      faultsOf({ ...good, "prodcopy:rules": "/etc/rules.yaml" }),
      /must be a path inside the project/,
    );
    assert.match(
      faultsOf(good, "local", () => false),
      /there is no such file/,
    );
  });

  it("refuses two kinds of migrations, and lists that are none", () => {
    const both = {
      ...good,
      "prodcopy:migrations": "migrations",
      "prodcopy:migrationCommand": '["./migrate"]',
    };
    assert.match(faultsOf(both), /choose one/);
    assert.match(faultsOf({ ...good, "prodcopy:alsoSet": '["host"]' }), /it must be a list of port, user/);
    assert.match(
      faultsOf({ ...good, "prodcopy:migrationCommand": "./migrate" }),
      /it must be a list of words/,
    );
  });

  it("refuses stack names that cannot name a server", () => {
    for (const stack of ["My-Stack", "a--b", "1st", "a".repeat(41), "-a"]) {
      assert.match(faultsOf(good, stack), /the stack's name is/, stack);
    }
  });

  it("fills in the documented defaults", () => {
    const parsed = parseConfig(good, "local", everythingExists);
    assert.equal(parsed.snapshot, "latest");
    assert.equal(parsed.safetySnapshot, false);
    assert.deepEqual(parsed.alsoSet, []);
    assert.equal(parsed.keepFor, "7d");
    assert.equal(parsed.stack, "local");
  });

  it("accepts every key's own example", () => {
    for (const [name, key] of Object.entries(configKeys)) {
      assert.equal(faultsOf({ ...good, [`prodcopy:${name}`]: key.example }), "", name);
    }
  });
});
