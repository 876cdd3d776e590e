import assert from "node:assert/strict";
import type { Session } from "../../postgres/connection";
import { withSession } from "../../postgres/connection";
import { assertIsCopy, proveIsCopy, type ServerIdentity } from "../../postgres/guard";
import { scramVerifier } from "../../postgres/scram";
import { withSocketSession } from "../../platforms/local/server";
import { elsewhere, identityOf } from "../support/copies";
import { useScratchServer } from "../support/servers";

describe("the guard", () => {
  const server = useScratchServer({ cluster_name: "test-copy/one" });
  const login = { user: "plain", password: "plain-login" };
  const nobody: ServerIdentity = { clusterName: undefined, dataDirectory: undefined, endpoints: [] };

  before("a user without privileges", () =>
    server().as("postgres", (session) =>
      session.query(`create role plain login password '${scramVerifier(login.password)}'`),
    ),
  );

  const own = (): ServerIdentity => ({ ...identityOf(server().handle), clusterName: "test-copy/one" });
  const asAdmin = <T>(use: (session: Session) => Promise<T>) => server().as("postgres", use);
  const refused = (expected: ServerIdentity, forbidden: ServerIdentity[], message: RegExp) =>
    asAdmin((session) => assert.rejects(assertIsCopy(session, expected, forbidden), message));

  it("lets the copy pass and says by what it was known", () =>
    asAdmin(async (session) => {
      const { value, proofs } = await proveIsCopy(session, own(), [elsewhere]);
      assert.equal(value, session);
      assert.match(
        proofs[0]?.evidence ?? "",
        /^cluster_name "test-copy\/one", data_directory, endpoint 127\.0\.0\.1:\d+; none of it is production's$/,
      );
    }));

  it("knows the copy without the right to read data_directory, and says that too", () =>
    withSession(server().target("postgres", login), { applicationName: "test" }, async (session) => {
      const { proofs } = await proveIsCopy(session, own(), [elsewhere]);
      assert.match(proofs[0]?.evidence ?? "", /endpoint .*data_directory may not be read by this user/);
    }));

  it("knows the copy on a Unix socket, where there is no endpoint", () =>
    withSocketSession(server().handle, "postgres", async (session) => {
      const { proofs } = await proveIsCopy(session, own(), [elsewhere]);
      assert.doesNotMatch(proofs[0]?.evidence ?? "", /endpoint/);
    }));

  it("refuses production by its cluster_name", () =>
    refused(own(), [{ ...nobody, clusterName: "test-copy/one" }], /leads to production \(cluster_name/));

  it("refuses production by its data directory", () =>
    refused(
      own(),
      [{ ...nobody, dataDirectory: server().handle.dataDirectory }],
      /leads to production \(data directory/,
    ));

  for (const alias of ["127.0.0.1", "localhost", "[::1]", "127.0.0.2", "[::ffff:127.0.0.1]"]) {
    it(`refuses production by its endpoint, given as ${alias}`, () =>
      refused(
        own(),
        [{ ...nobody, endpoints: [`${alias}:${server().handle.port}`] }],
        /leads to production \(endpoint/,
      ));
  }

  it("refuses production that was dialled, though a proxy before it lets it show another address", async () => {
    const target = { ...server().target("postgres"), host: "localhost" };
    await withSession(target, { applicationName: "test" }, async (session) => {
      const query = session.query.bind(session) as (...args: unknown[]) => Promise<{ rows: object[] }>;
      session.query = (async (...args: unknown[]) => {
        const result = await query(...args);
        return { ...result, rows: [{ ...result.rows[0], address: "192.0.2.7" }] };
      }) as unknown as typeof session.query;
      const copy = { ...own(), endpoints: [`192.0.2.7:${server().handle.port}`] };
      await assertIsCopy(session, copy, [elsewhere]);
      const production = { ...nobody, endpoints: [`127.0.0.1:${server().handle.port}`] };
      await assert.rejects(assertIsCopy(session, copy, [production]), /leads to production \(endpoint/);
    });
  });

  it("refuses production when only the second of several is met", () =>
    refused(own(), [elsewhere, { ...nobody, clusterName: "test-copy/one" }], /leads to production/));

  it("refuses another copy, naming what was found, what was expected, and that nothing was changed", async () => {
    const other = { ...own(), clusterName: "test-copy/two" };
    await refused(
      other,
      [elsewhere],
      /Found: cluster_name "test-copy\/one".*Expected the copy: cluster_name/,
    );
    await refused(other, [elsewhere], /Nothing was changed/);
    await refused({ ...own(), dataDirectory: "/nonexistent/other" }, [elsewhere], /data directory is not/);
    await refused({ ...own(), endpoints: ["127.0.0.1:9"] }, [elsewhere], /endpoint is not the copy's/);
  });

  it("refuses what nothing is known of", async () => {
    await refused(nobody, [elsewhere], /nothing shows that it is the copy/);
    await refused(own(), [], /not told how production can be recognised/);
    await refused(own(), [elsewhere, nobody], /not told how production can be recognised/);
  });

  it("refuses when production's name cannot be resolved, for it could be any server", () =>
    refused(own(), [{ ...nobody, endpoints: ["production.invalid:5432"] }], /could not be resolved/));

  it("refuses a read-only session, as production's are", () =>
    withSession(server().target("postgres"), { applicationName: "test", readOnly: true }, (session) =>
      assert.rejects(assertIsCopy(session, own(), [elsewhere]), /read-only/),
    ));
});
