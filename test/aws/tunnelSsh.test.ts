import * as assert from "node:assert/strict";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { utils } from "ssh2";
import { fingerprintOf, sshCarrier, type SshBastion } from "../../platforms/aws/tunnel/ssh";
import { Tunnel, type TunnelOptions } from "../../platforms/aws/tunnel/tunnel";
import { withSession, type Session } from "../../postgres/connection";
import { useScratchServer } from "../support/servers";
import { freePort, useSshd } from "../support/sshd";

describe("a tunnel by SSH, through a real sshd to a real server", () => {
  const server = useScratchServer();
  const sshd = useSshd();
  const lines: string[] = [];
  const opened: Tunnel[] = [];

  beforeEach(() => lines.splice(0));
  afterEach(async () => {
    for (const tunnel of opened.splice(0)) await tunnel.close();
  });

  async function open(
    bastion: Partial<SshBastion> = {},
    options: Partial<TunnelOptions> = {},
    target: { host: string; port: number } = server().handle,
  ): Promise<Tunnel> {
    const carrier = sshCarrier({ ...sshd().bastion, ...bastion }, { host: target.host, port: target.port });
    const tunnel = await Tunnel.open(carrier, { log: (line) => lines.push(line), ...options });
    opened.push(tunnel);
    return tunnel;
  }

  function query<T>(tunnel: Tunnel, use: (session: Session) => Promise<T>): Promise<T> {
    const target = { ...server().target("postgres"), host: tunnel.host, port: tunnel.port };
    return withSession(target, { applicationName: "test tunnel" }, use);
  }

  const answer = async (session: Session) =>
    (await session.query<{ n: number }>("select 6 * 7 as n")).rows[0]?.n;

  describe("is refused", () => {
    it("by a host key that is not the expected one, before anything is sent", async () => {
      const other = fingerprintOf(utils.generateKeyPairSync("ed25519").public);
      let asked = false;
      const login = () => {
        asked = true;
        return sshd().bastion.login();
      };
      await assert.rejects(open({ hostKey: other, login }), (error: Error) => {
        assert.match(error.message, /shows the host key SHA256:/);
        assert.ok(error.message.includes(sshd().bastion.hostKey) && error.message.includes(other));
        assert.match(error.message, /Nothing was sent/);
        return true;
      });
      assert.ok(asked);
    });

    it("by a host key that is none", async () => {
      await assert.rejects(open({ hostKey: "MD5:aa:bb" }), /"MD5:aa:bb" is neither SHA256/);
    });

    it("by a key that the bastion does not know", async () => {
      const stranger = utils.generateKeyPairSync("ed25519").private;
      await assert.rejects(
        open({ login: () => Promise.resolve({ privateKey: stranger }) }),
        /refuses this login/,
      );
    });

    it("by a port that is taken, naming it", async () => {
      const { port } = server().handle;
      await assert.rejects(open({}, { port }), new RegExp(`the port ${port} on this machine is taken`));
    });

    it("when nothing listens at the other end, and leaves no port open", async () => {
      const port = await freePort();
      const own = await freePort();
      const target = { host: "127.0.0.1", port };
      await assert.rejects(open({}, { port: own }, target), /no PostgreSQL server answers at its end/);
      assert.match(lines.join(), /cannot reach 127\.0\.0\.1/);
      await (await open({}, { port: own })).close();
    });

    it("when what listens is not PostgreSQL, or says nothing", async () => {
      const greeter = await listenAs((socket) => socket.end("220 mail.example ESMTP\r\n"));
      const mute = await listenAs(() => undefined);
      try {
        await assert.rejects(open({}, {}, addressOf(greeter)), /what answers is not PostgreSQL/);
        await assert.rejects(open({}, { answerWithinMs: 200 }, addressOf(mute)), /no answer within/);
      } finally {
        greeter.close();
        mute.close();
      }
    });
  });

  it("carries several connections, and several tunnels stand side by side", async () => {
    const [one, two] = [await open(), await open()];
    assert.notEqual(one.port, two.port);
    const answers = await Promise.all([one, one, one, two].map((tunnel) => query(tunnel, answer)));
    assert.deepEqual(answers, [42, 42, 42, 42]);
  });

  it("ends everything when it is closed", async () => {
    const tunnel = await open();
    const running = query(tunnel, (session) => session.query("select pg_sleep(60)"));
    const failed = assert.rejects(running);
    await untilRuns("select pg_sleep(60)");
    await tunnel.close();
    await failed;
    await assert.rejects(query(tunnel, answer), /ECONNREFUSED/);
    assert.deepEqual(lines, []);
  });

  it("opens again after a cut, on the same port and with credentials of that moment", async () => {
    let logins = 0;
    const login = () => {
      logins++;
      return sshd().bastion.login();
    };
    const tunnel = await open({ login });
    const running = assert.rejects(query(tunnel, (session) => session.query("select pg_sleep(60)")));
    await untilRuns("select pg_sleep(60)");
    sshd().cut();
    await running;
    assert.equal(await query(tunnel, answer), 42);
    assert.equal(logins, 2);
    assert.match(lines.join("\n"), /was cut .*opening it again\n.* is open again/);
  });

  it("lets connections wait while the bastion is away, and tries until it is back", async () => {
    const tunnel = await open();
    sshd().stop();
    const waiting = query(tunnel, answer);
    await untilSaid(/trying again/);
    await sshd().start();
    assert.equal(await waiting, 42);
  });

  it("is given up when the bastion stays away, and says so", async () => {
    const tunnel = await open({}, { giveUpAfterMs: 100 });
    sshd().stop();
    try {
      assert.match((await tunnel.failed).message, /was cut and could not be opened again: \S+/);
      await assert.rejects(query(tunnel, answer));
    } finally {
      await sshd().start();
    }
  });

  it("is given up at once when another bastion answers in its place", async () => {
    let hostKey = sshd().bastion.hostKey;
    const carrier = sshCarrier(
      {
        ...sshd().bastion,
        get hostKey() {
          return hostKey;
        },
      },
      server().handle,
    );
    const tunnel = await Tunnel.open(carrier, { log: () => undefined });
    opened.push(tunnel);
    hostKey = fingerprintOf(utils.generateKeyPairSync("ed25519").public);
    sshd().cut();
    assert.match((await tunnel.failed).message, /shows the host key/);
  });

  /** Until a statement runs in the server. */
  async function untilRuns(text: string): Promise<void> {
    await server().as("postgres", async (session) => {
      const running = "select 1 from pg_stat_activity where query = $1 and state = 'active'";
      while ((await session.query(running, [text])).rowCount === 0) await soon();
    });
  }

  async function untilSaid(what: RegExp): Promise<void> {
    while (!lines.some((line) => what.test(line))) await soon();
  }
});

const soon = () => new Promise((resolve) => setTimeout(resolve, 20));

function listenAs(serve: (socket: Socket) => void): Promise<Server> {
  const listener = createServer(serve);
  return new Promise((resolve) => listener.listen(0, "127.0.0.1", () => resolve(listener)));
}

const addressOf = (listener: Server) => ({
  host: "127.0.0.1",
  port: (listener.address() as AddressInfo).port,
});
