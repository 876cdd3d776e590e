import { rows, type Session } from "../connection";
import { everyFind, type Search, type Texts } from "./finds";
import { kinds } from "./functions/tokens";
import { weighed, type Found, type Weight } from "./judge";

/** A login name or an organisation is looked for as any other value. */
const asText = (kind: number) => (kind === kinds.common ? kinds.value : kind);

/** What was found of which kind in which column; the key of a weight. */
export const weightKey = ({ col, kind }: Pick<Found, "col" | "kind">) => `${col} ${kind}`;

/**
 * Looks at texts once more, for what resembles the finds in the same column; see `stops`. One pass for all columns and kinds,
 * however much was found: candidates are counted as they come, and only the counts are compared. Values stay in the server.
 */
export async function weigh(
  session: Session,
  name: string,
  texts: Texts,
  search: Search,
  found: readonly Found[],
): Promise<Map<string, Weight>> {
  const wanted = found.filter((one) => weighed.includes(one.kind));
  if (wanted.length === 0) return new Map();
  const pairs = wanted.map((one) => `(${one.col}, ${asText(one.kind)})`).join(", ");
  const columns = [...new Set(wanted.map((one) => one.col))].join(", ");
  const words = wanted.some((one) => one.kind === kinds.name || one.kind === kinds.address);
  const every = everyFind(ofColumns(texts, `in (${columns})`), { ...search, names: search.names && words });
  // CASE keeps the planner from taking the candidates for a handful, and from going through all that stood here before for each of them.
  const weights = await rows<Weight & { col: number; kind: number }>(
    session,
    `weighing what was found in ${name}`,
    `select col, case kind when ${kinds.value} then ${kinds.common} else kind end as kind,
            coalesce(sum(n) filter (where hit is not null), 0)::int as hits, sum(n)::int as alike, count(distinct hit)::int as different
       from (select counted.*, bool_or(hit is not null) over (partition by col, kind, rest) as near
               from (select f.col, f.kind, f.rest, b.h as hit, count(*) as n
                       from (${every} offset 0) f left join prodcopy.before b on b.h = f.h and not b.kept
                        and b.kind = case f.kind when ${kinds.value} then ${kinds.common} else f.kind end
                      where case when (f.col, f.kind) in (${pairs}) then true else false end
                      group by f.col, f.kind, f.rest, b.h) counted) resembling
      where near group by 1, 2`,
  );
  return new Map(weights.map((one) => [weightKey(one), one]));
}

/** The texts of some columns, by a condition on their numbers. */
export function ofColumns(texts: Texts, condition: string): Texts {
  return `select * from (${texts}) every(col, kept, key, n, x) where col ${condition}`;
}
