import * as fs from "node:fs/promises";
import * as path from "node:path";
import { promisify } from "node:util";
import { execFile } from "node:child_process";
import type { Session } from "../../postgres/connection";
import { assertIsCopy, type CopySession, type ServerIdentity } from "../../postgres/guard";
import { cutOutbound } from "../../postgres/isolate";
import type { Log } from "../../postgres/proof";
import { localHome } from "../../platforms/local/home";
import {
  ensureSample,
  resetSample,
  sampleNames,
  sampleServer,
  stopSample,
} from "../../platforms/local/sample";
import {
  prepareFolders,
  removeServer,
  startServer,
  stopServer,
  withSocketSession,
  type ServerHandle,
} from "../../platforms/local/server";
import { pgHba } from "../../platforms/local/server/configuration";
import { choosePort } from "../../platforms/local/server/port";
import { newRecord, saveRecord, type ServerRecord } from "../../platforms/local/server/record";

const execute = promisify(execFile);

export const database = sampleNames.database;

/** What the sample's database takes on disk for one member, measured at 17,000. */
const bytesPerMember = 26_000;

/** Guard's other side: a production that no server of the bench can be (TEST-NET-1, RFC 5737). */
const elsewhere: ServerIdentity = {
  clusterName: "production-elsewhere",
  dataDirectory: "/nonexistent/production",
  endpoints: ["192.0.2.1:5432"],
};

/** Until isolated, what came along from production needs these. */
const beforeIsolation = { wal_level: "logical", max_prepared_transactions: "4" };

/** As a server that works through a large copy is set up; the same for every contestant. */
const settings = {
  shared_buffers: "256MB",
  max_wal_size: "2GB",
  wal_level: "replica",
  max_connections: "40",
};

/**
 * A stopped server with an isolated copy of a sample of about this size, made once and kept for the next call. Everybody
 * starts from its files.
 */
export async function sourceOf(folder: string, bytes: number, log: Log): Promise<string> {
  const members = Math.max(50, Math.round(bytes / bytesPerMember));
  const dir = path.join(folder, `source-${members}`);
  const ready = path.join(dir, "ready");
  if (await fs.stat(ready).catch(() => undefined)) return dir;
  log(`building a sample of ${members} members; it is kept in ${dir} for the next time`);
  await removeServer(dir);
  const home = localHome({ ...process.env, PRODCOPY_HOME: path.join(folder, `sample-${members}`) });
  await resetSample(home);
  await ensureSample(home, { members }, log);
  const production = await sampleServer(home, "production");
  await stopSample(home);
  const handle = await copyServer(production.dataDirectory, dir, production.adminUser, beforeIsolation);
  for (const name of ["postgres", "template1", database]) {
    await withSocketSession(handle, name, async (session) => {
      await cutOutbound(await asCopy(session, handle), () => undefined);
    });
  }
  await withSocketSession(handle, database, (session) => session.query("vacuum (analyze)"));
  await stopServer(dir);
  await resetSample(home);
  await fs.rm(home.root, { recursive: true, force: true });
  await fs.writeFile(ready, "");
  return dir;
}

/** A running server on a copy of another's data folder. */
export async function copyServer(
  from: string,
  dir: string,
  adminUser: string,
  more: Record<string, string> = {},
): Promise<ServerHandle> {
  const spec = { dir, name: path.basename(dir), adminUser, settings: { ...settings, ...more } };
  const record: ServerRecord = {
    ...newRecord({ ...spec, port: await choosePort(dir) }),
    database,
  };
  await prepareFolders(record);
  await fs.rm(record.dataDirectory, { recursive: true });
  await execute("cp", ["-a", "--reflink=auto", from, record.dataDirectory]);
  await fs.writeFile(path.join(record.dataDirectory, "postgresql.auto.conf"), "");
  await fs.writeFile(
    path.join(record.dataDirectory, "pg_hba.conf"),
    pgHba(adminUser, [{ database: undefined, user: undefined }]),
  );
  await saveRecord({ ...record, state: "ready" });
  return startServer(dir);
}

/** The session taken for the copy, by the real guard. */
export function asCopy(session: Session, handle: ServerHandle): Promise<CopySession> {
  const expected: ServerIdentity = {
    clusterName: undefined,
    dataDirectory: handle.dataDirectory,
    endpoints: [`${handle.host}:${handle.port}`],
  };
  return assertIsCopy(session, expected, [elsewhere]);
}
