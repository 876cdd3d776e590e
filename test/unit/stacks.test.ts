import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { assertStack, stackFiles } from "../../scripts/stack";
import { runCli } from "../support/cli";

describe("the stack that a person names", function () {
  this.timeout(60_000);
  let folder: string;
  before(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "prodcopy-stacks-"))));
  after(() => fs.rmSync(folder, { recursive: true }));

  for (const args of [
    ["refresh", "--stack", "locla"],
    ["refresh", "--yes", "--stack", "locla"],
    ["env", "--stack", "locla"],
  ]) {
    it(`is refused by \`${args.join(" ")}\` when nothing describes it, before anything is written`, async () => {
      const home = path.join(folder, "home");
      const before = stackFiles();
      const ran = await runCli(args, { PRODCOPY_HOME: home });
      assert.equal(ran.code, 1, ran.err);
      assert.match(ran.err, /There is no stack "locla": .*Pulumi\.locla\.yaml\. Did you mean `local`\?/);
      assert.match(ran.err, /There are: .*\blocal\b.*Nothing was changed/);
      assert.equal(ran.out, "");
      assert.ok(!fs.existsSync(home), "something was written below PRODCOPY_HOME");
      assert.deepEqual(stackFiles(), before);
    });
  }

  it("is taken when its file has either ending, and says so when there is none at all", () => {
    assert.throws(() => assertStack("dev", folder), /There are: none/);
    fs.writeFileSync(path.join(folder, "Pulumi.dev.yml"), "config: {}\n");
    assertStack("dev", folder);
    assert.throws(() => assertStack("../dev", folder), /There is no stack/);
  });
});
