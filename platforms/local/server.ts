import type { Session } from "../../postgres/connection";

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

export declare function initServer(spec: ServerSpec): Promise<ServerHandle>;
/** Starts it on its own port, or answers the running one. */
export declare function startServer(dir: string): Promise<ServerHandle>;
export declare function stopServer(dir: string, mode?: "fast" | "immediate"): Promise<void>;
export declare function serverStatus(dir: string): Promise<"running" | "stopped" | "absent">;
export declare function readServer(dir: string): Promise<ServerHandle>;
/** The administrator through the private socket (peer authentication): the platform's own way in, which needs no password. */
export declare function withSocketSession<T>(
  server: ServerHandle,
  database: string,
  use: (session: Session) => Promise<T>,
): Promise<T>;
