import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { sanitise, type SanitiseRequest } from "../../postgres/sanitise/sanitise";
import { withSession } from "../../postgres/connection";
import { asCopy } from "../support/copies";
import { planOf } from "../support/sanitise";
import { removeServer, startServer, stopServer } from "../../platforms/local/server";
import { startScratchServer, useScratchHome, type ScratchServer } from "../support/servers";
import { skipBecause } from "../support/skip";

/** A server on a small disk, most of which one table takes. */
describe("sanitiser: room on the disk", () => {
  // Its folder goes after the disk in it is gone.
  const home = useScratchHome();
  describe("of which little is left", function () {
    this.timeout(120_000);
    const MB = 1024 * 1024;
    const database = "crowded";
    const yaml = `
database: crowded
allowed_domains: [example.invalid]
tables:
  letter: { keep: [body], mask: { email: email } }
  parcel: { keep: [body], mask: { email: email } }
`;
    let server: ScratchServer | undefined;
    let small: string;

    before("a server on a small disk", async function () {
      if (process.getuid?.() !== 0) skipBecause(this, "mounting a small disk needs root");
      small = home().servers;
      await fs.mkdir(small, { recursive: true });
      const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=220m,mode=0711", "tmpfs", small]);
      if (mounted.status !== 0) skipBecause(this, `no tmpfs can be mounted here: ${String(mounted.stderr)}`);
      server = await startScratchServer(home(), "crowded");
      // So that it is the table that meets the end of the disk, and not the log: with that the whole server ends.
      const { dir } = server.handle;
      await stopServer(dir);
      spawnSync("mv", [path.join(dir, "data/pg_wal"), path.join(home().root, "wal")]);
      await fs.symlink(path.join(home().root, "wal"), path.join(dir, "data/pg_wal"));
      await startServer(dir);
      await server.createDatabase(database);
      await server.as(database, async (session) => {
        for (const [table, rows] of [
          ["letter", 20_000],
          ["parcel", 18_000],
        ] as const) {
          await session.query(`create table ${table} (id int primary key, email text, body text)`);
          await session.query(
            `insert into ${table} select i, 'someone' || i || '@real.org', repeat('kept ', 200) from generate_series(1, ${rows}) i`,
          );
        }
        await session.query("checkpoint");
      });
    });
    after(async () => {
      if (server !== undefined) await removeServer(server.handle.dir);
      spawnSync("umount", ["-l", small]);
    });

    const running = () => {
      if (server === undefined) throw new Error("the server runs only while tests run");
      return server;
    };
    const free = async () => {
      const { bavail, bsize } = await fs.statfs(small);
      return bavail * bsize;
    };
    /** Leaves so many bytes on the disk. */
    async function leave(bytes: number): Promise<void> {
      const filler = path.join(running().handle.dir, "filler");
      await fs.rm(filler, { force: true });
      await fs.writeFile(filler, Buffer.alloc((await free()) - bytes));
    }
    const mask = async (options: Partial<SanitiseRequest> = {}) => {
      const lines: string[] = [];
      const target = running().target(database);
      const open: SanitiseRequest["openSession"] = (use) =>
        withSession(target, { applicationName: "test worker" }, async (s) =>
          use(await asCopy(s, running().handle)),
        );
      await open(async (copy) => {
        const plan = await planOf(copy, yaml, database);
        await sanitise({
          copy,
          plan,
          openSession: open,
          resourceId: "test-resource",
          runId: "test-run",
          log: (line) => lines.push(line),
          workers: 1,
          ...options,
        });
      });
      return lines;
    };
    const real = (table: string) =>
      running().as(database, async (session) => {
        const { rows } = await session.query<{ n: number }>(
          `select count(*)::int as n from ${table} where email like '%@real.org'`,
        );
        return rows[0]?.n;
      });

    it("refuses before anything changes when the largest table does not fit", async () => {
      await leave(15 * MB);
      await assert.rejects(
        mask(),
        /for public\.letter, the largest, .* 1[45](\.\d)? MB are free on the disk at .*servers of the server\. Nothing was changed/,
      );
      await running().as(database, async (session) => {
        const { rows } = await session.query(
          "select from pg_class where relnamespace = 'prodcopy'::regnamespace and relname = 'run_key'",
        );
        assert.equal(rows.length, 0);
      });
    });

    it("fails in the middle when the disk fills up all the same, and loses nothing", async () => {
      await leave(18 * MB);
      await assert.rejects(
        mask({ room: { bytes: 1024 * MB, by: "--room" } }),
        /masking public\.letter failed: .*No space left on device \(SQLSTATE 53100\)/,
      );
      assert.deepEqual([await real("letter"), await real("parcel")], [20_000, 18_000]);
      assert.ok((await free()) > 8 * MB, "what was written is given back");
    });

    it("goes on when there is room, one table at a time where side by side does not fit", async () => {
      await leave(40 * MB);
      const lines = await mask({ workers: 2 });
      assert.match(lines.join("\n"), /room: .* side by side would be needed, .* wait for each other/);
      assert.deepEqual([await real("letter"), await real("parcel")], [0, 0]);
    });
  });
});
