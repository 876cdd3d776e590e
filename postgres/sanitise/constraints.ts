import { qualified, row, rows } from "../connection";
import type { CopySession } from "../guard";
import type { Crew } from "./crew";
import { populatedViews } from "./detach";
import { measure } from "./fingerprint";
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
 * sequence where it was), row counts as planned, the same in every column of every row that the rules keep.
 * @throws naming everything that does not.
 */
export async function checkAfterwards(
  copy: CopySession,
  crew: Crew,
  works: TableWork[],
): Promise<{ counts: Map<string, Counts>; constraints: SanitiseResult["constraints"] }> {
  const faults = await structureDifferences(copy);
  const counts = new Map<string, Counts>();
  await crew.each(works, async (hand, work) => {
    const name = nameOf(work);
    // Of what there was, that which no condition took away.
    const before = await row<{ all: string; staying: string; hash: string | null }>(
      hand.copy,
      `reading the count of ${name}`,
      `select b.row_count::text as all, (b.row_count - coalesce(r.row_count, 0))::text as staying,
              (b.kept_hash - coalesce(r.kept_hash, 0))::text as hash
         from prodcopy.table_before b left join prodcopy.removed r on r.name = b.name where b.name = $1`,
      [name],
    );
    const now = await measure(hand.copy, work);
    counts.set(name, { before: Number(before.all), after: Number(now.rows) });
    if (work.remove?.how === "truncate") {
      if (now.rows !== "0") faults.push(`table ${name} should be empty`);
      return;
    }
    if (now.rows !== before.staying) {
      const had = before.all === before.staying ? "had" : `had ${before.all}, of which the rules leave`;
      faults.push(`table ${name} has ${now.rows} rows and ${had} ${before.staying}`);
    }
    if (now.hash !== before.hash) faults.push(`table ${name}: columns that the rules keep have changed`);
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
  return { counts, constraints: await countConstraints(copy) };
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
