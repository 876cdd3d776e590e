import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { NeedsLookError, reportFailure } from "../../scripts/outcome";

const checkout = path.join(__dirname, "..", "..");

/** Runs `prodcopy test` on small files of its own, with the real mocha and reporter. */
describe("test runner", function () {
  this.timeout(120_000);
  let folder: string;
  before(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "prodcopy-runner-"))));
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  const file = (name: string, body: string) => {
    const place = path.join(folder, `${name}.test.ts`);
    fs.writeFileSync(place, `describe("${name}", () => { ${body} });\n`);
    return place;
  };
  const run = (args: string[]) => {
    const result = spawnSync(
      process.execPath,
      [path.join(checkout, "scripts", "bootstrap.js"), "test", ...args],
      {
        encoding: "utf8",
        cwd: checkout,
      },
    );
    const lines = result.stdout.trimEnd().split("\n");
    const closing = lines.filter((line) => /^\d+ passed, \d+ failed, \d+ skipped$/.test(line));
    assert.deepEqual(closing, lines.slice(-1), "one closing line, and it closes");
    return { ...result, closing: closing[0] };
  };
  const skipper = `require(${JSON.stringify(path.join(checkout, "test", "support", "skip"))}).skipBecause`;

  it("counts results of files that ran side by side, and says why a test was skipped", () => {
    const mixed = file(
      "mixed",
      `it("holds", () => {}); it("does not", () => { throw new Error("boom") }); it("cannot", function () { ${skipper}(this, "no psql here") });
       describe("none", () => { before(function () { ${skipper}(this, "no network") }); it("a", () => {}); it("b", () => {}); });`,
    );
    const { status, stdout, closing } = run([mixed, file("plain", 'it("holds too", () => {});')]);
    assert.equal(closing, "2 passed, 1 failed, 3 skipped");
    assert.equal(status, 1);
    assert.match(stdout, /FAILED {3}mixed > does not/);
    for (const skipped of ["mixed > cannot [no psql here]", "mixed > none > b [no network]"]) {
      assert.equal(stdout.split(skipped).length, 3, `${skipped} stands in the results and at the end`);
    }
  });

  it("is green when all passes, and narrows by --grep", () => {
    const both = [
      file("one", 'it("first", () => {}); it("second", () => {});'),
      file("two", 'it("first", () => {});'),
    ];
    const all = run(both);
    assert.deepEqual([all.closing, all.status], ["3 passed, 0 failed, 0 skipped", 0]);
    const some = run([...both, "--grep", "one first"]);
    assert.deepEqual([some.closing, some.status], ["1 passed, 0 failed, 0 skipped", 0]);
  });

  it("fails when no test ran", () => {
    const { closing, status, stderr } = run([file("some", 'it("is", () => {});'), "--grep", "no such title"]);
    assert.deepEqual([closing, status], ["0 passed, 0 failed, 0 skipped", 1]);
    assert.match(stderr, /No test ran/);
  });

  it("counts a file that kills its process, ends it early, or cannot be loaded, and names it", () => {
    for (const [name, body] of Object.entries({
      killed: 'it("dies", () => process.kill(process.pid, "SIGKILL"));',
      ended: 'it("leaves", () => process.exit(0));',
      unloadable: 'require("no-such-module");',
    })) {
      const { closing, status, stderr } = run([file(name, body), file("plain", 'it("holds", () => {});')]);
      assert.deepEqual([closing, status], ["1 passed, 1 failed, 0 skipped", 1], name);
      assert.match(stderr, new RegExp(`No result came from .*${name}\\.test\\.ts`));
    }
  });

  it("counts a single file that ends mocha itself", () => {
    const { closing, status } = run([file("alone", 'it("leaves", () => process.exit(0));')]);
    assert.deepEqual([closing, status], ["0 passed, 1 failed, 0 skipped", 1]);
  });
});

describe("exit codes", () => {
  it("tell a refusal from what needs a look", () => {
    const written: string[] = [];
    const write = process.stderr.write.bind(process.stderr);
    process.stderr.write = (text: string | Uint8Array) => written.push(text.toString()) > 0;
    try {
      assert.equal(reportFailure(new Error("refused"), {}), 1);
      assert.equal(reportFailure(new NeedsLookError("half done"), {}), 3);
      assert.equal(reportFailure(new Error("with its origin"), { PRODCOPY_DEBUG: "1" }), 1);
    } finally {
      process.stderr.write = write;
    }
    assert.deepEqual(written.slice(0, 2), ["refused\n", "half done\n"]);
    assert.match(written[2] ?? "", /^Error: with its origin\n {4}at /);
  });

  it("are 2 for a mistyped command, an unknown option and a file that is not there", () => {
    for (const args of [["no-such-command"], ["env", "--no-such-option"], ["test", "no/such.test.ts"], []]) {
      const { status, stderr, stdout } = spawnSync(
        process.execPath,
        [path.join(checkout, "scripts", "bootstrap.js"), ...args],
        { encoding: "utf8" },
      );
      assert.equal(status, 2, args.join(" "));
      assert.equal(stdout, "");
      assert.doesNotMatch(stderr, /\n {4}at /);
    }
  });
});
