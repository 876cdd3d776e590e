import type { Event, SourceType } from "@aws-sdk/client-rds";
import type { Aws } from "../clients";
import { findServer } from "../server";
import { troubleWith } from "../serverState";

/** Events that say why a server is not well. Source: "Amazon RDS event categories and event messages", RDS User Guide. */
const telling =
  /storage|disk|memory|failed|failover|restarted|recovery|shut ?down|KMS|inaccessible|not available/i;

/**
 * What is wrong with the copy's server that a lost connection does not say: its status, and the telling events of the last three hours. Undefined
 * when nothing is known.
 */
export async function troubleOf(aws: Aws, copyId: string): Promise<string | undefined> {
  const server = await findServer(aws, copyId);
  if (server === undefined) return `RDS shows no ${copyId} any more: somebody deleted it.`;
  const trouble = troubleWith(server.status);
  const events = [
    ...(await eventsOf(aws, server.kind === "instance" ? "db-instance" : "db-cluster", copyId)),
    // A cluster's instances have their own: it is they that run out of memory and restart.
    ...(await Promise.all(server.members.map((member) => eventsOf(aws, "db-instance", member)))).flat(),
  ];
  const said = events
    .filter(({ Message = "" }) => telling.test(Message))
    .sort((a, b) => (a.Date?.getTime() ?? 0) - (b.Date?.getTime() ?? 0))
    .slice(-3)
    .map(({ Date: at, Message = "" }) => `${at?.toISOString() ?? ""} ${Message}`.trim());
  if (trouble === undefined && said.length === 0) return undefined;
  return [
    trouble === undefined ? `RDS shows ${copyId} as ${server.status}.` : `RDS says of ${copyId}: ${trouble}.`,
    ...(said.length > 0 ? [`Its last events: ${said.join("; ")}.`] : []),
  ].join(" ");
}

async function eventsOf({ rds }: Aws, SourceType: SourceType, SourceIdentifier: string): Promise<Event[]> {
  return (await rds.describeEvents({ SourceIdentifier, SourceType, Duration: 180 })).Events ?? [];
}
