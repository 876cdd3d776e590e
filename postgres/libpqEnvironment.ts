import { writeFile } from "node:fs/promises";
import * as path from "node:path";
import type { ConnectionTarget } from "./connection";
import { writePasswordFile } from "./passwordFile";

/**
 * The environment by which a program that reads libpq's variables finds a database: host, port, database, user, the file that holds the
 * password, and how the connection is encrypted. Never the password itself; without one the program finds its own. Writes the password and the authorities' certificates
 * into `folder`, readable by this user alone; whoever made the folder removes it.
 *
 * Where the host is the end of a tunnel, PGHOST is the name in the server's certificate and PGHOSTADDR where to connect, so that libpq
 * checks the certificate as without the tunnel. For programs that know no PGHOSTADDR (not made on libpq) there is `loopback`: PGHOST is the
 * tunnel's end, and of the certificate only its chain is checked.
 */
export async function libpqEnvironment(
  { host, port, database, user, password, tls }: ConnectionTarget,
  folder: string,
  loopback = false,
): Promise<Record<string, string>> {
  const name = tls?.serverName ?? host;
  const through = name !== host;
  const mode = through && loopback && tls?.mode === "verify-full" ? "verify-ca" : tls?.mode;
  const env: Record<string, string> = {
    PGHOST: loopback ? host : name,
    PGPORT: String(port),
    PGDATABASE: database,
    PGUSER: user,
  };
  if (password !== "") {
    env.PGPASSFILE = passwordFileIn(folder);
    await writePasswordFile(env.PGPASSFILE, password);
  }
  if (through && !loopback) env.PGHOSTADDR = host;
  if (mode !== undefined) env.PGSSLMODE = mode;
  if (tls?.authorities !== undefined) {
    env.PGSSLROOTCERT = path.join(folder, "authorities.pem");
    await writeFile(env.PGSSLROOTCERT, tls.authorities, { mode: 0o600 });
  }
  return env;
}

/** Where `libpqEnvironment` keeps the password; whoever has a newer one writes it there. */
export function passwordFileIn(folder: string): string {
  return path.join(folder, "passfile");
}

/** Variables that could lead a program to another database than the one it is given: those of libpq, of frameworks, of environments. */
const leads = /^(PG[A-Z]+|RDS_.*|.*DATABASE_?UR[IL]|.*_DSN|PULUMI_.*)$/;

/** An environment without anything that could lead to another database. */
export function withoutDatabases(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !leads.test(name)));
}
