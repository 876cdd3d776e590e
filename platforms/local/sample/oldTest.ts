import * as path from "node:path";
import { ident, run, withTransaction } from "../../../postgres/connection";
import { scramVerifier } from "../../../postgres/scram";
import type { Log } from "../../../postgres/proof";
import type { LocalHome } from "../home";
import { initServer, setServerDatabase, startServer, withSocketSession, type ServerHandle } from "../server";
import { storeCredentials, type SamplePasswords } from "./credentials";
import { sampleNames } from "./names";
import { migrationsFolder, runSql } from "./sqlFiles";

/** The small server that Test stands on before the first copy: the same schema, ahead by its migrations, with invented people. */
export async function buildOldTest(
  home: LocalHome,
  passwords: SamplePasswords,
  log: Log,
): Promise<ServerHandle> {
  log("sample: the old Test server");
  const dir = path.join(home.servers, "test");
  await initServer({
    dir,
    name: "test",
    adminUser: sampleNames.admin,
    adminPassword: passwords.testAdmin,
    settings: {},
  });
  const handle = await startServer(dir);
  const { app, readers, legacyImport, testDatabase } = sampleNames;
  await withSocketSession(handle, "postgres", async (session) => {
    const verifier = scramVerifier(passwords.testApp);
    await run(
      session,
      "make the application's login",
      `create role ${ident(app)} login password '${verifier}'`,
    );
    await run(session, "make the readers' role", `create role ${ident(readers)} nologin`);
    await run(session, "make the import's role", `create role ${ident(legacyImport)} nologin`);
    await run(
      session,
      "create Test's database",
      `create database ${ident(testDatabase)} owner ${ident(app)}`,
    );
  });
  await withSocketSession(handle, testDatabase, async (session) => {
    await withTransaction(session, async () => {
      await run(session, "become the application", `set local role ${ident(app)}`);
      await runSql(session, "schema");
      await runSql(session, "old-test/members.sql");
      await runSql(session, "keys");
      await run(session, "fill the contact list", "refresh materialized view club_contact_list");
      await runSql(session, ".", migrationsFolder);
    });
  });
  await storeCredentials(home, "test", handle, passwords);
  return setServerDatabase(dir, testDatabase);
}
