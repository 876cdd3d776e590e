import * as fs from "node:fs";
import * as path from "node:path";
import type { Command } from "commander";
import { bringUp } from "../bringUp";
import { demonstration } from "../demonstration";
import { askPulumi, ensureStack, prepareStack, projectFolder, pulumi, type Stack } from "../stack";
import { say } from "../say";
import { freeStackLock } from "../stackLock";

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
      await freeStackLock(stack);
      if (options.yes === true) {
        await askFor(stack);
        await bringUp(stack, "npx prodcopy refresh --yes");
      } else await previewOf(stack);
    });
}

/** The only thing that a refresh changes by itself; the rest is what `up` makes of it. */
async function askFor(stack: Stack): Promise<void> {
  const at = new Date().toISOString();
  await askPulumi(stack, ["config", "set", "prodcopy:refresh", at, "--stack", stack.name]);
}

/** The plan of a refresh. The stack's file is as it was afterwards: a plain `pulumi up` must not carry out what was only looked at. */
async function previewOf(stack: Stack): Promise<void> {
  const file = path.join(projectFolder, `Pulumi.${stack.name}.yaml`);
  const before = fs.readFileSync(file);
  const putBack = () => fs.writeFileSync(file, before);
  // Pulumi gets the interrupt too and ends; this process stays to put the file back.
  const stay = () => undefined;
  process.on("SIGINT", stay);
  let code: number;
  try {
    await askFor(stack);
    code = await pulumi(stack, ["preview"]);
  } finally {
    putBack();
    process.off("SIGINT", stay);
  }
  if (code !== 0) throw new Error(`The preview ended with exit code ${code}; nothing was changed.`);
  say("This was the preview. `npx prodcopy refresh --yes` carries it out.");
}
