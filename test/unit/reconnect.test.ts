import * as assert from "node:assert/strict";
import { throughLostConnections } from "../../pipeline/reconnect";
import { DatabaseError, isLostConnection, safeDatabaseError } from "../../postgres/errors";

describe("work whose connection is lost", () => {
  const lost = () => new DatabaseError("masking failed: Connection terminated unexpectedly (08006)", "08006");
  const lines: string[] = [];
  const log = (line: string) => lines.push(line);
  beforeEach(() => lines.splice(0));

  it("is called again, and says so", async () => {
    let calls = 0;
    const work = () => (++calls < 3 ? Promise.reject(lost()) : Promise.resolve("done"));
    assert.equal(await throughLostConnections(work, { awayMs: 10_000, log }), "done");
    assert.equal(calls, 3);
    assert.match(lines.join("\n"), /Connection terminated.*going on from what is done\n/);
  });

  it("fails at once where nothing may be lost, and after its time elsewhere", async () => {
    let calls = 0;
    const work = () => {
      calls++;
      return Promise.reject(lost());
    };
    await assert.rejects(throughLostConnections(work, { awayMs: 0, log }), /Connection terminated/);
    assert.equal(calls, 1);
    await assert.rejects(throughLostConnections(work, { awayMs: 700, log }), /Connection terminated/);
    assert.equal(calls, 3);
  });

  it("is called once when it fails by itself", async () => {
    let calls = 0;
    const work = () => {
      calls++;
      return Promise.reject(new DatabaseError("a check is violated", "23514"));
    };
    await assert.rejects(throughLostConnections(work, { awayMs: 10_000, log }), /check/);
    assert.equal(calls, 1);
  });

  it("is told from other failures by the code, whoever speaks", () => {
    const of = (error: object) => isLostConnection(safeDatabaseError(error, "masking"));
    assert.ok(of(new Error("Connection terminated unexpectedly")));
    assert.ok(of(new Error("Client has encountered a connection error and is not queryable")));
    assert.ok(of(Object.assign(new Error("read"), { code: "ECONNRESET" })));
    assert.ok(of({ severity: "FATAL", code: "57P01", message: "terminating connection" }));
    assert.ok(!of({ severity: "ERROR", code: "57014", message: "canceling statement" }));
    assert.ok(!of({ severity: "FATAL", code: "28P01", message: "password authentication failed" }));
    assert.ok(isLostConnection(new Error("Connection terminated unexpectedly")));
    assert.ok(!isLostConnection(new Error("a leak was found")));
  });
});
