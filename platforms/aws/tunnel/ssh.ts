import { createHash, timingSafeEqual } from "node:crypto";
import { connect, type Socket } from "node:net";
import { Client, type ConnectConfig } from "ssh2";
import { TunnelRefused, type Carrier, type Way } from "./carrier";

export interface SshBastion {
  host: string;
  /** Default 22. */
  port?: number;
  user: string;
  /**
   * The host key that the bastion must show: `SHA256:...` as `ssh-keygen -l` prints it, or a public key as in known_hosts
   * (`ssh-ed25519 AAAA...`). Without it nobody could tell the bastion from whoever stands in between.
   */
  hostKey: string;
  /** How this user proves who they are; asked for at each opening, since EC2 Instance Connect's keys hold for a minute. */
  login: () => Promise<Pick<ConnectConfig, "privateKey" | "passphrase" | "agent">>;
}

/** Silence of a bastion is found after three of these, in milliseconds. */
const keepAliveMs = 10_000;

/** Connections to one server through a bastion by SSH, in this process: nothing outlives it. */
export function sshCarrier(bastion: SshBastion, target: { host: string; port: number }): Carrier {
  const at = `${bastion.user}@${bastion.host}:${bastion.port ?? 22}`;
  const name = `SSH through ${at} to ${target.host}:${target.port}`;
  return {
    name,
    open: async () => {
      const expected = fingerprintOf(bastion.hostKey);
      const login = await bastion.login();
      const client = new Client();
      const socket = connect(bastion.port ?? 22, bastion.host);
      const shown: { key?: string } = {};
      let why = "the bastion closed the connection";
      const ended = new Promise<string>((resolve) => client.on("close", () => resolve(why)));
      await new Promise<void>((resolve, reject) => {
        client.on("error", (error) => {
          why = error.message;
          reject(refusal(error, at, shown.key, expected));
        });
        // A bastion that hangs up during the handshake says no error.
        client.on("close", () => reject(new Error(`${at} closed the connection`)));
        client.on("ready", resolve);
        client.connect({
          sock: socket,
          username: bastion.user,
          readyTimeout: 20_000,
          keepaliveInterval: keepAliveMs,
          keepaliveCountMax: 3,
          hostVerifier: (key: Buffer) => {
            shown.key = sha256(key);
            return same(shown.key, expected);
          },
          ...login,
        });
      });
      return wayOf(client, socket, ended, target);
    },
  };
}

function wayOf(
  client: Client,
  socket: Socket,
  ended: Promise<string>,
  target: { host: string; port: number },
): Way {
  return {
    ended,
    connect: () =>
      new Promise((resolve, reject) => {
        const failed = (error: Error) =>
          reject(new Error(`the bastion cannot reach ${target.host}:${target.port}: ${error.message}`));
        try {
          client.forwardOut("127.0.0.1", 0, target.host, target.port, (error, channel) => {
            if (error === undefined) resolve(channel);
            else failed(error);
          });
        } catch (error) {
          // Thrown at once when the connection has just ended.
          failed(error as Error);
        }
      }),
    close: async () => {
      client.end();
      // An end that nobody answers: a bastion that is gone.
      const forced = setTimeout(() => client.destroy(), 2_000);
      await ended;
      clearTimeout(forced);
    },
    unref: () => socket.unref(),
  };
}

function refusal(error: Error & { level?: string }, at: string, shown: string | undefined, expected: string) {
  if (shown !== undefined && !same(shown, expected)) {
    return new TunnelRefused(
      `${at} shows the host key ${shown}, and ${expected} was expected. Either the bastion was made anew, or somebody stands in between: ` +
        "compare with the key in the instance's console output before you change the configuration. Nothing was sent.",
    );
  }
  if (error.level === "client-authentication") {
    return new TunnelRefused(
      `${at} refuses this login. Check the user's name and the key; with EC2 Instance Connect, that the package ec2-instance-connect is on the bastion.`,
    );
  }
  return new Error(`${at}: ${error.message}`);
}

/** @throws TunnelRefused when it is neither a fingerprint nor a public key. */
export function fingerprintOf(hostKey: string): string {
  const text = hostKey.trim();
  if (/^SHA256:[A-Za-z0-9+/]{43}=?$/.test(text)) return text.replace(/=$/, "");
  const key = /(?:^|\s)(?:ssh-|ecdsa-|sk-)\S+\s+([A-Za-z0-9+/]+={0,2})(?:\s|$)/.exec(text)?.[1];
  if (key !== undefined) return sha256(Buffer.from(key, "base64"));
  throw new TunnelRefused(
    `the host key ${JSON.stringify(text.slice(0, 60))} is neither SHA256:... (\`ssh-keygen -l\` prints it) nor a public key such as "ssh-ed25519 AAAA..."`,
  );
}

function sha256(key: Buffer): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

function same(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
