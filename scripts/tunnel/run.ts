import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { databaseTls } from "../../platforms/aws/authorities";
import { endKeeper, startKeeper } from "../../platforms/aws/tunnel/keeper";
import { openTunnel } from "../../platforms/aws/tunnel/open";
import type { Tunnel } from "../../platforms/aws/tunnel/tunnel";
import { libpqEnvironment, passwordFileIn } from "../../postgres/libpqEnvironment";
import { writePasswordFile } from "../../postgres/passwordFile";
import { ExitError } from "../outcome";
import { progress, say } from "../say";
import { destinationOf, type Destination } from "./login";
import { readTunnelOrder, type TunnelOptions } from "./order";
import { backendsHere, tunnelOf } from "./stackOutput";
import { runWrapped, untilEnded } from "./wrap";

/** Opens the tunnel, and keeps it until the command has ended, or until somebody ends it. @throws ExitError with the command's exit code. */
export async function runTunnel(command: string[], options: TunnelOptions): Promise<void> {
  const stack =
    options.stack === undefined ? {} : await tunnelOf(options.stack, await backendsHere(options.stack));
  const order = readTunnelOrder(options, stack);
  // Before anything is opened: a certificate that cannot be checked later is found here.
  const tls = databaseTls({
    region: order.request.region,
    ...(order.rootCertificate === undefined ? {} : { rootCertificate: order.rootCertificate }),
  });
  const destination = await destinationOf(order);
  const tunnel = await openTunnel({ ...order.request, database: destination }, progress);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "prodcopy-tunnel-"));
  // Removes the folder also when this process is killed.
  const keeper = startKeeper({ folder });
  const renewal = keepPasswordFresh(destination, folder);
  try {
    const { host, port } = tunnel;
    const password = await destination.password();
    const database = { ...destination, host, port, password, tls: { ...tls, serverName: destination.host } };
    const env = await libpqEnvironment(database, folder, order.loopback);
    if (command.length > 0) throw new ExitError(await runWrapped(command, env, tunnel));
    await stand(tunnel, env, destination);
  } finally {
    clearInterval(renewal);
    await tunnel.close();
    await endKeeper(keeper);
  }
}

async function stand(tunnel: Tunnel, env: Record<string, string>, { host, port }: Destination) {
  progress(`127.0.0.1:${tunnel.port} leads to ${host}:${port}. Ctrl-C closes it.`);
  for (const [name, value] of Object.entries(env)) say(`export ${name}='${value.replaceAll("'", `'\\''`)}'`);
  await untilEnded(tunnel);
}

function keepPasswordFresh({ lastsMs, password }: Destination, folder: string): NodeJS.Timeout | undefined {
  if (lastsMs === undefined) return undefined;
  return setInterval(() => {
    password()
      .then((fresh) => writePasswordFile(passwordFileIn(folder), fresh))
      .catch((error: Error) => progress(`no new token: ${error.message}`));
  }, lastsMs);
}
