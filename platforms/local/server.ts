import * as fs from "node:fs/promises";
import * as path from "node:path";
import { withSession, type Session, type SessionOptions } from "../../postgres/connection";
import { scramVerifier } from "../../postgres/scram";
import { withLock } from "./lock";
import { pgHba, pgIdent, postgresqlConf } from "./server/configuration";
import { assertReachable, makePrivateFolder, makeSocketDirectory, writeWhole } from "./server/place";
import { choosePort, portIsFree } from "./server/port";
import { launch, runningPostmaster, shutDown } from "./server/process";
import { assertSameMajor, runProgram } from "./server/program";
import { findRecord, newRecord, readRecord, saveRecord, type ServerRecord } from "./server/record";

/** A PostgreSQL server on this machine, as `<dir>/server.json` describes it; its data stands in `<dir>/data`. */
export interface ServerHandle {
  dir: string;
  name: string;
  /** Identity of this one server, as RDS's DbiResourceId: made anew with every init and every restore. */
  resourceId: string;
  host: "127.0.0.1";
  port: number;
  dataDirectory: string;
  socketDirectory: string;
  adminUser: string;
  /** The application's database, once there is one. */
  database: string | undefined;
}

export interface ServerSpec {
  dir: string;
  name: string;
  adminUser: string;
  adminPassword: string;
  /** Lines of postgresql.conf, name to value. */
  settings?: Record<string, string>;
}

/** Somebody else listens on the server's port. */
export class PortTakenError extends Error {
  constructor(server: ServerHandle) {
    super(
      `the server "${server.name}" in ${server.dir} has the port ${server.port} on ${server.host}, and another program listens there. ` +
        `Nothing was started. Stop that program (find it with: ss -ltnp 'sport = :${server.port}') and try again`,
    );
    this.name = "PortTakenError";
  }
}

/** How long a start may take; recovery of a large copy is part of it. */
const startTimeoutMs = 300_000;

/**
 * Makes an empty server, stopped, with a free port that it keeps. A complete one that stands there is answered as it is,
 * with the given settings from its next start on; what a killed call left is made again.
 * @throws when the folder holds anything else.
 */
export async function initServer(spec: ServerSpec): Promise<ServerHandle> {
  const dir = path.resolve(spec.dir);
  const settings = spec.settings ?? {};
  const found = await findRecord(dir);
  if (found?.state === "ready") {
    if (found.adminUser !== spec.adminUser || found.name !== spec.name) {
      throw new Error(
        `${dir} already holds the server "${found.name}" of "${found.adminUser}"; it is not made into "${spec.name}" of "${spec.adminUser}"`,
      );
    }
    const record = { ...found, settings };
    await saveRecord(record);
    return handleOf(record);
  }
  if (found === undefined && (await fs.readdir(dir).catch(() => [])).length > 0) {
    throw new Error(
      `${dir} is not empty and holds no server of prodcopy; it is left alone. Name another folder`,
    );
  }
  const { name, adminUser } = spec;
  const record = newRecord({ dir, name, adminUser, settings, port: found?.port ?? (await choosePort(dir)) });
  await prepareFolders(record);
  await createCluster(record, spec.adminPassword);
  await writeWhole(
    path.join(record.dataDirectory, "pg_hba.conf"),
    pgHba(adminUser, [{ database: undefined, user: undefined }]),
  );
  const ready: ServerRecord = { ...record, state: "ready" };
  await saveRecord(ready);
  return handleOf(ready);
}

/** The server's folders, empty, with its record written before them. */
export async function prepareFolders(record: ServerRecord): Promise<void> {
  await makePrivateFolder(record.dir);
  await assertReachable(record.dir);
  await saveRecord(record);
  await shutDown(record.dataDirectory, "immediate");
  await fs.rm(record.dataDirectory, { recursive: true, force: true });
  await makePrivateFolder(record.dataDirectory);
  await makePrivateFolder(path.join(record.dir, "log"));
}

