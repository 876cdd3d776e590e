import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { withConfigTable } from "../../scripts/commands/config";

describe("README", () => {
  const text = fs.readFileSync(path.resolve(__dirname, "../../README.md"), "utf8");

  it("holds the table of configuration keys as the code has it (`npx prodcopy config --write`)", () => {
    assert.equal(withConfigTable(text), text);
  });

  it("links to files that exist", () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map((match) => match[1]!);
    assert.ok(links.length >= 4);
    for (const link of links) assert.ok(fs.existsSync(path.resolve(__dirname, "../..", link)), link);
  });
});
