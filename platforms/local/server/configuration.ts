import { userInfo } from "node:os";

import { serversAccount } from "./place";
import type { ServerRecord } from "./record";

/** The name under which pg_hba.conf finds our lines of pg_ident.conf. */
const identMap = "prodcopy";

/** A value of postgresql.conf, quoted; its reader knows backslash escapes inside quotes, and no line breaks. */
export function confValue(value: string): string {
  const escaped = value
    .replace(/\\/g, "\\\\")
    .replace(/'/g, "''")
    .replace(/\n/g, "\\n")
    .replace(/\r/g, "\\r");
  return `'${escaped}'`;
}

/** The whole of postgresql.conf: what follows from the record, then the server's own settings. */
export function postgresqlConf(record: ServerRecord): string {
  const settings: Record<string, string> = {
    listen_addresses: record.host,
    port: String(record.port),
    unix_socket_directories: quotedListEntry(record.socketDirectory),
    unix_socket_permissions: "0700",
    cluster_name: record.clusterName,
    password_encryption: "scram-sha-256",
    log_destination: "stderr",
    logging_collector: "off",
    log_line_prefix: "%m [%p] ",
    log_timezone: "UTC",
    timezone: "UTC",
    lc_messages: "C",
    datestyle: "iso, mdy",
    ...record.settings,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${confValue(value)}`);
  return ["# Written by prodcopy at every start; changes made here are lost.", ...lines, ""].join("\n");
}

/** unix_socket_directories is a list: a path with a comma or a space is one entry only when it is quoted. */
function quotedListEntry(value: string): string {
  return `"${value.replace(/"/g, '""')}"`;
}

/**
 * A role or database name as one literal token of pg_hba.conf or pg_ident.conf: quoted, so that `all`, `+group` and
 * spaces mean nothing special.
 * @throws for names that the file cannot express.
 */
export function hbaName(name: string): string {
  if (/[\n\r\0]/.test(name) || name.startsWith("/")) {
    throw new Error(
      `the name ${JSON.stringify(name)} cannot stand in pg_hba.conf: a line break ends the line, and a leading "/" makes it a ` +
        "pattern from PostgreSQL 16 on. Rename it in production (ALTER ROLE/DATABASE ... RENAME TO) or name another",
    );
  }
  return `"${name.replace(/"/g, '""')}"`;
}

/** One line of pg_hba.conf that admits by password over loopback. */
export interface HostLine {
  /** A name, or undefined for all databases. */
  database: string | undefined;
  /** A name, or undefined for all roles. */
  user: string | undefined;
}

export const loopback = "127.0.0.1/32";

/** pg_hba.conf: the platform's own way in over the private socket, then the lines given. What is not listed is refused. */
export function pgHba(adminUser: string, hostLines: HostLine[]): string {
  const host = hostLines.map(
    ({ database, user }) =>
      `host ${database === undefined ? "all" : hbaName(database)} ${user === undefined ? "all" : hbaName(user)} ` +
      `${loopback} scram-sha-256`,
  );
  return [`local all ${hbaName(adminUser)} peer map=${identMap}`, ...host, ""].join("\n");
}

/** pg_ident.conf: root (where we are root), the servers' account and our own may come in as the administrator by the socket. */
export function pgIdent(adminUser: string): string {
  const accounts = new Set([userInfo().username, serversAccount()?.name ?? userInfo().username]);
  return [...accounts].map((account) => `${identMap} ${hbaName(account)} ${hbaName(adminUser)}\n`).join("");
}
