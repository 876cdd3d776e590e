import assert from "node:assert/strict";
import { tunnelOf, type Backend } from "../../scripts/tunnel/stackOutput";

describe("what a stack says of its tunnel", () => {
  const tunnel = { region: "eu-west-1", account: "123456789012", bastion: "role=bastion" };
  const backend = (name: string, outputs: Record<string, unknown> | Error): Backend => ({
    name,
    outputs: () => (outputs instanceof Error ? Promise.reject(outputs) : Promise.resolve(outputs)),
  });
  const failing = (stderr: string) =>
    backend("your own backend", Object.assign(new Error("failed"), { stderr }));

  it("is asked of the person's own backend first, then of this machine's", async () => {
    const kept = backend("this machine", { tunnel: { ...tunnel, region: "eu-west-2" } });
    assert.deepEqual(await tunnelOf("prod", [backend("own", { tunnel }), kept]), tunnel);
    assert.equal(
      (await tunnelOf("prod", [failing("error: no stack named 'prod' found"), kept])).region,
      "eu-west-2",
    );
  });

  it("is refused with the words of each backend and what to do, when none has it", async () => {
    const own = failing("\nerror: PULUMI_ACCESS_TOKEN must be set\n");
    await assert.rejects(
      tunnelOf("prod", [own, backend("this machine", new Error("no stack named 'prod'"))]),
      (error: Error) => {
        assert.match(
          error.message,
          /- your own backend: PULUMI_ACCESS_TOKEN must be set\n- this machine: no stack named 'prod'\n/,
        );
        assert.match(
          error.message,
          /`pulumi login`, or PULUMI_BACKEND_URL.*name bastion and database by options/s,
        );
        return true;
      },
    );
  });

  it("is refused when the stack has none, and when it is not as expected, without showing it", async () => {
    await assert.rejects(
      tunnelOf("prod", [backend("own", {})]),
      /has no output `tunnel`.*Run `pulumi up` on it/,
    );
    for (const [said, expected] of [
      ["[secret]", /is not as expected: all of it/],
      [{ ...tunnel, port: "Pl4nted" }, /is not as expected: port/],
    ] as const) {
      await assert.rejects(tunnelOf("prod", [backend("own", { tunnel: said })]), (error: Error) => {
        assert.match(error.message, expected);
        assert.doesNotMatch(error.message, /Pl4nted/);
        return true;
      });
    }
  });
});
