import assert from "node:assert/strict";
import { type Session, withSession } from "../../postgres/connection";
import { verifyCopy } from "../../postgres/verify";
import { asCopy } from "../support/copies";
import { type ScratchServer, startScratchServer, useScratchHome } from "../support/servers";

describe("verify", () => {
  const home = useScratchHome();
  let copy: ScratchServer;
  let production: ScratchServer;

  before("a copy and a production", async function () {
    this.timeout(60_000);
    copy = await startScratchServer(home(), "copy", { cluster_name: "the-copy" });
    production = await startScratchServer(home(), "production");
  });

  const onCopy = <T>(use: (session: Session) => Promise<T>, database = "postgres") => copy.as(database, use);
  const readOnly = <T>(server: ScratchServer, use: (session: Session) => Promise<T>, host = "127.0.0.1") =>
    withSession({ ...server.target("postgres"), host }, { applicationName: "test", readOnly: true }, use);
  const verify = (on: ScratchServer, host?: string) =>
    readOnly(
      on,
      (session) => onCopy(async (own) => verifyCopy(await asCopy(own, copy.handle), session)),
      host,
    );
  const schemas = (server: ScratchServer) =>
    server.as("postgres", async (session) => {
      const found = await session.query<{ name: string }>(
        "select nspname as name from pg_namespace where nspname like 'prodcopy%'",
      );
      return found.rows.map((row) => row.name);
    });

  it("shows that the copy is another server and that its marker is not on production", async () => {
    const { proofs, notProven } = await verify(production);
    assert.deepEqual(
      proofs.map((one) => one.claim),
      [
        "The copy is another server than production.",
        "A marker written to the copy is not seen on production.",
      ],
    );
    assert.match(
      notProven.join(),
      /system identifiers of copy and production are different, which proves nothing/,
    );
    assert.deepEqual([await schemas(copy), await schemas(production)], [[], []]);
  });

  it("refuses when production's session leads to the copy's own server", () =>
    assert.rejects(verify(copy), /lead to one server \(the same endpoint/));

  it("refuses the same server under an alias of its host", () =>
    assert.rejects(verify(copy, "localhost"), /lead to one server/));

  /** The copy's own server as through a second tunnel: it shows what is given and what it cannot help showing. */
  const throughTunnel = (shown: { directory?: string; cluster?: string }, expected: RegExp) =>
    readOnly(copy, (session) => {
      const facts = { address: "192.0.2.7", directory: null, cluster: "", ...shown };
      const disguised = new Proxy(session, {
        get(target, name) {
          if (name === "host") return "192.0.2.7";
          if (name !== "query") return Reflect.get(target, name) as unknown;
          return async (text: string, values: unknown[]) => {
            const result = await target.query<Record<string, unknown>>(text, values);
            if (!text.includes("inet_server_addr")) return result;
            return { ...result, rows: [{ ...result.rows[0], ...facts }] };
          };
        },
      });
      return onCopy(async (own) => {
        await assert.rejects(verifyCopy(await asCopy(own, copy.handle), disguised), expected);
        assert.deepEqual(await schemas(copy), []);
      });
    });

  it("refuses one server behind two addresses by its data directory", () =>
    throughTunnel({ directory: copy.handle.dataDirectory }, /the same data directory/));

  it("refuses one server behind two addresses by its cluster_name", () =>
    throughTunnel({ cluster: "the-copy" }, /the same cluster_name/));

  it("refuses one server behind two addresses by its marker when nothing else gives it away", () =>
    throughTunnel({}, /a marker written to the copy is seen on production/));

  it("refuses one resource under two names", () =>
    onCopy(async (own) => {
      const ids = { copy: "db-1", production: "db-1" };
      await assert.rejects(
        verifyCopy(await asCopy(own, copy.handle), undefined, ids),
        /one resource \(db-1\)/,
      );
    }));

  it("refuses a session on production that may write", () =>
    production.as("postgres", (session) =>
      onCopy(async (own) =>
        assert.rejects(verifyCopy(await asCopy(own, copy.handle), session), /may write; open it read-only/),
      ),
    ));

  it("refuses to compare two databases of different names", () =>
    readOnly(production, (session) =>
      onCopy(
        async (own) =>
          assert.rejects(
            verifyCopy(await asCopy(own, copy.handle), session),
            /"postgres" and the copy's in "template1"/,
          ),
        "template1",
      ),
    ));

  it("says what is not proven when production cannot be read", () =>
    onCopy(async (own) => {
      const ids = { copy: "db-1", production: "db-2" };
      const { proofs, notProven } = await verifyCopy(await asCopy(own, copy.handle), undefined, ids);
      assert.deepEqual(
        proofs.map((one) => one.evidence),
        ["db-1 is not db-2"],
      );
      assert.match(notProven.join(), /marker .* production could not be read/);
    }));

  it("removes the marker that a killed verification left", async () => {
    await onCopy((session) => session.query("create schema prodcopy_marker_old create table marker ()"));
    await verify(production);
    assert.deepEqual(await schemas(copy), []);
  });
});
