import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/** Runs the real bootstrap in a small checkout whose npm only notes that it was called. Does not prove npm itself. */
describe("bootstrap", () => {
  let checkout: string;
  const file = (...names: string[]) => path.join(checkout, ...names);
  const write = (name: string, text: string, mode = 0o644) => {
    fs.mkdirSync(path.dirname(file(name)), { recursive: true });
    fs.writeFileSync(file(name), text, { mode });
  };
  const packages = {
    "": {},
    "node_modules/tsx": { version: "1.0.0" },
    "node_modules/other": { version: "2.0.0" },
    "node_modules/for-another-system": { version: "1.0.0", optional: true },
  };
  const installed = { "node_modules/tsx": { version: "1.0.0" }, "node_modules/other": { version: "2.0.0" } };
  /** What an `npm ci` that works leaves behind. */
  const makeInstalled = (noted: object = installed) => {
    write("node_modules/tsx/package.json", "{}");
    write("node_modules/tsx/cjs.js", "");
    write("node_modules/other/package.json", "{}");
    write("node_modules/.package-lock.json", JSON.stringify({ packages: noted }));
  };
  const run = () => {
    const result = spawnSync(process.execPath, [file("scripts", "bootstrap.js"), "start", "--members", "3"], {
      encoding: "utf8",
      env: { PATH: `${file("bin")}:/usr/bin:/bin`, SAVED: file("saved") },
    });
    const npm = fs.existsSync(file("npm-args"))
      ? fs.readFileSync(file("npm-args"), "utf8").trim()
      : undefined;
    return { ...result, npm };
  };

  beforeEach(() => {
    checkout = fs.mkdtempSync(path.join(os.tmpdir(), "prodcopy-bootstrap-"));
    fs.mkdirSync(file("scripts"));
    fs.copyFileSync(
      path.join(__dirname, "..", "..", "scripts", "bootstrap.js"),
      file("scripts", "bootstrap.js"),
    );
    write("scripts/cli.ts", "console.log(process.argv.slice(2).join(' '));");
    write("package-lock.json", JSON.stringify({ packages }));
    write(
      "bin/npm",
      '#!/bin/sh\necho "$@" > npm-args\necho noise of npm\n[ -d "$SAVED" ] && cp -R "$SAVED" node_modules\n[ -d "$SAVED" ]\n',
      0o755,
    );
  });
  afterEach(() => fs.rmSync(checkout, { recursive: true, force: true }));

  it("says in one line why nothing was installed, and runs nothing", () => {
    const { status, stdout, stderr } = run();
    assert.equal(status, 1);
    assert.equal(stdout, "");
    assert.match(stderr, /could not be installed: npm ended with code 1\./);
  });

  it("installs in a fresh clone, then runs the command, with npm's noise away from its output", () => {
    makeInstalled();
    fs.renameSync(file("node_modules"), file("saved"));
    const { status, stdout, npm } = run();
    assert.deepEqual([status, stdout], [0, "start --members 3\n"]);
    assert.match(npm ?? "", /^ci --include=dev --include=optional /);
  });

  it("installs nothing when all is there, but for what is optional", () => {
    makeInstalled();
    const { status, stdout, npm } = run();
    assert.deepEqual([status, stdout, npm], [0, "start --members 3\n", undefined]);
  });

  for (const [what, damage] of Object.entries({
    "an install was interrupted": () => fs.rmSync(file("node_modules", ".package-lock.json")),
    "a package's folder is gone": () => fs.rmSync(file("node_modules", "other"), { recursive: true }),
    "the lock file names another version": () =>
      makeInstalled({ ...installed, "node_modules/other": { version: "1.9.9" } }),
    "the lock file names another package": () => makeInstalled({ "node_modules/tsx": { version: "1.0.0" } }),
  })) {
    it(`installs again when ${what}`, () => {
      makeInstalled();
      damage();
      assert.match(run().npm ?? "", /^ci /);
    });
  }
});
