import * as dns from "node:dns/promises";
import * as os from "node:os";
import type { EnvironmentSettings } from "./platform";

/** Where a production server answers. */
export interface ProductionEndpoint {
  name: string;
  host: string;
  port: number;
  /** Whether it may be on this machine, where every address leads to it. Default true. */
  mayBeHere?: boolean;
}

/**
 * Refuses settings that point at production, by whatever name its host goes. `what` begins the message, such as
 * `Environment "test"`.
 * @throws naming the production server.
 */
export async function refuseProduction(
  what: string,
  settings: EnvironmentSettings,
  production: ProductionEndpoint[],
): Promise<void> {
  for (const { setting, host, port } of targetsOf(settings)) {
    for (const endpoint of production) {
      if (port !== endpoint.port || !(await isSameHost(host, endpoint))) continue;
      throw new Error(
        `${what} is refused: ${setting} points at ${host}:${port}, which is the production server "${endpoint.name}". ` +
          "A test environment never stands on production. Nothing was changed.",
      );
    }
  }
}

interface Target {
  setting: string;
  host: string;
  port: number;
}

/** Every database that the settings name: by host and port, and by a URL in any of them. */
function targetsOf(settings: EnvironmentSettings): Target[] {
  const found: Target[] = [];
  const host = settings.RDS_HOSTNAME;
  if (host) found.push({ setting: "RDS_HOSTNAME", host, port: Number(settings.RDS_PORT || "5432") });
  for (const [setting, value] of Object.entries(settings)) {
    if (!/^[a-z+]*(postgres|pgsql|postgis)[a-z+0-9]*:\/\//i.test(value) || !URL.canParse(value)) continue;
    const url = new URL(value);
    found.push({ setting, host: url.hostname.replace(/^\[|\]$/g, ""), port: Number(url.port || "5432") });
  }
  return found;
}

async function isSameHost(
  one: string,
  { host: other, mayBeHere = true }: ProductionEndpoint,
): Promise<boolean> {
  if (plain(one) === plain(other)) return true;
  const [left, right] = await Promise.all([addressesOf(one), addressesOf(other)]);
  if (mayBeHere && left.some(isThisMachine) && right.some(isThisMachine)) return true;
  return left.some((address) => right.includes(address));
}

async function addressesOf(host: string): Promise<string[]> {
  // A path is the folder of a socket on this machine.
  if (host.startsWith("/")) return ["127.0.0.1"];
  try {
    const found = await dns.lookup(plain(host), { all: true });
    return found.map(({ address }) => address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, ""));
  } catch {
    // What cannot be resolved cannot be reached either.
    return [];
  }
}

function isThisMachine(address: string): boolean {
  const isLocal = address.startsWith("127.") || ["::1", "0.0.0.0", "::"].includes(address);
  const interfaces = Object.values(os.networkInterfaces()).flatMap((list) => list ?? []);
  return isLocal || interfaces.some((own) => own.address.toLowerCase() === address);
}

function plain(host: string): string {
  return host.trim().toLowerCase().replace(/\.$/, "");
}
