import { StartSessionCommand, TerminateSessionCommand, type SSMClient } from "@aws-sdk/client-ssm";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Carrier, Way } from "./carrier";
import { endKeeper, startKeeper, type Kept } from "./keeper";
import { findPlugin } from "./plugin";

/** AWS's document that forwards a port through an instance to another host. */
const document = "AWS-StartPortForwardingSessionToRemoteHost";

/** How long the plugin may take to listen, in milliseconds. */
const readyWithinMs = 30_000;

export interface SsmBastion {
  client: SSMClient;
  instanceId: string;
  region: string;
  /** Makes sure that the bastion runs and can be reached by SSM; called before each session. */
  awake: () => Promise<void>;
}

/**
 * Connections to one server through SSM's port forwarding: no inbound port anywhere. The session is started through the API, its traffic is
 * carried by AWS's plugin, which ends with this process. A session that is idle or has lasted as long as the account allows is ended by
 * SSM; the tunnel then opens another.
 */
export function ssmCarrier(bastion: SsmBastion, target: { host: string; port: number }): Carrier {
  const { client, instanceId, region } = bastion;
  return {
    name: `SSM through ${instanceId} to ${target.host}:${target.port}`,
    open: async () => {
      const plugin = await findPlugin();
      await bastion.awake();
      const request = {
        Target: instanceId,
        DocumentName: document,
        Parameters: {
          host: [target.host],
          portNumber: [String(target.port)],
          // Whichever is free: the plugin says which one it took.
          localPortNumber: ["0"],
        },
      };
      const started = await client.send(new StartSessionCommand(request));
      const { SessionId, StreamUrl, TokenValue } = started;
      const terminate = () =>
        client.send(new TerminateSessionCommand({ SessionId })).then(
          () => undefined,
          // Ended by its plugin already, or ended by SSM when nobody uses it.
          () => undefined,
        );
      const kept = startKeeper({
        command: [
          plugin,
          tokenVariable,
          region,
          "StartSession",
          "",
          JSON.stringify(request),
          await endpointOf(bastion),
        ],
        env: { [tokenVariable]: JSON.stringify({ SessionId, StreamUrl, TokenValue }) },
      });
      try {
        return wayOf(kept, await portOf(kept), terminate);
      } catch (error) {
        await endKeeper(kept);
        await terminate();
        throw error;
      }
    },
  };
}

/** Where the plugin takes a session up again that was interrupted: the same endpoint as this process calls. */
async function endpointOf({ client, region }: SsmBastion): Promise<string> {
  const own = await client.config.endpoint?.();
  if (own === undefined) return client.config.endpointProvider({ Region: region }).url.href;
  const port = own.port === undefined ? "" : `:${own.port}`;
  return `${own.protocol}//${own.hostname}${port}${own.path}`;
}

/** The variable from which the plugin takes the session with its token; its name is the AWS CLI's. */
const tokenVariable = "AWS_SSM_START_SESSION_RESPONSE";

function wayOf(kept: Kept, port: number, terminate: () => Promise<void>): Way {
  const ended = new Promise<string>((resolve) =>
    kept.once("exit", (code) => resolve(`session-manager-plugin ended with code ${code}`)),
  );
  return {
    ended,
    connect: () =>
      new Promise<Duplex>((resolve, reject) => {
        const socket = connect(port, "localhost");
        socket.once("connect", () => resolve(socket)).once("error", reject);
      }),
    close: async () => {
      await endKeeper(kept);
      await terminate();
    },
    unref: () => {
      kept.unref();
      // Pipes to a child are sockets, whatever their type says.
      for (const pipe of [kept.stdin, kept.stdout, kept.stderr]) (pipe as unknown as Socket).unref();
    },
  };
}

/** Waits for the plugin's "Port 41234 opened for sessionId ...". What it says otherwise is the reason of a failure. */
function portOf(kept: Kept): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = "";
    const fail = (why: string) => {
      clearTimeout(timer);
      const words = said.trim().replace(/\s*\n\s*/g, "; ");
      reject(new Error(`session-manager-plugin ${why}${words === "" ? "" : `: ${words}`}`));
    };
    const timer = setTimeout(() => fail(`does not listen within ${readyWithinMs / 1000} s`), readyWithinMs);
    const hear = (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4_000);
      const port = /Port (\d+) opened for sessionId/.exec(said)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(Number(port));
    };
    kept.stdout.on("data", hear);
    kept.stderr.on("data", hear);
    kept.once("exit", (code) => fail(`ended with code ${code}`));
  });
}
