import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { createInterface } from "node:readline";
import { asCopy, elsewhere, identityOf } from "../support/copies";
import { grepFiles, sanitiseWith } from "../support/sanitise";
import { needles, needleShape, people, planted, rules, schema } from "../support/sanitiseSchema";
import { useScratchHome, startScratchServer, type ScratchServer } from "../support/servers";

/** Killed with -9 at one place after the other, then called again: it ends as if nothing had happened. */
describe("sanitiser: killed and called again", function () {
  this.timeout(180_000);
  const database = "killed";
  const home = useScratchHome();
  let server: ScratchServer;

  async function startWithPeople(name: string): Promise<void> {
    server = await startScratchServer(home(), name, { wal_recycle: "off" });
    await server.createDatabase(database);
    await server.as(database, (session) => session.query(schema));
  }

  /** Runs it in a process of its own and kills that when a line of its progress matches. */
  async function killAt(line: RegExp, workers: number): Promise<string[]> {
    const order = path.join(home().root, "order.json");
    await fs.writeFile(
      order,
      JSON.stringify({
        target: server.target(database),
        expected: identityOf(server.handle),
        forbidden: elsewhere,
        rules: rules.replace("DATABASE", database),
        workers,
      }),
      { mode: 0o600 },
    );
    const child = spawn(
      process.execPath,
      ["--require", "tsx/cjs", path.join(__dirname, "../support/sanitiseChild.ts"), order],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    const lines: string[] = [];
    createInterface(child.stdout).on("line", (text) => {
      lines.push(text);
      if (line.test(text)) child.kill("SIGKILL");
    });
    const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
    assert.equal(
      signal,
      "SIGKILL",
      `it ended by itself (${code}) before ${String(line)}:\n${lines.join("\n")}`,
    );
    return lines;
  }

  it("resumes where it was, masks nothing twice, and the same person is the same everywhere", async () => {
    await startWithPeople("killed");
    await killAt(/taken off/, 1);
    await killAt(/table 3 of/, 1);
    const third = await killAt(/table 6 of/, 1);
    assert.ok(
      third.some((line) => /table 3 of .* done earlier/.test(line)),
      third.join("\n"),
    );
    await killAt(/constraints:/, 1);
    await killAt(/leak scan/, 1);
    const lines = await endsAsIfNothingHadHappened(1);
    assert.equal(lines.filter((line) => line.includes("done earlier")).length, 12, lines.join("\n"));
  });

  it("does so with several sessions side by side, whatever each of them was at", async () => {
    await startWithPeople("killed-side-by-side");
    // While rows are hashed, then in the middle of several rewrites; the server works on for those that are dead.
    await killAt(/side by side/, 4);
    await killAt(/table 1 of/, 4);
    await killAt(/table 5 of/, 3);
    const lines = await endsAsIfNothingHadHappened(2);
    assert.ok(
      lines.some((line) => /table 1 of .* done earlier/.test(line)),
      lines.join("\n"),
    );
    assert.ok(
      lines.some((line) => /^15 tables, \d+ of them to be written, 2 side by side$/.test(line)),
      lines.join("\n"),
    );
  });

  async function endsAsIfNothingHadHappened(workers: number): Promise<string[]> {
    const lines: string[] = [];
    const { result } = await sanitiseWith(
      server.target(database),
      (session) => asCopy(session, server.handle),
      rules.replace("DATABASE", database),
      lines,
      workers,
    );
    assert.ok(result.tables.find((table) => table.table === "member")?.rowsAfter === people);
    await server.as(database, async (session) => {
      const one = async (query: string) =>
        Object.values((await session.query<Record<string, unknown>>(query)).rows[0] ?? {})[0];
      assert.equal(
        await one("select count(*)::int from club c join member m on m.email = c.contact::text"),
        57,
      );
      assert.equal(
        await one("select count(*)::int from natural_child c join natural_parent p using (email)"),
        50,
      );
      assert.equal(await one("select count(*)::int from club c join payment p on p.card = c.token"), 60);
      assert.equal(await one("select count(*)::int from email"), 80);
      assert.equal(await one("select count(distinct mobile)::int from member"), people - 1);
      assert.equal(await one(`select count(*)::int from member where mobile = '${planted.phone(5)}'`), 0);
      assert.equal(await one("select count(*)::int from people"), people - 1);
      for (let i = 0; i < 3; i++) {
        await session.query("select pg_switch_wal()").then(() => session.query("checkpoint"));
      }
    });
    assert.deepEqual(
      [...(await grepFiles(server.handle.dataDirectory, needles, needleShape))].slice(0, 5),
      [],
    );
    return lines;
  }
});
