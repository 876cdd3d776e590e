import assert from "node:assert/strict";
import { awsError } from "../../platforms/aws/errors";
import { waitFor, type Look, type Pace } from "../../platforms/aws/wait";

const pace: Pace = { everyMs: 2, sayEveryMs: 60_000, patience: 1 };
const what = "the copy test-3fa9 to be available";

describe("waiting for AWS", () => {
  it("ends with what was found, and says each new state once", async () => {
    const states = ["creating", "creating", "backing-up"];
    const lines: string[] = [];
    const found = await waitFor(
      what,
      1,
      pace,
      (line) => lines.push(line),
      () => {
        const state = states.shift();
        return Promise.resolve(state === undefined ? { done: 42 } : { state });
      },
    );
    assert.equal(found, 42);
    assert.deepEqual(
      lines.map((line) => line.replace(/, \d+ s so far/, "")),
      [`waiting for ${what}: creating`, `waiting for ${what}: backing-up`],
    );
  });

  it("fails after its limit, with the last state and what to do", () =>
    assert.rejects(
      waitFor(
        what,
        1,
        { ...pace, patience: 0 },
        () => undefined,
        () => Promise.resolve({ state: "modifying" }),
      ),
      /Waited 0 minutes for the copy test-3fa9 to be available; it is "modifying".*run `pulumi up` again/,
    ));

  it("fails at once on what does not lead there", async () => {
    let looks = 0;
    const look = () => {
      looks += 1;
      return Promise.reject(new Error("it failed for good"));
    };
    await assert.rejects(
      waitFor(what, 1, pace, () => undefined, look),
      /failed for good/,
    );
    assert.equal(looks, 1);
  });

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
