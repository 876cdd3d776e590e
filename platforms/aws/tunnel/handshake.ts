import { connect } from "node:net";

/** PostgreSQL's SSLRequest: eight bytes, and the server answers with one letter before anything else is said. */
const sslRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/**
 * Asks whether a PostgreSQL server answers at an address. A tunnel's end is open before its other end leads anywhere, so that a
 * connection alone proves nothing. Sends no name and no password.
 * @throws when nobody answers within `timeoutMs`, or not as PostgreSQL does.
 */
export function postgresAnswers(host: string, port: number, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host, () => socket.write(sslRequest));
    const done = (why?: string) => {
      socket.destroy();
      if (why === undefined) resolve();
      else reject(new Error(why));
    };
    socket.setTimeout(timeoutMs, () => done(`no answer within ${Math.round(timeoutMs / 1000)} s`));
    socket.on("error", (error) => done(error.message));
    socket.on("close", () => done("the connection was closed before the server said anything"));
    socket.once("data", (answer) => {
      const letter = String.fromCharCode(answer[0] ?? 0);
      // S: speaks TLS; N: does not; E: a server before 7.0, or one that is full, in PostgreSQL's words all the same.
      done("SNE".includes(letter) ? undefined : "what answers is not PostgreSQL");
    });
  });
}
