import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { domainsTable } from "../../postgres/sanitise/rules/domainsTable";

describe("docs/rules.md", () => {
  it("shows the table of transformations as the code has it", () => {
    const text = fs.readFileSync(path.resolve(__dirname, "../../docs/rules.md"), "utf8");
    const [, shown] = /<!-- transformations -->\n([\s\S]*?)<!-- \/transformations -->/.exec(text) ?? [];
    // Prettier aligns the columns; what counts is what stands in them.
    const cells = (table = "") =>
      table
        .trim()
        .split("\n")
        .map((line) => line.split("|").map((cell) => cell.trim().replace(/^-+$/, "---")));
    assert.deepEqual(cells(shown?.trim()), cells(domainsTable()));
  });
});
