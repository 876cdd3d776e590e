import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import type { LocalHome } from "../../platforms/local/home";
import { productionFingerprint, sampleNames, sampleServer } from "../../platforms/local/sample";
import { withSocketSession } from "../../platforms/local/server";
import { ask } from "./sample";

/** Everything by which production could show that somebody touched it. */
export interface Untouched {
  parts: Record<string, string>;
  /** Another start means that it was restarted. */
  started: string;
  /** Its configuration, its record and its secrets, as hashes. */
  files: Record<string, string>;
  /** Whoever changed something and was rolled back is seen here too. */
  written: string;
}

export async function lookAtProduction(home: LocalHome): Promise<Untouched> {
  const { dir, dataDirectory } = await sampleServer(home, "production");
  const configuration = ["postgresql.conf", "postgresql.auto.conf", "pg_hba.conf", "pg_ident.conf"];
  const files = [
    ...configuration.map((name) => path.join(dataDirectory, name)),
    path.join(dir, "server.json"),
    ...fs
      .readdirSync(home.secrets)
      .filter((name) => name.startsWith("sample~"))
      .map((name) => path.join(home.secrets, name)),
  ];
  // One read-only session: this is asked a hundred times.
  const server = await sampleServer(home, "production");
  return withSocketSession(
    server,
    sampleNames.database,
    async (session) => ({
      parts: (await productionFingerprint(session)).parts,
      started: await ask(session, "select pg_postmaster_start_time()::text"),
      // Catalogues are left out: production's own autovacuum writes statistics into them.
      written: await ask(
        session,
        "select concat_ws(' ', sum(n_tup_ins), sum(n_tup_upd), sum(n_tup_del)) from pg_stat_user_tables",
      ),
      files: Object.fromEntries(files.map((file) => [path.basename(file), hashOf(file)])),
    }),
    { readOnly: true },
  );
}

/** Another way to a server: whoever connects here is connected there. @returns how to end it; undefined where nothing can listen. */
export async function forward(
  host: string,
  port: number,
  to: number,
): Promise<{ port: number; end: () => Promise<void> } | undefined> {
  const open = new Set<net.Socket>();
  const server = net.createServer((from) => {
    const there = net.connect(to, "127.0.0.1");
    for (const socket of [from, there]) {
      open.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        open.delete(socket);
        from.destroy();
        there.destroy();
      });
    }
    from.pipe(there).pipe(from);
  });
  const listens = await new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, host, () => resolve(true));
  });
  if (!listens) return undefined;
  return {
    port: (server.address() as net.AddressInfo).port,
    end: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

function hashOf(file: string): string {
  return createHash("sha256").update(fs.readFileSync(file)).digest("hex");
}
