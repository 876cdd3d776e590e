import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { ConnectionTarget } from "./connection";
import { passwordFromFile } from "./passwordFile";
import { readService } from "./serviceFile";
import { tlsModes, type Tls, type TlsMode } from "./tls";

/** Names as libpq's connection strings have them: host, port, dbname, user, password, sslmode, ... */
type Settings = Map<string, string>;

/** The environment's variable of each setting. */
const variables: Record<string, string> = {
  host: "PGHOST",
  hostaddr: "PGHOSTADDR",
  port: "PGPORT",
  dbname: "PGDATABASE",
  user: "PGUSER",
  password: "PGPASSWORD",
  passfile: "PGPASSFILE",
  service: "PGSERVICE",
  sslmode: "PGSSLMODE",
  sslrootcert: "PGSSLROOTCERT",
  sslcert: "PGSSLCERT",
  sslkey: "PGSSLKEY",
};

/** Of these the second database takes the environment's as well; the others say where the first one is. */
const shared = ["user", "passfile", "sslmode", "sslrootcert", "sslcert", "sslkey"];

/**
 * The database that the environment names, as libpq reads it: `DATABASE_URL`, then what a service (PGSERVICE) says, then
 * PGHOST, PGHOSTADDR, PGPORT, PGDATABASE, PGUSER, PGPASSWORD, a password file, PGSSLMODE, PGSSLROOTCERT. A host that begins with `/` is the
 * folder of a Unix socket.
 * @throws every fault together; none of them repeats a password, nor any text in which one may stand.
 */
export function databaseOfEnvironment(env: NodeJS.ProcessEnv = process.env): ConnectionTarget {
  const faults: string[] = [];
  const target = mainTarget(env, faults);
  refuse(faults);
  return target;
}

/**
 * The same with the second database, of `SOURCE_DATABASE_URL`, when that is set. Its password comes from the URL or a
 * password file, never from PGPASSWORD, which belongs to the first one.
 * @throws the faults of both together.
 */
export function databasesOfEnvironment(env: NodeJS.ProcessEnv = process.env): {
  database: ConnectionTarget;
  source: ConnectionTarget | undefined;
} {
  const faults: string[] = [];
  const database = mainTarget(env, faults);
  const url = env.SOURCE_DATABASE_URL;
  const source = url ? targetOf("SOURCE_DATABASE_URL", url, env, shared, faults) : undefined;
  refuse(faults);
  return { database, source };
}

function mainTarget(env: NodeJS.ProcessEnv, faults: string[]): ConnectionTarget {
  return targetOf("DATABASE_URL", env.DATABASE_URL, env, Object.keys(variables), faults);
}

function refuse(faults: string[]): void {
  if (faults.length === 0) return;
  throw new Error(
    `The environment does not say which database is meant:\n${faults.map((one) => `- ${one}`).join("\n")}\n` +
      "Nothing was changed. For example: DATABASE_URL=postgres://user@host:5432/database, the password in ~/.pgpass or PGPASSWORD.",
  );
}

function targetOf(
  variable: string,
  url: string | undefined,
  env: NodeJS.ProcessEnv,
  defaults: string[],
  faults: string[],
): ConnectionTarget {
  const attempt = <T>(what: () => T, otherwise: T): T => {
    try {
      return what();
    } catch (error) {
      faults.push(`${variable === "DATABASE_URL" ? "" : `${variable}: `}${(error as Error).message}`);
      return otherwise;
    }
  };
  const home = env.HOME ?? os.homedir();
  const nothing: Settings = new Map();
  const parsed = url ? attempt<Settings | undefined>(() => settingsOfUrl(variable, url), undefined) : nothing;
  const said = parsed ?? nothing;
  const ofEnvironment = (name: string) => (defaults.includes(name) ? env[variables[name] ?? ""] : undefined);
  const service = said.get("service") ?? ofEnvironment("service");
  const served = service
    ? attempt<Settings | undefined>(() => readService(service, env, home), undefined)
    : undefined;
  const get = (name: string) => said.get(name) || served?.get(name) || ofEnvironment(name) || undefined;

  const user = get("user") ?? os.userInfo().username;
  const port = attempt(() => portOf(get("port")), 5432);
  const host = attempt(() => hostOf(get, port), "");
  const named = (name: string) => said.get(name) || served?.get(name) || undefined;
  const address = attempt(() => addressOf(variable, named, ofEnvironment("hostaddr")), undefined) ?? host;
  // libpq would take a database of the user's name: too easily another one than was meant.
  const database = get("dbname") ?? "";
  if (database === "" && parsed !== undefined && (service === undefined || served !== undefined)) {
    faults.push(
      url
        ? `${variable} names no database; write it at the end, as in postgres://host/database`
        : nothingNamed,
    );
  }
  const file = get("passfile") ?? path.join(home, ".pgpass");
  const { password, passwordFrom } = passwordOf(
    [
      { where: variable, password: said.get("password") },
      ...(served ? [{ where: `the service ${service}`, password: served.get("password") }] : []),
      ...(defaults.includes("password")
        ? [{ where: "PGPASSWORD", password: ofEnvironment("password") }]
        : []),
    ],
    () => attempt(() => passwordFromFile(file, { host, port, database, user }), undefined),
    file,
  );
  const tls = attempt<Tls>(() => tlsOf(get, home), { mode: "disable" });
  // As in libpq, the address is where to connect, and the host is the name that passwords and certificates are kept under.
  if (address !== host) tls.serverName = host;
  return { host: address, port, database, user, password, passwordFrom, tls };
}

