import { row, type Session } from "../connection";
import { foundBy, type Found, type Kind } from "./way";

/** pg_cron's jobs: they would run as soon as the quarantine's settings end. */
export const scheduledJobs: Kind = {
  kind: "pg_cron job",
  claim: "No pg_cron job is left",
  evidence: "cron.job",
  async find(session) {
    if (!(await isThere(session, "cron.job"))) return [];
    const { hidden } = await row<{ hidden: boolean }>(
      session,
      "ask whether all jobs can be seen",
      "select row_security_active('cron.job') as hidden",
    );
    if (hidden) return [unseen];
    return foundBy(
      session,
      "look for pg_cron's jobs",
      "unscheduled",
      `select format('%s of %s', jobid, username) as name,
              array[format('select cron.unschedule(%L::bigint)', jobid)] as statements
         from cron.job order by jobid`,
    );
  },
};

const unseen: Found = {
  name: "jobs of other users",
  action: "",
  statements: [],
  cannot:
    "row security hides them from this administrator, so that none is left cannot be shown; let production's " +
    "administrator own the jobs",
};

/** What ran before, with its commands and the server's answers, which may hold passwords and rows. */
export const jobHistory: Kind = {
  kind: "pg_cron history",
  claim: "pg_cron's history is empty",
  evidence: "cron.job_run_details",
  async find(session) {
    if (!(await isThere(session, "cron.job_run_details"))) return [];
    return foundBy(
      session,
      "look for pg_cron's history",
      "emptied",
      `select 'cron.job_run_details' as name, array['truncate cron.job_run_details'] as statements
        where exists (select from cron.job_run_details)`,
    );
  },
};

async function isThere(session: Session, relation: string): Promise<boolean> {
  const { there } = await row<{ there: boolean }>(
    session,
    "look for pg_cron",
    "select to_regclass($1) is not null as there",
    [relation],
  );
  return there;
}
