import { literal, qualified, row, rows } from "../connection";
import type { CopySession } from "../guard";
import { largestFirstAsBefore, type Crew, type Sized } from "./crew";
import { populatedViews } from "./detach";
import { measured } from "./fingerprint";
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
  const sized = await largestFirstAsBefore(copy, works);
  await crew.each(countedTogether(sized), async (hand, group) => {
    for (const one of await countRows(hand.copy, group)) {
      const { name, rows, staying } = one;
      counts.set(name, { before: Number(one.all), after: Number(rows) });
      if (one.emptied) {
        if (rows !== "0") faults.push(`table ${name} should be empty`);
        continue;
      }
      if (rows !== staying) {
        const had = one.all === staying ? "had" : `had ${one.all}, of which the rules leave`;
        faults.push(`table ${name} has ${rows} rows and ${had} ${staying}`);
      }
      if (!one.same) faults.push(`table ${name}: columns that the rules keep have changed`);
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
  return { counts, constraints: await countConstraints(copy) };
}

/** Tables up to so many bytes are counted in one statement. */
const smallTable = 4 * 1024 * 1024;
const mostTogether = 50;

function countedTogether(sized: readonly Sized[]): TableWork[][] {
  const large = sized.filter((one) => one.bytes > smallTable).map((one) => [one.work]);
  const small = sized.filter((one) => one.bytes <= smallTable).map((one) => one.work);
  const groups = Array.from({ length: Math.ceil(small.length / mostTogether) }, (_, i) =>
    small.slice(i * mostTogether, (i + 1) * mostTogether),
  );
  return [...large, ...groups];
}

interface Counted {
  name: string;
  emptied: boolean;
  /** Rows before; those of them that no condition took away; rows now. */
  all: string;
  staying: string;
  rows: string;
  /** Whether what is kept is as it was. */
  same: boolean;
}

function countRows(copy: CopySession, group: readonly TableWork[]): Promise<Counted[]> {
  const each = group.map(
    (work) =>
      `select ${literal(nameOf(work))} as name, ${work.remove?.how === "truncate"} as emptied, m.rows, m.hash from (${measured(work)}) m`,
  );
  return rows<Counted>(
    copy,
    `counting ${group.map(nameOf).join(", ")}`,
    `select now.name, now.emptied, b.row_count::text as all, (b.row_count - coalesce(r.row_count, 0))::text as staying, now.rows::text as rows,
            (b.kept_hash - coalesce(r.kept_hash, 0)) is not distinct from now.hash as same
       from (${each.join(" union all ")}) now left join prodcopy.table_before b on b.name = now.name left join prodcopy.removed r on r.name = b.name`,
  );
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