async function createCluster(record: ServerRecord, password: string): Promise<void> {
  // initdb takes the password from a file and puts it into a statement as it is; a verifier there means that no file and
  // no log ever holds the password itself.
  const passwordFile = path.join(record.dir, "initial-verifier");
  await writeWhole(passwordFile, `${scramVerifier(password)}\n`);
  try {
    await runProgram("initdb", [
      `--pgdata=${record.dataDirectory}`,
      `--username=${record.adminUser}`,
      `--pwfile=${passwordFile}`,
      "--auth-local=peer",
      "--auth-host=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      "--data-checksums",
      "--no-sync",
    ]);
  } finally {
    await fs.rm(passwordFile, { force: true });
  }
}

/**
 * Starts the server on its own port, or answers the running one. What a kill left behind (a stale pid file, backends
 * without a postmaster) is cleared first.
 * @throws PortTakenError when somebody else listens there; with the end of the server's log when it does not come up.
 */
export async function startServer(dir: string): Promise<ServerHandle> {
  const record = await readRecord(dir);
  if (record.state !== "ready") {
    throw new Error(
      `the server "${record.name}" in ${dir} was never completed; make it again before starting it`,
    );
  }
  await startRecorded(record);
  return handleOf(record);
}

/**
 * As `startServer`, for a record that may not be ready yet: a restore starts its server before it is proven. One starter at
 * a time: to a second one the server that is just coming up would look like what a kill left.
 */
export async function startRecorded(record: ServerRecord): Promise<void> {
  await withLock(record.dir, `starting the server "${record.name}"`, startTimeoutMs, async () => {
    if ((await runningPostmaster(record.dataDirectory)) === undefined) {
      await assertSameMajor(record);
      if (!(await portIsFree(record.port))) throw new PortTakenError(record);
      await makeSocketDirectory(record.socketDirectory);
      await writeWhole(path.join(record.dataDirectory, "postgresql.conf"), postgresqlConf(record));
      await writeWhole(path.join(record.dataDirectory, "pg_ident.conf"), pgIdent(record.adminUser));
    }
    await launch(record, startTimeoutMs);
  });
}

/** Stops the server; one that does not run, or is not there, is fine. */
export async function stopServer(dir: string, mode: "fast" | "immediate" = "fast"): Promise<void> {
  const record = await findRecord(dir);
  if (record !== undefined) await shutDown(record.dataDirectory, mode);
}

/** Stops the server and removes its folder, and its socket's where that stands elsewhere. One that is gone is fine. */
export async function removeServer(dir: string): Promise<void> {
  const record = await findRecord(dir);
  if (record === undefined) return;
  await shutDown(record.dataDirectory, "immediate");
  await fs.rm(record.socketDirectory, { recursive: true, force: true });
  // The record goes last: a killed removal is found and finished.
  await fs.rm(record.dataDirectory, { recursive: true, force: true });
  await fs.rm(record.dir, { recursive: true, force: true });
}

export async function serverStatus(dir: string): Promise<"running" | "stopped" | "absent"> {
  const record = await findRecord(dir);
  if (record === undefined) return "absent";
  return (await runningPostmaster(record.dataDirectory)) === undefined ? "stopped" : "running";
}

/** @throws when there is none. */
export async function readServer(dir: string): Promise<ServerHandle> {
  return handleOf(await readRecord(dir));
}

/** Notes which database is the application's. */
export async function setServerDatabase(dir: string, database: string): Promise<ServerHandle> {
  const record = { ...(await readRecord(dir)), database };
  await saveRecord(record);
  return handleOf(record);
}

/** The administrator through the private socket (peer authentication): the platform's own way in, which needs no password. */
export async function withSocketSession<T>(
  server: ServerHandle,
  database: string,
  use: (session: Session) => Promise<T>,
  options: Partial<SessionOptions> = {},
): Promise<T> {
  const { socketDirectory: host, port, adminUser: user } = server;
  const target = { host, port, database, user, password: "" };
  return withSession(target, { applicationName: "prodcopy platform", ...options }, use);
}

function handleOf(record: ServerRecord): ServerHandle {
  const { dir, name, resourceId, host, port, dataDirectory, socketDirectory, adminUser, database } = record;
  return { dir, name, resourceId, host, port, dataDirectory, socketDirectory, adminUser, database };
}
