import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import type { LocalHome } from "../../platforms/local/home";
import type { PulumiToolchain } from "./pulumi";
import { findOnPath } from "./run";

/** The demonstration's state holds no secret, and its salt is committed: a fixed word keeps the checkout clean. */
const demonstration = { stack: "local", passphrase: "prodcopy-local" };

/**
 * What has to be in the environment for `pulumi` to work on a stack that is kept on this machine: a file backend below
 * the local home, the file of the stack's passphrase, and a PATH on which the CLI finds its own programs and this Node.
 * Makes the backend's folder (0700) and, once a stack, the passphrase file (0600). `PRODCOPY_HOME` is passed on when set.
 */
export function pulumiEnvironment(
  toolchain: PulumiToolchain,
  stack: string,
  home: LocalHome,
  env: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  // Servers run as another account pass through the home: it may be entered, not listed.
  fs.mkdirSync(home.root, { recursive: true, mode: 0o711 });
  const backend = backendFolder(home);
  fs.mkdirSync(backend, { recursive: true, mode: 0o700 });
  fs.chmodSync(home.stacks, 0o700);
  return {
    // Without metadata=skip the backend keeps a side file beside each checkpoint that it empties before it writes it: a run
    // killed in between would leave a stack that no command can load ("failed to load checkpoint: EOF").
    PULUMI_BACKEND_URL: `${pathToFileURL(backend).href}?metadata=skip`,
    PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile(stack, home),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // A language host that does not know the project's `typescript: false` would check all types before each run.
    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
    PATH: searchPath(toolchain, env),
    ...(env.PRODCOPY_HOME && { PRODCOPY_HOME: home.root }),
  };
}

/** Where the state of this machine's stacks stands. */
export function backendFolder(home: LocalHome): string {
  return path.join(home.stacks, "pulumi");
}

/** The CLI's folder first; this Node's folder too, unless `node` already means this Node. */
function searchPath(toolchain: PulumiToolchain, env: NodeJS.ProcessEnv): string {
  const first = [toolchain.binFolder];
  const node = findOnPath("node", env);
  if (node === undefined || fs.realpathSync(node) !== fs.realpathSync(process.execPath)) {
    first.push(path.dirname(process.execPath));
  }
  // npm and npx put folders of theirs in front for the command that they run; the person's shell shall not keep them.
  const isNpms = (folder: string) =>
    env.npm_execpath !== undefined && /\/(node_modules\/\.bin|node-gyp-bin)$/.test(folder);
  const others = (env.PATH ?? "")
    .split(path.delimiter)
    .filter((folder) => !first.includes(folder) && !isNpms(folder));
  return [...first, ...others].join(path.delimiter);
}

/** Where the passphrase of a stack stands that this machine keeps; made with the first command on it. */
export function passphraseFileOf(stack: string, home: LocalHome): string {
  return path.join(home.stacks, `${stack}.passphrase`);
}

function passphraseFile(stack: string, home: LocalHome): string {
  const file = passphraseFileOf(stack, home);
  if (fs.existsSync(file)) return file;
  const word =
    stack === demonstration.stack ? demonstration.passphrase : randomBytes(32).toString("base64url");
  // Linked into place: whole or not there, and never replaced, since what it encrypted could not be read again.
  const whole = `${file}.${randomBytes(4).toString("hex")}`;
  fs.writeFileSync(whole, word, { mode: 0o600 });
  try {
    fs.linkSync(whole, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    fs.rmSync(whole, { force: true });
  }
  return file;
}
