import { ident, row, run } from "../connection";
import { acts } from "../sanitise/cell";
import type { ColumnPlan } from "../sanitise/plan";
import {
  columnsOf,
  inBatches,
  nothingFound,
  pairsOf,
  type Compared,
  type Comparison,
  type Pair,
} from "./comparison";
import { finding } from "./verification";

/** What a cell must hold for the transformation to change it: a number without digits stays what it is. */
const changes: Partial<Record<NonNullable<ColumnPlan["mask"]>["with"], string>> = {
  email: "v like '%_@_%'",
  "email-list": "v like '%_@_%'",
  username: "v <> ''",
  phone: "length(regexp_replace(v, '[^0-9]', '', 'g')) >= 7",
  digits: "length(regexp_replace(v, '[^0-9]', '', 'g')) >= 7",
  "full-name": "v ~ '[[:alpha:]]'",
  "first-name": "v ~ '[[:alpha:]]{2}'",
  "last-name": "v ~ '[[:alpha:]]{2}'",
  "address-line": "v ~ '[[:alpha:]]{2}'",
  company: "v ~ '[[:alpha:]]{2}'",
  hash: "v <> ''",
  token: "length(v) >= 6",
  "unusable-password": "v <> ''",
  redact: "length(v) >= 12",
};

/** Whether each cell that a mask acts on differs from what stood in it, row by row, for transformations that change every value. */
export async function compareMasked(comparison: Comparison): Promise<Compared> {
  const result = nothingFound();
  let maskedCells = 0;
  for (const pair of (await pairsOf(comparison)).pairs) {
    const columns = columnsOf(pair).filter((one) => changes[one.plan.mask?.with ?? "null"] !== undefined);
    if (columns.length === 0 || pair.plan.action === "truncate") continue;
    const keys = pair.table.primaryKey;
    if (
      keys.length === 0 ||
      columnsOf(pair).some((one) => keys.includes(one.plan.name) && one.plan.action === "mask")
    ) {
      result.notProven.push(
        `${pair.plan.schema}.${pair.plan.table}: that masked cells differ, row by row; it has no key that is kept.`,
      );
      continue;
    }
    const counts = await comparePair(comparison, pair, columns);
    if (counts.oneOf > 1) {
      result.notProven.push(
        `${pair.plan.schema}.${pair.plan.table}: that masked cells differ in every row; one row of ${counts.oneOf} was compared (--sample).`,
      );
    }
    for (const [i, { plan }] of columns.entries()) {
      maskedCells += counts.compared[i] ?? 0;
      const same = counts.same[i] ?? 0;
      if (same > 0) {
        const kind = `${plan.mask?.with}: masked cells that hold what they held in the source`;
        result.findings.push(finding("masked", pair.plan, plan.name, kind, same, counts.keys[i] ?? ""));
      }
    }
  }
  comparison.log(`${maskedCells} masked cells compared: ${result.findings.length} findings`);
  return { ...result, compared: { maskedCells } };
}

interface Counts {
  compared: number[];
  same: number[];
  keys: (string | null)[];
  /** One row of so many was compared. */
  oneOf: number;
}

async function comparePair(
  { copy, source, seed, sample: mostRows }: Comparison,
  pair: Pair,
  columns: ReturnType<typeof columnsOf>,
): Promise<Counts> {
  const doing = `comparing masked cells of ${pair.plan.schema}.${pair.plan.table}`;
  const hash = (sql: string) => `hashtextextended((${sql}) collate "C", ${seed})`;
  const key = `concat_ws(chr(1), ${pair.table.primaryKey.map((one) => `${ident(one)}::text`).join(", ")})`;
  const { count } = await row<{ count: number }>(
    copy,
    doing,
    `select count(*)::float8 as count from ${pair.name}`,
  );
  const oneOf = mostRows === undefined ? 1 : Math.max(1, Math.ceil(count / mostRows));
  const sample = oneOf === 1 ? "true" : `abs(${hash(key)} % ${oneOf}) = 0`;
  const cells = columns.map(({ facts, plan }) => {
    const shape = (changes[plan.mask?.with ?? "null"] ?? "false").replaceAll(
      /\bv\b/g,
      `${ident(plan.name)}::text`,
    );
    return `case when (${acts(plan, facts) || "true"}) and ${shape} then ${hash(`${ident(plan.name)}::text`)} end`;
  });
  // Emptied and given back; a read-only session may do both to a temporary table, and not truncate it.
  await run(copy, doing, "delete from pg_temp.prodcopy_cells");
  await run(copy, doing, "vacuum pg_temp.prodcopy_cells");
  await inBatches<{ k: string; h: string }>(
    source,
    pair.plan.schema,
    doing,
    `select ${hash(key)}::text as k, array[${cells.join(", ")}]::text as h from ${pair.name} where ${pair.stays} and ${sample}`,
    async (part) => {
      await run(
        copy,
        doing,
        "insert into pg_temp.prodcopy_cells select k, h::bigint[] from unnest($1::bigint[], $2::text[]) u(k, h)",
        [part.map((one) => one.k), part.map((one) => one.h)],
      );
    },
  );
  await run(copy, doing, "analyze pg_temp.prodcopy_cells");
  const now = columns.map(({ plan }) => hash(`${ident(plan.name)}::text`));
  const list = (sql: (i: number) => string) => `array[${columns.map((_, i) => sql(i + 1)).join(", ")}]`;
  const same = (i: number) => `c.h[${i}] = t.now[${i}]`;
  const counts = await row<Omit<Counts, "oneOf">>(
    copy,
    doing,
    `select ${list((i) => `count(c.h[${i}])::int`)} as compared, ${list((i) => `count(*) filter (where ${same(i)})::int`)} as same,
            ${list((i) => `min(t.at) filter (where ${same(i)})`)} as keys
       from pg_temp.prodcopy_cells c
       join (select ${hash(key)} as k, ${shownKey(pair)} as at, array[${now.join(", ")}] as now from ${pair.name}) t using (k)`,
  );
  return { ...counts, oneOf };
}

/** A key that is a number or a UUID may be shown; another one could be a person's. */
export function shownKey({ table }: Pair): string {
  const [only, ...others] = table.primaryKey;
  const type = table.columns.find((one) => one.name === only)?.baseType ?? "";
  if (only === undefined || others.length > 0 || !["int2", "int4", "int8", "uuid"].includes(type)) {
    return "'ctid ' || ctid::text";
  }
  return `${quoted(`${only} = `)} || ${ident(only)}::text`;
}

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
