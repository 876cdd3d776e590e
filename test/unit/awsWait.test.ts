import assert from "node:assert/strict";
import { awsError } from "../../platforms/aws/errors";
import { waitFor, type Look } from "../../platforms/aws/wait";

describe("waiting for AWS", () => {
  const pace = { everyMs: 1, sayEveryMs: 60_000, patience: 1 };
  const quiet = () => undefined;
  const failure = (name: string) => awsError({ name, message: "no" }, "rds:DescribeDBInstances", {});
  /** Fails so often with each, then is done. */
  const after = (...names: string[]) => {
    const left = [...names];
    return (): Promise<Look<string>> => {
      const name = left.shift();
      return name === undefined ? Promise.resolve({ done: "there" }) : Promise.reject(failure(name));
    };
  };

  it("goes on while AWS throttles, is away, or has an error of its own", async () => {
    const lines: string[] = [];
    const look = after("Throttling", "TimeoutError", "InternalFailure");
    assert.equal(await waitFor("it", 1, pace, (line) => lines.push(line), look), "there");
    assert.match(lines[0] ?? "", /waiting for it: AWS does not answer \(Throttling\)/);
  });

  it("ends at once with whatever does not pass", async () => {
    for (const name of ["AccessDenied", "ExpiredToken", "DBInstanceNotFoundFault"]) {
      await assert.rejects(waitFor("it", 1, pace, quiet, after(name)), /rds:DescribeDBInstances/);
    }
  });

  it("ends when AWS stays away, with its last words", async () => {
    const away = () => Promise.reject(failure("Throttling"));
    await assert.rejects(
      waitFor("it", 1000, { ...pace, patience: 0.000_05 }, quiet, away),
      /AWS throttled the call/,
    );
  });
});
