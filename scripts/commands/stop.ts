import type { Command } from "commander";
import { localHome } from "../../platforms/local/home";
import { stopDemonstration } from "../demonstration";
import { say } from "../say";

export function registerStop(program: Command): void {
  program
    .command("stop")
    .description("stop every server and the Test application on this machine; nothing is removed")
    .addHelpText("after", "\nExample:\n  $ npx prodcopy stop      (npm start brings everything back)")
    .action(async () => {
      const home = localHome();
      await stopDemonstration(home, say);
      say(`Everything is stopped. The data stays in ${home.root}; \`npm start\` brings it back.`);
    });
}
