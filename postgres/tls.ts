import { checkServerIdentity } from "node:tls";
import type { ClientConfig } from "pg";

/** libpq's `sslmode`s, in its order. */
export const tlsModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;

export type TlsMode = (typeof tlsModes)[number];

/** How a connection is encrypted, as libpq means it. */
export interface Tls {
  mode: TlsMode;
  /** Certificates of the authorities that are trusted, PEM; undefined for those that Node.js trusts. */
  authorities?: string;
  /** The client's own certificate and its key, PEM. */
  certificate?: string;
  key?: string;
  /** The name that the server's certificate bears, where `host` is the end of a tunnel or an address. Default: the host. */
  serverName?: string;
}

/** What `pg` is told, one entry an attempt: `prefer` takes TLS where the server offers it and goes without where not. */
export function tlsAttempts(tls: Tls | undefined, host: string): NonNullable<ClientConfig["ssl"]>[] {
  // Nobody listens in on a Unix socket; libpq ignores the mode there, too.
  if (tls === undefined || tls.mode === "disable" || host.startsWith("/")) return [false];
  const { mode, authorities, certificate, key, serverName = host } = tls;
  const verified = mode.startsWith("verify") || (mode === "require" && authorities !== undefined);
  const encrypted = {
    rejectUnauthorized: verified,
    ...(authorities === undefined ? {} : { ca: authorities }),
    ...(certificate === undefined ? {} : { cert: certificate }),
    ...(key === undefined ? {} : { key }),
    checkServerIdentity: (_: string, seen: Parameters<typeof checkServerIdentity>[1]) =>
      mode === "verify-full" ? checkServerIdentity(serverName, seen) : undefined,
  };
  if (mode === "allow") return [false, encrypted];
  return mode === "prefer" ? [encrypted, false] : [encrypted];
}

/**
 * Whether a connection that was refused so may be tried in the other way: the server has no TLS, or its pg_hba wants the
 * other way. A wrong password is never sent a second time.
 */
export function mayTryOtherwise(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: string; message?: string };
  return code === "28000" || message === "The server does not support SSL connections";
}
