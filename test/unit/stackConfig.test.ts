import * as assert from "node:assert/strict";
import { stackConfig } from "../../scripts/stackConfig";

describe("a stack's configuration, for commands", () => {
  it("is that of its file, with the platform's settings on aws", () => {
    const config = stackConfig("test");
    assert.equal(config.platform, "aws");
    assert.equal(config.stack, "test");
    assert.deepEqual(config.aws?.accounts, ["111122223333"]);
    assert.equal(stackConfig("local").aws, undefined);
  });

  it("is refused where there is no file, with the nearest name, and where no copy is declared", () => {
    assert.throws(() => stackConfig("tets"), /There is no stack "tets".*test/);
    assert.throws(() => stackConfig("prod"), /declares production's own side: it has no copy/);
  });
});
