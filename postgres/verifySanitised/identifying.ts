import { ident, rows, run, type Session } from "../connection";
import { goes } from "../sanitise/cell";
import type { ColumnPlan } from "../sanitise/plan";
import { familyOf } from "../sanitise/rules/families";
import { catalogueUnit } from "../sanitise/catalogueText";
import { scanTables, textsOf, type ScanTable } from "../sanitise/scanColumns";
import { besideTables, type Unit } from "../sanitise/scanUnits";
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

const address =
  "[A-Za-z0-9.!#$%&''*+/=?^_{|}~-]*[A-Za-z0-9_]@[A-Za-z0-9-]+(?:[.][A-Za-z0-9-]+)*[.][A-Za-z]{2,}";
const number = "[+(]?[0-9][0-9 ().\\/-]{6,20}[0-9]";
const token = "[A-Za-z0-9_$+/=-][A-Za-z0-9_$+/.=-]{10,}[A-Za-z0-9_$+/=-]";
const digits = (sql: string) => `regexp_replace(${sql}, '[^0-9]+', '', 'g')`;

const words: Record<string, string> = {
  a: "an e-mail address of the source",
  d: "a telephone or account number of the source",
  v: "a token or other long value of the source",
  w: "a full name or address line of the source",
};

/** What is identifying in a value `x` of the source, by kind: rows of `(unit, value)`. */
const unitsOfSource: Record<string, string> = {
  a: `select 'a', lower(m[1]) from regexp_matches(x, '(${address})', 'g') m where position('@' in x) > 0`,
  d: `select 'd', ${digits("x")} where length(${digits("x")}) between 9 and 18 and x ~ '^[-+0-9 ()./]+$' and ${digits("x")} !~ '^(.)\\1*$'`,
  v: `select 'v', lower(btrim(x)) where length(btrim(x)) between 12 and 300 and x ~ '[0-9]' and x ~* '[a-z]' and x !~ '[[:space:]@]|://|^/'`,
  w: `select 'w', regexp_replace(lower(btrim(x)), '[[:space:]]+', ' ', 'g') where length(btrim(x)) between 8 and 300 and btrim(x) ~ ' '`,
};

/**
 * The same in a text `x` of the copy, wherever it stands in it. Quotes, `=` and `/` may be part of an address; they more often stand before
 * one, in code, options and links, so that what follows the last of them counts as well.
 */
const unitsOfCopy = `select 'a', lower(m[1]) from regexp_matches(x, '(${address})', 'g') m where position('@' in x) > 0
  union all select 'a', regexp_replace(lower(m[1]), '^.*[''=/]', '') from regexp_matches(x, '(${address})', 'g') m
    where position('@' in x) > 0 and m[1] ~ '[''=/]'
  union all select 'd', ${digits("m[1]")} from regexp_matches(x, '(${number})', 'g') m
    where x ~ '[0-9][0-9 ().\\/-]{7}' and (m[1] ~ '^[+(0]' or m[1] <> ${digits("m[1]")} or length(m[1]) >= 10 or m[1] = x)
  union all select 'v', lower(m[1]) from regexp_matches(x, '(${token})', 'g') m where x ~ '[0-9]'
  union all select 'v', lower(btrim(x)) where length(x) between 12 and 310
  union all select 'w', regexp_replace(lower(btrim(x)), '[[:space:]]+', ' ', 'g') where length(x) between 8 and 310 and position(' ' in x) > 0`;

/** Which kinds of value a column of the source may hold. */
function unitsOf(plan: ColumnPlan, family: string): string[] {
  const how = plan.mask?.with;
  if (!["text", "json", "array", "ip", "uuid"].includes(family)) return [];
  if (how === undefined || family === "json" || family === "array") return ["a"];
  if (how === "phone" || how === "digits") return ["a", "d"];
  if (how === "full-name" || how === "address-line") return ["a", "w"];
  return plan.identifying && how !== "email-list" && how !== "redact" ? ["a", "v"] : ["a"];
}

/**
 * Whether an identifying value of the source occurs anywhere in the copy: in any text, JSON or array of any table, in large objects, in
 * the planner's samples, in code, defaults, comments and settings. Values are
 * recognised by the server's own functions alone, not by the sanitiser's, and only keyed hashes of them cross over.
 */
