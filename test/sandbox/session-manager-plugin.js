#!/usr/bin/env node
"use strict";
/**
 * A stand-in for AWS's session-manager-plugin, for tests: no byte goes through AWS. It is called as the AWS CLI calls the real one
 * (the name of a variable that holds the session, region, "StartSession", profile, request, endpoint), says what that one says, and
 * carries connections to the data channel that the session names. What the channel expects stands in `table.md`.
 */
const net = require("node:net");

if (process.argv[2] === "--version") {
  process.stdout.write(`${process.env.STAND_IN_PLUGIN_VERSION ?? "1.2.707.0"}\n`);
  process.exit(0);
}
const [variable, , operation, , request] = process.argv.slice(2);
const session = JSON.parse(process.env[variable] ?? "{}");
const channel = new URL(session.StreamUrl);
const local = JSON.parse(request).Parameters.localPortNumber[0];
process.stderr.write("stand-in for session-manager-plugin: nothing goes through AWS\n");
if (operation !== "StartSession") throw new Error(`${operation} is not known to the stand-in`);

const server = net.createServer((near) => {
  const far = net.connect(Number(channel.port), channel.hostname, () =>
    far.write(`${JSON.stringify({ session: session.SessionId, token: session.TokenValue })}\n`),
  );
  for (const socket of [near, far]) socket.on("error", () => (near.destroy(), far.destroy()));
  near.on("close", () => far.destroy());
  far.on("close", () => near.destroy());
  far.once("data", (answer) => {
    if (answer.toString("latin1", 0, 3) !== "ok\n") {
      process.stdout.write("\nConnection to destination port failed, check SSM Agent logs.\n");
      // The real one ends when its session has been terminated.
      process.exit(1);
    }
    far.unshift(answer.subarray(3));
    near.pipe(far).pipe(near);
  });
});
server.on("error", (error) => {
  process.stdout.write(`Cannot perform start session: ${error.message}\n`);
  process.exit(255);
});
server.listen(Number(local), "localhost", () => {
  process.stdout.write(
    `Port ${server.address().port} opened for sessionId ${session.SessionId}.\nWaiting for connections...\n`,
  );
});
// Like the real one, it ends its session through the channel.
process.on("SIGINT", () => {
  const said = { session: session.SessionId, token: session.TokenValue, terminate: true };
  const far = net.connect(Number(channel.port), channel.hostname, () => far.end(`${JSON.stringify(said)}\n`));
  far.on("error", () => undefined).on("close", () => process.exit(0));
  far.resume();
});
