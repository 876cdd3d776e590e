import { StartSessionCommand, TerminateSessionCommand, type SSMClient } from "@aws-sdk/client-ssm";
import { randomBytes } from "node:crypto";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

interface Started {
  token: string;
  host: string;
  port: number;
  sockets: Set<Socket>;
}

/**
 * What SSM does with sessions, in this process: answers StartSession and TerminateSession, and carries a session's traffic from its data
 * channel to the host that it was started for. For tests of the tunnel alone; the sandbox of AWS does it over the wire.
 */
export class SsmSessions {
  /** Sessions that were started and not terminated. */
  readonly open = new Map<string, Started>();
  readonly tokens: string[] = [];
  private readonly channel = createServer((socket) => this.carry(socket));

  /** To be handed to the carrier; knows the two calls that it makes. */
  readonly client = {
    config: { endpointProvider: () => ({ url: new URL("https://ssm.eu-west-1.amazonaws.com/") }) },
    send: (command: unknown) => {
      if (command instanceof StartSessionCommand) {
        return Promise.resolve(this.start(command.input.Parameters));
      }
      if (command instanceof TerminateSessionCommand) {
        this.terminate(command.input.SessionId ?? "");
        return Promise.resolve({});
      }
      return Promise.reject(new Error("a call that is not expected"));
    },
  } as unknown as SSMClient;

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.channel.listen(0, "127.0.0.1", resolve));
  }

  close(): void {
    for (const id of [...this.open.keys()]) this.terminate(id);
    this.channel.close();
  }

  terminate(id: string): void {
    for (const socket of this.open.get(id)?.sockets ?? []) socket.destroy();
    this.open.delete(id);
  }

  private start(parameters: Record<string, string[]> | undefined) {
    const id = `session-${this.tokens.length + 1}`;
    const token = randomBytes(24).toString("base64url");
    this.tokens.push(token);
    const [host, port] = [parameters?.host?.[0] ?? "", Number(parameters?.portNumber?.[0])];
    this.open.set(id, { token, host, port, sockets: new Set() });
    const { port: channel } = this.channel.address() as AddressInfo;
    return { SessionId: id, TokenValue: token, StreamUrl: `tcp://127.0.0.1:${channel}/` };
  }

  private carry(near: Socket): void {
    near.on("error", () => near.destroy());
    near.once("data", (line) => {
      const said = JSON.parse(line.toString()) as { session: string; token: string; terminate?: boolean };
      const session = this.open.get(said.session);
      if (session === undefined || session.token !== said.token) {
        near.end("refused\n");
        return;
      }
      if (said.terminate === true) {
        this.terminate(said.session);
        near.end();
        return;
      }
      const far = connect(session.port, session.host, () => {
        near.write("ok\n");
        near.pipe(far).pipe(near);
      });
      session.sockets.add(near).add(far);
      far.on("error", () => near.destroy());
      near.on("close", () => far.destroy());
    });
  }
}
