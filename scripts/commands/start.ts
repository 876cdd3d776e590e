import { InvalidArgumentError, type Command } from "commander";
import { mostMembers } from "../../platforms/local/sample";
import { localPlatform } from "../../platforms/local/platform";
import { bringUp } from "../bringUp";
import { demonstration, startDemonstration } from "../demonstration";
import { askPulumi, ensureStack, prepareStack, type Stack } from "../stack";
import { say } from "../say";

export function registerStart(program: Command): void {
  program
    .command("start")
    .description(
      "run the whole pipeline on this machine: sample production, sanitised copy, Test moved onto it",
    )
    .option(
      "--members <n>",
      `members of the sample federation when it is made (0 to ${mostMembers})`,
      wholeNumber,
    )
    .addHelpText("after", "\nExample:\n  $ npm start\n  $ npm start -- --members 100000")
    .action(async (options: { members?: number }) => start(options.members));
}

async function start(members: number | undefined): Promise<void> {
  const stack = await prepareStack(demonstration.stack, say);
  say(`Pulumi ${stack.toolchain.version} (${stack.toolchain.source})`);
  await startDemonstration(stack.home, members, say);
  await ensureStack(stack);
  await bringUp(stack, "npm start");
  await closingWords(stack);
}

async function closingWords(stack: Stack): Promise<void> {
  const outputs = JSON.parse(
    await askPulumi(stack, ["stack", "output", "--json", "--stack", stack.name]),
  ) as Record<string, string>;
  const environment = await localPlatform(stack.home).readEnvironment(demonstration.environment);
  say("");
  say(`Test application   ${environment.url}`);
  say(`Report             ${outputs.report}`);
  say(`The copy           ${outputs.copyId} on ${outputs.endpoint}, kept until ${outputs.expiresAt}`);
  say("");
  say("What stands where  npx prodcopy status");
  say('By hand            eval "$(npx prodcopy env)" && pulumi preview --stack local');
  say(
    'Undo               eval "$(npx prodcopy env)" && pulumi destroy --stack local   (Test goes back to where it was)',
  );
  say("Stop everything    npx prodcopy stop      Remove everything: npx prodcopy reset --erase");
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > mostMembers) {
    throw new InvalidArgumentError(`It must be a whole number from 0 to ${mostMembers}.`);
  }
  return value;
}
