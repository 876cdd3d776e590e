import { relative } from "node:path";
import Mocha from "mocha";
import { closingLine, type Tally } from "../../scripts/tests";

/**
 * Plain results, file by file; then every failure in full, and every skipped test with its reason. Keeps to the events
 * that mocha's parallel mode passes on, in which a file's events arrive together when the file is through.
 */
class PlainReporter extends Mocha.reporters.Base {
  private file: string | undefined;
  private readonly skipped: string[] = [];
  private readonly counts: Tally = { passed: 0, failed: 0, skipped: 0, ended: false };

  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.on("pass", (test) => this.result(test, "passed", `ok       ${titleOf(test)}${duration(test)}`));
    runner.on("pending", (test) => {
      const title = test.title.endsWith("]") ? titleOf(test) : `${titleOf(test)} [it does not say why]`;
      this.skipped.push(title);
      this.result(test, "skipped", `SKIPPED  ${title}`);
    });
    runner.on("fail", (test) => this.result(test, "failed", `FAILED   ${titleOf(test)}${duration(test)}`));
    runner.once("end", () => this.close());
  }

  private result(test: Mocha.Runnable, kind: "passed" | "failed" | "skipped", line: string): void {
    if (test.file !== this.file) {
      console.log(`\n${test.file ? relative(process.cwd(), test.file) : "outside of every file"}`);
    }
    this.file = test.file;
    this.counts[kind] += 1;
    console.log(`  ${line}`);
    process.send?.({ ...this.counts, file: test.file } satisfies Tally);
  }

  private close(): void {
    if (this.failures.length > 0) {
      console.log("\nFailures:");
      Mocha.reporters.Base.list(this.failures);
    }
    if (this.skipped.length > 0) console.log(`\nNot proven by this run, because skipped:`);
    for (const title of this.skipped) console.log(`  ${title}`);
    this.counts.ended = true;
    if (process.send) process.send(this.counts);
    else console.log(closingLine(this.counts));
  }
}

function titleOf(test: Mocha.Runnable): string {
  return test.titlePath().join(" > ");
}

function duration(test: Mocha.Runnable): string {
  return test.duration === undefined ? "" : ` (${test.duration} ms)`;
}

export = PlainReporter;
