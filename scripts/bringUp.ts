import { NeedsLookError } from "./outcome";
import { say } from "./say";
import { pulumi, type Stack } from "./stack";
import { freeStackLock } from "./stackLock";

/**
 * `pulumi up` without a question, after a look at who holds the stack. `again` is the command that goes on after a failure.
 * @throws NeedsLookError when it fails.
 */
export async function bringUp(stack: Stack, again: string): Promise<void> {
  await freeStackLock(stack);
  const onInterrupt = () => {
    say(
      "\nThe stage that is at work is finished first; sanitising takes minutes. Ctrl-C once more ends the run at once: that is safe " +
        `too, Test stays where it is, and \`${again}\` goes on.`,
    );
  };
  process.on("SIGINT", onInterrupt);
  try {
    const code = await pulumi(stack, ["up", "--yes"]);
    if (code === 0) return;
    throw new NeedsLookError(
      `\`pulumi up\` ended with exit code ${code}; Test stays where it was. What it refused stands above and in the run's report ` +
        `(\`npx prodcopy report\`); \`npx prodcopy status\` says what stands where. Remove the cause, then \`${again}\`: it goes on ` +
        "or starts over.",
    );
  } finally {
    process.off("SIGINT", onInterrupt);
  }
}
