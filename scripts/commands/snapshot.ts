import type { Command } from "commander";
import { localHome } from "../../platforms/local/home";
import { takeAutomaticSnapshot } from "../../platforms/local/snapshot";
import { demonstration } from "../demonstration";
import { say } from "../say";

export function registerSnapshot(program: Command): void {
  program
    .command("snapshot")
    .description("take an automatic snapshot of the sample production, as RDS does every night")
    .addHelpText("after", "\nExample:\n  $ npx prodcopy snapshot && npx prodcopy refresh --yes")
    .action(async () => {
      const taken = await takeAutomaticSnapshot(localHome(), demonstration.source, say);
      say(`${taken.id}, data of ${taken.createdAt}`);
    });
}
