import type { Command } from "commander";
import { localHome } from "../../platforms/local/home";
import { shellQuoted } from "../shell";
import { assertStack } from "../stack";
import { ensurePulumi, pulumiEnvironment } from "../toolchain/pulumi";

export function registerEnv(program: Command): void {
  program
    .command("env")
    .description("print what `pulumi` needs in the environment to be driven by hand, as lines for eval")
    .option("--stack <name>", "the stack whose passphrase file is named", "local")
    .addHelpText(
      "after",
      '\nExample:\n  $ eval "$(npx prodcopy env)" && pulumi preview --stack local\n' +
        "\nThe passphrase itself is not printed: it stays in a file that only you can read.",
    )
    .action(async (options: { stack: string }) => {
      assertStack(options.stack);
      const toolchain = await ensurePulumi((line) => process.stderr.write(`${line}\n`));
      process.stdout.write(exportLines(pulumiEnvironment(toolchain, options.stack, localHome())));
    });
}

/** One `export` line a variable, for any POSIX shell. */
export function exportLines(variables: Record<string, string>): string {
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}=${shellQuoted(value)}\n`)
    .join("");
}
