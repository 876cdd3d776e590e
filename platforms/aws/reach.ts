import type { ConnectionTarget } from "../../postgres/connection";
import { databaseTls } from "./authorities";
import type { AwsSettings } from "./settings";

/**
 * The same target as it is dialled from here. Every connection of the pipeline and of the platform goes through this: encrypted, the server's
 * certificate verified for its host name against the authorities of the region.
 */
export function reach(settings: AwsSettings): (target: ConnectionTarget) => Promise<ConnectionTarget> {
  return (target) => Promise.resolve({ ...target, tls: databaseTls(settings) });
}
