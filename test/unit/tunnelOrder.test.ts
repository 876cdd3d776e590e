import * as assert from "node:assert/strict";
import { readTunnelOrder, type TunnelOptions, type TunnelOutput } from "../../scripts/tunnel/order";

const whole: TunnelOptions = {
  region: "eu-west-1",
  account: "123456789012",
  bastion: "i-0abc",
  host: "db.example",
  database: "app",
  user: "me",
};

function read(options: TunnelOptions, stack: TunnelOutput = {}) {
  return readTunnelOrder(options, stack, {});
}

function faultsOf(options: TunnelOptions, stack: TunnelOutput = {}): string[] {
  try {
    read(options, stack);
  } catch (error) {
    return (error as Error).message.split("\n").slice(1);
  }
  return [];
}

describe("what a tunnel is asked for", () => {
  it("tells every fault at once", () => {
    const faults = faultsOf({ account: "12", port: "0", databasePort: "x", ssh: true, identity: "/nowhere" });
    const expected = [
      "--region",
      "--account",
      "--bastion",
      "--host ",
      "--host-key",
      "--identity",
      "--port",
      "--database-port",
    ];
    for (const one of expected) assert.ok(faults.join("\n").includes(one), one);
    assert.equal(faults.length, expected.length);
  });

  it("takes what the stack says, and the person's word before it", () => {
    const stack = {
      region: "us-east-1",
      account: "123456789012",
      bastion: "i-1",
      host: "h",
      port: 5433,
      user: "r",
      iam: true,
    };
    const order = read({ bastion: "prodcopy:role=bastion" }, stack);
    assert.equal(order.request.region, "us-east-1");
    assert.deepEqual(order.request.bastion, { tags: { "prodcopy:role": "bastion" } });
    assert.deepEqual(order.request.database, { host: "h", port: 5433 });
    assert.deepEqual(order.login, { by: "iam" });
    assert.deepEqual(read({ secret: "s" }, stack).login, { by: "secret", secret: "s", key: undefined });
  });

  it("needs no host where a secret names it", () => {
    const { host: _, ...options } = whole;
    assert.deepEqual(faultsOf({ ...options, secret: "app/database" }), []);
    assert.match(faultsOf(options).join(), /--host is missing/);
  });

  it("refuses what contradicts itself", () => {
    assert.match(faultsOf({ ...whole, iam: true, secret: "s" }).join(), /--iam and --secret/);
    assert.match(faultsOf({ ...whole, user: undefined, iam: true }).join(), /--user is missing/);
    assert.match(
      faultsOf({ ...whole, hostKey: "SHA256:x" }).join(),
      /--host-key means something with --ssh only/,
    );
  });
});
