import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";

/** One way to a server: an address (never a name) and a port. */
export interface Endpoint {
  address: string;
  port: number;
}

/** `host:port`, `[v6]:port` or `v6:port`. @throws when there is no port. */
export function splitEndpoint(text: string): { host: string; port: number } {
  const at = text.lastIndexOf(":");
  const port = Number(text.slice(at + 1));
  if (at < 1 || !Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Error(`"${text}" is not an endpoint; write it as address:port, e.g. 127.0.0.1:5432`);
  }
  return { host: text.slice(0, at).replace(/^\[|\]$/g, ""), port };
}

/**
 * Every address behind each endpoint, so that aliases of one host cannot pass for another one.
 * @throws when a name cannot be resolved: a server that cannot be named by address can be neither proven nor ruled out.
 */
export async function resolveEndpoints(endpoints: string[]): Promise<Endpoint[]> {
  const resolved = await Promise.all(
    endpoints.map(async (text) => {
      const { host, port } = splitEndpoint(text);
      return (await addressesOf(host)).map((address) => ({ address, port }));
    }),
  );
  return resolved.flat();
}

async function addressesOf(host: string): Promise<string[]> {
  if (isIP(host) !== 0) return [plainAddress(host)];
  try {
    return (await lookup(host, { all: true })).map((found) => plainAddress(found.address));
  } catch (error) {
    throw new Error(
      `the host name "${host}" could not be resolved (${(error as NodeJS.ErrnoException).code ?? "unknown"}), ` +
        "so it cannot be told which server it is; mend the name resolution or give the address",
    );
  }
}

/** IPv4 addresses in IPv6 clothes are IPv4 addresses. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "").toLowerCase();
}

/** Whether two endpoints are the same one, letter by letter. */
export function sameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return a.port === b.port && plainAddress(a.address) === plainAddress(b.address);
}

/**
 * Whether two endpoints may lead to one server: also when both are addresses of this machine, since a server that listens
 * on all of them answers on 127.0.0.1, 127.0.0.2, ::1 and the network card alike.
 */
export function mayBeSameServer(a: Endpoint, b: Endpoint): boolean {
  return sameEndpoint(a, b) || (a.port === b.port && isThisMachine(a.address) && isThisMachine(b.address));
}

function isThisMachine(address: string): boolean {
  const plain = plainAddress(address);
  if (plain.startsWith("127.") || plain === "::1" || plain === "0.0.0.0" || plain === "::") return true;
  return Object.values(networkInterfaces()).some((cards) => cards?.some((card) => card.address === plain));
}

export function showEndpoint(endpoint: Endpoint): string {
  return isIP(endpoint.address) === 6
    ? `[${endpoint.address}]:${endpoint.port}`
    : `${endpoint.address}:${endpoint.port}`;
}
