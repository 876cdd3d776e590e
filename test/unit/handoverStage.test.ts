import * as assert from "node:assert/strict";
import { handoverStage, type HandoverInputs } from "../../pipeline/handoverStage";

describe("a stage inside the copy that fails", () => {
  const from = {
    stage: "verify",
    copyId: "test-1",
    resourceId: "r1",
    host: "127.0.0.1",
    port: 5,
    database: "app",
    adminUser: "admin",
    adminSecretRef: "test-1/admin",
  };
  const copy = { id: "test-1", ...from };
  const lost = () => Promise.reject(new Error("masking public.member failed: the connection ended"));

  async function failure(troubleOf: (copyId: string) => Promise<string | undefined>): Promise<string> {
    const platform = { describe: () => Promise.resolve(copy), troubleOf };
    const stage = handoverStage("sanitise", lost);
    const run = stage.create({ from } as unknown as HandoverInputs, { platform } as never);
    return run.then(
      () => assert.fail("it went through"),
      (error: Error) => error.message,
    );
  }

  it("says what the platform knows of the server's trouble behind its own words, of this copy", async () => {
    const said = await failure((copyId) => Promise.resolve(`The disk of ${copyId} is full.`));
    assert.equal(said, "masking public.member failed: the connection ended\nThe disk of test-1 is full.");
  });

  it("keeps its own words when nothing is known, or the platform cannot be asked", async () => {
    const own = "masking public.member failed: the connection ended";
    assert.equal(await failure(() => Promise.resolve(undefined)), own);
    assert.equal(await failure(() => Promise.reject(new Error("the platform is away"))), own);
  });
});
