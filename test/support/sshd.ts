import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import { createServer, connect, type AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import type { Context } from "mocha";
import { utils } from "ssh2";
import { fingerprintOf, type SshBastion } from "../../platforms/aws/tunnel/ssh";
import { skipBecause } from "./skip";

/** A real OpenSSH server on this machine that stands for a bastion. */
export interface Sshd {
  readonly port: number;
  /** How a tunnel names it, with the host key pinned and a key that it admits. */
  bastion: SshBastion;
  /** Kills the processes of every connection, as a network that breaks; new connections are accepted. */
  cut: () => void;
  start: () => Promise<void>;
  stop: () => void;
}

export function findSshd(): string | undefined {
  return ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/opt/homebrew/sbin/sshd"].find((file) =>
    fs.existsSync(file),
  );
}

/** One server for a test file, in mocha's hooks; the file's tests are skipped where there is no sshd. */
export function useSshd(): () => Sshd {
  let sshd: Sshd | undefined;
  const folder = path.join(os.tmpdir(), `prodcopy-sshd-${process.pid}`);
  before("an OpenSSH server", async function (this: Context) {
    const program = findSshd();
    if (program === undefined) {
      skipBecause(this, "this machine has no OpenSSH server (sshd); the package openssh-server brings it");
    }
    sshd = await startSshd(program, folder).catch((error: Error) => {
      // A port that was free a moment ago may be another test's by now; a new one is drawn.
      if (!/Address already in use|Cannot bind/.test(error.message)) throw error;
      return startSshd(program, folder);
    });
  });
  after("stop the OpenSSH server", () => {
    sshd?.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  });
  return () => {
    if (sshd === undefined) throw new Error("the server runs only while tests run");
    return sshd;
  };
}

async function startSshd(program: string, folder: string): Promise<Sshd> {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const host = utils.generateKeyPairSync("ed25519");
  const user = utils.generateKeyPairSync("ed25519");
  const file = (name: string, text: string) => {
    fs.writeFileSync(path.join(folder, name), text, { mode: 0o600 });
    return path.join(folder, name);
  };
  const port = await freePort();
  const config = file(
    "sshd_config",
    [
      "ListenAddress 127.0.0.1",
      `Port ${port}`,
      `HostKey ${file("host_key", host.private)}`,
      `AuthorizedKeysFile ${file("authorized_keys", user.public)}`,
      "PasswordAuthentication no",
      "KbdInteractiveAuthentication no",
      "PermitRootLogin prohibit-password",
      "StrictModes no",
      "UsePAM no",
      "AllowTcpForwarding yes",
      "PidFile none",
    ].join("\n"),
  );
  // As root it wants the folder of its unprivileged half, which its service makes elsewhere.
  if (process.getuid?.() === 0) fs.mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  let listener: ChildProcess | undefined;
  const sshd: Sshd = {
    port,
    bastion: {
      host: "127.0.0.1",
      port,
      user: os.userInfo().username,
      hostKey: fingerprintOf(host.public),
      login: () => Promise.resolve({ privateKey: user.private }),
    },
    // Each connection is a child of the listener that has a child of its own.
    cut: () => {
      for (const pid of descendantsOf(listener?.pid)) {
        try {
          process.kill(pid, "SIGKILL");
        } catch {
          // Gone with its parent.
        }
      }
    },
    start: async () => {
      listener = spawn(program, ["-D", "-e", "-f", config], { stdio: ["ignore", "ignore", "pipe"] });
      let said = "";
      listener.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
      const ended = new Promise<never>((_, reject) =>
        listener?.once("exit", (code) => reject(new Error(`sshd ended with code ${code}: ${said}`))),
      );
      ended.catch(() => undefined);
      await Promise.race([ended, accepts(port)]);
    },
    stop: () => {
      sshd.cut();
      listener?.removeAllListeners("exit");
      listener?.kill("SIGKILL");
    },
  };
  await sshd.start();
  return sshd;
}

function descendantsOf(pid: number | undefined): number[] {
  if (pid === undefined) return [];
  const listed = spawnSync("ps", ["-eo", "pid=,ppid="], { encoding: "utf8" }).stdout;
  const pairs = listed
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const below = (parent: number): number[] =>
    pairs.filter(([, of]) => of === parent).flatMap(([child]) => [child ?? 0, ...below(child ?? 0)]);
  return below(pid);
}

async function accepts(port: number): Promise<void> {
  for (;;) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => {
        socket.destroy();
        resolve(true);
      });
      socket.on("error", () => resolve(false));
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
