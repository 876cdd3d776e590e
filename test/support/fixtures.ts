import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type Mocha from "mocha";
import { skipBecause } from "./skip";

/** Databases and schemas of others, to try things against. They are no part of the project, and nothing needs them to run. */
export type FixtureName = "cda" | "cobalt" | "dataregistry" | "mymove" | "pagila";

const checkout = path.resolve(__dirname, "../..");

/**
 * The folder of the fixtures: `PRODCOPY_FIXTURES`, else `shared/fixtures` beside the checkout (for a worktree of git, beside the
 * checkout that it belongs to). Undefined when there is none.
 * @throws when `PRODCOPY_FIXTURES` names a folder that is not there.
 */
export function fixturesFolder(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = env.PRODCOPY_FIXTURES;
  if (named !== undefined && named !== "") {
    if (!fs.existsSync(named)) throw new Error(`PRODCOPY_FIXTURES names ${named}, which does not exist`);
    return path.resolve(named);
  }
  return [checkout, mainCheckout()]
    .map((one) => path.resolve(one, "../shared/fixtures"))
    .find((folder) => fs.existsSync(folder));
}

/** A file of a fixture by its path below the folder, e.g. `pagila/pagila.sql`; undefined when it is not there. */
export function fixtureFile(relative: `${FixtureName}/${string}`): string | undefined {
  const folder = fixturesFolder();
  const file = folder === undefined ? undefined : path.join(folder, relative);
  return file !== undefined && fs.existsSync(file) ? file : undefined;
}

/** A file of a fixture, or the running test (or suite, from a hook) is skipped and says why. */
export function needFixture(context: Mocha.Context, relative: `${FixtureName}/${string}`): string {
  return (
    fixtureFile(relative) ??
    skipBecause(context, `the fixture ${relative} is not on this machine; PRODCOPY_FIXTURES names its folder`)
  );
}

/** The contents of a plain dump, without psql's own commands (`\restrict`), for a dump that holds no COPY data. */
export function fixtureSql(file: string): string {
  return fs.readFileSync(file, "utf8").replace(/^\\.*$/gm, "");
}

/** Where the worktrees of this repository come from; the checkout itself when that is not known. */
function mainCheckout(): string {
  try {
    const git = execFileSync("git", ["rev-parse", "--path-format=absolute", "--git-common-dir"], {
      cwd: checkout,
      stdio: ["ignore", "pipe", "ignore"],
    });
    return path.dirname(git.toString().trim());
  } catch {
    return checkout;
  }
}
