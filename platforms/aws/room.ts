import type { FreeRoom } from "../platform";
import type { Aws } from "./clients";
import { findServer, oneInstance } from "./server";

/** RDS sends a datapoint a minute; one that is older than this says nothing of now. */
const lastMinutes = 15;

/**
 * What is left of the storage of a copy's server, as CloudWatch has it. An instance's is FreeStorageSpace. Aurora's volume grows by
 * itself, up to 128 TiB; what its sorting writes goes to the instance's own disk, whose rest is FreeLocalStorage.
 *
 * Sources: "Amazon CloudWatch metrics for Amazon RDS" (RDS User Guide), "Instance-level metrics for Amazon Aurora" and "Temporary
 * storage limits for Aurora PostgreSQL" (Aurora User Guide).
 *
 * @throws when CloudWatch cannot be asked, e.g. for want of the permission cloudwatch:GetMetricStatistics.
 */
export async function freeRoom(aws: Aws, copyId: string): Promise<FreeRoom> {
  const server = await findServer(aws, copyId);
  if (server === undefined) return { bytes: undefined, by: `RDS has no ${copyId}` };
  if (server.kind === "instance") {
    const free = await latest(aws, copyId, "FreeStorageSpace");
    return { bytes: free, by: free === undefined ? none("FreeStorageSpace", copyId) : "CloudWatch" };
  }
  const [instance = copyId] = server.members;
  const local = await latest(aws, instance, "FreeLocalStorage");
  const remark =
    local === undefined
      ? `${none("FreeLocalStorage", instance)}: how much sorting may write on the instance's own disk is not known`
      : `sorting for indexes goes to the own disk of ${instance}, on which ${(local / 1024 ** 3).toFixed(1)} GB are free`;
  return { bytes: Infinity, by: "Aurora", remark };
}

function none(metric: string, instance: string): string {
  return `CloudWatch has no ${metric} of ${instance} in the last ${lastMinutes} minutes (the first comes some minutes after the restore)`;
}

/** The least of the newest minute, in bytes. CloudWatch knows an instance by its name alone: an earlier one's values are left out. */
async function latest(aws: Aws, instance: string, metric: string): Promise<number | undefined> {
  const created = (await oneInstance(aws, instance))?.InstanceCreateTime;
  const now = Date.now();
  const since = Math.max(now - lastMinutes * 60_000, created?.getTime() ?? 0);
  const { Datapoints = [] } = await aws.cloudwatch.getMetricStatistics({
    Namespace: "AWS/RDS",
    MetricName: metric,
    Dimensions: [{ Name: "DBInstanceIdentifier", Value: instance }],
    StartTime: new Date(since),
    // The end is exclusive, and the clock here may be behind.
    EndTime: new Date(now + 60_000),
    Period: 60,
    Statistics: ["Minimum"],
  });
  const at = (one: (typeof Datapoints)[number]) => one.Timestamp?.getTime() ?? 0;
  return Datapoints.sort((a, b) => at(a) - at(b)).at(-1)?.Minimum;
}
