import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import type { EnvironmentSettings } from "../../platforms/platform";
import { demonstration } from "../../scripts/demonstration";
import type { Engine, RunResult } from "./engine";

/** A run that failed and says all of this: what was refused, the value, why, what to do. */
export function assertRefused({ code, text }: RunResult, ...says: RegExp[]): void {
  assert.notEqual(code, 0, `the run went through:\n${text}`);
  for (const pattern of says) assert.match(text, pattern);
  assert.doesNotMatch(text, /\bat \S+ \(\S+:\d+:\d+\)|TypeError|ReferenceError/, "a stack of our own code");
}

/** Test still stands where it stood, whoever holds it, and is healthy there. */
export async function assertTestStays(engine: Engine, settings: EnvironmentSettings): Promise<void> {
  const environment = await engine.platform.readEnvironment(demonstration.environment);
  assert.deepEqual(environment.settings, settings);
  assert.equal(environment.health, "Ok");
}

/** A file of the test's own project with another text, for as long as `use` takes. */
export async function withEdit<T>(
  engine: Engine,
  name: string,
  change: (text: string) => string,
  use: () => Promise<T>,
): Promise<T> {
  const file = path.join(engine.project, name);
  return withFile(file, change(fs.readFileSync(file, "utf8")), use);
}

/** A file with other contents, or without it (undefined), for as long as `use` takes. */
export async function withFile<T>(
  file: string,
  contents: string | Buffer | undefined,
  use: () => Promise<T>,
): Promise<T> {
  const earlier = fs.existsSync(file) ? fs.readFileSync(file) : undefined;
  const write = (text: string | Buffer | undefined) =>
    text === undefined ? fs.rmSync(file) : fs.writeFileSync(file, text);
  write(contents);
  try {
    return await use();
  } finally {
    write(earlier);
  }
}
