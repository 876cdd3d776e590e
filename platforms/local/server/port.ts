import { randomInt } from "node:crypto";
import * as fs from "node:fs/promises";
import * as net from "node:net";
import * as path from "node:path";

/**
 * Below the range from which systems take the ports of outgoing connections (32768 on Linux, 49152 elsewhere): a stopped
 * server would lose its port to any of those.
 */
const lowest = 20_000;
const highest = 32_000;

/** A port on loopback that is free now and that no other server below the same home has been promised. */
export async function choosePort(dir: string): Promise<number> {
  const promised = await promisedPorts(dir);
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = randomInt(lowest, highest);
    if (!promised.has(port) && (await portIsFree(port))) return port;
  }
  throw new Error(`no free port was found on 127.0.0.1 between ${lowest} and ${highest}`);
}

export async function portIsFree(port: number): Promise<boolean> {
  const probe = net.createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      probe.once("error", reject);
      probe.listen({ port, host: "127.0.0.1", exclusive: true }, resolve);
    });
    return true;
  } catch {
    return false;
  } finally {
    await new Promise<void>((resolve) => probe.close(() => resolve()));
  }
}

/** Ports in the records of the servers and copies below `<home>/<kind>/<name>`, whether they run or not. */
async function promisedPorts(dir: string): Promise<Set<number>> {
  const home = path.dirname(path.dirname(dir));
  const ports = new Set<number>();
  for (const kind of await fs.readdir(home).catch(() => [])) {
    for (const name of await fs.readdir(path.join(home, kind)).catch(() => [])) {
      const text = await fs.readFile(path.join(home, kind, name, "server.json"), "utf8").catch(() => "{}");
      const { port } = JSON.parse(text) as { port?: number };
      if (port !== undefined) ports.add(port);
    }
  }
  return ports;
}
