import * as fs from "node:fs/promises";
import type { Command } from "commander";
import { localHome } from "../../platforms/local/home";
import { localPlatform } from "../../platforms/local/platform";
import { demonstration, stopDemonstration } from "../demonstration";
import { say } from "../say";

export function registerReset(program: Command): void {
  program
    .command("reset")
    .description(
      "remove the demonstration from this machine: copies, sample production, snapshots, reports, state",
    )
    .option("--erase", "really remove; without it the command only says what would go")
    .addHelpText("after", "\nExample:\n  $ npx prodcopy reset --erase")
    .action(async (options: { erase?: boolean }) => reset(options.erase === true));
}

/** What stands in the home folder, and nothing else: a folder that holds anything foreign is refused. */
const ours = [
  "servers",
  "snapshots",
  "copies",
  "environments",
  "secrets",
  "reports",
  "sanitised",
  "stacks",
  "programs",
  "run",
];

async function reset(erase: boolean): Promise<void> {
  const home = localHome();
  const found = await fs.readdir(home.root).catch(() => [] as string[]);
  const foreign = found.filter((name) => !ours.includes(name));
  if (foreign.length > 0) {
    throw new Error(
      `Refused: ${home.root} holds what prodcopy did not make: ${foreign.join(", ")}. Nothing was removed. ` +
        "Is PRODCOPY_HOME right?",
    );
  }
  if (!erase) {
    say(
      `Would stop every server below ${home.root} and remove: ${found.join(", ") || "nothing, it is empty"}.`,
    );
    say("Run it with --erase to do so.");
    return;
  }
  await stopDemonstration(home, say);
  await localPlatform(home).sweep(demonstration.stack, say);
  for (const name of found) await fs.rm(`${home.root}/${name}`, { recursive: true, force: true });
  say(`Removed everything below ${home.root}. \`npm start\` begins anew.`);
}
