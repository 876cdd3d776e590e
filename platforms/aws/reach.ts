import type { ConnectionTarget } from "../../postgres/connection";
import { databaseTls } from "./authorities";
import type { AwsSettings } from "./settings";
import { openTunnel } from "./tunnel/open";
import type { Tunnel } from "./tunnel/tunnel";

/**
 * The same target as it is dialled from here. Every connection of the pipeline and of the platform goes through this: encrypted, the server's
 * certificate verified for its host name against the authorities of the region, and through the bastion where one is configured. A tunnel is opened
 * once for each server, goes on as long as this process, and keeps it from nothing.
 */
export function reach(settings: AwsSettings): (target: ConnectionTarget) => Promise<ConnectionTarget> {
  const tunnels = new Map<string, Promise<Tunnel>>();
  return async (target) => {
    const tls = databaseTls(settings);
    if (settings.tunnel === undefined) return { ...target, tls };
    const { host, port } = await tunnelTo(target, settings, tunnels);
    return { ...target, host, port, tls: { ...tls, serverName: target.host } };
  };
}

async function tunnelTo(
  { host, port }: ConnectionTarget,
  settings: AwsSettings,
  tunnels: Map<string, Promise<Tunnel>>,
): Promise<Tunnel> {
  const at = `${host}:${port}`;
  const known = tunnels.get(at);
  if (known !== undefined) return known;
  const opening = open(host, port, settings);
  tunnels.set(at, opening);
  const forget = () => tunnels.delete(at);
  // One that could not be opened, or was given up, is opened anew by whoever comes next.
  opening.then((tunnel) => void tunnel.failed.then(forget), forget);
  return opening;
}

async function open(host: string, port: number, { region, accounts, tunnel }: AwsSettings): Promise<Tunnel> {
  if (tunnel === undefined) throw new Error("no tunnel is configured");
  const { bastion, ssh } = tunnel;
  const opened = await openTunnel(
    {
      ...{ region, accounts, ssh },
      bastion: "id" in bastion ? bastion : { tags: { [bastion.tag]: bastion.value } },
      database: { host, port },
      // Whether the server admits the bastion is asked by the connections themselves: a copy does so only from a certain stage on.
      expectAnswer: false,
    },
    () => undefined,
  );
  opened.unref();
  return opened;
}
