import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { withSession, type ConnectionTarget, type Session } from "../../postgres/connection";
import type { LocalHome } from "../../platforms/local/home";
import {
  productionFingerprint,
  sampleLogins,
  sampleNames,
  sampleServer,
  type Fingerprint,
  type SampleLoginKey,
  type SampleServer,
} from "../../platforms/local/sample";
import { localSecrets } from "../../platforms/local/secrets";
import { withSocketSession } from "../../platforms/local/server";

/** Where one of the sample's logins connects, with the password that its secret holds. */
export async function sampleTarget(home: LocalHome, key: SampleLoginKey): Promise<ConnectionTarget> {
  const {
    username = "",
    password = "",
    host = "",
    port,
    dbname = "",
  } = await localSecrets(home).get(sampleLogins[key].ref);
  return { host, port: Number(port), database: dbname, user: username, password };
}

/** A session as one of the sample's logins. */
export async function asSampleLogin<T>(
  home: LocalHome,
  key: SampleLoginKey,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  return withSession(await sampleTarget(home, key), { applicationName: "test" }, use);
}

const databases: Record<SampleServer, string> = {
  production: sampleNames.database,
  publisher: sampleNames.publisherDatabase,
  test: sampleNames.testDatabase,
};

/** A session of the administrator on one of the sample's servers. */
export async function onSample<T>(
  home: LocalHome,
  server: SampleServer,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  return withSocketSession(await sampleServer(home, server), databases[server], use);
}

/** Production's fingerprint over a read-only session. */
export async function fingerprintOf(home: LocalHome): Promise<Fingerprint> {
  const server = await sampleServer(home, "production");
  return withSocketSession(server, sampleNames.database, productionFingerprint, { readOnly: true });
}

/** The one value of a query's only row, as text. */
export async function ask(session: Session, query: string): Promise<string> {
  const { rows } = await session.query<Record<string, unknown>>(query);
  const [row] = rows;
  if (row === undefined || rows.length > 1) assert.fail(`${rows.length} rows, not one: ${query}`);
  return String(Object.values(row)[0]);
}

/** When each of the sample's servers was started. */
export async function startTimes(home: LocalHome): Promise<string[]> {
  const start = "select pg_postmaster_start_time()::text";
  return Promise.all(
    (["publisher", "production", "test"] as const).map((server) =>
      onSample(home, server, (session) => ask(session, start)),
    ),
  );
}

/** Every row of every table, as text. */
export async function allText(session: Session): Promise<string> {
  const { rows } = await session.query<{ text: string }>(
    "select database_to_xml(false, false, '')::text as text",
  );
  return rows[0]?.text ?? "";
}

/** Builds the sample in a process of its own and kills that as soon as it logs `line`. */
export async function killedBuild(home: LocalHome, members: number, line: string): Promise<void> {
  const code = `const { ensureSample } = require("./platforms/local/sample");
    const { localHome } = require("./platforms/local/home");
    ensureSample(localHome(), { members: ${members} }, console.log);`;
  const child = spawn(process.execPath, ["--require", "tsx/cjs", "-e", code], {
    env: { ...process.env, PRODCOPY_HOME: home.root },
    stdio: ["ignore", "pipe", "inherit"],
  });
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    if (text.includes(line)) child.kill("SIGKILL");
  });
  const signal = await new Promise((resolve) => child.once("exit", (_code, signal) => resolve(signal)));
  assert.equal(signal, "SIGKILL", `the build ended before it logged "${line}"`);
}
