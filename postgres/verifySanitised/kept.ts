import { ident } from "../connection";
import {
  columnsOf,
  nothingFound,
  oneRow,
  pairsOf,
  type Compared,
  type Comparison,
  type Pair,
} from "./comparison";
import { finding } from "./verification";

/** Whether each table has the rows that the rules leave it, and every column that they keep is what it was. */
export async function compareKept(comparison: Comparison): Promise<Compared> {
  const result = nothingFound();
  const compared = { rows: 0, keptColumns: 0 };
  const { pairs, missing } = await pairsOf(comparison);
  for (const one of missing) {
    result.notProven.push(`${one.schema}.${one.table}: the source has no such table.`);
  }
  for (const pair of pairs.filter((one) => one.plan.action !== "truncate")) {
    const kept = columnsOf(pair)
      .filter((one) => one.plan.action === "keep")
      .map((one) => one.plan.name);
    const [before, after] = [
      await sums(comparison.source, pair, kept, pair.stays),
      await sums(comparison.copy, pair, kept, "true"),
    ];
    compared.rows += Number(after.count);
    compared.keptColumns += kept.length;
    if (before.count !== after.count) {
      const difference = Math.abs(Number(before.count) - Number(after.count));
      const kind = `rows: the rules leave ${before.count} of the source, and there are ${after.count}`;
      result.findings.push(finding("rows", pair.plan, "", kind, difference));
      continue;
    }
    kept.forEach((column, i) => {
      if (before[`s${i}`] === after[`s${i}`]) return;
      result.findings.push(
        finding("kept", pair.plan, column, "a column that the rules keep is not what it was in the source"),
      );
    });
  }
  comparison.log(
    `rows and kept columns of ${pairs.length} tables compared: ${result.findings.length} findings`,
  );
  return { ...result, compared };
}

type Sums = Record<string, string | null> & { count: string };

/** Row count, and for each column a sum of hashes of key and value that does not depend on the order of rows. */
async function sums(
  session: Comparison["copy"],
  pair: Pair,
  kept: string[],
  condition: string,
): Promise<Sums> {
  // With the key a value that moved to another row is seen; a key that is masked cannot be compared.
  const keys = pair.table.primaryKey.filter((one) => kept.includes(one)).map((one) => `${ident(one)}::text`);
  const key = keys.length === pair.table.primaryKey.length && keys.length > 0 ? keys : ["''"];
  const parts = kept.map((column, i) => {
    const whole = `concat_ws(chr(1), ${key.join(", ")}, coalesce('v' || ${ident(column)}::text, 'n'))`;
    return `sum(hashtextextended(${whole} collate "C", 0)::numeric)::text as s${i}`;
  });
  const found = await oneRow<Sums>(
    session,
    pair.plan.schema,
    `comparing ${pair.plan.schema}.${pair.plan.table}`,
    `select ${["count(*)::text as count", ...parts].join(", ")} from ${pair.name} where ${condition}`,
  );
  return found ?? { count: "0" };
}
