import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { parseConfig, type ParsedConfig } from "../components/config";
import { projectFolder, assertStack } from "./stack";

/**
 * The configuration of a stack of copies as its file has it, checked as Pulumi's run checks it.
 * @throws when no file describes the stack, when it declares something else than a copy, and every fault of it together
 */
export function stackConfig(stack: string): ParsedConfig {
  assertStack(stack);
  const file = path.join(projectFolder, `Pulumi.${stack}.yaml`);
  const { config = {} } = (parse(fs.readFileSync(file, "utf8")) ?? {}) as {
    config?: Record<string, unknown>;
  };
  const texts = Object.entries(config).map(
    ([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)] as const,
  );
  const values = Object.fromEntries(texts);
  if (values["prodcopy:declares"] === "production") {
    throw new Error(
      `Stack ${stack} declares production's own side: it has no copy. \`pulumi stack output\` shows it.`,
    );
  }
  return parseConfig(values, stack, (file) => fs.existsSync(path.resolve(projectFolder, file)));
}
