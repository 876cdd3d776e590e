import * as fs from "node:fs";
import type { Command } from "commander";
import { ExitError } from "../outcome";
import { runTests } from "../tests";

export function registerTest(program: Command): void {
  program
    .command("test")
    .description("prepare the toolchain and run the tests; closes with `N passed, N failed, N skipped`")
    .argument("[files...]", "test files; all of them when none is named")
    .option("--grep <pattern>", "only tests whose full title matches this regular expression")
    .addHelpText(
      "after",
      "\nExamples:\n  $ npm test\n  $ npm test -- --grep rotate\n  $ npm test -- test/unit/config.test.ts",
    )
    .action(async (files: string[], options: { grep?: string }, command: Command) => {
      const absent = files.filter((file) => !fs.existsSync(file));
      if (absent.length > 0) command.error(`There is no test file ${absent.join(", ")}.`);
      throw new ExitError(await runTests(files, options));
    });
}
