import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { ensureSandboxPython } from "../../scripts/sandbox/python";

describe("the sandbox's Python", () => {
  let folder: string;

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "prodcopy-test-"));
  });

  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  const ensure = (programs: Record<string, string>) => {
    for (const [name, text] of Object.entries(programs)) {
      fs.writeFileSync(path.join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    }
    const env = { PATH: folder, XDG_CACHE_HOME: path.join(folder, "cache") };
    return ensureSandboxPython(() => undefined, env);
  };

  it("says what to install when what is there is too old", async () => {
    const tooOld = { python3: 'echo "Python 3.9.2"' };
    await assert.rejects(ensure(tooOld), /needs Python 3\.10 or later.*says "Python 3\.9\.2".*Install it/s);
  });

  it("says why its packages could not be had, and leaves nothing half done", async () => {
    const script =
      'case "$1" in --version) echo "Python 3.12.1";; *) echo "No module named venv" >&2; exit 1;; esac';
    await assert.rejects(ensure({ python3: script }), /could not be installed.*No module named venv.*PyPI/s);
    const left = fs.readdirSync(path.join(folder, "cache", "prodcopy"));
    assert.deepEqual(left, []);
  });
});
