import { rows } from "../../postgres/connection";
import type { SanitisePlan } from "../../postgres/sanitise/plan";
import { sanitise } from "../../postgres/sanitise/sanitise";
import type { Contestant, Ground, Phase } from "./arena";

/** Everything that `npm start` runs on the copy: refusals, hashing, masking, every check, the leak scan, catalogue texts. */
export function ours(
  planOf: (ground: Ground) => Promise<SanitisePlan>,
  workers: number | undefined,
): Contestant {
  return {
    name: workers === undefined ? "ours" : `ours, ${workers} workers`,
    async run(ground) {
      const { copy, openSession } = ground;
      const plan = await planOf(ground);
      const lines: string[] = [];
      const { result } = await sanitise({
        copy,
        plan,
        openSession,
        resourceId: "bench",
        runId: "bench",
        log: (line) => lines.push(line),
        ...(workers === undefined ? {} : { workers }),
      });
      return ground.untimed(() => phases(ground, result.leakScan.seconds, result.seconds));
    },
  };
}

/** From when the first step of a phase began to when its last one ended, as the journal has it. */
async function phases({ copy }: Ground, scan: number, total: number): Promise<Phase[]> {
  const found = await rows<{ phase: string; seconds: number }>(
    copy,
    "reading the journal",
    `select phase, extract(epoch from max(finished_at) - min(started_at))::float8 as seconds from (
       select *, case when step like 'hash %' then 'hash' when step like 'words%' then 'words and numbers'
                      when step like 'mask %' or step like 'anew %' then 'rewrite'
                      when step like 'refresh %' or step = 'put back' then 'put back' when step = 'decide' then 'decide' end as phase
         from prodcopy.journal where stage = 'sanitise') j
      where phase is not null group by phase order by min(started_at)`,
  );
  const known = [...found, { phase: "leak scan", seconds: scan }];
  const rest = total - known.reduce((sum, one) => sum + one.seconds, 0);
  return [...known, { phase: "checks and statistics", seconds: Math.max(0, rest) }];
}
