import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { configKeys } from "../components/configKeys";
import { localHome } from "../platforms/local/home";
import { localPlatform } from "../platforms/local/platform";
import type { NamedProduction } from "../postgres/standalone/refusals";
import { projectFolder, stackFiles } from "./stack";

/**
 * Every production server that a stack's file of the checkout (`Pulumi.*.yaml`) names, with what the platform knows of it. On
 * `aws` that is the name alone: it is the first part of the server's host name.
 * @throws when a file cannot be read as YAML: what it names could not be ruled out then.
 */
export async function configuredProductions(folder: string = projectFolder): Promise<NamedProduction[]> {
  const found: NamedProduction[] = [];
  for (const { file } of stackFiles(folder)) {
    const config = configOf(path.join(folder, file));
    const name = config["prodcopy:production"] ?? configKeys.production.default;
    if (typeof name !== "string") continue;
    const isLocal = config["prodcopy:platform"] === "local";
    found.push({ name, file, identity: isLocal ? await localIdentity(name) : undefined });
  }
  return found;
}

function configOf(file: string): Record<string, unknown> {
  try {
    const parsed = parse(fs.readFileSync(file, "utf8")) as { config?: Record<string, unknown> } | null;
    return parsed?.config ?? {};
  } catch (error) {
    throw new Error(
      `${file} cannot be read, so which server is production is not known: ${(error as Error).message.split("\n")[0]}`,
    );
  }
}

/** Undefined where there is no such server on this machine: then it cannot be met either. */
async function localIdentity(name: string): Promise<NamedProduction["identity"]> {
  const home = localHome();
  if (!fs.existsSync(path.join(home.servers, name))) return undefined;
  return localPlatform(home).productionIdentity(name);
}
