import * as fs from "node:fs";
import * as path from "node:path";
import { findGo, type GoTool } from "./go";
import { startProgress, type Log, type Progress } from "./progress";
import { runTool } from "./run";
import { versions } from "./versions";

/** A Go module beside this file that pins what one program is built from. */
interface Recipe {
  module: string;
  package: string;
  tags: string;
}

const stamp = `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${versions.pulumi}`;
const recipes: Recipe[] = [
  {
    module: "pulumi-cli",
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    tags: "osusergo,grpcnotrace",
  },
  {
    module: "pulumi-language-nodejs",
    package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
    tags: "grpcnotrace",
  },
];

/** Programs of the SDK itself, which the engine finds beside its own: each hands over to a module of @pulumi/pulumi. */
const scripts: Record<string, string> = {
  "pulumi-resource-pulumi-nodejs": "@pulumi/pulumi/cmd/dynamic-provider",
  "pulumi-analyzer-policy": "@pulumi/pulumi/cmd/run-policy-pack",
};

/**
 * Builds the Pulumi CLI, its language host for Node.js and the two hand-over scripts into `binFolder`, from the Go module
 * proxy, each module checked against the committed go.sum. Minutes on a small machine. @throws when Go cannot be had.
 */
export async function buildPulumi(
  binFolder: string,
  cache: string,
  env: NodeJS.ProcessEnv,
  log: Log,
): Promise<void> {
  const go = await findGo(env, cache, log);
  fs.mkdirSync(binFolder, { recursive: true });
  for (const recipe of recipes) await build(recipe, binFolder, go, env, log);
  for (const [name, main] of Object.entries(scripts)) writeScript(path.join(binFolder, name), main);
  for (const folder of go.disposable) fs.rmSync(folder, { recursive: true, force: true });
}

async function build(
  recipe: Recipe,
  binFolder: string,
  go: GoTool,
  env: NodeJS.ProcessEnv,
  log: Log,
): Promise<void> {
  const name = path.basename(recipe.package);
  const progress = startProgress(`building ${name} ${versions.pulumi}`, log);
  const flags = ["-mod=readonly", "-modcacherw", `-tags=${recipe.tags}`];
  const options = {
    cwd: path.join(__dirname, recipe.module),
    // Without cgo no C compiler is needed. The user's GOFLAGS and workspace are not meant for this module.
    env: { ...env, ...go.env, GOFLAGS: "", GOWORK: "off", CGO_ENABLED: "0" },
  };
  try {
    const listed = await runTool(go.command, ["list", ...flags, "-deps", recipe.package], {
      ...options,
      onErrorLine: countModules(progress),
    });
    const compile = ["-v", "-trimpath", "-buildvcs=false", `-ldflags=-s -w ${stamp}`];
    await runTool(
      go.command,
      ["build", ...flags, ...compile, "-o", path.join(binFolder, name), recipe.package],
      { ...options, onErrorLine: countPackages(progress, listed.trim().split("\n").length) },
    );
  } finally {
    progress.end();
  }
}

function countModules(progress: Progress): (line: string) => void {
  let modules = 0;
  return (line) => {
    if (line.startsWith("go: downloading")) progress.show(`${++modules} modules fetched`);
  };
}

/** `go build -v` names each package that it compiles; those that were compiled before are not named. */
function countPackages(progress: Progress, total: number): (line: string) => void {
  let packages = 0;
  return () => progress.show(`package ${++packages} of at most ${total}`);
}

function writeScript(file: string, main: string): void {
  const lines = [
    "#!/bin/sh",
    `main=$(node -e "console.log(require.resolve('${main}'))") || exit 1`,
    'exec node "$main" "$@"',
  ];
  fs.writeFileSync(file, `${lines.join("\n")}\n`, { mode: 0o755 });
}
