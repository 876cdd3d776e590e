import * as fs from "node:fs";
import { z } from "zod";
import type { BySsh, TunnelRequest } from "../../platforms/aws/tunnel/open";
import { Faults } from "../faults";

/** What the person typed; what a stack says fills the gaps. */
export interface TunnelOptions {
  stack?: string;
  region?: string;
  account?: string;
  bastion?: string;
  host?: string;
  databasePort?: string;
  database?: string;
  user?: string;
  secret?: string;
  secretKey?: string;
  iam?: boolean;
  ssh?: boolean;
  sshUser?: string;
  sshAddress?: string;
  hostKey?: string;
  identity?: string;
  port?: string;
  rootCertificate?: string;
  loopback?: boolean;
}

/** The output `tunnel` of a production stack. Names alone: no secret is among it. */
export const tunnelOutput = z.object({
  region: z.string().optional(),
  account: z.string().optional(),
  bastion: z.string().optional(),
  host: z.string().optional(),
  port: z.number().optional(),
  database: z.string().optional(),
  user: z.string().optional(),
  secret: z.string().optional(),
  iam: z.boolean().optional(),
  hostKey: z.string().optional(),
});

export type TunnelOutput = z.output<typeof tunnelOutput>;

/** How the wrapped command logs in. */
export type Login = { by: "secret"; secret: string; key: string | undefined } | { by: "iam" } | { by: "own" };

export interface TunnelOrder {
  /** Host and port are missing where the secret names them. */
  request: Omit<TunnelRequest, "database"> & {
    database: { host: string | undefined; port: number | undefined };
  };
  database: string | undefined;
  user: string | undefined;
  login: Login;
  rootCertificate: string | undefined;
  loopback: boolean;
}

/** @throws every fault together. */
export function readTunnelOrder(
  options: TunnelOptions,
  stack: TunnelOutput,
  env: NodeJS.ProcessEnv = process.env,
): TunnelOrder {
  const faults = new Faults();
  const refuse = (why: string) => faults.messages.push(why);
  const region = options.region ?? stack.region ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION;
  if (region === undefined) refuse("--region is missing; the stack names none, and AWS_REGION is not set");
  const account = options.account ?? stack.account;
  const accountsBy = options.account === undefined ? "the stack's output `tunnel`" : "--account";
  if (account === undefined) {
    refuse(
      "--account is missing: the account's 12 digits, so that the credentials of another one are refused",
    );
  } else if (!/^\d{12}$/.test(account)) {
    refuse(`--account ${JSON.stringify(account)} is no account of 12 digits`);
  }
  const bastion = options.bastion ?? stack.bastion;
  if (bastion === undefined) {
    refuse("--bastion is missing: the instance's id, or a tag as in --bastion prodcopy:role=bastion");
  }
  const secret = options.secret ?? stack.secret;
  const iam = options.iam ?? (options.secret === undefined && stack.iam === true);
  if (options.iam === true && options.secret !== undefined) refuse("--iam and --secret: choose one of them");
  const host = options.host ?? stack.host;
  if (host === undefined && secret === undefined) {
    refuse("--host is missing: the database's endpoint; or name its secret with --secret");
  }
  const user = options.user ?? stack.user;
  if (iam && user === undefined) refuse("--user is missing: an IAM token is made for one login role");
  const ssh = sshOf(options, stack, faults);
  const request = {
    region: region ?? "",
    accounts: [account ?? ""],
    accountsBy,
    bastion: bastionOf(bastion ?? "-"),
    database: { host, port: portOf("--database-port", options.databasePort, refuse) ?? stack.port },
    ssh,
    port: portOf("--port", options.port, refuse),
  };
  if (faults.messages.length > 0) {
    const all = faults.messages.map((one) => `- ${one}`).join("\n");
    throw new Error(`The tunnel is not opened:\n${all}`);
  }
  return {
    request,
    database: options.database ?? stack.database,
    user,
    login: iam
      ? { by: "iam" }
      : secret === undefined
        ? { by: "own" }
        : { by: "secret", secret, key: options.secretKey },
    rootCertificate: options.rootCertificate,
    loopback: options.loopback ?? false,
  };
}

function bastionOf(text: string): TunnelRequest["bastion"] {
  const at = text.indexOf("=");
  return at < 0 ? { id: text } : { tags: { [text.slice(0, at)]: text.slice(at + 1) } };
}

function portOf(name: string, text: string | undefined, refuse: (why: string) => void): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  refuse(`${name} ${JSON.stringify(text)} is no whole number from 1 to 65535`);
  return undefined;
}

function sshOf(options: TunnelOptions, stack: TunnelOutput, faults: Faults): BySsh | undefined {
  const { identity } = options;
  if (options.ssh !== true) {
    const idle = (["sshUser", "sshAddress", "identity", "hostKey"] as const).filter(
      (name) => options[name] !== undefined,
    );
    if (idle.length > 0) faults.messages.push(`--${dashed(idle[0] ?? "")} means something with --ssh only`);
    return undefined;
  }
  const hostKey = options.hostKey ?? stack.hostKey;
  if (hostKey === undefined) {
    faults.messages.push(
      "--host-key is missing: the bastion's key or its fingerprint (SHA256:...), as the instance's console output shows it at its first start",
    );
  }
  let privateKey: string | undefined;
  if (identity !== undefined) {
    try {
      privateKey = fs.readFileSync(identity, "utf8");
    } catch (error) {
      faults.messages.push(
        `--identity ${identity} cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"})`,
      );
    }
  }
  return {
    user: options.sshUser ?? "ec2-user",
    hostKey: hostKey ?? "",
    address: options.sshAddress,
    privateKey,
  };
}

const dashed = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
