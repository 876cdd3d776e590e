import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { row, withSession } from "../../postgres/connection";
import { proveIsCopy, type ServerIdentity } from "../../postgres/guard";
import type { Tls } from "../../postgres/tls";
import { giveToServers } from "../../platforms/local/server/place";
import { startScratchServer, useScratchHome, type ScratchServer } from "../support/servers";
import { skipBecause } from "../support/skip";

describe("TLS to the server, as libpq's modes mean it", () => {
  const home = useScratchHome();
  let folder: string;
  let authority: string;
  let other: string;
  let server: ScratchServer;
  let plain: ScratchServer;

  before("a server with a certificate for localhost, and one without", async function () {
    this.timeout(60_000);
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "prodcopy-tls-"));
    fs.chmodSync(folder, 0o755);
    try {
      authority = certificate("server", "/CN=localhost", "subjectAltName=DNS:localhost");
    } catch (error) {
      skipBecause(this, `no openssl to make a certificate: ${(error as NodeJS.ErrnoException).code}`);
    }
    other = certificate("other", "/CN=localhost", "subjectAltName=DNS:localhost");
    const text = (name: string) => path.join(folder, name);
    await giveToServers(text("server.key"));
    server = await startScratchServer(home(), "tls", {
      ssl: "on",
      ssl_cert_file: text("server.crt"),
      ssl_key_file: text("server.key"),
    });
    plain = await startScratchServer(home(), "plain");
  });
  after(() => folder && fs.rmSync(folder, { recursive: true }));

  function certificate(name: string, subject: string, extension: string): string {
    const at = (end: string) => path.join(folder, `${name}.${end}`);
    execFileSync(
      "openssl",
      [
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        subject,
        "-addext",
        extension,
      ].concat("-keyout", at("key"), "-out", at("crt")),
      { stdio: "ignore" },
    );
    return fs.readFileSync(at("crt"), "utf8");
  }

  async function encrypted(
    at: ScratchServer,
    tls: Tls | undefined,
    host: string = at.handle.host,
  ): Promise<boolean> {
    const target = { ...at.target("postgres"), host, ...(tls && { tls }) };
    return withSession(target, { applicationName: "tls" }, async (session) => {
      const { ssl } = await row<{ ssl: boolean }>(
        session,
        "asking about TLS",
        "select ssl from pg_stat_ssl where pid = pg_backend_pid()",
      );
      return ssl;
    });
  }

  it("goes without where nothing is said, where it is disabled, and on a Unix socket", async () => {
    assert.equal(await encrypted(server, undefined), false);
    assert.equal(await encrypted(server, { mode: "disable" }), false);
  });

  it("prefers TLS, and goes without where the server has none", async () => {
    assert.equal(await encrypted(server, { mode: "prefer" }), true);
    assert.equal(await encrypted(plain, { mode: "prefer" }), false);
    assert.equal(await encrypted(server, { mode: "allow" }), false);
  });

  it("requires TLS, of any certificate when no authority is named, and fails where the server has none", async () => {
    assert.equal(await encrypted(server, { mode: "require" }), true);
    await assert.rejects(encrypted(plain, { mode: "require" }), /does not support SSL/);
    await assert.rejects(encrypted(server, { mode: "require", authorities: other }), /self-signed/);
  });

  it("verifies the authority, and with verify-full the name as well", async () => {
    assert.equal(await encrypted(server, { mode: "verify-ca", authorities: authority }), true);
    assert.equal(await encrypted(server, { mode: "verify-full", authorities: authority }, "localhost"), true);
    await assert.rejects(encrypted(server, { mode: "verify-ca", authorities: other }), /self-signed/);
    await assert.rejects(encrypted(server, { mode: "verify-full", authorities: authority }), /127\.0\.0\.1/);
  });

  describe("by its certificate the guard", () => {
    const unknown: ServerIdentity = { clusterName: undefined, dataDirectory: undefined, endpoints: [] };
    const byName = (certificateName: string): ServerIdentity => ({ ...unknown, certificateName });
    const judged = (tls: Tls, expected: ServerIdentity, forbidden: ServerIdentity) =>
      withSession(
        { ...server.target("postgres"), host: "localhost", tls },
        { applicationName: "tls" },
        async (session) => (await proveIsCopy(session, expected, [forbidden])).proofs[0]?.evidence,
      );
    const verified = (): Tls => ({ mode: "verify-full", authorities: authority });

    it("knows the copy, and says so", async () => {
      const evidence = await judged(verified(), byName("localhost"), byName("production.example"));
      assert.match(evidence ?? "", /^a trusted certificate for localhost; none of it is production's/);
    });

    it("refuses production, and a server of another name", async () => {
      await assert.rejects(
        judged(verified(), byName("copy.example"), byName("localhost")),
        /leads to production \(the server's certificate is for localhost, which is production's\)/,
      );
      await assert.rejects(
        judged(verified(), byName("copy.example"), byName("production.example")),
        /certificate is not the copy's\. Found: .*certificate for localhost.*Expected the copy: a trusted certificate for copy\.example/,
      );
    });

    it("believes no certificate that was not verified", () =>
      assert.rejects(
        judged({ mode: "require" }, byName("localhost"), byName("production.example")),
        /certificate is not the copy's/,
      ));
  });

  it("verifies the name that is said where the host is the end of a tunnel", async () => {
    const tls = { mode: "verify-full", authorities: authority } as const;
    assert.equal(await encrypted(server, { ...tls, serverName: "localhost" }), true);
    await assert.rejects(encrypted(server, { ...tls, serverName: "db.example" }, "localhost"), /db\.example/);
  });

  it("never sends a refused password a second time, without TLS", async () => {
    const target = { ...server.target("postgres"), password: "wrong", tls: { mode: "prefer" as const } };
    await assert.rejects(
      withSession(target, { applicationName: "tls" }, () => Promise.resolve()),
      /28P01/,
    );
    const log = fs.readFileSync(path.join(server.handle.dir, "log", "server.log"), "utf8");
    assert.equal(log.match(/password authentication failed/g)?.length, 1);
  });
});
