import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Stack } from "../../scripts/stack";
import { freeStackLock } from "../../scripts/stackLock";

describe("the lock of a stack", () => {
  let root: string;
  let stack: Stack;
  const asked = () =>
    fs.existsSync(path.join(root, "asked")) ? fs.readFileSync(path.join(root, "asked"), "utf8") : "";

  beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), "prodcopy-lock-"));
    const command = path.join(root, "pulumi");
    fs.writeFileSync(command, `#!/bin/sh\necho "$@" >> '${root}/asked'\n`, { mode: 0o755 });
    const toolchain = { command, binFolder: root, version: "3.220.0", source: "PATH" } as const;
    stack = { name: "local", home: undefined as never, toolchain, backend: root, environment: {} };
  });
  afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

  function hold(name: string, holder: object): void {
    const folder = path.join(root, ".pulumi", "locks", "organization", "prodcopy", name);
    fs.mkdirSync(folder, { recursive: true });
    const text = JSON.stringify({
      username: "u",
      timestamp: "2026-01-01T00:00:00Z",
      hostname: os.hostname(),
      ...holder,
    });
    fs.writeFileSync(path.join(folder, "1.json"), text);
  }

  it("is free when nobody holds it, or holds another stack's", async () => {
    await freeStackLock(stack);
    hold("second", { pid: 1 });
    await freeStackLock(stack);
    assert.equal(asked(), "");
  });

  it("is given up for a run that has ended, also when its number is another program's now", async () => {
    hold("local", { pid: 2 ** 30 });
    await freeStackLock(stack);
    assert.equal(asked(), "cancel --yes --stack local\n");
    if (process.platform !== "linux") return;
    hold("local", { pid: process.pid });
    await freeStackLock(stack);
    assert.equal(asked(), "cancel --yes --stack local\n".repeat(2));
  });

  it("stays with a run on another machine, which is named", async () => {
    hold("local", { pid: 2 ** 30, hostname: "elsewhere" });
    await assert.rejects(
      freeStackLock(stack),
      /Another run is at work on the stack local since 2026-01-01.*process 1073741824 on elsewhere.*Nothing was changed/,
    );
    assert.equal(asked(), "");
  });

  it("is left to Pulumi when nobody can read who holds it", async () => {
    hold("local", { pid: "x" });
    await freeStackLock(stack);
    assert.equal(asked(), "");
  });
});
