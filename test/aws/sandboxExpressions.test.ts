import * as assert from "node:assert/strict";
import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";
import { ensureSandboxPython } from "../../scripts/sandbox/python";
import { skipBecause } from "../support/skip";

const folder = path.resolve(__dirname, "../sandbox/scheduler");
/** Asks the sandbox's own code, of which this module needs nothing but Python. */
const program = `
import importlib.util, json, sys
from datetime import datetime, timezone
spec = importlib.util.spec_from_file_location("expressions", sys.argv[1] + "/expressions.py")
module = importlib.util.module_from_spec(spec); sys.modules["expressions"] = module; spec.loader.exec_module(module)
answers = []
for expression, zone, after in json.load(sys.stdin):
    try:
        moment = datetime.fromisoformat(after.replace("Z", "+00:00"))
        found = module.parse(expression, zone).after(moment, datetime(2026, 1, 1, tzinfo=timezone.utc))
        answers.append(found and found.strftime("%Y-%m-%dT%H:%MZ"))
    except module.Invalid:
        answers.append("invalid")
print(json.dumps(answers))
`;

describe("the sandbox's schedule expressions", function () {
  let python = "";
  before("the sandbox's Python", async function () {
    this.timeout(300_000);
    try {
      python = await ensureSandboxPython(() => undefined);
    } catch (error) {
      skipBecause(this, `no AWS sandbox here: ${(error as Error).message}`);
    }
  });
  const next = async (...asked: [expression: string, zone: string, after: string][]): Promise<unknown> => {
    const running = promisify(execFile)(python, ["-c", program, folder]);
    running.child.stdin?.end(JSON.stringify(asked));
    return JSON.parse((await running).stdout);
  };
  const from = "2026-11-21T18:00:00Z";

  it("say when they are due next", async () => {
    const expected: [string, string, string | null][] = [
      ["rate(5 minutes)", "UTC", "2026-11-21T18:05Z"],
      ["rate(1 day)", "UTC", "2026-11-22T00:00Z"],
      ["cron(0 3 * * ? *)", "UTC", "2026-11-22T03:00Z"],
      ["cron(0 3 * * ? *)", "Europe/Zurich", "2026-11-22T02:00Z"],
      ["cron(0 3 * * ? *)", "America/New_York", "2026-11-22T08:00Z"],
      ["cron(30 18 ? * MON-FRI *)", "UTC", "2026-11-23T18:30Z"],
      ["cron(0/15 18 * * ? *)", "UTC", "2026-11-21T18:15Z"],
      ["cron(0 10 L * ? *)", "UTC", "2026-11-30T10:00Z"],
      ["cron(0 10 15W * ? *)", "UTC", "2026-12-15T10:00Z"],
      ["cron(0 10 1W AUG ? 2027)", "UTC", "2027-08-02T10:00Z"],
      ["cron(0 10 ? * 6L *)", "UTC", "2026-11-27T10:00Z"],
      ["cron(0 10 ? * TUE#2 *)", "UTC", "2026-12-08T10:00Z"],
      ["cron(0 10 29 2 ? *)", "UTC", "2028-02-29T10:00Z"],
      ["cron(0 10 1 1 ? 2026)", "UTC", null],
      ["at(2026-12-24T18:00:00)", "Europe/Zurich", "2026-12-24T17:00Z"],
      ["at(2026-01-24T18:00:00)", "UTC", null],
    ];
    assert.deepEqual(
      await next(...expected.map(([text, zone]) => [text, zone, from] as [string, string, string])),
      expected.map(([, , moment]) => moment),
    );
  });

  it("leave out an hour that a day lacks, and come once in one that comes twice", async () => {
    const zone = "Europe/Zurich";
    assert.deepEqual(
      await next(
        ["cron(30 2 * * ? *)", zone, "2026-03-28T12:00:00Z"],
        ["cron(30 2 * * ? *)", zone, "2026-10-24T12:00:00Z"],
        ["cron(30 2 * * ? *)", zone, "2026-10-25T00:30:00Z"],
      ),
      ["2026-03-30T00:30Z", "2026-10-25T00:30Z", "2026-10-26T01:30Z"],
    );
  });

  it("refuse what AWS refuses", async () => {
    const wrong = [
      "rate(1 minutes)",
      "rate(5 minute)",
      "rate(0 days)",
      "rate(5 weeks)",
      "cron(0 3 * * *)",
      "cron(0 3 * * * *)",
      "cron(0 3 ? * ? *)",
      "cron(60 3 * * ? *)",
      "cron(0 24 * * ? *)",
      "cron(0 3 32 * ? *)",
      "cron(0 3 ? * MON#6 *)",
      "cron(0 3 ? * NOBODY *)",
      "at(2026-12-24)",
      "every day",
      "",
    ];
    const answers = await next(...wrong.map((text) => [text, "UTC", from] as [string, string, string]));
    assert.deepEqual(
      answers,
      wrong.map(() => "invalid"),
    );
    assert.deepEqual(await next(["rate(5 minutes)", "Europe/Nowhere", from]), ["invalid"]);
  });
});
