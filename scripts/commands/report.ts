import * as fs from "node:fs";
import * as path from "node:path";
import type { Command } from "commander";
import { localHome } from "../../platforms/local/home";
import { reportPaths } from "../../report/store";
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
      const { html, json } = reportPaths(folder);
      say(options.json === true ? fs.readFileSync(json, "utf8") : html);
    });
}

/** The report folder whose page was written last. */
export function newestReport(root: string): string | undefined {
  if (!fs.existsSync(root)) return undefined;
  const written = fs
    .readdirSync(root)
    .map((name) => path.join(root, name))
    .flatMap((folder) => {
      const stat = fs.statSync(reportPaths(folder).html, { throwIfNoEntry: false });
      return stat === undefined ? [] : [{ folder, at: stat.mtimeMs }];
    });
  return written.sort((a, b) => b.at - a.at)[0]?.folder;
}
