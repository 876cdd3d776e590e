import * as fs from "node:fs";
import type { Command } from "commander";
import { localHome } from "../../platforms/local/home";
import { newestReport, renderViews, reportPaths } from "../../report/store";
import { say } from "../say";

export function registerReport(program: Command): void {
  program
    .command("report")
    .description("print where the newest run's report stands")
    .option("--json", "print the report itself as JSON")
    .addHelpText("after", "\nExample:\n  $ npx prodcopy report")
    .action((options: { json?: boolean }) => {
      const folder = newestReport(localHome().reports);
      if (folder === undefined) throw new Error("There is no report yet: no run has begun. Run `npm start`.");
      // The page of a run that was killed still says that it runs, until somebody looks again.
      renderViews(folder);
      const { html, json } = reportPaths(folder);
      say(options.json === true ? fs.readFileSync(json, "utf8") : html);
    });
}
