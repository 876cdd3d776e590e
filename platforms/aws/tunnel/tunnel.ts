import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { pipeline, type Duplex } from "node:stream";
import type { Log } from "../../../postgres/proof";
import { TunnelRefused, type Carrier, type Way } from "./carrier";
import { postgresAnswers } from "./handshake";

export interface TunnelOptions {
  /** The port on this machine, 127.0.0.1 alone. Default: one that is free. */
  port?: number;
  /** How long a tunnel that was cut is tried again, in milliseconds. Default ten minutes: a bastion may have to be started. */
  giveUpAfterMs?: number;
  /** Whether to wait until PostgreSQL answers at the other end. Default true. */
  expectAnswer?: boolean;
  /** How long the server may take to answer through a way that stands, in milliseconds. Default 20000. */
  answerWithinMs?: number;
  log: Log;
}

const tenMinutes = 600_000;
/** Pauses between tries grow from the first to the last, in milliseconds; each is shortened at random, so that many tunnels do not knock together. */
const pauses = { first: 250, last: 15_000 };

/**
 * The end on this machine of a tunnel to a database server. The port stays the same as long as the tunnel is open: when the way is cut,
 * connections that went through it end, and a new way is opened with fresh credentials; connections made meanwhile wait for it.
 */
export class Tunnel {
  readonly host = "127.0.0.1";
  /** Answers with an error once the tunnel is given up; never before, and never when it is closed. */
  readonly failed: Promise<Error>;
  private fail: (error: Error) => void = () => undefined;
  readonly port: number;
  private readonly sockets = new Set<Socket>();
  /** Those of the sockets whose connection goes through the way that stands. */
  private readonly carried = new Set<Socket>();
  private way: Promise<Way>;
  private closed = false;
  private kept = true;

  private constructor(
    private readonly carrier: Carrier,
    private readonly options: TunnelOptions,
    private readonly server: Server,
    first: Way,
  ) {
    this.failed = new Promise((resolve) => (this.fail = resolve));
    this.port = (server.address() as AddressInfo).port;
    this.way = Promise.resolve(first);
    this.watch(first);
    server.on("connection", (socket) => void this.serve(socket));
  }

  /**
   * Opens the way, listens, and waits until PostgreSQL answers at the other end.
   * @throws when the port is taken, when the way cannot be opened, or when no PostgreSQL server answers; nothing is left open then.
   */
  static async open(carrier: Carrier, options: TunnelOptions): Promise<Tunnel> {
    const server = await listen(options.port ?? 0);
    let tunnel: Tunnel | undefined;
    try {
      tunnel = new Tunnel(carrier, options, server, await carrier.open());
      if (options.expectAnswer !== false) {
        await postgresAnswers(tunnel.host, tunnel.port, options.answerWithinMs ?? 20_000);
      }
      return tunnel;
    } catch (error) {
      await (tunnel?.close() ?? new Promise<void>((resolve) => server.close(() => resolve())));
      if (tunnel === undefined) throw error;
      throw new Error(
        `${carrier.name}: the way is open, but no PostgreSQL server answers at its end (${(error as Error).message}). ` +
          "Check the host and port, and that the database's security group admits the bastion. The tunnel is closed again.",
      );
    }
  }

  /** Lets the process end while the tunnel is open; whatever carries it ends with the process. */
  unref(): void {
    this.kept = false;
    this.server.unref();
    void this.way.then((way) => way.unref()).catch(() => undefined);
  }

  /** Ends every connection and the way. May be called twice. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    const stopped = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const socket of this.sockets) socket.destroy();
    await this.way.then((way) => way.close()).catch(() => undefined);
    await stopped;
  }

  private async serve(socket: Socket): Promise<void> {
    this.sockets.add(socket);
    socket
      .on("error", () => undefined)
      .on("close", () => {
        this.sockets.delete(socket);
        this.carried.delete(socket);
      });
    try {
      const far = await this.connect();
      if (socket.destroyed) {
        far.destroy();
        return;
      }
      this.carried.add(socket);
      // Either end's close or error ends both.
      pipeline(socket, far, socket, () => {
        socket.destroy();
        far.destroy();
      });
    } catch (error) {
      if (!this.closed) this.options.log(`${this.carrier.name}: no connection (${(error as Error).message})`);
      socket.destroy();
    }
  }

  /** A connection through the way that stands; when that has just been cut, through the next one. */
  private async connect(): Promise<Duplex> {
    for (;;) {
      const used = this.way;
      const way = await used;
      try {
        return await way.connect();
      } catch (error) {
        await Promise.race([way.ended, new Promise((resolve) => setTimeout(resolve, 100))]);
        if (this.closed || this.way === used) throw error;
      }
    }
  }

  private watch(way: Way): void {
    if (!this.kept) way.unref();
    void way.ended.then((why) => {
      if (this.closed) return;
      this.options.log(`${this.carrier.name} was cut (${why}); opening it again`);
      for (const socket of this.carried) socket.destroy();
      this.way = this.reopen();
      this.way.then(
        (next) => this.watch(next),
        (error: Error) => this.giveUp(error),
      );
    });
  }

  private async reopen(): Promise<Way> {
    const until = Date.now() + (this.options.giveUpAfterMs ?? tenMinutes);
    for (let pause = pauses.first; ; pause = Math.min(pauses.last, 2 * pause)) {
      try {
        const way = await this.carrier.open();
        // Closed while it was opened: nobody else would end it.
        if (this.closed) await way.close();
        else this.options.log(`${this.carrier.name} is open again`);
        return way;
      } catch (error) {
        if (this.closed || error instanceof TunnelRefused || Date.now() + pause > until) throw error;
        this.options.log(`${this.carrier.name}: ${(error as Error).message}; trying again`);
      }
      await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random() / 2)));
    }
  }

  private giveUp(error: Error): void {
    if (this.closed) return;
    this.closed = true;
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    this.fail(
      new Error(
        `${this.carrier.name} was cut and could not be opened again: ${error.message}. ` +
          "What ran on its connections goes on in the server or is rolled back there; run the same command again.",
      ),
    );
  }
}

async function listen(port: number): Promise<Server> {
  const server = createServer({ noDelay: true, keepAlive: true });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        error.code === "EADDRINUSE"
          ? new Error(
              `the port ${port} on this machine is taken (often by a PostgreSQL of its own); leave --port away and a free one is chosen`,
            )
          : error,
      ),
    );
    server.listen({ host: "127.0.0.1", port, exclusive: true }, resolve);
  });
  return server;
}
