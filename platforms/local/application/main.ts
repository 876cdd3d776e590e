/**
 * The sample application: the site of a federation of chess clubs, on whichever database its environment names. A process
 * of its own; all that it is told stands in its environment variables, as on Elastic Beanstalk. What it prints is its log:
 * never a password, never a row.
 */
import { Pool } from "pg";
import { safeDatabaseError } from "../../../postgres/errors";
import { makeServer } from "./server";
import { poolConfig, readSettings } from "./settings";

function say(line: string): void {
  process.stdout.write(`${new Date().toISOString()} ${line}\n`);
}

function main(): void {
  const settings = readSettings(process.env);
  const database = settings.database;
  const pool = "fault" in database ? undefined : new Pool(poolConfig(database));
  // An idle connection that breaks is no reason to stop: the next request opens another one.
  pool?.on("error", (error) => say(safeDatabaseError(error, "keeping a connection").message));

  const server = makeServer(settings, pool);
  server.on("error", (error: NodeJS.ErrnoException) => {
    const why =
      error.code === "EADDRINUSE" ? "another program listens there" : (error.code ?? "unknown error");
    say(`cannot listen on 127.0.0.1:${settings.port}: ${why}`);
    process.exitCode = 1;
    void pool?.end();
  });
  server.listen(settings.port, "127.0.0.1", () => {
    const on = "fault" in database ? "no database" : `${database.host}:${database.port}/${database.name}`;
    say(`listening on http://127.0.0.1:${settings.port}/ (${on})`);
  });

  const stop = (signal: string): void => {
    say(`${signal}: stopping`);
    server.close();
    server.closeAllConnections();
    void pool?.end();
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

main();
