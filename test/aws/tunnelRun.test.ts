import * as assert from "node:assert/strict";
import { sshCarrier } from "../../platforms/aws/tunnel/ssh";
import { Tunnel } from "../../platforms/aws/tunnel/tunnel";
import { throughLostConnections } from "../../pipeline/reconnect";
import { asCopy } from "../support/copies";
import { grepFiles, sanitiseWith } from "../support/sanitise";
import { needles, needleShape, people, rules, schema } from "../support/sanitiseSchema";
import { useScratchServer } from "../support/servers";
import { useSshd } from "../support/sshd";

describe("a run whose tunnel is cut", function () {
  this.timeout(120_000);
  const server = useScratchServer();
  const sshd = useSshd();

  it("goes on from what is done, through the same port, and ends as if nothing had happened", async () => {
    const database = "cut";
    await server().createDatabase(database);
    await server().as(database, (session) => session.query(schema));
    const lines: string[] = [];
    const { host, port } = server().handle;
    const tunnel = await Tunnel.open(sshCarrier(sshd().bastion, { host, port }), {
      log: (line) => lines.push(line),
    });
    try {
      // In the middle of hashing, of the rewrites, and of the leak scan; each once.
      const cuts = [/taken off/, /table 5 of/, /leak scan/];
      const hear = (line: string) => {
        lines.push(line);
        if (cuts[0]?.test(line)) {
          cuts.shift();
          sshd().cut();
        }
      };
      const target = { ...server().target(database), host: tunnel.host, port: tunnel.port };
      const own = rules.replace("DATABASE", database);
      const run = () => sanitiseWith(target, (session) => asCopy(session, server().handle), own, hear, 2);
      const { result } = await throughLostConnections(run, {
        awayMs: 60_000,
        log: (line) => lines.push(line),
      });
      assert.deepEqual(cuts, [], lines.join("\n"));
      assert.deepEqual(result.leakScan.findings, []);
      assert.equal(lines.filter((line) => line.includes("is open again")).length, 3, lines.join("\n"));
      assert.ok(
        lines.some((line) => line.includes("done earlier")),
        lines.join("\n"),
      );
    } finally {
      await tunnel.close();
    }
    await server().as(database, async (session) => {
      const one = async (query: string) =>
        Object.values((await session.query<Record<string, unknown>>(query)).rows[0] ?? {})[0];
      assert.equal(await one("select count(distinct mobile)::int from member"), people - 1);
      assert.equal(
        await one("select count(*)::int from club c join member m on m.email = c.contact::text"),
        57,
      );
    });
    const left = await grepFiles(server().handle.dataDirectory, needles, needleShape);
    assert.deepEqual(
      [...left.keys()].filter((needle) => !left.get(needle)?.every(isLog)),
      [],
    );
  });
});

/** A server of its own recycles its log; here the segments are as they were written. */
const isLog = (file: string) => file.includes("pg_wal");
