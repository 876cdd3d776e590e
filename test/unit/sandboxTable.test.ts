import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";

const sandbox = path.resolve(__dirname, "../sandbox");
const row = /^\| ([a-z0-9-]+) \| ([A-Za-z0-9, ]+) \| (.+) \| (.+) \|$/;

/** Our own answers to calls, by file: a method `describe_db_instances` answers DescribeDBInstances. */
const answers = {
  "rds/responses.py": "rds",
  "beanstalk/responses.py": "elasticbeanstalk",
  "beanstalk/applications.py": "elasticbeanstalk",
  "ecs/responses.py": "ecs",
};

describe("the sandbox's table of calls", () => {
  const lines = fs.readFileSync(path.join(sandbox, "table.md"), "utf8").split("\n");
  const rows = lines.flatMap((line) => {
    const [, service = "", calls = "", behaviour = "", source = ""] = row.exec(line) ?? [];
    return service === "" || service === "service" ? [] : [{ service, calls, behaviour, source }];
  });

  it("has no row that the sandbox would not read", () => {
    const meant = lines.filter((line) => line.startsWith("| ") && !/^\| (service|---)/.test(line));
    assert.equal(rows.length, meant.length);
  });

  it("names each call once, with what it copies and from where", () => {
    const seen = new Set<string>();
    for (const { service, calls, behaviour, source } of rows) {
      assert.ok(behaviour.trim().length > 0 && /API|guide|unverified/.test(source), calls);
      for (const call of calls.split(",").map((each) => `${service}:${each.trim()}`)) {
        assert.ok(!seen.has(call), `${call} stands there twice`);
        seen.add(call);
      }
    }
  });

  for (const [file, service] of Object.entries(answers)) {
    it(`has every call that the sandbox answers by code of its own in ${file}`, () => {
      const listed = new Set(
        rows
          .filter((each) => each.service === service)
          .flatMap((each) => each.calls.split(",").map((call) => call.trim().toLowerCase())),
      );
      const code = fs.readFileSync(path.join(sandbox, file), "utf8");
      const methods = [...code.matchAll(/^ {4}def ([a-z]\w+)\(self\) -> ActionResult/gm)];
      assert.ok(methods.length > 5);
      for (const [, method = ""] of methods) {
        assert.ok(listed.has(method.replaceAll("_", "")), `${service}: ${method} stands in no row`);
      }
    });
  }
});
