import { z } from "zod";
import { ident, run, withSession, type Session } from "../../postgres/connection";
import type { Log } from "../../postgres/proof";
import { newPasswords } from "../../platforms/local/sample/credentials";
import { sampleNames } from "../../platforms/local/sample/names";
import { load, makeDatabase } from "../../platforms/local/sample/production";
import type { Sandbox } from "./sandbox";

const instanceSchema = z.object({
  id: z.string(),
  resourceId: z.string(),
  masterUsername: z.string(),
  socketFolder: z.string(),
  port: z.number(),
  dataDirectory: z.string(),
  logFile: z.string(),
});

/** An instance's server, as the sandbox tells it to whoever looks behind RDS's curtain. */
export type SandboxInstance = z.infer<typeof instanceSchema>;

/** The server behind an instance. @throws when there is none of this name, or it is still being created. */
export async function sandboxInstance(sandbox: Sandbox, id: string): Promise<SandboxInstance> {
  const [found] = z.array(instanceSchema).parse(await sandbox.control("instances", { id }));
  if (found === undefined) throw new Error(`the sandbox has no server of an instance "${id}"`);
  return found;
}

/** A session of `rdsadmin`, RDS's own superuser, over the server's socket. */
export function withRdsAdmin<T>(
  instance: SandboxInstance,
  database: string,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const { socketFolder: host, port } = instance;
  return withSession(
    { host, port, database, user: "rdsadmin", password: "" },
    { applicationName: "sandbox" },
    use,
  );
}

/**
 * Puts the sample production into an instance: its database, its logins with new random passwords, its rows. What it
 * calls out through (subscription, foreign server) is left out. The master user becomes a member of the application's role, as whoever made
 * the database on RDS had to be.
 * @param members how many members the federation has
 * @returns the passwords of the sample's logins.
 */
export async function seedSample(
  sandbox: Sandbox,
  id: string,
  members: number,
  log: Log = () => undefined,
): Promise<{ app: string; reporting: string; legacyImport: string }> {
  const instance = await sandboxInstance(sandbox, id);
  const passwords = newPasswords();
  const within = <T>(database: string, use: (session: Session) => Promise<T>) =>
    withRdsAdmin(instance, database, use);
  await makeDatabase(within, passwords);
  await within("postgres", (session) =>
    run(
      session,
      "make the master user a member of the application's role",
      `grant ${ident(sampleNames.app)} to ${ident(instance.masterUsername)}`,
    ),
  );
  await within(sampleNames.database, async (session) => {
    await run(
      session,
      "make the master user the owner of extensions, as RDS does for whoever creates them",
      "update pg_catalog.pg_extension set extowner = $1::regrole where extname <> 'plpgsql'",
      [ident(instance.masterUsername)],
    );
    await load(session, members, log);
    // Only a superuser may store a setting that no library knows, so that none can have come about on RDS.
    await run(
      session,
      "take away what no master user could have set",
      `alter database ${ident(sampleNames.database)} reset "federation.office_address"`,
    );
  });
  return {
    app: passwords.productionApp,
    reporting: passwords.reporting,
    legacyImport: passwords.legacyImport,
  };
}
