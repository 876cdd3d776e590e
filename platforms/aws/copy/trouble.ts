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
  const { Events = [] } = await aws.rds.describeEvents({
    SourceIdentifier: copyId,
    SourceType: server.kind === "instance" ? "db-instance" : "db-cluster",
    Duration: 180,
  });
  const said = Events.filter(({ Message = "" }) => telling.test(Message))
    .slice(-3)
    .map(({ Date: at, Message = "" }) => `${at?.toISOString() ?? ""} ${Message}`.trim());
  if (trouble === undefined && said.length === 0) return undefined;
  return [
    trouble === undefined ? `RDS shows ${copyId} as ${server.status}.` : `RDS says of ${copyId}: ${trouble}.`,
    ...(said.length > 0 ? [`Its last events: ${said.join("; ")}.`] : []),
  ].join(" ");
}