/** The first password that is found; for messages also where that was, or where none was. */
function passwordOf(
  places: { where: string; password: string | undefined }[],
  fromFile: () => string | undefined,
  file: string,
): { password: string; passwordFrom: string } {
  const found = places.find((one) => one.password);
  const { where, password } = found ?? { where: file, password: fromFile() };
  if (password) return { password, passwordFrom: `the password is the one of ${where}` };
  const names = places.map((one) => one.where).join(" or ");
  return { password: "", passwordFrom: `there is none in ${names}, and no line for it in ${file}` };
}

/** libpq would take an address of the environment even where the URL names a host: in the shell of a tunnel, another database than meant. */
function addressOf(
  variable: string,
  named: (name: string) => string | undefined,
  ofEnvironment: string | undefined,
): string | undefined {
  const own = named("hostaddr");
  if (own === undefined && ofEnvironment && named("host") !== undefined) {
    throw new Error(
      `${variable} names the host ${named("host")}, and PGHOSTADDR says to connect to ${ofEnvironment} instead; unset one of them`,
    );
  }
  return own ?? (ofEnvironment || undefined);
}

const nothingNamed = "neither DATABASE_URL nor PGDATABASE nor PGSERVICE is set";

/** What a URL says, decoded. Its text is never repeated: a password may stand anywhere in a malformed one. */
function settingsOfUrl(variable: string, text: string): Settings {
  const scheme = /^(?:postgres|postgresql|postgis)(?:\+[a-z0-9]+)?:\/\//i.exec(text)?.[0];
  if (scheme === undefined) throw new Error(`${variable} does not begin with postgres://`);
  // A URL may have a user or a port without a host, for a Unix socket; the parser wants one.
  const rest = text.slice(scheme.length).replace(/^([^/?]*@)?(?=[:/?]|$)/, `$1${noHost}`);
  const found: Settings = new Map();
  try {
    const url = new URL(`postgres://${rest.replace(/(?<=\?.*)\+/gs, "%2B")}`);
    // Whatever follows an unwritten / or ? of a password would be taken for the database, and shown.
    if (/@/.test(url.pathname + url.search) || url.hash !== "") throw new Error("ends too early");
    const parts = {
      user: url.username,
      password: url.password,
      host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
      port: url.port,
      dbname: url.pathname.replace(/^\//, ""),
    };
    for (const [name, value] of Object.entries(parts)) {
      if (value !== "" && value !== noHost) found.set(name, decodeURIComponent(value));
    }
    for (const [name, value] of url.searchParams) if (value !== "") found.set(name, value);
  } catch {
    throw new Error(
      `${variable} is not a well-formed URL; in a user or password write each of : @ / ? # % [ ] and blanks as % and its hexadecimal code (%40 for @)`,
    );
  }
  if (!found.has("sslmode") && /^(1|true)$/.test(found.get("ssl") ?? "")) found.set("sslmode", "require");
  return found;
}

const noHost = "no-host.invalid";

function portOf(text: string | undefined): number {
  const port = Number(text ?? 5432);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new Error(`the port ${JSON.stringify(text)} is no whole number from 1 to 65535`);
}

/** Without a host libpq takes the server's Unix socket; where there is none, this machine. */
function hostOf(get: (name: string) => string | undefined, port: number): string {
  const host = get("host") ?? get("hostaddr");
  if (host?.includes(",")) throw new Error("several hosts are named; name the one server that is meant");
  if (host !== undefined) return host;
  const socket = ["/var/run/postgresql", "/tmp"].find((folder) =>
    fs.existsSync(`${folder}/.s.PGSQL.${port}`),
  );
  return socket ?? "localhost";
}

function tlsOf(get: (name: string) => string | undefined, home: string): Tls {
  const given = get("sslmode") ?? "prefer";
  // `no-verify` is what Node's programs call it.
  const mode = (given === "no-verify" ? "require" : given) as TlsMode;
  if (!tlsModes.includes(mode)) {
    throw new Error(`sslmode ${JSON.stringify(given)} is not known; it is one of ${tlsModes.join(", ")}`);
  }
  const root = get("sslrootcert");
  const own = path.join(home, ".postgresql", "root.crt");
  const file = root ?? (fs.existsSync(own) ? own : undefined);
  if (mode.startsWith("verify") && file === undefined) {
    throw new Error(
      `sslmode ${mode} needs the certificate of an authority: name its file in sslrootcert (PGSSLROOTCERT), or "system"`,
    );
  }
  const tls: Tls = { mode };
  if (file !== undefined && file !== "system" && mode !== "disable") {
    tls.authorities = contents("sslrootcert", file);
  }
  const [certificate, key] = [get("sslcert"), get("sslkey")];
  if (certificate !== undefined) tls.certificate = contents("sslcert", certificate);
  if (key !== undefined) tls.key = contents("sslkey", key);
  return tls;
}

function contents(what: string, file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(
      `${what}: ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"})`,
    );
  }
}
