import type { PoolConfig } from "pg";
import { generationSetting } from "../../platform";

/** What the application reads from its environment, as Elastic Beanstalk hands it over. */
export interface ApplicationSettings {
  /** On 127.0.0.1. */
  port: number;
  /** The environment's name, for the page. */
  environment: string;
  /** Which environment and which start of it this process is; `/health` shows both, so that nobody takes another program's answer for this one's. */
  environmentId: string;
  instance: string;
  /** The generation of the sanitised copy, when the settings say that Test stands on one. */
  generation: string | undefined;
  database: DatabaseSettings | SettingsFault;
}

export interface DatabaseSettings {
  host: string;
  port: number;
  user: string;
  password: string;
  name: string;
}

/** A setting that is absent or cannot be right, as a sentence; the application comes up all the same and says it. */
export interface SettingsFault {
  fault: string;
}

/** @throws when PORT is not a port: without one there is nothing to listen on. */
export function readSettings(env: NodeJS.ProcessEnv): ApplicationSettings {
  const port = portNumber(env.PORT);
  if (port === undefined) {
    throw new Error(`PORT must be a port number, such as 8080; it is "${env.PORT ?? ""}".`);
  }
  return {
    port,
    environment: env.PRODCOPY_ENVIRONMENT ?? "test",
    environmentId: env.PRODCOPY_ENVIRONMENT_ID ?? "",
    instance: env.PRODCOPY_INSTANCE ?? "",
    generation: env[generationSetting] || undefined,
    database: readDatabase(env),
  };
}

export function poolConfig(database: DatabaseSettings): PoolConfig {
  return {
    host: database.host,
    port: database.port,
    user: database.user,
    password: database.password,
    database: database.name,
    application_name: "prodcopy sample application",
    max: 4,
    connectionTimeoutMillis: 3_000,
    statement_timeout: 5_000,
    idleTimeoutMillis: 10_000,
  };
}

function readDatabase(env: NodeJS.ProcessEnv): DatabaseSettings | SettingsFault {
  const names = ["RDS_HOSTNAME", "RDS_PORT", "RDS_USERNAME", "RDS_PASSWORD", "RDS_DB_NAME"] as const;
  const [host, port, user, password, name] = names.map((key) => env[key] ?? "");
  const missing = names.filter((key) => !env[key]);
  if (!host || !user || !password || !name || !port) {
    return { fault: `${missing.join(", ")} ${missing.length > 1 ? "are" : "is"} not set.` };
  }
  const number = portNumber(port);
  if (number === undefined) return { fault: `RDS_PORT is not a port number: "${port.slice(0, 20)}".` };
  return { host, port: number, user, password, name };
}

function portNumber(text: string | undefined): number | undefined {
  const isNumber = /^[0-9]{1,5}$/.test(text ?? "");
  const number = Number(text);
  return isNumber && number > 0 && number < 65_536 ? number : undefined;
}