export async function searchIdentifying(comparison: Comparison): Promise<Compared> {
  const { copy, log } = comparison;
  const result = nothingFound();
  const doing = "keeping hashes of the source";
  for (const pair of (await pairsOf(comparison)).pairs) await gather(comparison, pair);
  await run(
    copy,
    doing,
    "insert into pg_temp.prodcopy_wanted select h, min(unit) as unit from pg_temp.prodcopy_marks group by h having not bool_or(kept)",
  );
  await run(copy, doing, "analyze pg_temp.prodcopy_wanted");
  const [wanted] = await rows<{ n: number }>(
    copy,
    doing,
    "select count(*)::float8 as n from pg_temp.prodcopy_wanted",
  );
  for (const table of await scanTables(copy)) {
    if (table.columns.length > 0) result.findings.push(...(await search(comparison, table)));
  }
  for (const unit of [...besideTables, catalogueUnit]) {
    result.findings.push(...(await searchBeside(comparison, unit)));
  }
  log(`${wanted?.n} identifying values of the source looked for: ${result.findings.length} findings`);
  return { ...result, compared: { identifying: wanted?.n ?? 0 } };
}

/** Hashes of what identifies in the source's table; what a rule keeps anywhere is no find elsewhere. */
async function gather({ copy, source, seed }: Comparison, pair: Pair): Promise<void> {
  const gone = pair.plan.action === "truncate";
  const parts = columnsOf(pair).flatMap(({ facts, plan }) => {
    if (plan.action === "keep" && !gone) return [];
    const units = unitsOf(plan, familyOf(facts));
    if (units.length === 0) return [];
    const kept = gone || plan.mask === undefined ? "false" : `not ${goes(plan, facts)}`;
    const marks = units.map((unit) => unitsOfSource[unit]).join(" union all ");
    return [
      `select u.unit, u.value, ${kept} as kept from ${pair.name}
        cross join lateral (select ${ident(plan.name)}::text collate "default" as x offset 0) cell cross join lateral (${marks}) u(unit, value)
       where ${ident(plan.name)} is not null`,
    ];
  });
  if (parts.length === 0) return;
  const name = `${pair.plan.schema}.${pair.plan.table}`;
  await inBatches<{ h: string; unit: string; kept: boolean }>(
    source,
    pair.plan.schema,
    `reading what identifies people in ${name} of the source`,
    `select distinct hashtextextended((unit || value) collate "C", ${seed})::text as h, unit, kept from (${parts.join(" union all ")}) every
      where value <> ''`,
    async (part) => {
      await run(
        copy,
        "keeping hashes of the source",
        "insert into pg_temp.prodcopy_marks select * from unnest($1::bigint[], $2::text[], $3::boolean[])",
        [part.map((one) => one.h), part.map((one) => one.unit), part.map((one) => one.kept)],
      );
    },
  );
}

async function search({ copy, seed }: Comparison, table: ScanTable): Promise<Compared["findings"]> {
  const texts = textsOf(table, table.columns, () => true, 0);
  const found = await findsIn(copy, seed, `${table.schema}.${table.table}`, texts, "t.col");
  return found.map((one) =>
    finding(
      "identifying",
      table,
      table.columns[one.at]?.name ?? "",
      words[one.unit] ?? "a value of the source",
      one.count,
      `ctid ${one.key}`,
    ),
  );
}

/** Large objects, the planner's samples, and what people wrote into the catalogue: named by the object that holds it. */
async function searchBeside(
  { copy, seed }: Comparison,
  { name, places, texts }: Unit,
): Promise<Compared["findings"]> {
  const [place] = places;
  if (place === undefined) return [];
  const found = await findsIn(copy, seed, name, texts, "t.key::text");
  return found.map((one) =>
    finding("identifying", place, one.key, words[one.unit] ?? "a value of the source", one.count),
  );
}

/** Finds by place: `at` is the expression that tells places apart. */
function findsIn(copy: Session, seed: string, name: string, texts: string, at: string): Promise<Find[]> {
  return rows<Find>(
    copy,
    `searching ${name}`,
    `select ${at} as at, w.unit, count(*)::int as count, min(t.key::text) as key
       from (${texts}) t(col, kept, key, n, x) cross join lateral (${unitsOfCopy}) u(unit, value)
       join pg_temp.prodcopy_wanted w on w.h = hashtextextended((u.unit || u.value) collate "C", ${seed})
      where octet_length(t.x) >= 6 group by 1, 2 order by 1, 2`,
  );
}

interface Find {
  /** The column's number, where columns are told apart. */
  at: number;
  unit: string;
  count: number;
  key: string;
}
