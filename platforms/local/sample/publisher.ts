import * as path from "node:path";
import { ident, run, withTransaction } from "../../../postgres/connection";
import type { Log } from "../../../postgres/proof";
import type { LocalHome } from "../home";
import { initServer, setServerDatabase, startServer, withSocketSession, type ServerHandle } from "../server";
import { storeCredentials, verifierSettings, type SamplePasswords } from "./credentials";
import { sampleNames } from "./names";
import { runSql, setForSession } from "./sqlFiles";

/**
 * The server that production subscribes to, asks and announces to. Its log names every connection with the database,
 * user and application, and every replication command: whoever called shows there.
 */
const settings = {
  wal_level: "logical",
  log_connections: "on",
  log_disconnections: "on",
  log_replication_commands: "on",
  log_line_prefix: "%m [%p] host=%h user=%u db=%d app=%a ",
};

export async function buildPublisher(
  home: LocalHome,
  members: number,
  passwords: SamplePasswords,
  log: Log,
): Promise<ServerHandle> {
  log("sample: the ratings office's server, which production subscribes to");
  const dir = path.join(home.servers, "publisher");
  const adminUser = sampleNames.publisherAdmin;
  const { publisherDatabase } = sampleNames;
  await initServer({
    dir,
    name: "publisher",
    adminUser,
    adminPassword: passwords.publisherAdmin,
    settings,
  });
  const handle = await startServer(dir);
  await withSocketSession(handle, "postgres", async (session) => {
    await setForSession(
      session,
      verifierSettings(passwords, { feed: "feed", reader: "reader", announcer: "announcer" }),
    );
    await runSql(session, "publisher/roles.sql");
    await run(session, "create the publisher's database", `create database ${ident(publisherDatabase)}`);
  });
  await withSocketSession(handle, publisherDatabase, async (session) => {
    await setForSession(session, { "sample.members": String(members), timezone: "UTC" });
    await withTransaction(session, async () => {
      await runSql(session, "data/00_words.sql");
      await runSql(session, "data/10_persons.sql");
      await runSql(session, "publisher/ratings.sql");
    });
  });
  await storeCredentials(home, "publisher", handle, passwords);
  return setServerDatabase(dir, publisherDatabase);
}
