import { qualified, row, rows } from "../connection";
import type { CopySession } from "../guard";
import { measure } from "./collect";
import type { Crew } from "./crew";
import { populatedViews } from "./detach";
import type { SanitiseResult } from "./result";
import { structureDifferences, userSchemas } from "./structure";
import { nameOf, type TableWork } from "./work";

/** Rows of a table before and after the run. */
export interface Counts {
  before: number;
  after: number;
}

/**
 * What held before holds now: the structure object by object (so every constraint is there, valid, and every
 * sequence where it was), row counts as planned, the same kept columns.
 * @throws naming everything that does not.
 */
export async function checkAfterwards(
  copy: CopySession,
  crew: Crew,
  works: TableWork[],
): Promise<{ counts: Map<string, Counts>; constraints: SanitiseResult["constraints"]; notProven: string[] }> {
  const large: string[] = [];
  const faults = await structureDifferences(copy);
  const counts = new Map<string, Counts>();
  await crew.each(works, async (hand, work) => {
    const name = nameOf(work);
    const before = await row<{ row_count: string; kept_hash: string | null }>(
      hand.copy,
      `reading the count of ${name}`,
      "select row_count::text, kept_hash::text from prodcopy.table_before where name = $1",
      [name],
    );
    const now = await measure(hand.copy, work);
    if (before.kept_hash === null && work.remove === undefined && work.keptColumns.length > 0) {
      large.push(name);
    }
    counts.set(name, { before: Number(before.row_count), after: Number(now.rows) });
    if (work.remove === undefined && now.rows !== before.row_count) {
      faults.push(`table ${name} has ${now.rows} rows and had ${before.row_count}`);
    }
    if (work.remove?.how === "truncate" && now.rows !== "0") faults.push(`table ${name} should be empty`);
    if (work.remove === undefined && now.hash !== before.kept_hash) {
      faults.push(`table ${name}: columns that the rules keep have changed`);
    }
  });
  for (const view of await populatedViews(copy)) {
    const { rows: after, before } = await row<{ rows: string; before: string }>(
      copy,
      `counting ${nameOf(view)}`,
      `select count(*)::text as rows, (select row_count::text from prodcopy.table_before where name = $1) as before
         from ${qualified(view.schema, view.table)}`,
      [nameOf(view)],
    );
    counts.set(nameOf(view), { before: Number(before), after: Number(after) });
  }
  if (faults.length > 0) {
    throw new Error(
      `the copy is not what it should be after masking:\n${faults.map((one) => `- ${one}`).join("\n")}\n` +
        "The copy stays in quarantine. Make a new one once the cause is known",
    );
  }
  const notProven = large
    .sort()
    .map(
      (name) =>
        `That the kept columns of ${name} are as they were: it is too large to be fingerprinted. Its rows were counted.`,
    );
  return { counts, constraints: await countConstraints(copy), notProven };
}

async function countConstraints(copy: CopySession): Promise<SanitiseResult["constraints"]> {
  const found = await rows<{ kind: string; count: number }>(
    copy,
    "counting constraints",
    `select case k.contype when 'f' then 'foreign key' when 'p' then 'primary key' when 'u' then 'unique' when 'c' then 'check'
              when 'x' then 'exclusion' else 'trigger' end as kind, count(*)::int as count
       from pg_constraint k join pg_namespace n on n.oid = k.connamespace where ${userSchemas} and k.contype <> 'n' group by 1
     union all select 'not null', count(*)::int from pg_attribute a join pg_class c on c.oid = a.attrelid
       join pg_namespace n on n.oid = c.relnamespace
       where ${userSchemas} and c.relkind in ('r', 'p') and a.attnotnull and a.attnum > 0 and not a.attisdropped`,
  );
  const kinds = Object.fromEntries(found.filter((one) => one.count > 0).map((one) => [one.kind, one.count]));
  return { checked: found.reduce((sum, one) => sum + one.count, 0), kinds };
}
