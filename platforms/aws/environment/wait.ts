import type { Log } from "../../../postgres/proof";
import type { Aws } from "../clients";
import { isAwsCode } from "../errors";
import { waitFor, type Look } from "../wait";
import { findEnvironment, type Environment } from "./read";

/** An update with rolling deployment over many instances takes its time. */
const updateMinutes = 60;
/** Afterwards the load balancer and the health agents have to see the new settings work. */
const healthMinutes = 10;

/** Waits until nothing goes on in the environment. @throws when it is terminated on the way. */
export async function untilReady(aws: Aws, name: string, log: Log): Promise<Environment> {
  return waitFor(
    `environment ${name} to be Ready`,
    updateMinutes,
    aws.pace,
    log,
    async (): Promise<Look<Environment>> => {
      const found = await findEnvironment(aws, name);
      if (found === undefined || /^Terminat/.test(found.status)) {
        throw new Error(
          `Environment "${name}" is ${found?.status ?? "gone"}: somebody terminates it. Nothing more was changed.`,
        );
      }
      return found.status === "Ready" ? { done: found } : { state: found.status };
    },
  );
}

/**
 * Asks for a change that Elastic Beanstalk takes only of an environment that is Ready. Between our look and our call another update may begin, and so
 * may our own, whose answer was lost and which the SDK asked for again: it is waited for, and asked once more. `ask` looks what is left to do.
 */
export async function whenReady(
  aws: Aws,
  name: string,
  log: Log,
  ask: () => Promise<unknown>,
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    await untilReady(aws, name, log);
    try {
      await ask();
      return;
    } catch (error) {
      if (tries === 3 || !isBusy(error)) throw error;
    }
  }
}

/** Whether a change was refused because another is under way. The words of a real answer: hashicorp/terraform-provider-aws, issue 32284. */
export function isBusy(error: unknown): boolean {
  if (isAwsCode(error, "OperationInProgress", "InvalidRequest.OperationInProgress")) return true;
  return isAwsCode(error, "InvalidParameterValue") && /invalid state for this operation/.test(error.message);
}

/** How an environment is after it was waited for. `reason` is a sentence for a person. */
export type Health = { healthy: true; evidence: string } | { healthy: false; reason: string };

/** Waits until an environment that is Ready is healthy as well, or its time is over. */
export async function untilHealthy(aws: Aws, name: string, since: Date, log: Log): Promise<Health> {
  const ready = await untilReady(aws, name, log);
  const refused = await errorsSince(aws, ready, since);
  if (refused.length > 0) return { healthy: false, reason: said(refused) };
  try {
    const well = await waitFor(`environment ${name} to be healthy`, healthMinutes, aws.pace, log, () =>
      look(aws, name, since),
    );
    const { status, health, healthStatus, version } = well;
    const word = healthStatus === undefined ? health : `${health} (${healthStatus})`;
    return {
      healthy: true,
      evidence: `${status}, health ${word}, version ${version ?? "unknown"}; no error among its events`,
    };
  } catch (error) {
    const causes = await errorsSince(aws, ready, since);
    return { healthy: false, reason: causes.length > 0 ? said(causes) : (error as Error).message };
  }
}

async function look(aws: Aws, name: string, since: Date): Promise<Look<Environment>> {
  const environment = await untilReady(aws, name, () => undefined);
  const causes = await errorsSince(aws, environment, since);
  if (causes.length > 0) throw new Error(said(causes));
  if (environment.health === "Green") return { done: environment };
  return {
    state: `${environment.health}${environment.healthStatus === undefined ? "" : `, ${environment.healthStatus}`}`,
  };
}

/** By Elastic Beanstalk's own clock: the moment of its latest event. */
export async function lastEvent({ beanstalk }: Aws, { id }: Environment): Promise<Date> {
  const { Events = [] } = await beanstalk.describeEvents({ EnvironmentId: id, MaxRecords: 1 });
  return Events[0]?.EventDate ?? new Date(0);
}

/** Messages of failures after that moment, the oldest first. */
async function errorsSince({ beanstalk }: Aws, { id }: Environment, since: Date): Promise<string[]> {
  const { Events = [] } = await beanstalk.describeEvents({
    EnvironmentId: id,
    StartTime: since,
    Severity: "ERROR",
  });
  return Events.filter(
    ({ EventDate, Severity }) =>
      EventDate !== undefined && EventDate > since && /ERROR|FATAL/.test(Severity ?? ""),
  )
    .map(({ Message }) => Message ?? "")
    .reverse();
}

function said(messages: string[]): string {
  return `Elastic Beanstalk says: ${messages.slice(0, 3).join(" ")}`;
}
