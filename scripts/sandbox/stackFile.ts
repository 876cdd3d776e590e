import * as fs from "node:fs";
import * as path from "node:path";
import { stringify } from "yaml";
import { projectFolder } from "../stack";
import type { SandboxSettings } from "./testSide";

const mark = "# Made by `npx prodcopy sandbox`";

/** Where the file of a stack on the sandbox stands. */
export function stackFile(stack: string, folder: string = projectFolder): string {
  return path.join(folder, `Pulumi.${stack}.yaml`);
}

/** @throws when a file of this name stands there that no sandbox has made. */
export function refuseOthersFile(file: string): void {
  if (!fs.existsSync(file) || fs.readFileSync(file, "utf8").startsWith(mark)) return;
  throw new Error(
    `${file} is there and was not made by a sandbox; it was not changed. Choose another name for --stack, e.g. --stack sandbox.`,
  );
}

/** Writes the file of a stack whose copies are made in this sandbox. @throws when that would overwrite somebody's own file. */
export function writeStackFile(file: string, settings: SandboxSettings): void {
  refuseOthersFile(file);
  fs.writeFileSync(
    file,
    `${mark}; it belongs to that sandbox and is of no use when it has ended.\n${stringify({ config: settings })}`,
  );
}
