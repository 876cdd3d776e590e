import * as fs from "node:fs";
import * as path from "node:path";
import type { Command } from "commander";
import { fullAwsKeys } from "../../components/awsKeys";
import { fullProductionKeys } from "../../components/production/config";
import type { ConfigKey } from "../../components/configKey";
import { configKeys } from "../../components/configKeys";
import { projectFolder } from "../stack";
import { say } from "../say";

const begin = "<!-- CONFIG_BEGIN (made by `npx prodcopy config`) -->";
const end = "<!-- CONFIG_END -->";

export function registerConfig(program: Command): void {
  program
    .command("config")
    .description("print the table of configuration keys; --write puts it into the README")
    .option("--write", "replace the table in README.md")
    .addHelpText("after", "\nExample:\n  $ npx prodcopy config --write")
    .action((options: { write?: boolean }) => {
      if (options.write === true) writeConfigTable(path.join(projectFolder, "README.md"));
      else say(configTable());
    });
}

/** The tables of all keys, those of both platforms and those of `aws` alone, from where keys are described. */
export function configTable(): string {
  const common = Object.entries(configKeys).map(([name, key]) => row(name, key));
  const ofAws = Object.entries(fullAwsKeys).map(([name, { key }]) =>
    row(name.replace(/^prodcopy:/, ""), key),
  );
  const side = Object.entries(fullProductionKeys).map(([name, key]) =>
    row(name.replace(/^prodcopy:/, ""), key),
  );
  return [
    ...header,
    ...common,
    "",
    "On the platform `aws` besides:",
    "",
    ...header,
    ...ofAws,
    "",
    "With `declares: production`, besides `aws:region`, `platform`, `accounts`, `production` and `owner`:",
    "",
    ...header,
    ...side,
  ].join("\n");
}

const header = ["| key | meaning | default | example | a change |", "| --- | --- | --- | --- | --- |"];

function row(name: string, key: ConfigKey<unknown>): string {
  const fallback =
    key.default === undefined ? "must be set" : key.default === "" ? "none" : `\`${key.default}\``;
  return `| \`${name}\` | ${key.meaning} | ${fallback} | \`${key.example}\` | ${key.change} |`;
}

/** Puts the table between its marks. @throws when the file has no marks. */
export function writeConfigTable(file: string): void {
  fs.writeFileSync(file, withConfigTable(fs.readFileSync(file, "utf8")));
}

export function withConfigTable(text: string): string {
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) {
    throw new Error(`The marks ${begin} and ${end} are missing, so the table has no place.`);
  }
  return `${text.slice(0, from)}${begin}\n\n${configTable()}\n\n${text.slice(to)}`;
}
