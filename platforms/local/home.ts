import * as os from "node:os";
import * as path from "node:path";

/** Where the `local` platform keeps everything: outside every checkout, in folders that other accounts cannot list. */
export interface LocalHome {
  root: string;
  /** Servers that the tool owns and the stack never touches: the sample production, its publisher, the old Test server. */
  servers: string;
  snapshots: string;
  /** One folder a copy, named `<stack>-<generation>`. */
  copies: string;
  environments: string;
  secrets: string;
  reports: string;
  /** One folder a stack: the anchor's mark, the passphrase and Pulumi's file backend. */
  stacks: string;
  /** PostgreSQL programs that were copied to where the servers' account can read them. */
  programs: string;
}

/**
 * `PRODCOPY_HOME` when it is set. Else, as root, a folder below `/var/lib`: PostgreSQL runs under another account then,
 * which could not reach a folder below root's home. Else the user's state folder (`XDG_STATE_HOME`).
 */
export function localHome(env: NodeJS.ProcessEnv = process.env): LocalHome {
  const root = path.resolve(env.PRODCOPY_HOME ?? defaultRoot(env));
  return {
    root,
    servers: path.join(root, "servers"),
    snapshots: path.join(root, "snapshots"),
    copies: path.join(root, "copies"),
    environments: path.join(root, "environments"),
    secrets: path.join(root, "secrets"),
    reports: path.join(root, "reports"),
    stacks: path.join(root, "stacks"),
    programs: path.join(root, "programs"),
  };
}

function defaultRoot(env: NodeJS.ProcessEnv): string {
  if (process.getuid?.() === 0) return "/var/lib/prodcopy";
  const state = env.XDG_STATE_HOME ?? path.join(os.homedir(), ".local", "state");
  return path.join(state, "prodcopy");
}
