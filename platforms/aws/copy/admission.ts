import { rows, type Session } from "../../../postgres/connection";
import { DatabaseError } from "../../../postgres/errors";
import { proof, type Proof } from "../../../postgres/proof";
import { proveSettings, resetStoredSettings } from "../../../postgres/serverSettings";
import type { Admission } from "../../platform";
import type { Aws } from "../clients";
import { requireCopy, type Copy } from "../copy";
import { required } from "../server";
import { waitFor, type Look } from "../wait";
import { admitOnly, findGroup, proveRules, type Peer } from "./network";
import { withCopyServer, type Way } from "./session";
import { quarantineProofs } from "./settings";
import { ownRoles } from "./rdsOwn";

/** Whom each admission lets in. RDS asks every role for its password, so that `rotating` needs no more than `quarantine`. */
function peersFor({ settings }: Aws, admission: Admission): Peer[] {
  switch (admission) {
    case "sealed":
      return [];
    case "rotating":
    case "quarantine":
      return [settings.runner];
    case "open":
      return [settings.runner, settings.applicationGroup];
  }
}

/**
 * Makes exactly these the rules of the copy's security group and reads them back. When the runner is let in, the server itself is asked for the
 * first time: it has to show the quarantine's settings, and that nothing was called since its birth.
 */
export async function setAdmission(
  aws: Aws,
  way: Way,
  copyId: string,
  admission: Admission,
): Promise<Proof[]> {
  const copy = await requireCopy(aws, copyId);
  const rules = await changeRules(aws, copy, admission);
  if (admission === "sealed" || admission === "open") return [rules];
  await untilReached(aws, way, copy);
  const seen = await withCopyServer(aws, way, copy, (session) => proveMute(session, copy));
  return [rules, ...seen];
}

async function changeRules(aws: Aws, copy: Copy, admission: Admission): Promise<Proof> {
  const group = required((await findGroup(aws, copy.id))?.GroupId, `the security group ${copy.id}`);
  const peers = peersFor(aws, admission);
  await admitOnly(aws, group, copy.port, peers);
  const rules = await proveRules(aws, group, copy.port, peers);
  const own = copy.securityGroups.map(({ id }) => id);
  if (own.join() !== group) {
    throw new Error(
      `The copy ${copy.id} stands in the security groups ${own.join(", ")}, and only ${group} is its own. Nothing more was changed; take it out of the others.`,
    );
  }
  return proof(`Only these may connect to the copy: ${describe(aws, admission)}.`, rules);
}

function describe({ settings }: Aws, admission: Admission): string {
  const runner = `the runner (${settings.runner})`;
  switch (admission) {
    case "sealed":
      return "nobody";
    case "rotating":
    case "quarantine":
      return runner;
    case "open":
      return `${runner} and the application (${settings.applicationGroup})`;
  }
}

/** A rule takes some seconds to be in force; whatever the server itself answers means that it is reached. */
export async function untilReached(aws: Aws, way: Way, copy: Copy): Promise<void> {
  const silent = () => undefined;
  await waitFor(`${copy.id} to be reached from here`, 5, aws.pace, silent, async (): Promise<Look<true>> => {
    try {
      await withCopyServer(aws, way, copy, () => Promise.resolve());
      return { done: true };
    } catch (error) {
      if (!(error instanceof DatabaseError) || /^[0-9A-Z]{5}$/.test(error.code)) throw error;
      return {
        state: `${copy.host}:${copy.port} does not answer (${error.code}); is this machine ${aws.settings.runner}?`,
      };
    }
  });
}

async function proveMute(session: Session, copy: Copy): Promise<Proof[]> {
  const reset = await resetStoredSettings(session, ownRoles);
  const settings = await proveSettings(
    session,
    "The copy cannot call out, and logs no values, as its server shows.",
    quarantineProofs,
  );
  const workers = await rows(
    session,
    "look for subscription workers",
    "select subname from pg_catalog.pg_stat_subscription where pid is not null",
  );
  if (workers.length > 0) {
    throw new Error(`The copy ${copy.id} runs ${workers.length} subscription workers; it must run none.`);
  }
  return [
    settings,
    proof(
      "No subscription works on the copy, and no job of pg_cron ran since it was born.",
      `pg_stat_subscription shows no worker; ${await jobsSince(session, copy)}` +
        (reset.length > 0 ? `; ${reset.join("; ")}` : ""),
    ),
  ];
}

/** pg_cron keeps its runs in one database, which need not be this one; there are none in the others. */
async function jobsSince(session: Session, copy: Copy): Promise<string> {
  const [table] = await rows<{ there: boolean }>(
    session,
    "look for pg_cron",
    "select pg_catalog.to_regclass('cron.job_run_details') is not null as there",
  );
  if (table?.there !== true) return "pg_cron is not in this database";
  const ran = await rows(
    session,
    "look for jobs of pg_cron that ran on the copy",
    "select from cron.job_run_details where start_time > pg_catalog.pg_postmaster_start_time()",
  );
  if (ran.length === 0) return "cron.job_run_details shows no run since the server started";
  throw new Error(
    `${ran.length} jobs of pg_cron ran on the copy ${copy.id} since its server started: they may have called out. The copy is not gone on with; look what they did.`,
  );
}
