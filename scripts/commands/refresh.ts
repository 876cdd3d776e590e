import type { Command } from "commander";
import { demonstration } from "../demonstration";
import { NeedsLookError } from "../outcome";
import { askPulumi, ensureStack, prepareStack, pulumi } from "../stack";
import { say } from "../say";

export function registerRefresh(program: Command): void {
  program
    .command("refresh")
    .description(
      "let the stack take production's newest snapshot: a new copy is proven first, then Test moves",
    )
    .option("--stack <name>", "the stack", demonstration.stack)
    .option("--yes", "run `pulumi up` right away; without it, only its preview")
    .addHelpText("after", "\nExample:\n  $ npx prodcopy snapshot && npx prodcopy refresh --yes")
    .action(async (options: { stack: string; yes?: boolean }) => {
      const stack = await prepareStack(options.stack, say);
      await ensureStack(stack);
      const at = new Date().toISOString();
      await askPulumi(stack, ["config", "set", "prodcopy:refresh", at, "--stack", stack.name]);
      const code = await pulumi(stack, options.yes === true ? ["up", "--yes"] : ["preview"]);
      if (code !== 0 && options.yes !== true) throw new Error(`The preview ended with exit code ${code}.`);
      if (code !== 0) {
        throw new NeedsLookError(
          `\`pulumi up\` ended with exit code ${code}; Test stays where it was. What it refused stands above and in the run's ` +
            "report (`npx prodcopy report`). Mend the cause and run it again: it goes on or starts over.",
        );
      }
      if (options.yes !== true) say("This was the preview. `npx prodcopy refresh --yes` carries it out.");
    });
}
